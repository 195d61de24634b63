import CSimdjson
internal import ClewEngine

typealias Bytes = UnsafeRawBufferPointer

extension UnsafeRawBufferPointer {
    /// No bytes.
    static var none: Bytes { Bytes(start: nil, count: 0) }

    /// The bytes of a literal; they live as long as the process.
    @inline(__always)
    init(_ literal: StaticString) {
        self.init(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }

    /// A stretch of these bytes, cut to what there is.
    func slice(_ from: Int, _ to: Int) -> Bytes {
        Bytes(rebasing: self[Swift.min(from, count)..<Swift.min(Swift.max(from, to), count)])
    }

    /// The first `limit` bytes, fewer if that would cut a UTF-8 character in two.
    func cut(to limit: Int) -> Bytes {
        guard count > limit else { return self }
        var end = limit
        while end > 0, self[end] & 0xC0 == 0x80 { end -= 1 }
        return slice(0, end)
    }

    /// Whether the bytes are UTF-8 throughout.
    var isUTF8: Bool {
        guard let base = baseAddress?.assumingMemoryBound(to: UInt8.self) else { return true }
        return csj_is_utf8(base, count) != 0
    }

    /// As text for a message to a person: at most 64 bytes.
    var clipped: String {
        let shown = String(decoding: cut(to: 64), as: UTF8.self)
        return count > 64 ? shown + "…" : shown
    }
}

/// The kinds of JSON value.
enum JSONKind {
    case null, bool, number, string, array, object

    /// As a person would say it.
    var name: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// One value of a parsed document: valid until its document parses again, or the message's bytes go.
struct JSONValue: BitwiseCopyable {
    let node: UnsafePointer<csj_node>

    @inline(__always)
    init(_ node: UnsafePointer<csj_node>) { self.node = node }

    var kind: JSONKind {
        switch node.pointee.kind {
        case CSJ_NULL.rawValue: .null
        case CSJ_FALSE.rawValue, CSJ_TRUE.rawValue: .bool
        case CSJ_NUMBER.rawValue: .number
        case CSJ_STRING.rawValue: .string
        case CSJ_ARRAY.rawValue: .array
        default: .object
        }
    }

    @inline(__always) var isString: Bool { node.pointee.kind == CSJ_STRING.rawValue }
    @inline(__always) var isNull: Bool { node.pointee.kind == CSJ_NULL.rawValue }
    @inline(__always) var isObject: Bool { node.pointee.kind == CSJ_OBJECT.rawValue }
    @inline(__always) var isArray: Bool { node.pointee.kind == CSJ_ARRAY.rawValue }
    /// A string, number or boolean.
    @inline(__always) var isScalar: Bool {
        node.pointee.kind >= CSJ_FALSE.rawValue && node.pointee.kind <= CSJ_STRING.rawValue
    }

    /// A string's text; of other values, their bytes as they stand in the message.
    @inline(__always) var text: Bytes { Bytes(start: node.pointee.text, count: Int(node.pointee.length)) }

    /// Members of an object, elements of an array.
    @inline(__always) var count: Int { Int(node.pointee.count) }

    /// What comes after this value and all within it.
    @inline(__always) var following: JSONValue { JSONValue(node + Int(node.pointee.size)) }

    /// The first element of an array, or the name of an object's first member; only if `count > 0`.
    @inline(__always) var first: JSONValue { JSONValue(node + 1) }

    /// Calls `body` with each member of an object; nothing for other values.
    @inline(__always)
    func forEachMember<E: Error>(_ body: (_ name: Bytes, _ value: JSONValue) throws(E) -> Void) throws(E) {
        guard isObject else { return }
        var name = first
        for _ in 0..<count {
            let value = JSONValue(name.node + 1)
            try body(name.text, value)
            name = value.following
        }
    }

    /// Calls `body` with each element of an array; nothing for other values.
    @inline(__always)
    func forEachElement<E: Error>(_ body: (_ index: Int, _ value: JSONValue) throws(E) -> Void) throws(E) {
        guard isArray else { return }
        var value = first
        for index in 0..<count {
            try body(index, value)
            value = value.following
        }
    }

    /// The member of that name; nil if there is none or it is null. Two of them are refused.
    func member(_ name: Bytes) throws(DecodeFailure) -> JSONValue? {
        var found: JSONValue?
        var seen = false
        try forEachMember { (key, value) throws(DecodeFailure) in
            guard ByteHash.equal(key, name) else { return }
            if seen { throw DecodeFailure.duplicate(name) }
            seen = true
            if !value.isNull { found = value }
        }
        return found
    }

    /// The member of that name; nil if there is none or it is null. Two of them are refused.
    func member(_ name: StaticString) throws(DecodeFailure) -> JSONValue? {
        try member(Bytes(name))
    }

    /// The element at `index` of an array, nil past its end.
    func element(_ index: Int) -> JSONValue? {
        guard isArray, index < count else { return nil }
        var value = first
        for _ in 0..<index { value = value.following }
        return value
    }
}

/// A JSON reader with its reused buffers; holds one document at a time.
struct JSONDocument: ~Copyable {
    private let parser: OpaquePointer?

    init() { parser = csj_create() }

    deinit { csj_destroy(parser) }

    /// Reads a whole message, every byte of it checked, and returns its root.
    ///
    /// A byte order mark before it is skipped. No byte past the end is read, so the message needs no padding.
    mutating func parse(_ bytes: Bytes, maxDepth: Int) throws(DecodeFailure) -> JSONValue {
        guard let parser else { throw DecodeFailure(.tooLarge, "out of memory") }
        var text = bytes
        if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF { text = text.slice(3, text.count) }
        let base = text.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let error = base == nil ? Int32(CSJ_EMPTY.rawValue) : csj_parse(parser, base, text.count, UInt32(clamping: maxDepth))
        if error == 0, let nodes = csj_nodes(parser) { return JSONValue(nodes) }
        throw failure(UInt32(bitPattern: error), parser, maxDepth: maxDepth)
    }

    private func failure(_ error: UInt32, _ parser: OpaquePointer, maxDepth: Int) -> DecodeFailure {
        let expected = String(cString: csj_error_expected(parser))
        let place = "byte \(csj_error_offset(parser))"
        switch error {
        case CSJ_EMPTY.rawValue: return DecodeFailure(.empty, "expected a JSON object, found nothing")
        case CSJ_NOT_UTF8.rawValue: return DecodeFailure(.notUTF8, "\(place): expected UTF-8")
        case CSJ_TRUNCATED.rawValue: return DecodeFailure(.truncated, "\(place): expected \(expected), found the end of the message")
        case CSJ_TOO_DEEP.rawValue: return DecodeFailure(.tooDeep, "\(place): more than \(maxDepth) containers within each other")
        case CSJ_TRAILING.rawValue: return DecodeFailure(.trailingBytes, "\(place): expected the end of the message after its value")
        case CSJ_TOO_LARGE.rawValue: return DecodeFailure(.tooLarge, "expected a shorter message")
        default: return DecodeFailure(.notJSON, "\(place): expected \(expected)")
        }
    }
}
