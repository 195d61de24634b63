/// The parameters of the method that an operator may set (algorithm.md §12); times in seconds.
public struct CorrelationParameters: Sendable, Equatable {
    /// Odds at which an alert joins an incident. The one knob: 7 joins more, 14 less.
    public var threshold = 10.0
    /// A new incident is held back this long before it may be published (settlement stage 0).
    public var holdBack = 30.0
    /// An incident takes no more alerts at this age.
    public var maxAge = 14_400.0
    /// An incident takes no more alerts at this size; nil: no limit.
    public var maxAlerts: Int?
    /// An incident freezes after this much silence, seconds; nil: never by silence.
    public var maxQuiet: Double?
    /// An incident is no longer open after this much silence.
    public var idle = 1_800.0
    /// At most one update of an incident in this time, unless something important changed.
    public var updateInterval = 5.0
    /// A lone alert is published from this severity on.
    public var publishLone = Severity.major
    /// Fusing on arrival, settling, and far evidence: odds needed (algorithm.md §7.3, §8, §6).
    public var fuseThreshold = 20.0
    public var settleThreshold = 10.0
    public var burstThreshold = 12.0
    /// The second settlement, after the incident's start.
    public var settleLate = 240.0
    /// Quiet time after the last clear before an incident whose alerts have all cleared is resolved.
    public var resolveAfter = 300.0
    /// Decayed count of a key's busy minutes at which its alert is chronic.
    public var chronicCount = 40.0
    /// Half-life of what is learned, seconds; nil: nothing is forgotten.
    public var halfLife: Double?
    /// Whether anything is learned; else what a model brought stays as it is, and of types that it lacks only how long
    /// their alerts last is learned.
    public var learns = true
    /// Types of events that are changes, no alerts (`ChangeTypes`); and how long before an incident's first alert one may
    /// have been to explain it.
    public var changeTypes: [String] = []
    public var changeWindow = 7_200.0
    /// Most alert keys remembered; the longest silent go first, cleared before uncleared.
    public var maxKeys = 1_000_000
    /// Most learned (relation, type, type) entries; the least supported go first.
    public var maxPairs = 200_000
    /// Most pairs of resources that may lack an edge; the least supported go first.
    public var maxResourcePairs = 50_000
    /// Most resources placed by their name, beyond those of the topology.
    public var maxBoundResources = 10_000

    public init() {}
}
