/// Reads JSON (RFC 8259) into the same tree, some ten times as fast as YAML is read.
struct JSONReader {
    private let input: UnsafeBufferPointer<UInt8>
    private var at = 0
    private var line = 1
    private var lineStart = 0
    /// UTF-8 continuation bytes of the current line so far: columns count characters.
    private var continuations = 0
    private var builder: YAMLBuilder
    private var scratch: [UInt8] = []

    static func parse(_ bytes: [UInt8], file: String) throws(Diagnostic) -> YAMLNode {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Diagnostic(file: file, message: "not valid UTF-8 text")
        }
        var result: Result<YAMLNode, Diagnostic> = .failure(Diagnostic(file: file, message: "empty"))
        bytes.withUnsafeBufferPointer { input in
            var reader = JSONReader(input: input, file: file)
            do throws(Diagnostic) {
                try reader.document()
                result = .success(reader.builder.finish())
            } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }

    private init(input: UnsafeBufferPointer<UInt8>, file: String) {
        self.input = input
        builder = YAMLBuilder(file: file, bytes: input.count)
        if input.starts(with: [0xEF, 0xBB, 0xBF]) {
            at = 3
            lineStart = 3
        }
    }

    private var mark: YAMLBuilder.Mark { .init(line: line, column: at - lineStart - continuations + 1) }
    private var next: UInt8? { at < input.count ? input[at] : nil }

    private func failure(_ message: String) -> Diagnostic { builder.failure("not valid JSON: \(message)", mark) }

    private func unexpected(_ expected: String) -> Diagnostic {
        guard let next else { return failure("expected \(expected), found the end of the file") }
        return failure("expected \(expected), found '\(YAMLText.excerpt(String(UnicodeScalar(next))))'")
    }

    private mutating func skipSpace() {
        while at < input.count {
            switch input[at] {
            case 0x20, 0x09, 0x0D: at += 1
            case 0x0A:
                at += 1
                line += 1
                lineStart = at
                continuations = 0
            default: return
            }
        }
    }

    private mutating func document() throws(Diagnostic) {
        skipSpace()
        try value()
        skipSpace()
        guard at == input.count else { throw unexpected("the end of the file") }
    }

    private mutating func value() throws(Diagnostic) {
        switch next {
        case UInt8(ascii: "{"): try object()
        case UInt8(ascii: "["): try array()
        case UInt8(ascii: "\""): try string()
        default: try literal()
        }
    }

    private mutating func object() throws(Diagnostic) {
        try builder.begin(mapping: true, mark)
        at += 1
        skipSpace()
        if next != UInt8(ascii: "}") {
            while true {
                guard next == UInt8(ascii: "\"") else { throw unexpected("a key in double quotes") }
                try string()
                skipSpace()
                guard next == UInt8(ascii: ":") else { throw unexpected("':' after a key") }
                at += 1
                skipSpace()
                try value()
                skipSpace()
                guard next == UInt8(ascii: ",") else { break }
                at += 1
                skipSpace()
            }
            guard next == UInt8(ascii: "}") else { throw unexpected("',' or '}'") }
        }
        at += 1
        builder.end()
    }

    private mutating func array() throws(Diagnostic) {
        try builder.begin(mapping: false, mark)
        at += 1
        skipSpace()
        if next != UInt8(ascii: "]") {
            while true {
                try value()
                skipSpace()
                guard next == UInt8(ascii: ",") else { break }
                at += 1
                skipSpace()
            }
            guard next == UInt8(ascii: "]") else { throw unexpected("',' or ']'") }
        }
        at += 1
        builder.end()
    }

    /// true, false, null or a number, kept as the text it is.
    private mutating func literal() throws(Diagnostic) {
        var end = at
        scan: while end < input.count {
            switch input[end] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                end += 1
            default: break scan
            }
        }
        let bytes = UnsafeBufferPointer(rebasing: input[at..<end])
        let isWord = ["true", "false", "null"].contains { bytes.elementsEqual($0.utf8) }
        guard isWord || Self.isNumber(bytes) else { throw unexpected("a value") }
        try builder.scalar(bytes, plain: true, mark)
        at = end
    }

    private static func isNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var rest = bytes[...]
        func digits() -> Int {
            let count = rest.prefix { (0x30...0x39).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let leadingZero = rest.first == 0x30
        let whole = digits()
        guard whole > 0, !(leadingZero && whole > 1) else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    private mutating func string() throws(Diagnostic) {
        let start = mark
        at += 1
        var from = at
        var escaped = false
        scratch.removeAll(keepingCapacity: true)
        while true {
            guard let byte = next else { throw failure("a string has no end") }
            switch byte {
            case UInt8(ascii: "\""):
                let tail = UnsafeBufferPointer(rebasing: input[from..<at])
                if escaped {
                    scratch.append(contentsOf: tail)
                    let text = scratch
                    var thrown: Diagnostic?
                    text.withUnsafeBufferPointer { whole in
                        do throws(Diagnostic) { try builder.scalar(whole, plain: false, start) } catch { thrown = error }
                    }
                    if let thrown { throw thrown }
                } else {
                    try builder.scalar(tail, plain: false, start)
                }
                at += 1
                return
            case UInt8(ascii: "\\"):
                scratch.append(contentsOf: input[from..<at])
                escaped = true
                try escape()
                from = at
            case 0..<0x20: throw failure("a control character in a string; expected an escape such as \\n")
            default:
                if byte & 0xC0 == 0x80 { continuations += 1 }
                at += 1
            }
        }
    }

    private mutating func escape() throws(Diagnostic) {
        at += 1
        switch next {
        case UInt8(ascii: "n"): scratch.append(0x0A)
        case UInt8(ascii: "t"): scratch.append(0x09)
        case UInt8(ascii: "r"): scratch.append(0x0D)
        case UInt8(ascii: "b"): scratch.append(0x08)
        case UInt8(ascii: "f"): scratch.append(0x0C)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scratch.append(input[at])
        case UInt8(ascii: "u"):
            try unicodeEscape()
            return
        default: throw unexpected("one of n t r b f u \" \\ / after a backslash")
        }
        at += 1
    }

    private mutating func unicodeEscape() throws(Diagnostic) {
        var code = try hexadecimal()
        if 0xD800...0xDBFF ~= code, next == UInt8(ascii: "\\"), at + 1 < input.count, input[at + 1] == UInt8(ascii: "u") {
            at += 1
            let low = try hexadecimal()
            guard 0xDC00...0xDFFF ~= low else { throw failure("half of a surrogate pair") }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = UnicodeScalar(code) else { throw failure("half of a surrogate pair") }
        scratch.append(contentsOf: String(Character(scalar)).utf8)
    }

    /// Four digits after the `u` that `at` is on; leaves `at` behind them.
    private mutating func hexadecimal() throws(Diagnostic) -> UInt32 {
        at += 1
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let next, let digit = Character(UnicodeScalar(next)).hexDigitValue, next < 0x80 else {
                throw unexpected("four hexadecimal digits after \\u")
            }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }
}
