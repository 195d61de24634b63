/// A line of librdkafka's own log.
public struct KafkaLogRecord: Sendable, Equatable {
    /// Severity as in syslog: 0 (emergency) to 7 (debug).
    public let level: Int
    /// The library's short name of what it is about, such as `FAIL`.
    public let facility: String
    public let message: String
}

/// What a client tells beside the results of calls.
///
/// `log` comes from the library's threads at any time; `error` and `statistics` come on the thread that polls, flushes or
/// commits, inside that call.
public struct ClientEvents: Sendable {
    public var log: @Sendable (KafkaLogRecord) -> Void
    /// Errors that belong to no call: connections lost, all brokers down. The client goes on by itself unless `isFatal`.
    public var error: @Sendable (KafkaError) -> Void
    /// The library's statistics as JSON, every `statistics.interval.ms`.
    public var statistics: @Sendable (String) -> Void

    public init(
        log: @escaping @Sendable (KafkaLogRecord) -> Void = { _ in }, error: @escaping @Sendable (KafkaError) -> Void = { _ in },
        statistics: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.log = log
        self.error = error
        self.statistics = statistics
    }
}
