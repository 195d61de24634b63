internal import ClewEngine

/// The labels of the event that is being decoded, as slices of the message: a name at most once, its last value
/// counts, in the place of its first.
struct LabelList: ~Copyable {
    struct Entry: BitwiseCopyable {
        var name: Bytes
        var value: Bytes
    }

    private let entries: UnsafeMutablePointer<Entry>
    private let capacity: Int
    private let nameLimit: Int
    private let valueLimit: Int
    private(set) var count = 0
    /// Labels left out or cut so far.
    private(set) var cut: UInt64 = 0

    init(limits: DecoderLimits) {
        // One place is kept for the severity as it was written.
        capacity = max(0, limits.labels) + 1
        nameLimit = min(max(1, limits.labelNameBytes), 0xFFFF)
        valueLimit = min(max(1, limits.labelValueBytes), 0xFFFF)
        entries = .allocate(capacity: capacity)
    }

    deinit { entries.deallocate() }

    mutating func removeAll() { count = 0 }

    /// The labels from `count` on are dropped.
    mutating func truncate(to count: Int) { self.count = min(self.count, count) }

    @inline(__always)
    subscript(index: Int) -> Entry { entries[index] }

    /// Adds a label; nothing for an empty name.
    mutating func add(_ name: Bytes, _ value: Bytes, reserved: Bool = false) {
        guard name.count > 0 else { return }
        var entry = Entry(name: name, value: value)
        if name.count > nameLimit || value.count > valueLimit {
            entry = Entry(name: name.cut(to: nameLimit), value: value.cut(to: valueLimit))
            cut += 1
        }
        for index in 0..<count where ByteHash.equal(entries[index].name, entry.name) {
            entries[index].value = entry.value
            return
        }
        guard count < (reserved ? capacity : capacity - 1) else {
            cut += 1
            return
        }
        (entries + count).initialize(to: entry)
        count += 1
    }

    /// Adds a value if it is a scalar.
    @inline(__always)
    mutating func add(_ name: Bytes, _ value: JSONValue) {
        if value.isScalar { add(name, value.text) }
    }

    /// Adds the scalar members of an object.
    mutating func addMembers(of object: JSONValue) {
        guard object.isObject else { return }
        var name = object.first
        for _ in 0..<object.count {
            let value = JSONValue(name.node + 1)
            add(name.text, value)
            name = value.following
        }
    }

    /// The value of a label, nil if there is none.
    func find(_ name: Bytes) -> Bytes? {
        for index in 0..<count where ByteHash.equal(entries[index].name, name) { return entries[index].value }
        return nil
    }

    func find(_ name: StaticString) -> Bytes? { find(Bytes(name)) }

    /// Bytes of the labels in an event's payload.
    var payloadLength: Int {
        var total = 0
        for index in 0..<count { total += 4 + entries[index].name.count + entries[index].value.count }
        return total
    }

    /// Writes the labels as `Event` describes; there must be room for `payloadLength`.
    func write(to out: UnsafeMutableRawPointer) {
        var at = out
        for index in 0..<count {
            let entry = entries[index]
            let lengths = UInt32(entry.name.count) | UInt32(entry.value.count) << 16
            at.storeBytes(of: lengths.littleEndian, as: UInt32.self)
            at += 4
            at = entry.name.copied(to: at)
            at = entry.value.copied(to: at)
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Copies the bytes to `out` and returns where they end.
    @inline(__always)
    func copied(to out: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer {
        guard let base = baseAddress, count > 0 else { return out }
        out.copyMemory(from: base, byteCount: count)
        return out + count
    }
}
