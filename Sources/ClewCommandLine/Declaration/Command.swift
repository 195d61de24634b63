/// A command: either a table of options and operands, or a group of commands (`topology check`, `topology show`).
public struct Command: Sendable {
    public let name: String
    /// One line, for lists of commands.
    public let summary: String
    /// More for its own help, paragraphs separated by empty lines; may be empty.
    public let discussion: String
    public let options: [Option]
    public let operands: [Operand]
    public let examples: [Example]
    /// Not empty: a group, which has no options and operands of its own.
    public let subcommands: [Command]

    /// A command that does something.
    public init(
        _ name: String, _ summary: String, discussion: String = "", options: [Option] = [], operands: [Operand] = [],
        examples: [Example]
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.options = options
        self.operands = operands
        self.examples = examples
        self.subcommands = []
    }

    /// A group of commands.
    public init(group name: String, _ summary: String, discussion: String = "", _ subcommands: [Command]) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.options = []
        self.operands = []
        self.examples = []
        self.subcommands = subcommands
    }

    var isGroup: Bool { !subcommands.isEmpty }
}

/// A program: its commands, and the options that each of them takes besides its own.
public struct Program: Sendable {
    public let name: String
    /// One line.
    public let summary: String
    /// What `--version` prints after the name.
    public let version: String
    /// More for `--help`, paragraphs separated by empty lines; may be empty.
    public let discussion: String
    /// Options of every command, listed after its own.
    public let commonOptions: [Option]
    /// As declared, without the built-in `help` and `completion`.
    public let commands: [Command]

    public init(
        _ name: String, _ summary: String, version: String, discussion: String = "", commonOptions: [Option] = [],
        commands: [Command]
    ) {
        self.name = name
        self.summary = summary
        self.version = version
        self.discussion = discussion
        self.commonOptions = commonOptions
        self.commands = commands
    }

    /// The declared commands and the two that every program has.
    var allCommands: [Command] {
        commands + [Self.completionCommand(name), Self.helpCommand(name)]
    }

    private static func completionCommand(_ program: String) -> Command {
        Command(
            "completion", "Print a completion script for a shell",
            operands: [Operand("SHELL", .one, .choice(Shell.allCases.map(\.rawValue)), "bash, zsh or fish")],
            examples: [Example("\(program) completion bash > /etc/bash_completion.d/\(program)", "Complete for every user of this host")])
    }

    private static func helpCommand(_ program: String) -> Command {
        Command(
            "help", "Show the help of the program or of a command",
            operands: [Operand("COMMAND", .any, .string, "Name of the command, and of its subcommand")],
            examples: [Example("\(program) help completion", "The same as \(program) completion --help")])
    }

    /// Every command that does something, with its path, in order of declaration.
    var leaves: [(path: [String], command: Command)] {
        func collect(_ commands: [Command], _ path: [String]) -> [(path: [String], command: Command)] {
            commands.flatMap { command -> [(path: [String], command: Command)] in
                let path = path + [command.name]
                return command.isGroup ? collect(command.subcommands, path) : [(path, command)]
            }
        }
        return collect(allCommands, [])
    }

    /// The options of a command: its own, then the common ones. The built-in commands have none.
    func options(of command: Command) -> [Option] {
        commands.isEmpty || isBuiltIn(command) ? command.options : command.options + commonOptions
    }

    func isBuiltIn(_ command: Command) -> Bool {
        command.name == "help" || command.name == "completion"
    }
}
