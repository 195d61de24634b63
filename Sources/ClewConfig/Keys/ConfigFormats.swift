internal import ClewEngine
internal import ClewYAML
internal import Glibc

extension ScalarFormat where Value: CaseIterable & RawRepresentable & Equatable, Value.RawValue == String {
    /// One of an enumeration's words.
    static func words() -> Self { .choice(Value.allCases.map { ($0.rawValue, $0) }) }
}

extension ScalarFormat where Value == Severity {
    static var severity: Self { .choice(Severity.allCases.map { ($0.name, $0) }) }
}

extension ScalarFormat where Value == Config.Start {
    /// `earliest`, `latest` or an RFC 3339 time.
    static var start: Self {
        Self(
            expected: "earliest, latest or a time such as 2026-11-23T10:15:30Z",
            parse: { text throws(Refusal) in
                switch text {
                case "earliest": return .earliest
                case "latest": return .latest
                default:
                    guard let time = InstantText.parse(text) else {
                        throw Refusal(NearestName.of(text, among: ["earliest", "latest"]).map { "did you mean \($0)?" } ?? "")
                    }
                    return .at(time)
                }
            },
            print: { start in
                switch start {
                case .earliest: "earliest"
                case .latest: "latest"
                case .at(let time): InstantText.print(time)
                }
            })
    }
}

extension ScalarFormat where Value == String {
    private static func checked(_ expected: String, _ hint: @escaping @Sendable (String) -> String?) -> Self {
        Self(
            expected: expected,
            parse: { text throws(Refusal) in
                if let hint = hint(text) { throw Refusal(hint) }
                return text
            }, print: { $0 })
    }

    /// A legal Kafka topic name.
    static var topic: Self {
        checked("the name of a topic") { text in
            if text.isEmpty { return "it is empty" }
            if text.utf8.count > 249 { return "it is longer than 249 characters" }
            let isLegal = text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || "._-".utf8.contains(byte)
            }
            return isLegal && text != "." && text != ".." ? nil : "only letters, digits, '.', '_' and '-' are allowed"
        }
    }

    /// The name of an event type, or a pattern of such that leaves some out.
    static var typePattern: Self {
        checked("a type of events such as Deployment or \"Rollout*\"") { text in
            if text.isEmpty { return "it is empty" }
            return text.allSatisfy { $0 == "*" } ? "it would make a change of every event, and no alert would be left" : nil
        }
    }

    /// `host:port`, the host in brackets if it holds colons.
    static var server: Self {
        checked("host:port of a broker, such as kafka-1:9092") { text in
            guard let (host, port) = splitAddress(text) else { return "" }
            return host.isEmpty || port == 0 ? "" : nil
        }
    }

    /// `host:port` to listen on; the host may be missing.
    static var listenAddress: Self {
        checked("an address such as 127.0.0.1:9464 or :9464") { splitAddress($0) == nil ? "" : nil }
    }

    private static func splitAddress(_ text: String) -> (host: Substring, port: UInt16)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else { return nil }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { return host.dropFirst().dropLast().contains(":") ? (host, port) : nil }
        return host.contains { ":[]/@".contains($0) || $0.isWhitespace } ? nil : (host, port)
    }

    /// An RFC 6901 pointer that points into a document, not at the whole of it.
    static var jsonPointer: Self {
        checked("a JSON pointer such as /alert/name") { pointerFault($0) }
    }

    /// A pointer, or the name of a label.
    static var fieldSource: Self {
        checked("a JSON pointer such as /alert/name, or the name of a label") { text in
            text.isEmpty ? "it is empty" : text.hasPrefix("/") ? pointerFault(text) : nil
        }
    }

    @Sendable private static func pointerFault(_ text: String) -> String? {
        guard text.hasPrefix("/") else { return text.isEmpty ? "it is empty" : "it must begin with /" }
        var isEscape = false
        for byte in text.utf8 {
            if isEscape, byte != UInt8(ascii: "0"), byte != UInt8(ascii: "1") { return "~ must be written ~0, and / within a name ~1" }
            isEscape = byte == UInt8(ascii: "~")
        }
        return isEscape ? "~ must be written ~0, and / within a name ~1" : nil
    }
}

extension ScalarFormat where Value == String {
    /// A topic's name, or `^` and a regular expression that the C library accepts.
    static var topicOrPattern: Self {
        Self(
            expected: "the name of a topic, or \"^\" and a regular expression",
            parse: { text throws(Refusal) in
                guard text.hasPrefix("^") else { return try topic.parse(text) }
                var pattern = regex_t()
                guard regcomp(&pattern, text, REG_EXTENDED | REG_NOSUB) == 0 else { throw Refusal("the regular expression is faulty") }
                regfree(&pattern)
                return text
            }, print: { $0 })
    }
}
