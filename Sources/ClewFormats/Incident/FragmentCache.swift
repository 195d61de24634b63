/// Keeps the bytes of what does not change about an alert from one record to the next (`AlertState.constant`).
///
/// A ring of bytes with an index by number: both bounded, the oldest are overwritten. What is found is what would be
/// written anew, so the records do not depend on it.
struct FragmentCache: ~Copyable {
    /// An alert's record in three parts: up to the severity, from the events to the flags, and from there to the end.
    struct Entry {
        var number: UInt64 = 0
        /// Position of its first byte, counted over all bytes ever written.
        var start: UInt64 = 0
        var head: UInt32 = 0
        var middle: UInt32 = 0
        var tail: UInt32 = 0
        var length: Int { Int(head) + Int(middle) + Int(tail) }
    }

    private static let slots = 1 << 14
    private static let capacity = 8 << 20
    private static let longest = 8 << 10

    private var entries: UnsafeMutablePointer<Entry>
    private var ring: UnsafeMutablePointer<UInt8>
    private var written: UInt64 = 0

    init() {
        entries = .allocate(capacity: FragmentCache.slots)
        entries.initialize(repeating: Entry(), count: FragmentCache.slots)
        ring = .allocate(capacity: FragmentCache.capacity)
    }

    deinit {
        entries.deallocate()
        ring.deallocate()
    }

    /// The parts of that number, if they are still there; valid until the next `store`.
    @inline(__always)
    func find(_ number: UInt64) -> (head: Bytes, middle: Bytes, tail: Bytes)? {
        let entry = entries[Int(truncatingIfNeeded: number) & (FragmentCache.slots - 1)]
        guard number != 0, entry.number == number, written - entry.start <= UInt64(FragmentCache.capacity) else { return nil }
        let base = ring + Int(entry.start % UInt64(FragmentCache.capacity))
        let head = Int(entry.head)
        let middle = Int(entry.middle)
        return (
            Bytes(start: base, count: head), Bytes(start: base + head, count: middle),
            Bytes(start: base + head + middle, count: Int(entry.tail))
        )
    }

    /// Keeps the parts of a number, unless they are very long.
    mutating func store(_ number: UInt64, head: Bytes, middle: Bytes, tail: Bytes) {
        let length = head.count + middle.count + tail.count
        guard number != 0, length <= FragmentCache.longest else { return }
        let capacity = UInt64(FragmentCache.capacity)
        // Parts lie in one piece: what is left at the ring's end is passed over.
        if written % capacity + UInt64(length) > capacity { written += capacity - written % capacity }
        let base = ring + Int(written % capacity)
        FragmentCache.copy(head, to: base)
        FragmentCache.copy(middle, to: base + head.count)
        FragmentCache.copy(tail, to: base + head.count + middle.count)
        entries[Int(truncatingIfNeeded: number) & (FragmentCache.slots - 1)] = Entry(
            number: number, start: written, head: UInt32(head.count), middle: UInt32(middle.count), tail: UInt32(tail.count))
        written += UInt64(length)
    }

    private static func copy(_ bytes: Bytes, to target: UnsafeMutablePointer<UInt8>) {
        guard let from = bytes.baseAddress else { return }
        UnsafeMutableRawPointer(target).copyMemory(from: from, byteCount: bytes.count)
    }
}
