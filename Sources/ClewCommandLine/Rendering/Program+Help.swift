extension Program {
    /// What `--help` prints: usage, commands, how to go on. `width` in columns.
    public func help(width: Int = 80) -> String {
        var parts = ["Usage: \(name) COMMAND [OPTIONS] [OPERANDS]", TextLayout.wrap(summary, width: width).joined(separator: "\n")]
        if !discussion.isEmpty { parts.append(TextLayout.paragraphs(discussion, width: width)) }
        parts.append(section("Commands", commandRows(allCommands), width))
        parts.append(section("Options", [("-h, --help", "Show this help"), ("-V, --version", "Show the version")], width))
        parts.append("Help on a command, with examples: \(name) COMMAND --help")
        return parts.joined(separator: "\n\n")
    }

    /// The help of the command at `path`, nil if there is none. `width` in columns.
    public func help(path: [String], width: Int = 80) -> String? {
        var candidates = allCommands
        var found: Command?
        for name in path {
            guard let command = candidates.first(where: { $0.name == name }) else { return nil }
            found = command
            candidates = command.subcommands
        }
        return found.map { help($0, path: path, width: width) } ?? help(width: width)
    }

    func help(_ command: Command, path: [String], width: Int = 80) -> String {
        var parts = ["Usage: " + usage(command, path: path), TextLayout.wrap(command.summary, width: width).joined(separator: "\n")]
        if !command.discussion.isEmpty { parts.append(TextLayout.paragraphs(command.discussion, width: width)) }
        if command.isGroup {
            parts.append(section("Subcommands", commandRows(command.subcommands), width))
            parts.append("Help on a subcommand, with examples: \(text(path)) SUBCOMMAND --help")
            return parts.joined(separator: "\n\n")
        }
        if !command.operands.isEmpty {
            parts.append(section("Operands", command.operands.map { ($0.usage, described($0)) }, width))
        }
        let rows = command.options.map(row)
        parts.append(section("Options", rows + [("-h, --help", "Show this help")], width))
        let common = options(of: command).dropFirst(command.options.count)
        if !common.isEmpty { parts.append(section("Common options", common.map(row), width)) }
        if !command.examples.isEmpty {
            let lines = command.examples.map { "  # \($0.summary)\n  \($0.line)" }
            parts.append("Examples:\n" + lines.joined(separator: "\n"))
        }
        return parts.joined(separator: "\n\n")
    }

    /// `clew replay [OPTIONS] FILE...`; required options are written out.
    func usage(_ command: Command, path: [String]) -> String {
        if command.isGroup { return "\(text(path)) SUBCOMMAND [OPTIONS] [OPERANDS]" }
        let required = options(of: command).filter(\.isRequired).map(\.longForm)
        return ([text(path)] + required + ["[OPTIONS]"] + command.operands.map(\.usage)).joined(separator: " ")
    }

    /// The summary with what the declaration adds: the words of a choice, the default, required, repeatable.
    func described(_ option: Option) -> String {
        var notes: [String] = []
        if case .value(.choice(let words), let placeholder) = option.form, placeholder != words.joined(separator: "|") {
            notes.append(words.joined(separator: ", "))
        }
        if let text = option.defaultText { notes.append("default: " + (option.type == nil ? (text == "true" ? "on" : "off") : text)) }
        if option.isRequired { notes.append("required") }
        if option.isRepeatable { notes.append("may be repeated") }
        return notes.isEmpty ? option.summary : "\(option.summary) (\(notes.joined(separator: "; ")))"
    }

    func described(_ operand: Operand) -> String {
        operand.summary
    }

    private func row(_ option: Option) -> (String, String) {
        ((option.short.map { "-\($0), " } ?? "    ") + option.longForm, described(option))
    }

    private func commandRows(_ commands: [Command]) -> [(String, String)] {
        commands.flatMap { command -> [(String, String)] in
            command.isGroup
                ? command.subcommands.map { ("\(command.name) \($0.name)", $0.summary) } : [(command.name, command.summary)]
        }
    }

    private func section(_ title: String, _ rows: [(String, String)], _ width: Int) -> String {
        let table = TextLayout.table(rows.map { (left: $0.0, right: $0.1) }, width: width)
        return "\(title):\n" + table.joined(separator: "\n")
    }
}
