import ClewEngine
import Glibc

/// Keeps what a replay prints to a multiple of real time: a revision is due as long after the first event as it was then.
struct Pace {
    /// Longer ones are slept in parts, so that no time is too long for the clock's numbers.
    private static let longestSleep = 3_600.0
    private let factor: Double
    private let wall = Pace.monotonicSeconds()
    private var origin: EventTime?

    /// `factor`: more than 0; 60 is a minute a second.
    init(factor: Double) { self.factor = factor }

    /// Tells of a time that the replay begins with; the earliest counts.
    mutating func begin(at time: EventTime) { origin = min(origin ?? time, time) }

    /// Seconds until a revision of that time is due; 0 or less where it is.
    func secondsUntil(_ time: EventTime) -> Double {
        guard let origin else { return 0 }
        return wall + (time.seconds - origin.seconds) / factor - Pace.monotonicSeconds()
    }

    /// Sleeps for so many seconds, however often a signal wakes it.
    static func sleep(_ seconds: Double) {
        let due = monotonicSeconds() + seconds
        while case let left = due - monotonicSeconds(), left > 0 {
            let part = min(left, longestSleep)
            var request = timespec(tv_sec: Int(part), tv_nsec: Int((part - part.rounded(.down)) * 1e9))
            nanosleep(&request, nil)
        }
    }

    /// Seconds of a clock that never jumps.
    static func monotonicSeconds() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}
