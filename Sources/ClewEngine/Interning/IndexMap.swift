/// A map from 64-bit keys to dense indices: open addressing with a fixed hash, for look-ups only; nothing walks it.
struct IndexMap: ~Copyable {
    private struct Slot: BitwiseCopyable {
        var key: UInt64
        /// Index + 1; 0: free.
        var value: UInt32
    }

    private var slots: Table<Slot>
    private var mask: Int
    private(set) var count = 0

    init(capacity: Int = 64) {
        var size = 64
        while size < capacity * 2 { size *= 2 }
        slots = Table(repeating: Slot(key: 0, value: 0), count: size)
        mask = size - 1
    }

    @inline(__always)
    private static func hash(_ key: UInt64) -> Int {
        Int(truncatingIfNeeded: ByteHash.fold(key ^ 0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93) >> 1)
    }

    /// The index stored for `key`, or -1.
    @inline(__always)
    func find(_ key: UInt64) -> Int {
        var at = IndexMap.hash(key) & mask
        while true {
            let slot = slots[at]
            if slot.value == 0 { return -1 }
            if slot.key == key { return Int(slot.value) - 1 }
            at = (at + 1) & mask
        }
    }

    /// Stores an index for a key that is not there yet.
    mutating func insert(_ key: UInt64, _ index: Int) {
        if (count + 1) * 2 > mask { grow() }
        place(key, UInt32(index + 1))
        count += 1
    }

    mutating func removeAll() {
        for at in 0..<slots.count { slots[at] = Slot(key: 0, value: 0) }
        count = 0
    }

    private mutating func place(_ key: UInt64, _ value: UInt32) {
        var at = IndexMap.hash(key) & mask
        while slots[at].value != 0 { at = (at + 1) & mask }
        slots[at] = Slot(key: key, value: value)
    }

    private mutating func grow() {
        let size = (mask + 1) * 2
        var old = Table<Slot>(repeating: Slot(key: 0, value: 0), count: size)
        swap(&old, &slots)
        mask = size - 1
        for at in 0..<old.count where old[at].value != 0 { place(old[at].key, old[at].value) }
    }

    mutating func transfer(_ state: inout StateArchive) {
        state.table(&slots)
        state.value(&mask)
        state.value(&count)
    }
}
