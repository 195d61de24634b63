/// What an option's value, or an operand, must look like. Checked while parsing, so that a command only ever sees
/// values of the declared type.
public enum ValueType: Sendable {
    /// Any text.
    case string
    /// A path of a file, or `-` for standard input or output; shells complete it as a path.
    case file
    /// A path of a directory; shells complete it as a directory.
    case directory
    /// A whole number, in the range if one is given.
    case integer(ClosedRange<Int>?)
    /// A finite decimal number, in the range if one is given.
    case number(ClosedRange<Double>?)
    /// A length of time with its unit, such as `250ms`, `30s`, `1h30m`, `7d`.
    case duration
    /// One of these words.
    case choice([String])
    /// Whatever `isValid` accepts; `expected` completes the sentence "expects …" of the message.
    case checked(expected: String, isValid: @Sendable (String) -> Bool)

    /// The word that stands for the value in usage lines where the declaration names none.
    var placeholder: String {
        switch self {
        case .string, .checked: "TEXT"
        case .file: "FILE"
        case .directory: "DIR"
        case .integer: "N"
        case .number: "NUMBER"
        case .duration: "DURATION"
        case .choice(let words): words.joined(separator: "|")
        }
    }

    /// Completes the sentence "expects …".
    var expectation: String {
        switch self {
        case .string: "text"
        case .file: "the path of a file"
        case .directory: "the path of a directory"
        case .integer(nil): "a whole number"
        case .integer(let range?):
            range.upperBound == .max
                ? "a whole number of at least \(range.lowerBound)" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(nil): "a number"
        case .number(let range?):
            range.upperBound == .greatestFiniteMagnitude || range.upperBound == .infinity
                ? "a number of at least \(shortest(range.lowerBound))"
                : "a number from \(shortest(range.lowerBound)) to \(shortest(range.upperBound))"
        case .duration: "a duration with a unit, such as 30s, 5m or 1h30m"
        case .choice(let words): "one of " + words.joined(separator: ", ")
        case .checked(let expected, _): expected
        }
    }

    /// The typed value, nil where `text` is not one of this type.
    func parse(_ text: String) -> ParsedValue? {
        switch self {
        case .string: return .text(text)
        case .file, .directory: return text.isEmpty ? nil : .text(text)
        case .integer(let range):
            guard let value = Int(text), range?.contains(value) ?? true else { return nil }
            return .integer(value)
        case .number(let range):
            guard let value = Double(text), value.isFinite, range?.contains(value) ?? true else { return nil }
            return .number(value)
        case .duration: return DurationText.seconds(text).map { .number($0) }
        case .choice(let words): return words.contains(text) ? .text(text) : nil
        case .checked(_, let isValid): return isValid(text) ? .text(text) : nil
        }
    }

    private func shortest(_ value: Double) -> String {
        Int(exactly: value).map(String.init) ?? "\(value)"
    }
}

/// A value after its type has been checked; durations are numbers of seconds.
enum ParsedValue: Sendable, Equatable {
    case text(String)
    case integer(Int)
    case number(Double)
}

/// Lengths of time as people write them: numbers with units, largest first or not, added up.
public enum DurationText {
    /// A unit is `seconds` long, or a second divided by `perSecond`: dividing keeps `1ms` the nearest number to 0.001.
    private static let units: [(name: String, seconds: Double, perSecond: Double)] = [
        ("ns", 1, 1e9), ("us", 1, 1e6), ("µs", 1, 1e6), ("ms", 1, 1e3), ("s", 1, 1), ("m", 60, 1), ("h", 3_600, 1), ("d", 86_400, 1),
        ("w", 604_800, 1),
    ]

    /// Seconds, not negative; nil if `text` is not a duration. `0` needs no unit, every other number does.
    public static func seconds(_ text: String) -> Double? {
        if text == "0" { return 0 }
        var rest = text[...]
        var total = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0 == "." || ($0.isASCII && $0.isWholeNumber) }
            guard let first = digits.first, first != ".", let amount = Double(digits) else { return nil }
            rest = rest[digits.endIndex...]
            let name = rest.prefix { $0.isLetter }
            guard let unit = units.first(where: { $0.name == name }) else { return nil }
            total += amount * unit.seconds / unit.perSecond
            rest = rest[name.endIndex...]
        }
        return total.isFinite ? total : nil
    }
}
