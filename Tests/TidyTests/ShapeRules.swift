/// Limits on the shape of files, and words that have no place in them.
enum ShapeRules {
    static let fileLinesMax = 600
    static let functionLinesMax = 70
    static let columnsMax = 140

    /// Files that may break a limit, with the rules they may break and the reason beside each. Empty is best.
    static let exceptions: [String: Set<Rule>] = [:]

    enum Rule: String {
        case fileLength
        case functionLength
        case lineLength
    }

    /// Programs end by an error, not by a trap; and what is unfinished is not committed.
    static let bannedCode = ["fatalError", "try!", "as!", "preconditionFailure", "unsafeBitCast", "print(\"DEBUG"]
    static let bannedComments = ["TODO", "FIXME", "XXX"]

    static func violations(in file: SourceText) -> [Violation] {
        let excused = exceptions[file.path] ?? []
        var found: [Violation] = []
        if !excused.contains(.fileLength) { found += fileLength(file) }
        if !excused.contains(.functionLength) { found += functionLengths(file) }
        if !excused.contains(.lineLength) { found += lineLengths(file) }
        return found + bannedWords(file)
    }

    static func fileLength(_ file: SourceText) -> [Violation] {
        guard file.lines.count > fileLinesMax else { return [] }
        return [Violation(path: file.path, line: file.lines.count, rule: "\(file.lines.count) lines, at most \(fileLinesMax) in a file")]
    }

    static func lineLengths(_ file: SourceText) -> [Violation] {
        file.lines.enumerated().compactMap { index, line in
            line.count <= columnsMax
                ? nil : Violation(path: file.path, line: index + 1, rule: "\(line.count) columns, at most \(columnsMax)")
        }
    }

    static func functionLengths(_ file: SourceText) -> [Violation] {
        FunctionScanner(file.code).functions().compactMap { function in
            let count = function.lastLine - function.firstLine + 1
            guard count > functionLinesMax else { return nil }
            return Violation(
                path: file.path, line: function.firstLine,
                rule: "\(function.name) has \(count) lines, at most \(functionLinesMax) in a function")
        }
    }

    static func bannedWords(_ file: SourceText) -> [Violation] {
        var found: [Violation] = []
        for index in file.code.indices {
            for word in bannedCode where Words.contains(word, in: file.code[index]) {
                found.append(Violation(path: file.path, line: index + 1, rule: "no \(word) in Sources"))
            }
            for word in bannedComments where Words.contains(word, in: file.comments[index]) {
                found.append(Violation(path: file.path, line: index + 1, rule: "no \(word) in a comment"))
            }
        }
        return found
    }
}

/// Finds the bodies of functions, initializers, subscripts and computed properties by their braces.
struct FunctionScanner {
    struct Function: Equatable {
        let name: String
        /// From 1, of the declaration.
        let firstLine: Int
        let lastLine: Int
    }
    private var text: [Character] = []
    private var lineOf: [Int] = []

    init(_ code: [String]) {
        for (index, line) in code.enumerated() {
            for character in line {
                text.append(character)
                lineOf.append(index + 1)
            }
            text.append("\n")
            lineOf.append(index + 1)
        }
    }

    func functions() -> [Function] {
        var found: [Function] = []
        var index = 0
        var previous: Character = "\n"
        while index < text.count {
            guard Words.isWordCharacter(text[index]) else {
                if text[index] != " " { previous = text[index] }
                index += 1
                continue
            }
            let start = index
            while index < text.count, Words.isWordCharacter(text[index]) { index += 1 }
            let word = String(text[start..<index])
            if previous != ".", let open = body(after: word, at: index), let close = matching(open) {
                found.append(Function(name: name(word, after: index), firstLine: lineOf[start], lastLine: lineOf[close]))
            }
            previous = text[index - 1]
        }
        return found
    }

    /// Where the body opens of the declaration that `keyword` begins; nil if it begins none, or one without a body.
    private func body(after keyword: String, at index: Int) -> Int? {
        switch keyword {
        case "func", "init", "subscript":
            guard let parameters = firstParenthesis(from: index, isInit: keyword == "init"), let end = matching(parameters) else {
                return nil
            }
            return brace(from: end + 1)
        case "deinit":
            return brace(from: index)
        case "var":
            // A computed property opens its body in its first line, before any "=".
            let line = text[index...].prefix { $0 != "\n" && $0 != "=" && $0 != "{" }
            return line.endIndex < text.count && text[line.endIndex] == "{" ? line.endIndex : nil
        default:
            return nil
        }
    }

    private func firstParenthesis(from index: Int, isInit: Bool) -> Int? {
        let allowedBefore: Set<Character> = ["?", "!", "<"]
        if isInit, let next = text[index...].first(where: { $0 != " " }), next != "(", !allowedBefore.contains(next) { return nil }
        return text[index...].firstIndex(of: "(")
    }

    /// The next opening brace, unless another declaration or the end of the block comes first: then there is no body.
    private func brace(from start: Int) -> Int? {
        let others: Set<String> = ["func", "init", "subscript", "deinit", "var", "let", "case", "struct", "class", "enum", "extension"]
        var index = start
        while index < text.count {
            let character = text[index]
            if character == "{" { return index }
            if character == "}" || character == "=" || character == ";" { return nil }
            if character == "(" || character == "[" { index = matching(index) ?? index }
            if Words.isWordCharacter(character) {
                let wordStart = index
                while index < text.count, Words.isWordCharacter(text[index]) { index += 1 }
                if others.contains(String(text[wordStart..<index])) { return nil }
                continue
            }
            index += 1
        }
        return nil
    }

    /// The bracket that closes the one at `open`.
    private func matching(_ open: Int) -> Int? {
        let pairs: [Character: Character] = ["(": ")", "{": "}", "[": "]"]
        guard let close = pairs[text[open]] else { return nil }
        var depth = 0
        for index in open..<text.count {
            if text[index] == text[open] { depth += 1 }
            if text[index] == close {
                depth -= 1
                if depth == 0 { return index }
            }
        }
        return nil
    }

    private func name(_ keyword: String, after index: Int) -> String {
        guard keyword == "func" || keyword == "var" else { return keyword }
        let rest = text[index...].drop { $0 == " " }
        return String(rest.prefix { $0 != "(" && $0 != " " && $0 != "<" && $0 != ":" })
    }
}
