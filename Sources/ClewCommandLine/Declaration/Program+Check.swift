extension Program {
    /// Mistakes in the declaration itself: doubled names, defaults of the wrong type, examples that do not parse.
    ///
    /// For a test of the program's tables; empty if all is well.
    public func declarationMistakes() -> [String] {
        var mistakes = doubled(allCommands.map(\.name)).map { "command \($0) is declared twice" }
        for (path, command) in leaves {
            let place = path.joined(separator: " ")
            mistakes += optionMistakes(options(of: command)).map { "\(place): \($0)" }
            mistakes += operandMistakes(command.operands).map { "\(place): \($0)" }
            if command.examples.isEmpty { mistakes.append("\(place): has no example") }
            for example in command.examples {
                if let mistake = exampleMistake(example) { mistakes.append("\(place): example '\(example.line)': \(mistake)") }
            }
        }
        return mistakes
    }

    private func optionMistakes(_ options: [Option]) -> [String] {
        var mistakes = doubled(options.flatMap(\.spellings)).map { "option \($0) is declared twice" }
        for option in options {
            if option.name == "help" { mistakes.append("option --help is built in") }
            if let type = option.type, let text = option.defaultText, type.parse(text) == nil {
                mistakes.append("default '\(text)' of --\(option.name) is not \(type.expectation)")
            }
            if option.isRequired, option.defaultText != nil {
                mistakes.append("--\(option.name) is required and has a default")
            }
        }
        return mistakes
    }

    private func operandMistakes(_ operands: [Operand]) -> [String] {
        var mistakes = doubled(operands.map(\.name)).map { "operand \($0) is declared twice" }
        if operands.filter({ !$0.isRequired || $0.takesSeveral }).count > 1 {
            mistakes.append("more than one operand of variable number")
        }
        return mistakes
    }

    /// Only the program's own part of the line counts: up to a pipe, a redirection or a comment.
    private func exampleMistake(_ example: Example) -> String? {
        let words = ShellWords.split(example.line)
        guard let start = words.firstIndex(of: name) else { return "does not call \(name)" }
        let stops: Set<String> = ["|", ">", ">>", "<", "2>", "&", "&&", ";", "#"]
        let arguments = words[(start + 1)...].prefix { !stops.contains($0) }
        do throws(UsageError) {
            _ = try parse(Array(arguments))
            return nil
        } catch {
            return error.message
        }
    }

    private func doubled(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { !seen.insert($0).inserted }
    }
}

/// Splits a simple command line as a shell would: blanks, single and double quotes, backslashes.
enum ShellWords {
    static func split(_ line: String) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in line {
            if isEscaped {
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if character == " " {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let done = word { words.append(done) }
        return words
    }
}
