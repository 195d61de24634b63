import Synchronization

/// "The same message at most every so many seconds": decides by a key of the caller's, and counts what it held back.
///
/// Bounded: beyond `keysMax` keys the one that was let through longest ago is forgotten, with its count.
public final class LogThrottle: Sendable {
    /// Key and count of messages held back since the last one let through.
    public typealias HeldBack = (key: String, count: Int)

    private struct Entry {
        var lastAdmitted: Double
        var heldBack: Int
    }
    private let keysMax: Int
    private let entries = Mutex<[String: Entry]>([:])

    public init(keysMax: Int = 1_000) {
        self.keysMax = max(1, keysMax)
    }

    /// Whether a message of that key may be written at `now` (monotonic seconds): the count held back before it if so, nil if not.
    public func admit(_ key: String, every seconds: Double, now: Double) -> Int? {
        entries.withLock { entries in
            if let entry = entries[key] {
                guard now - entry.lastAdmitted >= seconds else {
                    entries[key]?.heldBack += 1
                    return nil
                }
                entries[key] = Entry(lastAdmitted: now, heldBack: 0)
                return entry.heldBack
            }
            if entries.count >= keysMax, let oldest = entries.min(by: { ($0.value.lastAdmitted, $0.key) < ($1.value.lastAdmitted, $1.key) })
            {
                entries[oldest.key] = nil
            }
            entries[key] = Entry(lastAdmitted: now, heldBack: 0)
            return 0
        }
    }

    /// What is held back at the moment, sorted by key; the counts start again at zero.
    public func drain() -> [HeldBack] {
        entries.withLock { entries in
            let held = entries.filter { $0.value.heldBack > 0 }.map { (key: $0.key, count: $0.value.heldBack) }
            for (key, _) in held { entries[key]?.heldBack = 0 }
            return held.sorted { $0.key < $1.key }
        }
    }
}
