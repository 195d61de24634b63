internal import ClewEngine

/// What is remembered of a PagerDuty alert, so that a `resolve` that carries nothing but its `dedup_key` finds it.
struct DedupEntry: BitwiseCopyable {
    var resource: NameID
    var type: NameID
    var source: NameID
    var identity: NameID
    var severity: Severity
}

/// Keys by 128-bit digest of (routing key, `dedup_key`); the one longest not triggered goes first.
struct DedupKeys: ~Copyable {
    struct Key: Hashable, BitwiseCopyable {
        var low: UInt64
        var high: UInt64
    }

    private struct Slot: BitwiseCopyable {
        var key: Key
        var turn: UInt64
    }

    private let limit: Int
    private var entries: [Key: (entry: DedupEntry, turn: UInt64)] = [:]
    /// Keys in the order of their triggers; an older place of a key triggered again counts no more.
    private var order: ContiguousArray<Slot> = []
    private var head = 0
    private var turn: UInt64 = 0

    init(limit: Int) { self.limit = max(1, limit) }

    var count: Int { entries.count }

    static func key(routing: Bytes, dedup: Bytes) -> Key {
        Key(
            low: ByteHash.hash64(dedup, seed: ByteHash.hash64(routing, seed: 3)),
            high: ByteHash.hash64(dedup, seed: ByteHash.hash64(routing, seed: 4)))
    }

    func find(_ key: Key) -> DedupEntry? { entries[key]?.entry }

    mutating func store(_ key: Key, _ entry: DedupEntry) {
        turn += 1
        entries[key] = (entry, turn)
        order.append(Slot(key: key, turn: turn))
        while entries.count > limit { dropOldest() }
        if order.count > 2 * limit + 1024 { compact() }
    }

    /// Calls `body` with each key that is known, the one longest not triggered first.
    func forEach(_ body: (Key, DedupEntry) -> Void) {
        for slot in order[head...] {
            if let kept = entries[slot.key], kept.turn == slot.turn { body(slot.key, kept.entry) }
        }
    }

    mutating func removeAll() {
        entries.removeAll()
        order.removeAll()
        head = 0
    }

    private mutating func dropOldest() {
        guard head < order.count else { return }
        let slot = order[head]
        head += 1
        if let kept = entries[slot.key], kept.turn == slot.turn { entries[slot.key] = nil }
    }

    /// Leaves out the places that count no more.
    private mutating func compact() {
        var kept: ContiguousArray<Slot> = []
        kept.reserveCapacity(entries.count)
        for slot in order[head...] where entries[slot.key]?.turn == slot.turn { kept.append(slot) }
        order = kept
        head = 0
    }
}
