/// One event as the engine takes it: in order, bound to a resource.
struct Occurrence {
    /// The event's own time and its place in the order, seconds.
    var time: Double
    var due: Double
    var resource: ResourceIndex
    var type: Int
    var identity: NameID
    var status: EventStatus
    var severity: Severity
    /// The event's name of the resource where it is an alias, and how the resource was placed.
    var eventName: NameID
    var binding: BindingRule
    /// The event's text, kept with a new alert.
    var message: UnsafeRawBufferPointer
}

/// What became of an event.
enum Verdict: UInt8 {
    /// A clear of a known alert, or of one never raised.
    case cleared, clearedUnknown
    /// The alert is always there, or stands since before its incident froze: no incident.
    case chronic, standing
    case repeated
    case joined, opened
}

/// The correlation engine: a pure state machine (algorithm.md). Events in order go in, incident revisions come out;
/// no clock, no I/O, no randomness, nothing that depends on hash order.
///
/// State is a set of flat tables with one owner; the files `Engine+….swift` follow one event through them:
/// `Apply` → `Evidence` → `Decision` → (`Settling`, `Life` when due) → `RootCauseRanking` → `Records`.
struct Engine: ~Copyable {
    let parameters: CorrelationParameters
    /// Keeps the engine in memory: a struct that could be taken apart into its fields is copied whole, 2 kB, at each call
    /// of a method that does not mutate it; one that holds an existential never is.
    private let inMemory: any Sendable = true
    var graph: Graph
    var types = AlertTypes()
    var keys = AlertKeys()
    var cells = Cells()
    var incidents = Incidents()
    var components: Table<ComponentActivity>
    var componentKnown: Table<Bool>
    var propagation: Propagation
    var resourcePairs: ResourcePairs
    /// What the model brought that the engine began with, beside the tables.
    var adopted = AdoptedModel()
    var queue = DueQueue()
    var entries = Table<AlertEntry>()
    var freeEntries = Table<Int32>()
    var causes: CauseCounts
    /// Which types are changes, and those told of lately.
    var changeTypes: ChangeTypes
    var changes = Changes()
    /// t0: time of the first event; and the greatest effective time of one so far.
    var start = Double.nan
    var latest = -Double.infinity
    /// Since when background counts: earlier than `start` where a model brought some.
    var backgroundStart = Double.nan
    var nextAlert: UInt32 = 0
    var nextConstant: UInt64 = 1
    /// Engines beside each other take turns in these numbers.
    var constantStep: UInt64 = 1
    /// Event time reached: the greatest effective time of an event, and due time of what was run, so far.
    private(set) var clock = -Double.infinity
    var sweepAt = 0

    // Scratch of a scoring in progress.
    var candidates = Table<Candidate>()
    var order = Table<Int32>()
    var scoring: UInt32 = 0
    var memo = Table<PropagationMemo>()
    var settling = Table<SettlingCandidate>()
    var ranking = RankingScratch()
    var listing = Table<ListedEntry>()
    /// Place in `listing` by key, -1 elsewhere.
    var listedAt = Table<Int32>()
    /// Public ids made lately.
    var knownIDs = Table<(founding: Founding, id: IncidentID)>()

    /// Revisions made since they were last taken. None is made where nobody reads them: what they tell, root causes
    /// above all, costs more than correlating does.
    var revisions: [IncidentRevision] = []
    var makesRevisions = true
    /// Where assignments are wanted: merges and foundings since they were last taken.
    var recordsAssignments = false
    var mergeLog: [(from: UInt32, into: UInt32)] = []
    var foundingLog: [(number: UInt32, id: IncidentID)] = []

    /// The pair of alerts to be explained, and what was found; nil in all but `clew explain`.
    var probe: EvidenceProbe?

    // Counters.
    var evaluations: UInt64 = 0
    var opened: UInt64 = 0
    var published = PublishedCounts()
    var alertsMade: UInt64 = 0
    var openIncidents = 0
    var evictedKeys: UInt64 = 0
    var changesTaken: UInt64 = 0

