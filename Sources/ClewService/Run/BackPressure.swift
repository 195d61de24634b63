/// Which partitions to hold back: all while the output is full, and some when too many events wait for the watermark
/// (`input.max_buffered`).
///
/// Those ahead of the watermark are paused when the high mark is reached, and read on below the low one. One that holds the
/// watermark is not paused for their sake: all would wait for it.
package struct BackPressure {
    /// A partition at the moment of deciding.
    package struct Partition: Equatable {
        package var index: Int
        /// Its greatest event time less the allowed lateness, microseconds; nil before its first event.
        package var clock: Int64?
        package var isPaused = false
        /// Holds the watermark, unless it is idle.
        package var isActive = true

        package init(index: Int, clock: Int64?, isPaused: Bool = false, isActive: Bool = true) {
            self.index = index
            self.clock = clock
            self.isPaused = isPaused
            self.isActive = isActive
        }
    }

    package struct Change: Equatable {
        package var pause: [Int] = []
        package var resume: [Int] = []

        package init(pause: [Int] = [], resume: [Int] = []) {
            self.pause = pause
            self.resume = resume
        }
    }

    package let highMark: Int
    package let lowMark: Int
    /// Whether the high mark was reached, and the low one not yet since.
    package private(set) var isOn = false

    /// - Parameter limit: most events that may wait.
    package init(limit: Int) {
        highMark = max(1, limit / 4 * 3)
        lowMark = limit / 2
    }

    /// Decides by the number of waiting events and the watermark (microseconds, nil before there is one).
    package mutating func decide(buffered: Int, watermark: Int64?, isOutputFull: Bool = false, partitions: [Partition]) -> Change {
        if buffered >= highMark { isOn = true } else if buffered <= lowMark { isOn = false }
        var change = Change()
        for partition in partitions {
            let isAhead = partition.isActive && partition.clock.map { $0 > watermark ?? .min } ?? false
            let shouldWait = isOutputFull || isOn && isAhead
            if shouldWait, !partition.isPaused { change.pause.append(partition.index) }
            if !shouldWait, partition.isPaused { change.resume.append(partition.index) }
        }
        return change
    }
}
