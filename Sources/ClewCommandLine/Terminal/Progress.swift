/// How far some work has come.
public struct Progress: Sendable, Equatable {
    /// What is being done: `replay`.
    public var label: String
    /// Finished, in `unit`.
    public var done: Int
    /// All there is to do, in `unit`; nil where nobody knows.
    public var total: Int?
    /// `events`, or `B` for bytes.
    public var unit: String
    /// Per second, nil before it can be told.
    public var rate: Double?
    /// Seconds until the end, nil where they cannot be told.
    public var timeLeft: Double?

    public init(label: String, done: Int, total: Int? = nil, unit: String, rate: Double? = nil, timeLeft: Double? = nil) {
        self.label = label
        self.done = done
        self.total = total
        self.unit = unit
        self.rate = rate
        self.timeLeft = timeLeft
    }

    /// One line of at most `width` columns: label, percentage, bar, amount, rate, time left. What does not fit is left out,
    /// the bar first.
    public func line(width: Int) -> String {
        var tail = [Self.amount(Double(done)) + " " + unit]
        if let rate, rate.isFinite, rate >= 0 { tail.append(Self.amount(rate) + "/s") }
        if let timeLeft, timeLeft.isFinite, timeLeft >= 0 { tail.append(Self.clock(timeLeft) + " left") }
        var head = label
        guard let fraction else { return Self.fit([head] + tail, width) }
        let percent = "\(Int(fraction * 100))%"
        head += String(repeating: " ", count: max(1, 5 - percent.count)) + percent
        // "head [bar]  tail"
        let room = min(40, width - head.count - tail.joined(separator: "  ").count - 5)
        guard room >= 8 else { return Self.fit([head] + tail, width) }
        let filled = Int(fraction * Double(room))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: room - filled)
        return head + " [" + bar + "]  " + tail.joined(separator: "  ")
    }

    /// 0...1, nil without a total.
    public var fraction: Double? {
        guard let total else { return nil }
        return total <= 0 ? 1 : min(1, max(0, Double(done) / Double(total)))
    }

    /// Three digits and a power of a thousand: `812`, `45.1k`, `1.20M`.
    public static func amount(_ value: Double) -> String {
        var scaled = max(0, value)
        for suffix in ["", "k", "M", "G", "T"] {
            // 999.95 would be rounded to a fourth digit.
            if scaled < 999.5 || suffix == "T" { return digits(scaled, isWhole: suffix.isEmpty) + suffix }
            scaled /= 1_000
        }
        return ""
    }

    private static func digits(_ value: Double, isWhole: Bool) -> String {
        if isWhole || value >= 99.95 || value > 1e9 { return "\(Int(min(value, 1e15).rounded()))" }
        let decimals = value >= 9.995 ? 10.0 : 100.0
        let scaled = Int((value * decimals).rounded())
        let fraction = "\(scaled % Int(decimals))"
        let padding = decimals == 100 && fraction.count < 2 ? "0" : ""
        return "\(scaled / Int(decimals)).\(padding)\(fraction)"
    }

    /// `0:09`, `12:34`, `1:02:03`; beyond 99 hours in days.
    public static func clock(_ seconds: Double) -> String {
        let whole = Int(min(max(0, seconds), 1e12).rounded(.up))
        let (hours, minutes, rest) = (whole / 3_600, whole / 60 % 60, whole % 60)
        if hours > 99 { return "\(hours / 24)d" }
        let tail = rest < 10 ? "0\(rest)" : "\(rest)"
        if hours == 0 { return "\(minutes):\(tail)" }
        return "\(hours):" + (minutes < 10 ? "0" : "") + "\(minutes):\(tail)"
    }

    private static func fit(_ parts: [String], _ width: Int) -> String {
        var line = ""
        for part in parts {
            let longer = line.isEmpty ? part : line + "  " + part
            if longer.count > width { break }
            line = longer
        }
        return line
    }
}

/// Rate and time left from how far the work had come when. Times are monotonic seconds, given by the caller.
public struct ProgressMeter: Sendable {
    private var start: (time: Double, done: Int)?
    private var last: (time: Double, done: Int)?
    private var smoothed: Double?
    /// The rate follows changes within about so many seconds.
    private let memory: Double

    public init(memory: Double = 5) {
        self.memory = memory
    }

    /// The rate and the time left, now that `done` of `total` is finished. Keep calling with growing times.
    public mutating func update(done: Int, total: Int?, at time: Double) -> (rate: Double?, timeLeft: Double?) {
        guard let previous = last else {
            start = (time, done)
            last = (time, done)
            return (nil, nil)
        }
        let elapsed = time - previous.time
        if elapsed > 0 {
            let rate = Double(done - previous.done) / elapsed
            let weight = min(1, elapsed / memory)
            smoothed = smoothed.map { $0 + (rate - $0) * weight } ?? rate
            last = (time, done)
        }
        guard let rate = smoothed, rate > 0, let total else { return (smoothed.map { max(0, $0) }, nil) }
        return (rate, max(0, Double(total - done) / rate))
    }
}
