extension Program {
    /// A page for the documentation, in Markdown: each command with its usage, options, operands and examples.
    public func markdownPage() -> String {
        var parts = ["# \(name)", summary]
        if !discussion.isEmpty { parts.append(discussion) }
        let rows = leaves.map { path, command in
            let title = text(path)
            return "| [`\(title)`](#\(anchor(title))) | \(cell(command.summary)) |"
        }
        parts.append((["| command | does |", "|---|---|"] + rows).joined(separator: "\n"))
        if !commonOptions.isEmpty {
            parts.append("## Options of every command")
            parts.append(table(commonOptions))
        }
        for (path, command) in leaves { parts += section(command, path) }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private func section(_ command: Command, _ path: [String]) -> [String] {
        var parts = ["## \(text(path))", command.summary + "."]
        parts.append("```\n\(usage(command, path: path))\n```")
        if !command.discussion.isEmpty { parts.append(command.discussion) }
        if !command.operands.isEmpty {
            let rows = command.operands.map { "| `\(cell($0.usage))` | \(cell(described($0))) |" }
            parts.append((["| operand | |", "|---|---|"] + rows).joined(separator: "\n"))
        }
        if !command.options.isEmpty { parts.append(table(command.options)) }
        if !command.examples.isEmpty {
            parts.append("```sh\n" + command.examples.map { "# \($0.summary)\n\($0.line)" }.joined(separator: "\n") + "\n```")
        }
        return parts
    }

    private func table(_ options: [Option]) -> String {
        let rows = options.map { option in
            let names = (option.short.map { "-\($0), " } ?? "") + option.longForm
            return "| `\(cell(names))` | \(cell(described(option))) |"
        }
        return (["| option | |", "|---|---|"] + rows).joined(separator: "\n")
    }

    /// A bar would end the cell, also within backticks.
    private func cell(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }

    private func anchor(_ title: String) -> String {
        String(title.lowercased().map { $0 == " " ? "-" : $0 })
    }
}
