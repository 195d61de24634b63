/// The activity of one connected component of the topology (algorithm.md §2.5, §6).
struct ComponentActivity: BitwiseCopyable {
    /// Alerts and repeats, decayed with 30 s, and the time of that count.
    var rate: Double
    var rateTime: Double
    /// Busy minutes, all alerts, and busy minutes after an empty one; decayed with 6 h.
    var busy: Double
    var count: Double
    var starts: Double
    var time: Double
    var lastMinute: Int64
    /// Slot of the incident that leads the burst.
    var lead: Int32

    static let rateTau = 30.0
    static let tau = 21_600.0
    static let minute = 60.0

    /// Counts an alert or repeat at t.
    mutating func touch(_ t: Double) {
        if t >= rateTime {
            rate = rate * Elementary.exp(-(t - rateTime) / ComponentActivity.rateTau) + 1
            rateTime = t
        } else {
            rate += Elementary.exp(-(rateTime - t) / ComponentActivity.rateTau)
        }
        let fade = Elementary.decay(t - time, over: ComponentActivity.tau)
        busy *= fade
        count = count * fade + 1
        starts *= fade
        time = max(time, t)
        let m = Int64(t / ComponentActivity.minute)
        if m > lastMinute {
            busy += 1
            if m > lastMinute + 1 { starts += 1 }
            lastMinute = m
        }
    }

    /// The hazard that a busy minute follows an empty one, 1/s; the mean rate where hardly a minute is empty (§6.1).
    func quietRate(_ t: Double, since start: Double) -> Double {
        let exposure = ComponentActivity.tau * (1 - Elementary.decay(t - start, over: ComponentActivity.tau))
        let fade = Elementary.decay(t - time, over: ComponentActivity.tau)
        let minutes = exposure / ComponentActivity.minute + 1
        let b = busy * fade
        let s = starts * fade + 1
        if b >= 0.9 * minutes { return max(2.3 / ComponentActivity.minute, count * fade / (exposure + ComponentActivity.minute)) }
        return -Elementary.log(1 - min(0.9, s / (minutes - b + s))) / ComponentActivity.minute
    }
}
