/// Which partitions are idle (design: *Idle*), by a monotonic clock that is handed in.
///
/// A partition is idle when its position has equalled its end for so long, never while it lags; one that is empty at the start
/// is idle at once. While the brokers cannot be asked nothing is known about ends, and no time passes.
package struct IdleClock {
    /// What a look at the clock brought.
    package struct Change: Equatable {
        /// Partitions that are idle from now on.
        package var nowIdle: [Int] = []
        /// Seconds that went by while every partition was idle; 0 otherwise.
        package var elapsed = 0.0

        package init(nowIdle: [Int] = [], elapsed: Double = 0) {
            self.nowIdle = nowIdle
            self.elapsed = elapsed
        }
    }

    private struct Partition {
        var isAtEnd = false
        var isIdle = false
        /// Seconds at its end.
        var quiet = 0.0
    }

    /// One look never counts for more: a loop that was held up has not seen what came meanwhile.
    package static let longestStep = 1.0

    private let idleAfter: Double
    private var partitions: [Partition?] = []
    private var lastLook: Double?

    /// - Parameter idleAfter: seconds at its end after which a partition is idle.
    package init(idleAfter: Double) { self.idleAfter = idleAfter }

    /// Watches a partition from now on; it is active, and where its end is is not known yet.
    package mutating func add(_ partition: Int) {
        while partitions.count <= partition { partitions.append(nil) }
        partitions[partition] = Partition()
    }

    /// A partition that is no longer ours.
    package mutating func remove(_ partition: Int) {
        if partitions.indices.contains(partition) { partitions[partition] = nil }
    }

    package func isIdle(_ partition: Int) -> Bool { partitions.indices.contains(partition) && partitions[partition]?.isIdle == true }

    /// A record of it came. True if it was idle, and so has to be made active.
    package mutating func arrived(at partition: Int) -> Bool {
        guard partitions.indices.contains(partition), let before = partitions[partition] else { return false }
        if before.isAtEnd || before.isIdle { partitions[partition] = Partition() }
        return before.isIdle
    }

    /// Its position equals its end offset. `isEmpty`: it holds no record at all, and is idle at the next look.
    package mutating func reachedEnd(of partition: Int, isEmpty: Bool = false) {
        guard partitions.indices.contains(partition), var now = partitions[partition], !now.isIdle else { return }
        now.isAtEnd = true
        if isEmpty { now.quiet = idleAfter }
        partitions[partition] = now
    }

    /// It is not read at present (paused), so that its end is not known.
    package mutating func lostSight(of partition: Int) {
        guard partitions.indices.contains(partition), partitions[partition]?.isIdle == false else { return }
        partitions[partition] = Partition()
    }

    /// Looks at the clock, after everything that had come was taken.
    ///
    /// - Parameters:
    ///   - now: seconds of a monotonic clock.
    ///   - isBlind: the brokers cannot be asked, so that there may be records we do not see.
    package mutating func look(at now: Double, isBlind: Bool = false) -> Change {
        let step = isBlind ? 0 : min(max(0, now - (lastLook ?? now)), IdleClock.longestStep)
        lastLook = now
        var change = Change()
        var known = 0
        var idle = 0
        for index in partitions.indices {
            guard var partition = partitions[index] else { continue }
            known += 1
            if partition.isIdle {
                idle += 1
                continue
            }
            guard partition.isAtEnd, !isBlind else { continue }
            partition.quiet += step
            if partition.quiet >= idleAfter {
                partition.isIdle = true
                change.nowIdle.append(index)
            }
            partitions[index] = partition
        }
        if known > 0, idle == known { change.elapsed = step }
        return change
    }
}
