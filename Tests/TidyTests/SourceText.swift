/// A Swift file as the rules see it.
struct SourceText {
    /// Relative to the repository.
    let path: String
    let lines: [String]
    /// The same lines with comments and the contents of string literals replaced by blanks, so that only code is left.
    let code: [String]
    /// The same lines with everything but comments replaced by blanks.
    let comments: [String]

    init(path: String, _ text: String) {
        self.path = path
        var split = SwiftSplitter(text)
        split.run()
        lines = Self.split(text)
        code = Self.split(String(String.UnicodeScalarView(split.code)))
        comments = Self.split(String(String.UnicodeScalarView(split.comments)))
    }

    /// The folder below `Sources`: the target.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 1 ? String(parts[1]) : ""
    }

    private static func split(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}

/// Tells code from comments and literals: line and nested block comments; strings, also of several lines and raw ones. What is
/// interpolated counts as code.
private struct SwiftSplitter {
    private let input: [Unicode.Scalar]
    private var position = 0
    private(set) var code: [Unicode.Scalar] = []
    private(set) var comments: [Unicode.Scalar] = []

    init(_ text: String) {
        input = Array(text.unicodeScalars)
        code.reserveCapacity(input.count)
        comments.reserveCapacity(input.count)
    }

    mutating func run() {
        runCode(untilParenthesis: false)
    }

    private func starts(_ text: String, at offset: Int = 0) -> Bool {
        var index = position + offset
        for scalar in text.unicodeScalars {
            guard index < input.count, input[index] == scalar else { return false }
            index += 1
        }
        return true
    }

    /// Takes `count` scalars as code, as a comment, or as neither. Line breaks stay everywhere.
    private mutating func take(_ count: Int = 1, code isCode: Bool = false, comment isComment: Bool = false) {
        for _ in 0..<count where position < input.count {
            let scalar = input[position]
            code.append(isCode || scalar == "\n" ? scalar : " ")
            comments.append(isComment || scalar == "\n" ? scalar : " ")
            position += 1
        }
    }

    private mutating func runCode(untilParenthesis: Bool) {
        var depth = 0
        while position < input.count {
            if starts("//") {
                while position < input.count, input[position] != "\n" { take(comment: true) }
            } else if starts("/*") {
                blockComment()
            } else if let hashes = stringStart() {
                string(hashes)
            } else {
                if input[position] == "(" { depth += 1 }
                if input[position] == ")" {
                    depth -= 1
                    if untilParenthesis, depth < 0 { return }
                }
                take(code: true)
            }
        }
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
                take(2, comment: true)
            } else if starts("*/") {
                depth -= 1
                take(2, comment: true)
            } else {
                take(comment: true)
            }
        } while depth > 0 && position < input.count
    }

    /// The number of `#` before the quote that opens a string here; nil if none does.
    private func stringStart() -> Int? {
        var hashes = 0
        while position + hashes < input.count, input[position + hashes] == "#" { hashes += 1 }
        return starts("\"", at: hashes) ? hashes : nil
    }

    private mutating func string(_ hashes: Int) {
        take(hashes)
        let quote = starts("\"\"\"") ? "\"\"\"" : "\""
        let fence = String(repeating: "#", count: hashes)
        take(quote.utf8.count, code: true)
        while position < input.count {
            if starts(quote + fence) {
                take(quote.utf8.count, code: true)
                take(hashes)
                return
            }
            if quote == "\"", input[position] == "\n" { return }
            if starts("\\" + fence) {
                take(1 + hashes)
                if starts("(") {
                    take()
                    runCode(untilParenthesis: true)
                }
            }
            take()
        }
    }
}

/// A place where a rule is broken.
struct Violation: CustomStringConvertible, Equatable {
    let path: String
    /// From 1.
    let line: Int
    let rule: String

    var description: String { "\(path):\(line): \(rule)" }
}

/// Small searches in one line of code.
enum Words {
    static func isWordCharacter(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    /// The names and numbers of a line, with where they stand.
    static func all(_ line: String) -> [Substring] {
        line.split { !isWordCharacter($0) }
    }

    /// Whether `text` occurs in `line`, and not as the end of a longer word. Bytes: this runs over all sources many times.
    static func contains(_ text: String, in line: String) -> Bool {
        var line = line
        var text = text
        return line.withUTF8 { bytes in
            text.withUTF8 { wanted in
                guard let first = wanted.first, bytes.count >= wanted.count else { return false }
                for start in 0...(bytes.count - wanted.count) where bytes[start] == first {
                    if start > 0, isWordByte(first), isWordByte(bytes[start - 1]) { continue }
                    if (1..<wanted.count).allSatisfy({ bytes[start + $0] == wanted[$0] }) { return true }
                }
                return false
            }
        }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), 0x80...0xFF: true
        default: false
        }
    }
}
