/// Bytes being written: integers as LEB128, floats little endian, texts with their length before them.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put(byte: UInt8) { bytes.append(byte) }

    mutating func put(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func put(_ value: UInt32) { put(UInt64(value)) }

    mutating func put(count: Int) { put(UInt64(count)) }

    mutating func put(_ value: Float) {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ value: Double) {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func put(_ text: String) {
        put(count: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func put(_ other: ByteWriter) { bytes.append(contentsOf: other.bytes) }
}

/// What a reader found instead of what must be there.
struct Malformed: Error {
    var reason: String
}

/// Bytes being read; each call checks that they are there.
struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var at = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var left: Int { bytes.count - at }

    mutating func byte() throws(Malformed) -> UInt8 {
        guard at < bytes.count else { throw Malformed(reason: "it ends within an entry") }
        defer { at += 1 }
        return bytes[at]
    }

    mutating func integer() throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || next < 2 else { throw Malformed(reason: "an integer has more than 64 bits") }
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
            shift += 7
        }
    }

    /// An index below `limit`.
    mutating func index(below limit: Int, _ what: String) throws(Malformed) -> UInt32 {
        let value = try integer()
        guard value < UInt64(limit), value <= UInt64(UInt32.max) else {
            throw Malformed(reason: "\(what) \(value) of \(limit)")
        }
        return UInt32(value)
    }

    /// A number of entries that take at least `size` bytes each, so that no more is allocated than there is.
    mutating func count(ofEntries size: Int) throws(Malformed) -> Int {
        let value = try integer()
        guard value <= UInt64(left / size) else { throw Malformed(reason: "\(value) entries in \(left) bytes") }
        return Int(value)
    }

    /// A weight: not negative, and of a size that leaves room for more.
    mutating func weight() throws(Malformed) -> Float {
        guard left >= 4 else { throw Malformed(reason: "it ends within an entry") }
        let value = Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
        at += 4
        guard value >= 0, value < 1e30 else { throw Malformed(reason: "a weight of \(value)") }
        return value
    }

    /// A number, likewise.
    mutating func number() throws(Malformed) -> Double {
        guard left >= 8 else { throw Malformed(reason: "it ends within an entry") }
        let value = Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
        at += 8
        guard value >= 0, value < 1e30 else { throw Malformed(reason: "a number of \(value)") }
        return value
    }

    /// A text of at least one byte.
    mutating func text() throws(Malformed) -> String {
        let length = try count(ofEntries: 1)
        guard length > 0 else { throw Malformed(reason: "an empty name") }
        defer { at += length }
        return String(decoding: bytes[at..<(at + length)], as: UTF8.self)
    }

    /// The next `length` bytes, to be read by themselves.
    mutating func part(_ length: Int) throws(Malformed) -> ByteReader {
        guard length >= 0, length <= left else { throw Malformed(reason: "a section of \(length) bytes in \(left)") }
        defer { at += length }
        return ByteReader(UnsafeRawBufferPointer(rebasing: bytes[at..<(at + length)]))
    }
}
