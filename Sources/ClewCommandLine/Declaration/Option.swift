/// One option of a command: parsing, help, completion and the documentation page all derive from it.
public struct Option: Sendable {
    /// Whether a value follows.
    public enum Form: Sendable {
        /// Present or not; where `negatable`, `--no-NAME` turns it off.
        case flag(negatable: Bool)
        /// `--NAME VALUE` or `--NAME=VALUE`; `placeholder` stands for the value in usage lines.
        case value(ValueType, placeholder: String)
    }
    /// The long name, without its dashes.
    public let name: String
    /// The one-letter name, without its dash.
    public let short: Character?
    public let form: Form
    /// One sentence, without the default: help adds that.
    public let summary: String
    /// The value where none is given, written as on the command line (`true` or `false` for a flag).
    public let defaultText: String?
    public let isRequired: Bool
    /// May be given several times, each adds a value. Otherwise the last one counts.
    public let isRepeatable: Bool

    /// A switch.
    public static func flag(
        _ name: String, short: Character? = nil, negatable: Bool = false, default defaultValue: Bool = false, _ summary: String
    ) -> Option {
        Option(
            name: name, short: short, form: .flag(negatable: negatable), summary: summary,
            defaultText: defaultValue ? "true" : nil, isRequired: false, isRepeatable: false)
    }

    /// An option with a value. `placeholder` defaults to a word for the type; a choice shows its words.
    public static func value(
        _ name: String, short: Character? = nil, _ type: ValueType = .string, placeholder: String? = nil,
        default defaultText: String? = nil, required: Bool = false, repeatable: Bool = false, _ summary: String
    ) -> Option {
        Option(
            name: name, short: short, form: .value(type, placeholder: placeholder ?? type.placeholder), summary: summary,
            defaultText: defaultText, isRequired: required, isRepeatable: repeatable)
    }

    /// The type of the value, nil for a flag.
    var type: ValueType? {
        if case .value(let type, _) = form { type } else { nil }
    }

    var isNegatable: Bool {
        if case .flag(negatable: true) = form { true } else { false }
    }

    /// As help writes it: `--out FILE`, `--[no-]progress`.
    var longForm: String {
        switch form {
        case .flag(let negatable): negatable ? "--[no-]\(name)" : "--\(name)"
        case .value(_, let placeholder): "--\(name) \(placeholder)"
        }
    }

    /// Every way to write its name: `--progress`, `--no-progress`, `-p`.
    var spellings: [String] {
        ["--\(name)"] + (isNegatable ? ["--no-\(name)"] : []) + (short.map { ["-\($0)"] } ?? [])
    }
}

/// One operand of a command, in the order in which they are written. At most one takes several arguments.
public struct Operand: Sendable {
    /// How many arguments it takes.
    public enum Arity: Sendable {
        case one
        case optional
        case oneOrMore
        case any
    }
    /// The word in usage lines, in capitals.
    public let name: String
    public let arity: Arity
    public let type: ValueType
    public let summary: String

    public init(_ name: String, _ arity: Arity = .one, _ type: ValueType = .file, _ summary: String) {
        self.name = name
        self.arity = arity
        self.type = type
        self.summary = summary
    }

    /// As usage lines write it: `FILE`, `[FILE]`, `FILE...`, `[FILE...]`.
    var usage: String {
        switch arity {
        case .one: name
        case .optional: "[\(name)]"
        case .oneOrMore: "\(name)..."
        case .any: "[\(name)...]"
        }
    }

    var takesSeveral: Bool {
        switch arity {
        case .one, .optional: false
        case .oneOrMore, .any: true
        }
    }

    var isRequired: Bool {
        switch arity {
        case .one, .oneOrMore: true
        case .optional, .any: false
        }
    }
}

/// A command line that works, and what it does.
public struct Example: Sendable {
    /// As typed into a shell, with the program's name.
    public let line: String
    public let summary: String

    public init(_ line: String, _ summary: String) {
        self.line = line
        self.summary = summary
    }
}
