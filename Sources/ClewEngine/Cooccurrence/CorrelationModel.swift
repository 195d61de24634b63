/// What the engine has learned, by name: how alert types cause each other, how long they last, which resources fail
/// together, and what takes part in incidents. Not the live state: no alert, no incident, no watermark.
///
/// All lists are in a canonical order (names by their bytes), so that equal knowledge is an equal value, in whatever order
/// types were first seen. Weights are as of `lastEvent`, with forgetting applied (`CorrelationParameters.halfLife`).
public struct CorrelationModel: Sendable, Equatable {
    /// Lag bins of a pair; see `binEnds`.
    public static let bins = Propagation.bins
    /// Ends of the lag bins, seconds; the last bin is open.
    public static let binEnds: [Double] = Propagation.binEnds
    /// Bins of the silences of a type.
    public static let silenceBins = AlertTypes.silenceBins

    /// How an alert type behaves (algorithm.md §3).
    public struct TypeStatistics: Sendable, Equatable {
        public var name: String
        /// New alerts and clears counted.
        public var alerts: Double
        public var clears: Double
        /// C_y: decayed weight of alerts that nothing explained (algorithm.md §4).
        public var background: Double
        /// Silences between raises of one alert that is on, by bin: the learned re-send interval; `silenceBins` weights.
        public var silences: [Float]

        public init(name: String, alerts: Double, clears: Double, background: Double, silences: [Float]) {
            self.name = name
            self.alerts = alerts
            self.clears = clears
            self.background = background
            self.silences = silences
        }
    }

    /// R: how often an alert of type `cause` explained one of type `effect` (algorithm.md §9).
    public struct Pair: Sendable, Equatable, BitwiseCopyable {
        /// same, up, sib or self.
        public var relation: Relation
        /// Indices into `types`.
        public var cause: UInt32
        public var effect: UInt32
        /// Support: the sum of the weights of the links seen.
        public var seen: Float

        public init(relation: Relation, cause: UInt32, effect: UInt32, seen: Float) {
            self.relation = relation
            self.cause = cause
            self.effect = effect
            self.seen = seen
        }
    }

    /// X: how many alerts on resources of a kind the alerts of a type should have given rise to a priori (algorithm.md §9).
    public struct Expectation: Sendable, Equatable, BitwiseCopyable {
        /// same, up or sib; self has no kind (`kind` 0).
        public var relation: Relation
        /// Indices into `types` and `kinds`.
        public var type: UInt32
        public var kind: UInt32
        public var amount: Float

        public init(relation: Relation, type: UInt32, kind: UInt32, amount: Float) {
            self.relation = relation
            self.type = type
            self.kind = kind
            self.amount = amount
        }
    }

    /// A resource that had alerts which nothing in the topology explains.
    public struct ResourceStatistics: Sendable, Equatable {
        public var name: String
        /// Such alerts.
        public var alerts: Float

        public init(name: String, alerts: Float) {
            self.name = name
            self.alerts = alerts
        }
    }

    /// Two resources without a way between them that had such alerts shortly after each other: an edge may be missing.
    public struct ResourcePair: Sendable, Equatable, BitwiseCopyable {
        /// Indices into `resources`, the smaller first.
        public var a: UInt32
        public var b: UInt32
        /// Times that it happened, and of these: the first one alerted first; only a burst linked them (`Relation.far`).
        public var seen: Float
        public var aFirst: Float
        public var far: Float
        /// Sum of the times between, seconds.
        public var lagSum: Float

        public init(a: UInt32, b: UInt32, seen: Float, aFirst: Float, far: Float, lagSum: Float) {
            self.a = a
            self.b = b
            self.seen = seen
            self.aFirst = aFirst
            self.far = far
            self.lagSum = lagSum
        }
    }

    /// By name.
    public var types: [TypeStatistics] = []
    /// Kinds of resources, by name.
    public var kinds: [String] = []
    /// By (relation, cause, effect), each once.
    public var pairs: [Pair] = []
    /// `bins` weights a pair: the lags of its links.
    public var histograms: [Float] = []
    /// By (relation, type, kind), each once.
    public var expectations: [Expectation] = []
    /// The stream's own time scale: sums of r · lag and of r, priors included.
    public var lagSum = Propagation.timeScalePrior.seconds * Propagation.timeScalePrior.weight
    public var lagWeight = Propagation.timeScalePrior.weight
    /// By name.
    public var resources: [ResourceStatistics] = []
    /// How often any two resources had such alerts shortly after each other, whether there is a way between them or not.
    public var coincidences = 0.0
    /// By (a, b), each once.
    public var resourcePairs: [ResourcePair] = []
    /// The time that the types' background stands for, seconds, and the resources that it came from (0: unknown).
    public var backgroundExposure = 0.0
    public var resourceCount: UInt64 = 0
    /// What the ranking of root causes learned.
    public var causes = CauseModel()

    /// Event times of the first and the last event that it was learned from; nil for none.
    public var firstEvent: EventTime?
    public var lastEvent: EventTime?
    /// Events, new alerts and incidents that it was learned from.
    public var events: UInt64 = 0
    public var alerts: UInt64 = 0
    public var incidents: UInt64 = 0

    /// A model that knows nothing.
    public init() {}

    /// The lags of a pair by its index.
    public func lags(ofPair pair: Int) -> ArraySlice<Float> {
        histograms[(pair * CorrelationModel.bins)..<((pair + 1) * CorrelationModel.bins)]
    }
}

/// What the ranking of root causes learned from incidents that have ended (algorithm.md §11), by name.
public struct CauseModel: Sendable, Equatable {
    /// Resources of a kind that took part with a type.
    public struct Taking: Sendable, Equatable, BitwiseCopyable {
        /// Indices into the model's `types` and `kinds`.
        public var type: UInt32
        public var kind: UInt32
        public var count: Float

        public init(type: UInt32, kind: UInt32, count: Float) {
            self.type = type
            self.kind = kind
            self.count = count
        }
    }

    /// Incidents that held the alert of a type on a resource.
    public struct Held: Sendable, Equatable {
        public var resource: String
        /// Index into the model's `types`.
        public var type: UInt32
        public var count: Float

        public init(resource: String, type: UInt32, count: Float) {
            self.resource = resource
            self.type = type
            self.count = count
        }
    }

    /// By how much alerts of a type follow the first of their incidents.
    public struct Lateness: Sendable, Equatable, BitwiseCopyable {
        /// Index into the model's `types`.
        public var type: UInt32
        public var alerts: Float
        /// Sum over them of ln(1 + seconds).
        public var sum: Float

        public init(type: UInt32, alerts: Float, sum: Float) {
            self.type = type
            self.alerts = alerts
            self.sum = sum
        }
    }

    /// Most entries of `held` that are kept: the most frequent.
    public static let mostHeld = 100_000

    /// Incidents counted.
    public var incidents = 0.0
    /// By (type, kind).
    public var takings: [Taking] = []
    /// By (resource, type).
    public var held: [Held] = []
    /// By type.
    public var lateness: [Lateness] = []

    public init() {}
}

/// How far a model applies to an engine's topology.
public struct ModelFit: Sendable, Equatable {
    /// Kinds of resources that the topology lacks: what was expected of them counts for each kind that the model lacks.
    public var unknownKinds: [String] = []
    /// Entries left out because a bound on the engine's tables is smaller than the model.
    public var leftOut = 0

    public init() {}
}
