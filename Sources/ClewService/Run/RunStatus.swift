/// The service cannot start, or cannot go on. The message says what, where, and what to do.
public struct RunFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// How the service stands at a moment.
public struct RunStatus: Sendable, Equatable {
    /// Whether it consumes and publishes, with nothing in the way.
    public var isReady = false
    /// What keeps it from being ready, one sentence each; empty when it is ready.
    public var obstacles: [String] = ["starting"]
    /// Partitions that are this member's at present.
    public var partitions = 0
    /// Records that are known to be in those partitions and were not read yet.
    public var lag: Int64 = 0
    /// Messages read since the start.
    public var messages: UInt64 = 0
    /// Events that the engine has taken since the start.
    public var events: UInt64 = 0
    /// Events that wait for the watermark.
    public var buffered = 0
    public var incidentsOpen = 0
    /// Incident records and dead letters whose transaction was committed.
    public var recordsPublished: UInt64 = 0
    public var deadLettersPublished: UInt64 = 0

    public init() {}
}
