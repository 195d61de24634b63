/// Remembers which events were taken, so that a second delivery is recognised: for a span of event time, and at most so
/// many; the oldest go first.
struct RedeliveryMemory: ~Copyable {
    private struct Remembered: BitwiseCopyable {
        var digest: (UInt64, UInt64)
        var sequence: UInt64
    }

    private var slots: Table<Remembered>
    private var mask: Int
    private(set) var count = 0
    /// Digests in the order of taking: a ring.
    private var ring: Table<(digest: (UInt64, UInt64), time: Int64)>
    private var oldest = 0
    private let span: Int64
    private let limit: Int

    init(span: Int64, limit: Int) {
        self.span = span
        self.limit = max(1, limit)
        slots = Table(repeating: Remembered(digest: (0, 0), sequence: 0), count: 1024)
        mask = 1023
        ring = Table(repeating: (digest: (0, 0), time: 0), count: 512)
    }

    /// Remembers an event taken at effective time `now`; if it was taken before, the sequence of that first copy.
    mutating func take(_ digest: (UInt64, UInt64), now: Int64, sequence: UInt64) -> UInt64? {
        expire(now)
        var at = place(digest)
        if slots[at].digest != (0, 0) { return slots[at].sequence }
        if count == limit { dropOldest() }
        if count == ring.count { grow() }
        at = place(digest)
        slots[at] = Remembered(digest: digest, sequence: sequence)
        ring[(oldest + count) & (ring.count - 1)] = (digest: digest, time: now)
        count += 1
        return nil
    }

    private func home(_ digest: (UInt64, UInt64)) -> Int { Int(truncatingIfNeeded: digest.0 >> 1) & mask }

    /// The slot of a digest, or the free slot where it belongs.
    private func place(_ digest: (UInt64, UInt64)) -> Int {
        var at = home(digest)
        while slots[at].digest != (0, 0), slots[at].digest != digest { at = (at + 1) & mask }
        return at
    }

    private mutating func expire(_ now: Int64) {
        while count > 0, now - ring[oldest].time > span { dropOldest() }
    }

    private mutating func dropOldest() {
        remove(place(ring[oldest].digest))
        oldest = (oldest + 1) & (ring.count - 1)
        count -= 1
    }

    /// Removes a slot and moves the ones behind it up (linear probing without tombstones).
    private mutating func remove(_ slot: Int) {
        var hole = slot
        var at = (slot + 1) & mask
        while slots[at].digest != (0, 0) {
            let wanted = home(slots[at].digest)
            if (at - wanted) & mask >= (at - hole) & mask {
                slots[hole] = slots[at]
                hole = at
            }
            at = (at + 1) & mask
        }
        slots[hole].digest = (0, 0)
    }

    private mutating func grow() {
        var largerRing = Table(repeating: (digest: (UInt64(0), UInt64(0)), time: Int64(0)), count: ring.count * 2)
        for k in 0..<count { largerRing[k] = ring[(oldest + k) & (ring.count - 1)] }
        swap(&largerRing, &ring)
        oldest = 0
        var old = Table(repeating: Remembered(digest: (0, 0), sequence: 0), count: (mask + 1) * 2)
        swap(&old, &slots)
        mask = mask * 2 + 1
        for at in 0..<old.count where old[at].digest != (0, 0) { slots[place(old[at].digest)] = old[at] }
    }

    mutating func transfer(_ state: inout StateArchive) {
        state.table(&slots)
        state.value(&mask)
        state.value(&count)
        state.table(&ring)
        state.value(&oldest)
    }
}
