/// A command line that cannot be understood. The caller prints `text` to standard error and exits with status 2.
public struct UsageError: Error, Sendable, Equatable {
    /// The program and the command, as far as they are known: `clew replay`.
    public let commandPath: String
    /// What is wrong, in one line: names the option, and what was expected.
    public let message: String

    public init(commandPath: String, message: String) {
        self.commandPath = commandPath
        self.message = message
    }

    /// Two lines: what is wrong, and where help is. No newline at the end.
    public var text: String {
        "\(commandPath): \(message)\nTry '\(commandPath) --help' for more information."
    }
}
