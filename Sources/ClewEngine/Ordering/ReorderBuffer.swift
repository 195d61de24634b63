/// Events that wait for the watermark, earliest first (ARCHITECTURE.md, *What must hold* 1).
///
/// Order: effective time, own time, resource, type, clear before raise, event id, the rest of the normalised event; only
/// then topic, partition, offset. So the order is a function of the events, not of how they came.
struct ReorderBuffer: ~Copyable {
    /// A waiting event; its payload lies in the buffer's own arena.
    struct Waiting: BitwiseCopyable {
        var event: Event
        var effective: Int64
        /// Number of its arrival.
        var sequence: UInt64
    }

    private struct Place: BitwiseCopyable {
        var effective: Int64
        var time: Int64
        var index: UInt32
    }

    private var heap = Table<Place>()
    private var waiting = Table<Waiting>()
    private var free = Table<UInt32>()
    private var arena = Table<UInt8>()
    /// What `compact` moves the texts to: kept while it is small, so that a steady stream allocates nothing.
    private static let mostSpare = 1 << 24
    private var spare = Table<UInt8>()
    private var liveBytes = 0

    var count: Int { heap.count }
    /// Bytes of texts held.
    var bytes: Int { liveBytes }
    /// Effective time of the earliest, `Int64.max` if there is none.
    @inline(__always)
    var earliest: Int64 { heap.count > 0 ? heap[0].effective : .max }

    /// Takes an event with its payload.
    mutating func push(
        _ event: Event, effective: Int64, sequence: UInt64, payload: UnsafeRawBufferPointer, partitions: borrowing Partitions,
        names: borrowing Names
    ) {
        var item = Waiting(event: event, effective: effective, sequence: sequence)
        item.event.payloadStart = UInt32(arena.count)
        arena.append(contentsOf: payload)
        liveBytes += payload.count
        let index: UInt32
        if free.count > 0 {
            index = free.removeLast()
            waiting[Int(index)] = item
        } else {
            index = UInt32(waiting.count)
            waiting.append(item)
        }
        let place = Place(effective: effective, time: event.time.microseconds, index: index)
        heap.append(place)
        var at = heap.count - 1
        while at > 0 {
            let parent = (at - 1) / 2
            guard precedes(place, heap[parent], partitions, names) else { break }
            heap[at] = heap[parent]
            at = parent
        }
        heap[at] = place
    }

    /// The earliest event, for the duration of `body`; then it is gone. The buffer must not be empty.
    mutating func pop(partitions: borrowing Partitions, names: borrowing Names) -> Waiting {
        let first = heap[0]
        let moved = heap.removeLast()
        let count = heap.count
        if count > 0 {
            var at = 0
            while true {
                var child = 2 * at + 1
                guard child < count else { break }
                if child + 1 < count, precedes(heap[child + 1], heap[child], partitions, names) { child += 1 }
                guard precedes(heap[child], moved, partitions, names) else { break }
                heap[at] = heap[child]
                at = child
            }
            heap[at] = moved
        }
        free.append(first.index)
        return waiting[Int(first.index)]
    }

    /// The texts of an event that was just popped; valid until `reclaim`.
    func payload(_ event: Event) -> UnsafeRawBufferPointer { arena.bytes(Int(event.payloadStart), event.payloadLength) }

    /// Gives back the texts of an event that was popped.
    mutating func reclaim(_ event: Event) {
        liveBytes -= event.payloadLength
        if heap.count == 0 {
            arena.removeAll()
            liveBytes = 0
        } else if arena.count > 1 << 20, liveBytes * 2 < arena.count {
            compact()
        }
    }

    private mutating func compact() {
        spare.removeAll()
        for at in 0..<heap.count {
            let index = Int(heap[at].index)
            let event = waiting[index].event
            waiting[index].event.payloadStart = UInt32(spare.count)
            spare.append(contentsOf: arena.bytes(Int(event.payloadStart), event.payloadLength))
        }
        swap(&spare, &arena)
        if spare.count > ReorderBuffer.mostSpare { spare = Table() }
        liveBytes = arena.count
    }

    /// Offset of the oldest event of each partition that still waits: `body(partition, offset)`, in no order.
    func forEachWaiting(_ body: (UInt32, Int64) -> Void) {
        for at in 0..<heap.count {
            let event = waiting[Int(heap[at].index)].event
            body(event.partition, event.offset)
        }
    }

    @inline(__always)
    private func precedes(_ a: Place, _ b: Place, _ partitions: borrowing Partitions, _ names: borrowing Names) -> Bool {
        if a.effective != b.effective { return a.effective < b.effective }
        if a.time != b.time { return a.time < b.time }
        return breakTie(Int(a.index), Int(b.index), partitions, names)
    }

    @inline(never)
    private func breakTie(_ x: Int, _ y: Int, _ partitions: borrowing Partitions, _ names: borrowing Names) -> Bool {
        let a = waiting[x].event
        let b = waiting[y].event
        if a.resource != b.resource { return names.precedes(a.resource, b.resource) }
        if a.type != b.type { return names.precedes(a.type, b.type) }
        if a.status != b.status { return a.status == .resolved }
        let ids = ByteHash.compare(part(a, 0, a.idLength), part(b, 0, b.idLength))
        if ids != 0 { return ids < 0 }
        if a.source != b.source { return names.precedes(a.source, b.source) }
        if a.identity != b.identity { return names.precedes(a.identity, b.identity) }
        if a.severity != b.severity { return a.severity < b.severity }
        let rest = ByteHash.compare(
            part(a, a.idLength, a.messageLength + a.labelsLength), part(b, b.idLength, b.messageLength + b.labelsLength))
        if rest != 0 { return rest < 0 }
        if a.partition != b.partition { return partitions.precedes(Int(a.partition), Int(b.partition)) }
        if a.offset != b.offset { return a.offset < b.offset }
        return a.indexInMessage < b.indexInMessage
    }

    private func part(_ event: Event, _ start: UInt32, _ length: UInt32) -> UnsafeRawBufferPointer {
        arena.bytes(Int(event.payloadStart + start), Int(length))
    }
}
