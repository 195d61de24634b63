/// An interned name: an index into `Names`. Order and value of ids depend on arrival and never reach the output.
public struct NameID: Hashable, Sendable, BitwiseCopyable {
    public var index: UInt32
    @inlinable
    public init(index: UInt32) { self.index = index }
    /// The empty name.
    public static let none = NameID(index: 0)
    @inlinable
    public static func == (a: NameID, b: NameID) -> Bool { a.index == b.index }
}

/// Interned strings: each distinct byte string is kept once and known by a dense id.
///
/// Open addressing over 64-bit hashes with a fixed seed (the same ids for the same input on every run); the bytes lie
/// in one arena. Look-up of a known name: one hash of its bytes and, nearly always, one comparison; no allocation.
/// At `limit` names a new one is refused (`intern` returns nil): the caller decides what becomes of its event.
public struct Names: ~Copyable {
    /// Not private: a generic over a private type cannot be stored by a struct of another module.
    struct Entry: BitwiseCopyable {
        var hash: UInt64
        var start: UInt32
        var length: UInt32
    }

    private var entries: Table<Entry>
    private var bytes: Table<UInt8>
    private var slots: Table<UInt32>
    private var mask: Int
    /// The greatest number of names kept.
    public private(set) var limit: Int
    /// The longest name kept, bytes; a longer one is refused.
    public static let longest = 1024

    /// Creates a table that holds at most `limit` names.
    public init(limit: Int = 2_000_000) {
        self.limit = limit
        entries = Table()
        bytes = Table()
        slots = Table(repeating: 0, count: 1024)
        mask = 1023
        entries.append(Entry(hash: 0, start: 0, length: 0))
    }

    /// Names kept, the empty one included.
    public var count: Int { entries.count }

    /// Interns what is known beforehand, a topology or a model: names that are not counted against the limit.
    mutating func withoutLimit<R>(_ body: (inout Names) -> R) -> R {
        let (before, limit) = (count, self.limit)
        self.limit = .max - 1
        let result = body(&self)
        self.limit = min(limit, .max - 1 - count) + count - before
        return result
    }

    /// The id of these bytes, interned now if they are new; nil if the table is full or the name is longer than
    /// `longest`. The empty string is `.none`.
    public mutating func intern(_ name: UnsafeRawBufferPointer) -> NameID? {
        guard name.count > 0 else { return NameID.none }
        let hash = ByteHash.hash64(name, seed: 0)
        var slot = Int(truncatingIfNeeded: hash) & mask
        while true {
            let index = slots[slot]
            if index == 0 { break }
            let entry = entries[Int(index)]
            if entry.hash == hash, Int(entry.length) == name.count, equal(entry, name) { return NameID(index: index) }
            slot = (slot + 1) & mask
        }
        guard entries.count <= limit, name.count <= Names.longest, bytes.count + name.count < Int(UInt32.max) else { return nil }
        let index = UInt32(entries.count)
        entries.append(Entry(hash: hash, start: UInt32(bytes.count), length: UInt32(name.count)))
        bytes.append(contentsOf: name)
        slots[slot] = index
        if entries.count * 2 > mask { grow() }
        return NameID(index: index)
    }

    /// The id of a string, interned now if it is new; nil as for bytes.
    public mutating func intern(_ name: String) -> NameID? {
        var name = name
        return name.withUTF8 { intern(UnsafeRawBufferPointer($0)) }
    }

    /// The id of these bytes if they are known.
    public func find(_ name: UnsafeRawBufferPointer) -> NameID? {
        guard name.count > 0 else { return NameID.none }
        let hash = ByteHash.hash64(name, seed: 0)
        var slot = Int(truncatingIfNeeded: hash) & mask
        while true {
            let index = slots[slot]
            if index == 0 { return nil }
            let entry = entries[Int(index)]
            if entry.hash == hash, Int(entry.length) == name.count, equal(entry, name) { return NameID(index: index) }
            slot = (slot + 1) & mask
        }
    }

    /// The bytes of a name, for the duration of the call.
    public func withBytes<R>(_ id: NameID, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        let entry = entries[Int(id.index)]
        return body(bytes.bytes(Int(entry.start), Int(entry.length)))
    }

    /// The name as a string (lossy where it is not UTF-8).
    public func string(_ id: NameID) -> String {
        withBytes(id) { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether `a` comes before `b` by bytes.
    public func precedes(_ a: NameID, _ b: NameID) -> Bool {
        a.index != b.index && withBytes(a) { x in withBytes(b) { y in ByteHash.compare(x, y) < 0 } }
    }

    private func equal(_ entry: Entry, _ name: UnsafeRawBufferPointer) -> Bool {
        ByteHash.equal(bytes.bytes(Int(entry.start), Int(entry.length)), name)
    }

    private mutating func grow() {
        let size = (mask + 1) * 2
        mask = size - 1
        slots = Table(repeating: 0, count: size)
        for index in 1..<entries.count {
            var slot = Int(truncatingIfNeeded: entries[index].hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = UInt32(index)
        }
    }

    mutating func transfer(_ state: inout StateArchive) {
        state.table(&entries)
        state.table(&bytes)
        state.table(&slots)
        state.value(&mask)
        state.value(&limit)
    }
}
