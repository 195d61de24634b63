import Glibc
import Synchronization

/// A log: levels, fields, a sink. A value that is handed around; copies share the sink, the level and the throttle.
///
///     log.info("input assigned", ["topic": "alerts", "partitions": 12])
///     log.warning("event cannot be decoded", ["code": "json_invalid"], atMostEvery: 30, key: "json_invalid")
public struct Log: Sendable {
    /// What copies share.
    private final class Core: Sendable {
        let level: Atomic<UInt8>
        let format: LogFormat
        let sink: any LogSink
        let clock: @Sendable () -> Int64
        let monotonic: @Sendable () -> Double
        let throttle = LogThrottle()

        init(
            _ level: LogLevel, _ format: LogFormat, _ sink: any LogSink, _ clock: @escaping @Sendable () -> Int64,
            _ monotonic: @escaping @Sendable () -> Double
        ) {
            self.level = Atomic(level.rawValue)
            self.format = format
            self.sink = sink
            self.clock = clock
            self.monotonic = monotonic
        }
    }
    private let core: Core
    private var context: [(name: String, value: LogValue)] = []

    /// `clock`: milliseconds since 1970; `monotonic`: seconds of a clock that never jumps, for `atMostEvery`.
    public init(
        level: LogLevel = .info, format: LogFormat = .text, sink: any LogSink = DescriptorLogSink(),
        clock: @escaping @Sendable () -> Int64 = { Clock.unixMilliseconds() },
        monotonic: @escaping @Sendable () -> Double = { Clock.monotonicSeconds() }
    ) {
        core = Core(level, format, sink, clock, monotonic)
    }

    /// The same log with fields that come first in each record.
    public func with(_ fields: KeyValuePairs<String, LogValue>) -> Log {
        var copy = self
        copy.context += fields.map { (name: $0.key, value: $0.value) }
        return copy
    }

    /// Records above this level are not written. May be changed while others write.
    public var level: LogLevel {
        get { LogLevel(rawValue: core.level.load(ordering: .relaxed)) ?? .info }
        nonmutating set { core.level.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// Whether records of this level are written, for messages that are costly to make.
    public func isEnabled(_ level: LogLevel) -> Bool {
        level.rawValue <= core.level.load(ordering: .relaxed)
    }

    public func error(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]) {
        write(.error, message, fields)
    }

    public func warning(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]) {
        write(.warning, message, fields)
    }

    public func info(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]) {
        write(.info, message, fields)
    }

    public func debug(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:]) {
        write(.debug, message, fields)
    }

    /// A record with fields that are put together at run time.
    public func log(_ level: LogLevel, _ message: String, fields: [(name: String, value: LogValue)]) {
        if isEnabled(level) { emit(level, message, fields) }
    }

    /// At most one record in `seconds` for the key; the next one that is written has the count of the others as `suppressed`.
    public func warning(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:],
        atMostEvery seconds: Double, key: String
    ) {
        write(.warning, message, fields, limit: (seconds, key))
    }

    /// As the warning of the same form, for an error.
    public func error(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:],
        atMostEvery seconds: Double, key: String
    ) {
        write(.error, message, fields, limit: (seconds, key))
    }

    /// As the warning of the same form, for information.
    public func info(
        _ message: @autoclosure () -> String, _ fields: @autoclosure () -> KeyValuePairs<String, LogValue> = [:],
        atMostEvery seconds: Double, key: String
    ) {
        write(.info, message, fields, limit: (seconds, key))
    }

    /// Writes how many records are held back at the moment, one line a key: for the end of the program.
    public func flushSuppressed() {
        for (key, count) in core.throttle.drain() where isEnabled(.warning) {
            emit(
                .warning, "more of the same was not logged",
                [(name: "key", value: .string(key)), (name: "suppressed", value: LogValue(count))])
        }
    }

    private func write(
        _ level: LogLevel, _ message: () -> String, _ fields: () -> KeyValuePairs<String, LogValue>,
        limit: (seconds: Double, key: String)? = nil
    ) {
        guard isEnabled(level) else { return }
        var suppressed = 0
        if let limit {
            guard let count = core.throttle.admit(limit.key, every: limit.seconds, now: core.monotonic()) else { return }
            suppressed = count
        }
        var all = fields().map { (name: $0.key, value: $0.value) }
        if suppressed > 0 { all.append((name: "suppressed", value: LogValue(suppressed))) }
        emit(level, message(), all)
    }

    private func emit(_ level: LogLevel, _ message: String, _ fields: [(name: String, value: LogValue)]) {
        let record = LogRecord(time: core.clock(), level: level, message: message, fields: context + fields)
        core.sink.write(LogLine.bytes(record, core.format))
    }
}

/// The clocks of telemetry. Nothing that decides about events may look at them.
public enum Clock {
    /// Wall clock, milliseconds since 1970-01-01T00:00:00Z.
    public static func unixMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Seconds since some moment in the past, never jumping.
    public static func monotonicSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
