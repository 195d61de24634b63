/// Something an incident has to do at a point of event time.
enum DueStage: UInt8, BitwiseCopyable {
    /// Settlements (algorithm.md §8): after the hold-back, later, and after a clear.
    case holdBack = 0
    case late = 1
    case afterClear = 2
    /// Publishing a waiting update, resolving, freezing (§7.4).
    case life = 3
}

/// An entry of the queue.
struct Due: BitwiseCopyable {
    var time: Double
    var number: UInt32
    var stage: DueStage
    var slot: Int32

    @inline(__always)
    static func < (a: Due, b: Due) -> Bool {
        if a.time != b.time { return a.time < b.time }
        if a.number != b.number { return a.number < b.number }
        return a.stage.rawValue < b.stage.rawValue
    }
}

/// A binary heap, earliest first: by (due time, incident, stage).
struct DueQueue: ~Copyable {
    private var heap = Table<Due>()

    var count: Int { heap.count }
    /// Time of the earliest entry, infinity if there is none.
    @inline(__always)
    var earliest: Double { heap.count > 0 ? heap[0].time : .infinity }

    mutating func push(_ due: Due) {
        heap.append(due)
        var at = heap.count - 1
        while at > 0 {
            let parent = (at - 1) / 2
            guard due < heap[parent] else { break }
            heap[at] = heap[parent]
            at = parent
        }
        heap[at] = due
    }

    /// Removes the earliest; the queue must not be empty.
    mutating func pop() -> Due {
        let first = heap[0]
        let moved = heap.removeLast()
        let count = heap.count
        guard count > 0 else { return first }
        var at = 0
        while true {
            var child = 2 * at + 1
            guard child < count else { break }
            if child + 1 < count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < moved else { break }
            heap[at] = heap[child]
            at = child
        }
        heap[at] = moved
        return first
    }

    mutating func transfer(_ state: inout StateArchive) {
        state.table(&heap)
    }
}
