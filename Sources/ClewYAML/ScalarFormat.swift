/// Why a text is not a value of a format, beyond "expected …".
public struct Refusal: Error, Sendable {
    /// What may help, as a clause; empty if there is nothing to add.
    public var hint: String
    public init(_ hint: String = "") { self.hint = hint }
}

/// How one type of value is written as a scalar: the same in files, environment variables, printing and documentation.
public struct ScalarFormat<Value: Sendable>: Sendable {
    /// What a reader expects, with an example: `a duration such as 30s`.
    public var expected: String
    /// Whether quotes make it something else (numbers, true and false).
    public var isBare: Bool
    /// Reads a value from its text.
    public var parse: @Sendable (String) throws(Refusal) -> Value
    /// Writes a value as text, without quotes.
    public var print: @Sendable (Value) -> String

    public init(
        expected: String, isBare: Bool = false,
        parse: @escaping @Sendable (String) throws(Refusal) -> Value, print: @escaping @Sendable (Value) -> String
    ) {
        self.expected = expected
        self.isBare = isBare
        self.parse = parse
        self.print = print
    }
}

extension YAMLNode {
    /// Reads a scalar; a located error says what was expected and what was found.
    public func scalar<Value>(_ format: ScalarFormat<Value>) throws(Diagnostic) -> Value {
        guard let text, !isNull else { throw diagnostic("expected \(format.expected), found \(found)") }
        if format.isBare, !isPlain { throw diagnostic("expected \(format.expected), found \(found) (remove the quotes)") }
        do throws(Refusal) {
            return try format.parse(text)
        } catch {
            throw diagnostic("expected \(format.expected), found \(found)" + (error.hint.isEmpty ? "" : "; \(error.hint)"))
        }
    }

    /// Any scalar but null as text.
    public func string() throws(Diagnostic) -> String { try scalar(.string) }
    /// `true` or `false`, nothing else.
    public func bool() throws(Diagnostic) -> Bool { try scalar(.bool) }
    /// A whole number within a range.
    public func int(in range: ClosedRange<Int>) throws(Diagnostic) -> Int { try scalar(.int(in: range)) }
    /// A decimal number within a range.
    public func double(in range: ClosedRange<Double>) throws(Diagnostic) -> Double { try scalar(.double(in: range)) }
    /// A duration with its units: `250ms`, `30s`, `1h30m`, `7d`.
    public func duration(in range: ClosedRange<Duration>) throws(Diagnostic) -> Duration { try scalar(.duration(in: range)) }
    /// A size in bytes with a unit: `512KiB`, `4MiB`, `1GB`.
    public func size(in range: ClosedRange<Int>) throws(Diagnostic) -> Int { try scalar(.size(in: range)) }
}

extension ScalarFormat where Value == String {
    /// Any text; empty too.
    public static var string: Self { Self(expected: "a string", parse: { $0 }, print: { $0 }) }

    /// Any text but the empty one.
    public static func name(_ what: String = "a name") -> Self {
        Self(
            expected: what,
            parse: { text throws(Refusal) in
                guard !text.isEmpty else { throw Refusal("it is empty") }
                return text
            }, print: { $0 })
    }
}

extension ScalarFormat where Value == Bool {
    /// `true` or `false`.
    public static var bool: Self {
        Self(
            expected: "true or false", isBare: true,
            parse: { text throws(Refusal) in
                switch text {
                case "true": return true
                case "false": return false
                default: throw Refusal()
                }
            }, print: { $0 ? "true" : "false" })
    }
}

extension ScalarFormat where Value == Int {
    /// A whole number within a range; `_` may group its digits.
    public static func int(in range: ClosedRange<Int>) -> Self {
        Self(
            expected: "a whole number \(rangeText(range, unbounded: .max) { "\($0)" })", isBare: true,
            parse: { text throws(Refusal) in
                let digits = text.filter { $0 != "_" }
                guard !text.hasPrefix("_"), !text.hasPrefix("+"), let value = Int(digits), range.contains(value) else { throw Refusal() }
                return value
            }, print: { "\($0)" })
    }

    /// A size in bytes within a range: a number and B, KB, MB, GB (powers of 1000) or KiB, MiB, GiB (of 1024).
    public static func size(in range: ClosedRange<Int>) -> Self {
        Self(
            expected: "a size such as 512KiB or 4MiB, \(rangeText(range, unbounded: .max, sizeText))",
            parse: { text throws(Refusal) in
                let digits = text.prefix { $0.isASCII && $0.isNumber }
                guard let number = Int(digits) else { throw Refusal() }
                let unit = text.dropFirst(digits.count)
                guard !unit.isEmpty else { throw Refusal("it has no unit: B, KB, MB, GB, KiB, MiB or GiB") }
                guard let factor = sizeUnits.first(where: { $0.name.lowercased() == unit.lowercased() })?.bytes else {
                    throw Refusal("the units are B, KB, MB, GB, KiB, MiB and GiB")
                }
                let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
                guard !overflow, range.contains(bytes) else { throw Refusal() }
                return bytes
            }, print: sizeText)
    }
}

private let sizeUnits: [(name: String, bytes: Int)] = [
    ("GiB", 1 << 30), ("GB", 1_000_000_000), ("MiB", 1 << 20), ("MB", 1_000_000), ("KiB", 1 << 10), ("KB", 1000), ("B", 1),
]

@Sendable private func sizeText(_ bytes: Int) -> String {
    for unit in sizeUnits where bytes >= unit.bytes && bytes % unit.bytes == 0 { return "\(bytes / unit.bytes)\(unit.name)" }
    return "\(bytes)B"
}

/// `from a to b`, or `of at least a` where there is no upper end.
func rangeText<Bound: Comparable>(_ range: ClosedRange<Bound>, unbounded: Bound, _ print: (Bound) -> String) -> String {
    range.upperBound == unbounded
        ? "of at least \(print(range.lowerBound))" : "from \(print(range.lowerBound)) to \(print(range.upperBound))"
}

extension ScalarFormat where Value == Double {
    /// A decimal number within a range (`12`, `0.5`, `1e3`; no infinities).
    public static func double(in range: ClosedRange<Double>) -> Self {
        Self(
            expected: "a number \(rangeText(range, unbounded: .infinity, numberText))", isBare: true,
            parse: { text throws(Refusal) in
                let isDecimal = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
                guard isDecimal, let value = Double(text), value.isFinite, range.contains(value) else { throw Refusal() }
                return value
            }, print: numberText)
    }
}

@Sendable private func numberText(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
}

extension ScalarFormat where Value: Equatable {
    /// One of a few words, in the order they are to be named.
    public static func choice(_ choices: [(word: String, value: Value)]) -> Self where Value: Sendable {
        let words = choices.map(\.word)
        return Self(
            expected: words.count > 1 ? words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "") : words.joined(),
            parse: { text throws(Refusal) in
                guard let choice = choices.first(where: { $0.word == text }) else {
                    throw Refusal(NearestName.of(text, among: words).map { "did you mean \($0)?" } ?? "")
                }
                return choice.value
            },
            print: { value in choices.first { $0.value == value }?.word ?? "" })
    }
}
