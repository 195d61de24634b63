public import ClewEngine

/// What `clew replay` may be told.
public struct ReplayOptions: Sendable {
    /// Files in the order given; `-` is stdin.
    public var files: [String] = []
    /// Revisions due before this are not printed; earlier events still feed the engine, unless `isCold`.
    public var from: EventTime?
    /// Earlier events are skipped.
    public var isCold = false
    /// Events from this time on are left out, as if the files ended there.
    public var until: EventTime?
    /// Multiple of real time; nil: as fast as possible.
    public var speed: Double?
    /// Only the last record of each incident is printed, merged ones left out.
    public var onlyFinal = false
    /// The end of the files is not taken as the end of time: what is open stays open.
    public var keepsOpen = false
    /// Path of the assignments file.
    public var assignments: String?
    /// Path of the file for what could not be decoded.
    public var deadLetters: String?
    /// Path of the model file that is written in the end.
    public var savesModel: String?

    /// The numbers of incidents, and what they were merged into, are kept to the end.
    var keepsNumbers = false

    public init() {}
}

/// What a replay did, for its last lines on stderr.
public struct ReplaySummary: Sendable {
    public var statistics = CorrelatorStatistics()
    public var events: UInt64 = 0
    public var ignored: UInt64 = 0
    public var dead: UInt64 = 0
    /// By reason, those that occurred.
    public var deadByReason: [(reason: String, count: UInt64)] = []
    public var severityUnknown: UInt64 = 0
    public var resends: UInt64 = 0
    /// Records printed.
    public var records: UInt64 = 0
    /// The reader of the records went away before the end; what follows was not replayed.
    public var isCutShort = false
    /// Files that could not be read to their end.
    public var damaged: [String] = []
    /// Wall time, seconds.
    public var seconds = 0.0

    public init() {}
}

/// Where a replay stands, for a progress bar.
public struct ReplayProgress: Sendable {
    /// Bytes of what is read now: so far, and in all (nil: unknown, a pipe is among them).
    public var bytesRead: UInt64
    public var bytesTotal: UInt64?
    public var events: UInt64
    /// The records of a dump are being sorted by partition; no event is taken yet.
    public var isSplitting: Bool
}
