/// What a command line asks for.
public enum Invocation: Sendable {
    /// Run the command at `Arguments.path`.
    case run(Arguments)
    /// Print this to standard output and exit with status 0: help, version, a completion script.
    case print(String)
}

extension Program {
    /// Reads the arguments, without the program's own name, by the GNU conventions: options and operands in any order,
    /// `--name VALUE` and `--name=VALUE`, `-x VALUE` and `-xVALUE`, combined flags, `--` ends the options, `-` is an operand.
    ///
    /// `helpWidth`: columns for help, such as those of the terminal.
    public func parse(_ arguments: [String], helpWidth: Int = 80) throws(UsageError) -> Invocation {
        guard let first = arguments.first else {
            throw UsageError(commandPath: name, message: "a command is needed: \(allCommands.map(\.name).joined(separator: ", "))")
        }
        switch first {
        case "--help", "-h": return .print(help(width: helpWidth))
        case "--version", "-V": return .print("\(name) \(version)")
        case "help": return .print(try help(for: arguments.dropFirst(), width: helpWidth))
        default: break
        }
        let (path, command, rest) = try resolve(arguments[...])
        if command.isGroup {
            guard let next = rest.first else {
                let names = command.subcommands.map(\.name).joined(separator: ", ")
                throw UsageError(commandPath: text(path), message: "a subcommand is needed: \(names)")
            }
            if next == "--help" || next == "-h" { return .print(help(command, path: path, width: helpWidth)) }
            throw unknown(next, among: command.subcommands, path: path)
        }
        var parser = ArgumentParser(
            Arguments(path: path, commandPath: text(path), options: options(of: command), operands: command.operands))
        guard try parser.parse(rest) == .complete else { return .print(help(command, path: path, width: helpWidth)) }
        if path == ["completion"] {
            let shell = parser.result.operand("SHELL").flatMap(Shell.init(rawValue:)) ?? .bash
            return .print(completionScript(for: shell))
        }
        return .run(parser.result)
    }

    /// Follows the names of commands from the left.
    private func resolve(
        _ arguments: ArraySlice<String>
    ) throws(UsageError) -> (path: [String], command: Command, rest: ArraySlice<String>) {
        var path: [String] = []
        var candidates = allCommands
        var rest = arguments
        var found: Command?
        while let word = rest.first, !candidates.isEmpty {
            guard let command = candidates.first(where: { $0.name == word }) else { break }
            path.append(word)
            rest = rest.dropFirst()
            candidates = command.subcommands
            found = command
        }
        guard let found else { throw unknown(rest.first ?? "", among: allCommands, path: []) }
        return (path, found, rest)
    }

    /// `help`, `help replay`, `help topology check`.
    private func help(for words: ArraySlice<String>, width: Int) throws(UsageError) -> String {
        let names = words.filter { $0 != "--help" && $0 != "-h" }
        guard !names.isEmpty else { return help(width: width) }
        let (path, command, rest) = try resolve(names[...])
        if let extra = rest.first { throw unknown(extra, among: command.subcommands, path: path) }
        return help(command, path: path, width: width)
    }

    private func unknown(_ word: String, among commands: [Command], path: [String]) -> UsageError {
        let kind = word.hasPrefix("-") ? "option" : path.isEmpty ? "command" : "subcommand"
        var message = "unknown \(kind) '\(word)'"
        if kind == "option" {
            message += path.isEmpty ? "; options come after the command" : "; options come after the subcommand"
        } else if let meant = Suggestion.nearest(to: word, among: commands.map(\.name)) {
            message += "; did you mean '\(meant)'?"
        }
        return UsageError(commandPath: text(path), message: message)
    }

    /// The program's name and the path, as typed.
    func text(_ path: [String]) -> String {
        ([name] + path).joined(separator: " ")
    }
}
