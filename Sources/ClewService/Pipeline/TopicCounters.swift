internal import ClewFormats

/// What became of the messages of one topic (or of the files of a replay).
public struct TopicCounters: Sendable, Equatable {
    public var messages: UInt64 = 0
    public var events: UInt64 = 0
    /// By reason, in the order of `IgnoreReason.allCases` and `DeadReason.allCases`.
    public var ignored = [UInt64](repeating: 0, count: IgnoreReason.allCases.count)
    public var dead = [UInt64](repeating: 0, count: DeadReason.allCases.count)

    public init() {}

    public var ignoredTotal: UInt64 { ignored.reduce(0, +) }
    public var deadTotal: UInt64 { dead.reduce(0, +) }

    static let ignoreIndex = Dictionary(uniqueKeysWithValues: IgnoreReason.allCases.enumerated().map { ($1, $0) })
    static let deadIndex = Dictionary(uniqueKeysWithValues: DeadReason.allCases.enumerated().map { ($1, $0) })

    /// Counts a message that gave no event.
    mutating func count(_ reason: IgnoreReason) { ignored[TopicCounters.ignoreIndex[reason] ?? 0] += 1 }

    /// Counts a dead letter.
    mutating func count(_ reason: DeadReason) { dead[TopicCounters.deadIndex[reason] ?? 0] += 1 }
}
