/// Reused bytes with one owner.
struct ScratchBuffer: ~Copyable {
    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private(set) var count = 0

    init() {
        capacity = 1024
        base = .allocate(byteCount: capacity, alignment: 8)
    }

    deinit { base.deallocate() }

    mutating func removeAll() { count = 0 }

    var bytes: Bytes { Bytes(start: base, count: count) }

    /// Makes room for `size` bytes after what is there, and returns where they begin; they count as appended.
    mutating func reserve(_ size: Int) -> UnsafeMutableRawPointer {
        if count + size > capacity {
            let grown = max(capacity * 2, count + size)
            let moved = UnsafeMutableRawPointer.allocate(byteCount: grown, alignment: 8)
            moved.copyMemory(from: base, byteCount: count)
            base.deallocate()
            base = moved
            capacity = grown
        }
        let start = base + count
        count += size
        return start
    }

    mutating func append(_ source: Bytes) {
        guard let from = source.baseAddress, source.count > 0 else { return }
        reserve(source.count).copyMemory(from: from, byteCount: source.count)
    }
}

/// The names that the rules mention, at addresses that stay: a label made of one is a slice like all others.
struct RuleNames: ~Copyable {
    private let storage: UnsafeMutableRawPointer
    /// Names of the mapping's labels, and of the identity labels, in the order of the rules.
    let mapping: [Bytes]
    let identity: [Bytes]

    init(_ rules: DecoderRules) {
        let mapped = rules.mapping?.labels.map(\.name) ?? []
        let all = mapped + rules.identity
        let storage = UnsafeMutableRawPointer.allocate(byteCount: max(1, all.reduce(0) { $0 + $1.utf8.count }), alignment: 1)
        var slices: [Bytes] = []
        var at = storage
        for name in all {
            let size = name.utf8.count
            UnsafeMutableRawBufferPointer(start: at, count: size).copyBytes(from: name.utf8)
            slices.append(Bytes(start: at, count: size))
            at += size
        }
        self.storage = storage
        mapping = Array(slices.prefix(mapped.count))
        identity = Array(slices.dropFirst(mapped.count))
    }

    deinit { storage.deallocate() }
}
