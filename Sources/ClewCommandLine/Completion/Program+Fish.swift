extension Program {
    /// One `complete` line an option; a small function says which command the cursor is in.
    func fishCompletion() -> String {
        let at = "__\(name)_at"
        let paths = nodes.map { ShellQuote.fish($0.path.joined(separator: " ")) }.joined(separator: " ")
        var lines = [
            "# fish completion for \(name)",
            "function \(at) --argument-names wanted",
            "    set --local path",
            "    for word in (commandline --tokenize --cut-at-cursor --current-process)[2..]",
            "        set --local longer (string join ' ' -- $path $word)",
            "        contains -- \"$longer\" \(paths); and set path $path $word",
            "    end",
            "    test \"$path\" = \"$wanted\"",
            "end",
            "complete --command \(name) --no-files",
            "complete --command \(name) --condition '\(at) \"\"' --long-option version --short-option V --description 'Show the version'",
            "complete --command \(name) --long-option help --short-option h --description 'Show help'",
        ]
        lines += allCommands.map { fishCommand($0, at: at, path: "") }
        for (path, command) in nodes {
            let place = path.joined(separator: " ")
            lines += command.subcommands.map { fishCommand($0, at: at, path: place) }
            if command.isGroup { continue }
            lines += options(of: command).flatMap { fishOption($0, at: at, path: place) }
            if let operand = command.operands.last, let values = fishOperand(command, operand) {
                lines.append("complete --command \(name) --condition '\(at) \"\(place)\"' \(values)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func fishCommand(_ command: Command, at: String, path: String) -> String {
        "complete --command \(name) --condition '\(at) \"\(path)\"' --arguments \(command.name) "
            + "--description \(ShellQuote.fish(command.summary))"
    }

    private func fishOption(_ option: Option, at: String, path: String) -> [String] {
        let start = "complete --command \(name) --condition '\(at) \"\(path)\"'"
        let end = "--description \(ShellQuote.fish(option.summary))"
        let short = option.short.map { " --short-option \($0)" } ?? ""
        guard let type = option.type else {
            let off = option.isNegatable ? ["\(start) --long-option no-\(option.name) \(end)"] : []
            return ["\(start) --long-option \(option.name)\(short) \(end)"] + off
        }
        let needs = if case .choice = type { "--exclusive" } else { "--require-parameter" }
        return ["\(start) --long-option \(option.name)\(short) \(needs) \(fishValues(type) ?? "")\(end)"]
    }

    private func fishOperand(_ command: Command, _ operand: Operand) -> String? {
        if command.name == "help" { return "--arguments \(ShellQuote.fish(helpTopics.joined(separator: " ")))" }
        return fishValues(operand.type)
    }

    private func fishValues(_ type: ValueType) -> String? {
        switch type {
        case .choice(let words): "--arguments \(ShellQuote.fish(words.joined(separator: " "))) "
        case .file: "--force-files "
        case .directory: "--arguments '(__fish_complete_directories)' "
        case .string, .integer, .number, .duration, .checked: nil
        }
    }
}
