/// A command line after parsing: every value has the type that its declaration asks for.
///
/// Asking for a name that the command does not declare is a mistake in the program and stops it.
public struct Arguments: Sendable {
    /// The command, without the program's name: `["topology", "check"]`.
    public let path: [String]
    let commandPath: String
    let options: [Option]
    let operandTable: [Operand]
    var given: [String: [ParsedValue]] = [:]
    var flags: [String: Bool] = [:]
    var operandValues: [String: [String]] = [:]

    init(path: [String], commandPath: String, options: [Option], operands: [Operand]) {
        self.path = path
        self.commandPath = commandPath
        self.options = options
        self.operandTable = operands
    }

    /// Whether the option stood on the command line, rather than getting its value by default.
    public func isGiven(_ name: String) -> Bool {
        _ = option(name)
        return given[name] != nil || flags[name] != nil
    }

    /// Whether a flag is on.
    public func flag(_ name: String) -> Bool {
        flags[name] ?? (option(name)?.defaultText == "true")
    }

    /// The text of a string, path, choice or checked option.
    public func string(_ name: String) -> String? {
        strings(name).last
    }

    /// Every text of a repeatable option, in order.
    public func strings(_ name: String) -> [String] {
        values(name).compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    /// The value of an integer option.
    public func integer(_ name: String) -> Int? {
        values(name).compactMap { if case .integer(let value) = $0 { value } else { nil } }.last
    }

    /// The value of a number option; a duration in seconds.
    public func number(_ name: String) -> Double? {
        values(name).compactMap { if case .number(let value) = $0 { value } else { nil } }.last
    }

    /// A duration in seconds.
    public func seconds(_ name: String) -> Double? {
        number(name)
    }

    /// The arguments of an operand, in order.
    public func operands(_ name: String) -> [String] {
        precondition(operandTable.contains { $0.name == name }, "\(commandPath) declares no operand \(name)")
        return operandValues[name] ?? []
    }

    /// The argument of an operand that takes one.
    public func operand(_ name: String) -> String? {
        operands(name).first
    }

    /// An error about this command line that the declaration cannot express, such as two options that exclude each other.
    public func usageError(_ message: String) -> UsageError {
        UsageError(commandPath: commandPath, message: message)
    }

    private func option(_ name: String) -> Option? {
        let found = options.first { $0.name == name }
        precondition(found != nil, "\(commandPath) declares no option --\(name)")
        return found
    }

    private func values(_ name: String) -> [ParsedValue] {
        let option = option(name)
        if let values = given[name] { return values }
        guard let type = option?.type, let text = option?.defaultText, let value = type.parse(text) else { return [] }
        return [value]
    }
}
