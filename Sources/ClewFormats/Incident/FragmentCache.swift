internal import ClewEngine

/// Keeps an alert's part of the last record that it was in, for the next: what does not change about an alert
/// (`AlertState.constant`) is written once, and mostly nothing else has changed either.
///
/// A ring of bytes with an index by number: both bounded, the oldest are overwritten. What is found is what would be
/// written anew, so the records do not depend on it.
struct FragmentCache: ~Copyable {
    /// What may change about an alert from one record to the next.
    struct Standing: Equatable {
        var severity = Severity.info
        var status = EventStatus.resolved
        var flags: AlertFlags = []
        var firstSeen = EventTime.distantPast
        var lastSeen = EventTime.distantPast
        var events: UInt64 = 0

        init() {}

        init(_ alert: UnsafePointer<AlertState>) {
            severity = alert.pointee.severity
            status = alert.pointee.status
            flags = alert.pointee.flags
            firstSeen = alert.pointee.firstSeen
            lastSeen = alert.pointee.lastSeen
            events = alert.pointee.events
        }
    }

    /// Where in a fragment, from its start, the parts lie that do not change: what leads up to the severity, what lies between
    /// the events and the flags, and what follows those.
    struct Layout {
        var headEnd = 0
        var middleStart = 0
        var middleEnd = 0
        var tailStart = 0
    }

    /// The bytes of an alert in a record, and how it stood then.
    struct Fragment {
        var bytes = Bytes.none
        var layout = Layout()
        var standing = Standing()
        var head: Bytes { bytes.slice(0, layout.headEnd) }
        var middle: Bytes { bytes.slice(layout.middleStart, layout.middleEnd) }
        var tail: Bytes { bytes.slice(layout.tailStart, bytes.count) }
    }

    private struct Entry {
        var number: UInt64 = 0
        /// Position of its first byte, counted over all bytes ever written.
        var start: UInt64 = 0
        /// Bytes that there is room for, in the ring.
        var room = 0
        var fragment = Fragment()
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

    /// The fragment of that number, if it is still there; valid until the next `store`.
    @inline(__always)
    func find(_ number: UInt64) -> Fragment? {
        let entry = entries + Int(truncatingIfNeeded: number) & (FragmentCache.slots - 1)
        return isThere(entry, number) ? entry.pointee.fragment : nil
    }

    @inline(__always)
    private func isThere(_ entry: UnsafePointer<Entry>, _ number: UInt64) -> Bool {
        number != 0 && entry.pointee.number == number && written - entry.pointee.start <= UInt64(FragmentCache.capacity)
    }

    /// Keeps a fragment, unless it is very long: in the place of the one of the same number, if it is not longer.
    mutating func store(_ number: UInt64, _ fragment: Fragment) {
        let size = fragment.bytes.count
        guard number != 0, size <= FragmentCache.longest, let from = fragment.bytes.baseAddress else { return }
        let entry = entries + Int(truncatingIfNeeded: number) & (FragmentCache.slots - 1)
        let capacity = UInt64(FragmentCache.capacity)
        if !isThere(entry, number) || entry.pointee.room < size {
            // It lies in one piece: what is left at the ring's end is passed over.
            if written % capacity + UInt64(size) > capacity { written += capacity - written % capacity }
            entry.pointee.number = number
            entry.pointee.start = written
            entry.pointee.room = size
            written += UInt64(size)
        }
        let kept = UnsafeMutableRawPointer(ring + Int(entry.pointee.start % capacity))
        kept.copyMemory(from: from, byteCount: size)
        entry.pointee.fragment = fragment
        entry.pointee.fragment.bytes = Bytes(start: kept, count: size)
    }
}
