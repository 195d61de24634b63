/// A shell that can complete the program's commands and options.
public enum Shell: String, Sendable, CaseIterable {
    case bash
    case zsh
    case fish
}

extension Program {
    /// The script that teaches a shell to complete this program's command lines.
    public func completionScript(for shell: Shell) -> String {
        switch shell {
        case .bash: bashCompletion()
        case .zsh: zshCompletion()
        case .fish: fishCompletion()
        }
    }

    /// Every command and group, by its path.
    var nodes: [(path: [String], command: Command)] {
        allCommands.flatMap { command in
            [([command.name], command)] + command.subcommands.map { ([command.name, $0.name], $0) }
        }
    }

    /// Names of commands that may follow `help`.
    var helpTopics: [String] {
        commands.map(\.name)
    }
}

/// Quotes for shells.
enum ShellQuote {
    /// In single quotes, for bash and zsh.
    static func single(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// In single quotes, for fish, where a backslash escapes within them.
    static func fish(_ text: String) -> String {
        var quoted = "'"
        for character in text {
            if character == "'" || character == "\\" { quoted.append("\\") }
            quoted.append(character)
        }
        return quoted + "'"
    }
}
