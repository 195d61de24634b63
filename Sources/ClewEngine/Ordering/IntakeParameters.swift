/// What the ordering of events takes as plausible and complete (ARCHITECTURE.md, *What must hold* 1); times in microseconds.
public struct IntakeParameters: Sendable, Equatable {
    /// W: how far behind its partition's newest an event may be and still find its place.
    public var allowedLateness: Int64 = 5_000_000
    /// An own timestamp further behind its partition's newest is implausible.
    public var maxBehind: Int64 = 7 * 86_400_000_000
    /// An own timestamp further ahead of its record's is implausible.
    public var maxAhead: Int64 = 600_000_000
    /// Without a record timestamp: further ahead of its partition's newest is implausible.
    public var maxAheadUnrecorded: Int64 = 400 * 86_400_000_000
    /// Redeliveries are recognised for this much event time, and at most so many.
    public var redeliveryMemory: Int64 = 7_200_000_000
    public var maxRedeliveries = 1_000_000
    /// Most events held back; beyond, the oldest are taken early and counted.
    public var maxBuffered = 1_000_000

    public init() {}
}
