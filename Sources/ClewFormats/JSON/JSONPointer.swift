/// A JSON Pointer (RFC 6901): the path to one value of a document.
public struct JSONPointer: Sendable, Equatable {
    /// The pointer as it was written.
    public let text: String
    /// Its reference tokens, unescaped.
    private let tokens: [ContiguousArray<UInt8>]

    /// Reads a pointer: empty (the whole document), or tokens each led by `/`, with `~0` for `~` and `~1` for `/`.
    /// nil for any other text.
    public init?(_ text: String) {
        var tokens: [ContiguousArray<UInt8>] = []
        var iterator = text.utf8.makeIterator()
        var first = true
        while let byte = iterator.next() {
            if first, byte != UInt8(ascii: "/") { return nil }
            first = false
            if byte == UInt8(ascii: "/") {
                tokens.append([])
                continue
            }
            guard byte == UInt8(ascii: "~") else {
                tokens[tokens.count - 1].append(byte)
                continue
            }
            switch iterator.next() {
            case UInt8(ascii: "0"): tokens[tokens.count - 1].append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): tokens[tokens.count - 1].append(UInt8(ascii: "/"))
            default: return nil
            }
        }
        self.text = text
        self.tokens = tokens
    }

    /// The value it points at; nil if there is none or it is null. An ambiguous path (a name twice) is refused. The path
    /// may lead into a text that is JSON itself.
    func resolve(_ root: JSONValue, _ texts: EmbeddedTexts) throws(DecodeFailure) -> JSONValue? {
        var value = root
        for index in tokens.indices {
            let next: JSONValue?
            value = texts.root(of: value) ?? value
            if value.isObject {
                next = try member(of: value, tokens[index])
            } else {
                next = JSONPointer.arrayIndex(tokens[index]).flatMap { value.element($0) }
            }
            guard let next else { return nil }
            value = next
        }
        return value.isNull ? nil : value
    }

    private func member(of value: JSONValue, _ token: ContiguousArray<UInt8>) throws(DecodeFailure) -> JSONValue? {
        // `withUnsafeBytes` rethrows untyped, so the failure is carried out as a value.
        let result = token.withUnsafeBytes { name -> Result<JSONValue?, DecodeFailure> in
            do throws(DecodeFailure) { return .success(try value.member(name)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    private static func arrayIndex(_ token: ContiguousArray<UInt8>) -> Int? {
        guard !token.isEmpty, token.count <= 9, token.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
        if token.count > 1, token[0] == 48 { return nil }
        return token.reduce(0) { $0 * 10 + Int($1 - 48) }
    }
}
