import Glibc

/// Draws progress in the last line of a terminal, at most ten times a second; does nothing where there is no terminal.
///
/// Call `clear` before anything else is written to the same terminal. The line is gone when the bar is.
public struct ProgressBar: ~Copyable {
    /// Least seconds between two drawings.
    public static let interval = 0.1
    private let descriptor: Int32
    /// Columns, asked anew at each drawing where nil.
    private let fixedWidth: Int?
    /// Whether there is a terminal to draw on.
    public let isShown: Bool
    private var meter = ProgressMeter()
    private var lastDrawn: Double?
    private var isDirty = false

    /// On standard error, if that is a terminal.
    public init() {
        self.init(descriptor: STDERR_FILENO, isTerminal: Terminal.isTerminal(STDERR_FILENO) && Terminal.environment("TERM") != "dumb")
    }

    /// On any descriptor, which stays the caller's.
    public init(descriptor: Int32, isTerminal: Bool, width: Int? = nil) {
        self.descriptor = descriptor
        isShown = isTerminal
        fixedWidth = width
    }

    deinit {
        if isDirty { Self.write("\r\u{1B}[K", to: descriptor) }
    }

    /// Draws, if enough time has passed since the last time. `now`: monotonic seconds.
    public mutating func update(label: String, done: Int, total: Int?, unit: String, now: Double = Self.monotonicSeconds()) {
        guard isShown else { return }
        if let lastDrawn, now - lastDrawn < Self.interval { return }
        lastDrawn = now
        let (rate, timeLeft) = meter.update(done: done, total: total, at: now)
        let progress = Progress(label: label, done: done, total: total, unit: unit, rate: rate, timeLeft: timeLeft)
        // The last column stays free: some terminals wrap when it is written.
        let width = max(10, (fixedWidth ?? Terminal.width(descriptor) ?? 80) - 1)
        Self.write("\r" + progress.line(width: width) + "\u{1B}[K", to: descriptor)
        isDirty = true
    }

    /// Wipes the line; the next update draws it again.
    public mutating func clear() {
        guard isDirty else { return }
        Self.write("\r\u{1B}[K", to: descriptor)
        isDirty = false
        lastDrawn = nil
    }

    /// Seconds of a clock that never jumps.
    public static func monotonicSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// What does not go out at once is dropped: a drawing is not worth waiting for.
    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            _ = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        }
    }
}