    init(topology: TopologyDefinition, names: inout Names, parameters: CorrelationParameters) {
        self.parameters = parameters
        graph = Graph(topology, names: &names)
        components = Table()
        componentKnown = Table()
        propagation = Propagation(kinds: graph.kindCount, limit: parameters.maxPairs)
        resourcePairs = ResourcePairs(limit: parameters.maxResourcePairs)
        causes = CauseCounts(kinds: graph.kindCount)
        changeTypes = ChangeTypes(parameters.changeTypes)
        for _ in 0..<graph.count { cells.addResource() }
        let none = ComponentActivity(
            rate: 0, rateTime: 0, busy: 0, count: 0, starts: 0, time: 0, lastMinute: 0, lead: -1)
        components.resize(to: graph.count, filling: none)
        componentKnown.resize(to: graph.count, filling: false)
        ranking.resize(to: graph.count)
    }

    /// A resource that binding added to the graph.
    mutating func addResource(name: NameID, kind: UInt16, edges: [Graph.SuggestedEdge], isAlone: Bool) -> ResourceIndex {
        let v = graph.add(name: name, kind: kind, edges: edges, isAlone: isAlone)
        cells.addResource()
        components.append(
            ComponentActivity(
                rate: 0, rateTime: 0, busy: 0, count: 0, starts: 0, time: 0, lastMinute: 0, lead: -1))
        componentKnown.append(false)
        ranking.resize(to: graph.count)
        return v
    }

    /// The index of an alert type, known from now on.
    mutating func type(_ name: NameID) -> Int {
        let known = types.find(name)
        if known >= 0 { return known }
        propagation.addType()
        causes.addType()
        for _ in 0..<3 { memo.append(PropagationMemo(mark: 0, pair: -1, seen: 0, expected: 0, scale: 0, propagation: 0)) }
        return types.add(name)
    }

    func alertName(resource: Int, type: Int, identity: NameID) -> AlertName {
        AlertName(resource: graph.names[resource], type: types.all[type].name, identity: identity)
    }

    @inline(__always)
    mutating func advanceClock(to time: Double) { if time > clock { clock = time } }

    // MARK: References to incident slots

    @inline(__always)
    mutating func retain(_ slot: Int) { incidents.hot[slot].references += 1 }

    @inline(__always)
    mutating func release(_ slot: Int) {
        incidents.hot[slot].references -= 1
        if incidents.hot[slot].references == 0 { discard(slot) }
    }

    /// Frees a slot that nothing names, if it is over; and what its redirect held in turn.
    mutating func discard(_ slot: Int) {
        var slot = slot
        while incidents.hot[slot].references == 0, incidents.details[slot].isOver {
            let target = Int(incidents.hot[slot].redirect)
            freeEntries(of: slot)
            incidents.hot[slot].redirect = -1
            incidents.hot[slot].references = -1
            incidents.release(slot)
            guard target >= 0 else { return }
            incidents.hot[target].references -= 1
            slot = target
        }
    }

    private mutating func freeEntries(of slot: Int) {
        var at = incidents.details[slot].firstEntry
        while at >= 0 {
            let next = entries[Int(at)].next
            entries[Int(at)].message = []
            entries[Int(at)].link = nil
            freeEntries.append(at)
            at = next
        }
    }
}

/// Revisions published so far, by status.
public struct PublishedCounts: Sendable, BitwiseCopyable {
    /// Incidents, by their first revision: `opened`, but for those that were over, or frozen, when they came to be known.
    public var incidents: UInt64 = 0
    public var opened: UInt64 = 0
    public var updated: UInt64 = 0
    public var resolved: UInt64 = 0
    public var reopened: UInt64 = 0
    public var merged: UInt64 = 0
    public var frozen: UInt64 = 0
    public var all: UInt64 { opened + updated + resolved + reopened + merged + frozen }

    mutating func add(_ other: PublishedCounts) {
        incidents += other.incidents
        opened += other.opened
        updated += other.updated
        resolved += other.resolved
        reopened += other.reopened
        merged += other.merged
        frozen += other.frozen
    }
}
