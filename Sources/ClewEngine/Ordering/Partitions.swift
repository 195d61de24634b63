/// Whether a partition holds the watermark.
public enum PartitionState: UInt8, Sendable, BitwiseCopyable {
    /// Its next event may come at any time: it holds the watermark, even before its first event.
    case active
    /// Read to its end and quiet: it does not hold the watermark until it is active again.
    case idle
    /// It will give no more events.
    case ended
}

/// The arrival clocks of the partitions and the watermark over them (ARCHITECTURE.md, *What must hold* 1).
struct Partitions: ~Copyable {
    struct Partition: BitwiseCopyable {
        var state: PartitionState
        /// Greatest event time so far, microseconds; `Int64.min` before the first event.
        var greatest: Int64
        /// A time that its first events are plausible near; `Int64.min` if unknown.
        var hint: Int64
        var topic: UInt32
        var number: Int32
    }

    private(set) var all = Table<Partition>()
    private var topics: [String] = []
    let lateness: Int64
    /// The event time up to which the input is complete, microseconds. Never falls.
    private(set) var watermark = Int64.min
    /// The last forced step: no event is taken at an earlier effective time.
    private(set) var floor = Int64.min
    private var holder = -1

    init(lateness: Int64) { self.lateness = lateness }

    var count: Int { all.count }

    mutating func add(topic: String, number: Int32) -> UInt32 {
        var index = topics.firstIndex(of: topic)
        if index == nil {
            topics.append(topic)
            index = topics.count - 1
        }
        all.append(Partition(state: .active, greatest: .min, hint: .min, topic: UInt32(index ?? 0), number: number))
        floor = max(floor, watermark)
        holder = -1
        return UInt32(all.count - 1)
    }

    mutating func setHint(_ hint: Int64, of p: Int) { all[p].hint = hint }

    func topic(_ p: Int) -> String { topics[Int(all[p].topic)] }

    /// Whether partition a sorts before b: by topic, then number.
    func precedes(_ a: Int, _ b: Int) -> Bool {
        let x = (topics[Int(all[a].topic)], all[a].number)
        let y = (topics[Int(all[b].topic)], all[b].number)
        return x < y
    }

    mutating func set(_ p: Int, _ state: PartitionState) {
        guard all[p].state != state else { return }
        // A partition that was left out (idle, or ended and given back) returns: what was taken meanwhile was a forced step for it.
        if all[p].state != .active, state == .active { floor = max(floor, watermark) }
        all[p].state = state
        holder = -1
        recompute()
    }

    /// Takes note of an event of partition p at time t; returns its effective time.
    @inline(__always)
    mutating func arrive(_ p: Int, _ t: Int64) -> Int64 {
        if t > all[p].greatest {
            all[p].greatest = t
            if holder == p || holder < 0 { recompute() }
        }
        return max(t, all[p].greatest - lateness, floor)
    }

    /// Advances the watermark by force, as no partition holds it.
    mutating func force(by step: Int64) {
        guard watermark > .min, !(0..<all.count).contains(where: { all[$0].state == .active }) else { return }
        watermark += step
        floor = watermark
    }

    /// Everything up to `time` is to be taken, whatever the partitions say.
    mutating func forceTo(_ time: Int64) {
        watermark = max(watermark, time)
        floor = max(floor, time)
    }

    /// The watermark is the least clock of the active partitions; with none active, the greatest clock of all.
    private mutating func recompute() {
        var least = Int64.max
        var greatest = Int64.min
        var found = -1
        for p in 0..<all.count {
            let clock = all[p].greatest == .min ? Int64.min : all[p].greatest - lateness
            greatest = max(greatest, clock)
            if all[p].state == .active, clock < least || found < 0 {
                least = clock
                found = p
            }
        }
        holder = found
        watermark = max(watermark, found >= 0 ? least : greatest)
    }

    mutating func transfer(_ state: inout StateArchive) {
        state.table(&all)
        var count = topics.count
        state.count(&count, stride: 1)
        if state.isReading { topics = Array(repeating: "", count: count) }
        for at in topics.indices { state.string(&topics[at]) }
        state.value(&watermark)
        state.value(&floor)
        state.value(&holder)
    }
}
