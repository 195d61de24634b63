/// Turns records into lines: exactly one each, whatever the texts contain.
public enum LogLine {
    /// Most bytes of one text in a line; what is longer is cut and ends in `…`.
    public static let textBytesMax = 8_192

    /// The line of a record, with its newline.
    public static func bytes(_ record: LogRecord, _ format: LogFormat) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(128)
        switch format {
        case .text: appendText(record, to: &line)
        case .json: appendJSON(record, to: &line)
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    private static func appendText(_ record: LogRecord, to line: inout [UInt8]) {
        line += Timestamp.rfc3339(record.time).utf8
        let level = record.level.name.uppercased()
        line += " \(level)\(String(repeating: " ", count: 7 - level.utf8.count)) ".utf8
        appendEscaped(record.message, json: false, to: &line)
        for field in record.fields {
            line.append(UInt8(ascii: " "))
            appendEscaped(name(field.name), json: false, to: &line)
            line.append(UInt8(ascii: "="))
            switch field.value {
            case .string(let text) where isBare(text): line += text.utf8
            case .string(let text): appendQuoted(text, json: false, to: &line)
            case .integer(let value): line += "\(value)".utf8
            case .number(let value): line += "\(value)".utf8
            case .boolean(let value): line += "\(value)".utf8
            }
        }
    }

    private static func appendJSON(_ record: LogRecord, to line: inout [UInt8]) {
        line += "{\"time\":\"\(Timestamp.rfc3339(record.time))\",\"level\":\"\(record.level.name)\",\"message\":".utf8
        appendQuoted(record.message, json: true, to: &line)
        for field in record.fields {
            line.append(UInt8(ascii: ","))
            appendQuoted(name(field.name), json: true, to: &line)
            line.append(UInt8(ascii: ":"))
            switch field.value {
            case .string(let text): appendQuoted(text, json: true, to: &line)
            case .integer(let value): line += "\(value)".utf8
            // JSON has no NaN and no infinity.
            case .number(let value): line += (value.isFinite ? "\(value)" : "\"\(value)\"").utf8
            case .boolean(let value): line += "\(value)".utf8
            }
        }
        line.append(UInt8(ascii: "}"))
    }

    private static func name(_ name: String) -> String {
        ["time", "level", "message"].contains(name) ? "_" + name : name
    }

    /// Whether a value can stand in a text line without quotes.
    private static func isBare(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 256
            && text.utf8.allSatisfy {
                $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "\\")
            }
    }

    private static func appendQuoted(_ text: String, json: Bool, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        appendEscaped(text, json: json, quotes: true, to: &line)
        line.append(UInt8(ascii: "\""))
    }

    /// Control characters never reach the log as they are: a line break would forge a record, an escape would steer a terminal.
    private static func appendEscaped(_ text: String, json: Bool, quotes: Bool = false, to line: inout [UInt8]) {
        var count = 0
        for scalar in text.unicodeScalars {
            count += UTF8.width(scalar)
            if count > textBytesMax {
                line += "…".utf8
                return
            }
            switch scalar {
            case "\n": line += "\\n".utf8
            case "\r": line += "\\r".utf8
            case "\t": line += "\\t".utf8
            case "\"" where quotes: line += "\\\"".utf8
            case "\\" where quotes: line += "\\\\".utf8
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}": appendUnicodeEscape(scalar.value, to: &line)
            default: line += UTF8.encode(scalar).map { Array($0) } ?? []
            }
        }
    }

    private static func appendUnicodeEscape(_ value: UInt32, to line: inout [UInt8]) {
        let digits = String(value, radix: 16)
        line += ("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8
    }
}

/// Times in logs.
enum Timestamp {
    /// RFC 3339 in UTC with milliseconds, for milliseconds since 1970.
    static func rfc3339(_ milliseconds: Int64) -> String {
        let second = floorDivided(milliseconds, 1_000)
        let day = floorDivided(second, 86_400)
        let (year, month, dayOfMonth) = civil(day)
        let inDay = second - day * 86_400
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(dayOfMonth, 2) + "T" + padded(inDay / 3_600, 2) + ":"
            + padded(inDay / 60 % 60, 2) + ":" + padded(inDay % 60, 2) + "." + padded(milliseconds - second * 1_000, 3) + "Z"
    }

    /// The Gregorian date of a day counted from 1970-01-01; years begin in March in between, so that leap days come last.
    private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = day + 719_468
        let era = floorDivided(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func floorDivided(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
