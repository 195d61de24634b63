extension Program {
    /// One function a command, on zsh's own `_arguments` and `_describe`.
    func zshCompletion() -> String {
        var lines = ["#compdef \(name)", ""]
        for (path, command) in nodes { lines += zshFunction(command, path) + [""] }
        lines += zshGroup(function: "_\(name)", level: 2, commands: allCommands, extra: ["--help", "--version"])
        lines += ["", "if [[ $funcstack[1] == _\(name) ]]; then _\(name) \"$@\"; else compdef _\(name) \(name); fi", ""]
        return lines.joined(separator: "\n")
    }

    private func zshFunction(_ command: Command, _ path: [String]) -> [String] {
        let function = "_" + ([name] + path).joined(separator: "_")
        if command.isGroup {
            return zshGroup(function: function, level: 2, commands: command.subcommands, extra: ["--help"])
        }
        var specifications = options(of: command).flatMap(zshOption)
        specifications.append(ShellQuote.single("(- *)--help[Show help]"))
        for operand in command.operands {
            let count = operand.takesSeveral ? "*:" : operand.isRequired ? ":" : "::"
            let action = command.name == "help" ? "(\(helpTopics.joined(separator: " ")))" : zshAction(operand.type)
            specifications.append(ShellQuote.single("\(count)\(zshText(operand.name)):\(action)"))
        }
        return ["\(function)() {", "    _arguments -s -S \\"] + specifications.dropLast().map { "        \($0) \\" }
            + specifications.suffix(1).map { "        \($0)" } + ["}"]
    }

    /// Offers the commands in the first place, after it hands over to the function of the command that stands there.
    private func zshGroup(function: String, level: Int, commands: [Command], extra: [String]) -> [String] {
        let described = commands.map { ShellQuote.single("\($0.name):\($0.summary)") }.joined(separator: " ")
        var lines = [
            "\(function)() {",
            "    if (( CURRENT == \(level) )); then",
            "        local -a commands=(\(described))",
            "        _describe -t commands command commands",
            "        compadd -- \(extra.joined(separator: " "))",
            "        return",
            "    fi",
            "    local command=\"$words[2]\"",
            "    shift words",
            "    (( CURRENT-- ))",
            "    case $command in",
        ]
        lines += commands.map { "        \($0.name)) \(function)_\($0.name) ;;" }
        return lines + ["    esac", "}"]
    }

    private func zshOption(_ option: Option) -> [String] {
        let text = "[\(zshText(option.summary))]"
        let star = option.isRepeatable ? "*" : ""
        guard case .value(let type, let placeholder) = option.form else {
            return option.spellings.map { ShellQuote.single("\(star)\($0)\(text)") }
        }
        let argument = ":\(zshText(placeholder)):\(zshAction(type))"
        return option.spellings.map { spelling in
            ShellQuote.single("\(star)\(spelling)\(spelling.hasPrefix("--") ? "=" : "+")\(text)\(argument)")
        }
    }

    private func zshAction(_ type: ValueType) -> String {
        switch type {
        case .choice(let words): "(\(words.joined(separator: " ")))"
        case .file: "_files"
        case .directory: "_files -/"
        case .string, .integer, .number, .duration, .checked: " "
        }
    }

    /// Brackets and colons delimit the parts of a specification.
    private func zshText(_ text: String) -> String {
        var escaped = ""
        for character in text {
            if "[]:\\".contains(character) { escaped.append("\\") }
            escaped.append(character)
        }
        return escaped
    }
}
