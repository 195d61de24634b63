/// Writing scalars so that they are read again as the same text.
public enum YAMLText {
    /// The text as it is where that is safe in block and flow context, else in double quotes.
    public static func scalar(_ text: String) -> String {
        isSafePlain(text) ? text : quoted(text)
    }

    /// The text in double quotes, escaped as both YAML and JSON read it.
    public static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\u{00}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}":
                result += "\\u" + hexadecimal(scalar.value)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private static func isSafePlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, !["null", "Null", "NULL", "~"].contains(text) else { return false }
        let isWordStart = isAlphanumeric(first) || first == UInt8(ascii: "/") || first == UInt8(ascii: "_") || first == UInt8(ascii: ".")
        return isWordStart
            && text.utf8.allSatisfy { isAlphanumeric($0) || "/_.-+".utf8.contains($0) }
            && !text.hasPrefix("..") && text != "."
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: false
        }
    }

    /// At most 60 characters of a text, control characters escaped: for messages.
    public static func excerpt(_ text: String) -> String {
        var inner = quoted(String(text.prefix(60)))
        inner.removeFirst()
        inner.removeLast()
        return text.count > 60 ? inner + "…" : inner
    }
}
