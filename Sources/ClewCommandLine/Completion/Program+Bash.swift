extension Program {
    /// Walks the words before the cursor to the command, then offers its subcommands, options or the values of an option.
    func bashCompletion() -> String {
        let function = "_\(name)"
        var lines = [
            "# bash completion for \(name)",
            "\(function)() {",
            "    local current=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\" command=\"\" i",
            "    COMPREPLY=()",
            "    # '--name=value' comes as three words.",
            "    if [[ $current == \"=\" ]]; then current=\"\"",
            "    elif [[ $previous == \"=\" && COMP_CWORD -ge 2 ]]; then previous=\"${COMP_WORDS[COMP_CWORD-2]}\"; fi",
            "    for ((i = 1; i < COMP_CWORD; i++)); do",
            "        case \"$command ${COMP_WORDS[i]}\" in",
        ]
        let paths = nodes.map { "\" " + $0.path.joined(separator: " ") + "\"" }
        lines += [
            "            " + paths.joined(separator: "|") + ") command=\"$command ${COMP_WORDS[i]}\" ;;",
            "        esac",
            "    done",
            "    case \"$command:$previous\" in",
        ]
        for (path, command) in leaves {
            for option in options(of: command) {
                guard let type = option.type else { continue }
                let patterns = option.spellings.map { "\" \(path.joined(separator: " ")):\($0)\"" }.joined(separator: "|")
                lines.append("        \(patterns)) \(bashValues(type)); return ;;")
            }
        }
        lines += [
            "    esac", "    case \"$command\" in", "        \"\") \(bashWords(allCommands.map(\.name) + ["--help", "--version"])) ;;",
        ]
        for (path, command) in nodes {
            lines.append("        \" \(path.joined(separator: " "))\")")
            lines += bashArguments(command).map { "            " + $0 }
            lines.append("            ;;")
        }
        lines += ["    esac", "}", "complete -F \(function) \(name)", ""]
        return lines.joined(separator: "\n")
    }

    private func bashArguments(_ command: Command) -> [String] {
        if command.isGroup { return [bashWords(command.subcommands.map(\.name) + ["--help"])] }
        if command.name == "help" { return [bashWords(helpTopics)] }
        let spellings = options(of: command).flatMap(\.spellings).filter { $0.hasPrefix("--") } + ["--help"]
        let operand = command.operands.last.map { bashValues($0.type) } ?? ":"
        return ["if [[ $current == -* ]]; then \(bashWords(spellings)); else \(operand); fi"]
    }

    private func bashWords(_ words: [String]) -> String {
        "COMPREPLY=($(compgen -W \(ShellQuote.single(words.joined(separator: " "))) -- \"$current\"))"
    }

    private func bashValues(_ type: ValueType) -> String {
        switch type {
        case .choice(let words): bashWords(words)
        case .file: "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$current\"))"
        case .directory: "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- \"$current\"))"
        case .string, .integer, .number, .duration, .checked: ":"
        }
    }
}
