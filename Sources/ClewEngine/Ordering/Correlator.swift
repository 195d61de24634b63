/// What was counted since the start.
public struct CorrelatorStatistics: Sendable, BitwiseCopyable {
    /// Events taken by the engine (redeliveries not included).
    public var taken: UInt64 = 0
    /// Came further behind their partition's newest than the allowed lateness.
    public var late: UInt64 = 0
    public var redelivered: UInt64 = 0
    /// Implausible own timestamps that were replaced.
    public var clocksReplaced: UInt64 = 0
    /// Implausible timestamps with nothing to replace them: dead.
    public var implausible: UInt64 = 0
    /// Taken before the watermark because the reorder buffer was full.
    public var forced: UInt64 = 0
    /// Events of `CorrelationParameters.changeTypes`: no alerts.
    public var changes: UInt64 = 0
    public var clears: UInt64 = 0
    /// Clears of alerts that were never raised.
    public var unknownClears: UInt64 = 0
    public var repeats: UInt64 = 0
    public var newAlerts: UInt64 = 0
    public var chronic: UInt64 = 0
    public var standing: UInt64 = 0
    /// Incidents made, most of them never shown.
    public var incidentsMade: UInt64 = 0
    public var incidentsOpen = 0
    public var published = PublishedCounts()
    /// Alerts weighed as evidence.
    public var evaluations: UInt64 = 0
    public var buffered = 0
    public var keys = 0
    public var incidentsInMemory = 0
    /// Alerts kept as part of an incident in memory, and what incidents have to do later.
    public var alertEntries = 0
    public var dueEntries = 0
    /// Resources that remember alerts of their neighbourhood.
    public var resourcesWithCells = 0
    /// Events remembered to recognise redeliveries.
    public var redeliveriesRemembered = 0
    public var changesRemembered = 0
    public var pairs = 0
    public var resourcePairs = 0
    public var resources = 0
    public var boundResources = 0
    public var aliases = 0
    public var names = 0
    public var evictedKeys: UInt64 = 0
    /// Event time up to which the input is complete; nil before the first event.
    public var watermark: EventTime?

    public init() {}
}

/// What became of one event, for the assignments file.
public struct Assignment: Sendable, BitwiseCopyable {
    /// Number of its arrival: events are counted from 0 in the order they are pushed.
    public var sequence: UInt64
    /// Number of its incident; nil: none. The low 32 bits count the incidents of a domain in order of making, the high ones
    /// are the number of the domain.
    public var incident: UInt64?
    /// For a redelivery: the sequence of the first copy.
    public var sameAs: UInt64?
}

/// Events in, incident revisions out: intake (plausible clocks), the order of events, and the domains that correlate them.
///
/// A pure state machine for one owner: the same events with the same partitions give the same revisions, in whatever
/// interleaving they are pushed. Decode into an `EventBatch` with `names`, `push` it, take the `revisions`.
///
/// Order, redeliveries and the watermark are those of the whole stream; all else belongs to the correlation domain of the
/// event's resource (`TopologyDefinition.domains`). What is due in a domain is run once the watermark has reached it, so
/// its revisions do not depend on the others. Revisions of several domains come out by (event time that the domain had
/// reached, domain, order within it); those that the watermark has not passed wait for what may come before them.
public struct Correlator: ~Copyable {
    /// Texts of waiting events; beyond, the oldest are taken early, as at `maxBuffered`.
    private static let mostBufferedBytes = 1 << 30
    /// Events, and bytes of their texts, that the domains are handed before they are stepped.
    private static let mostPending = 8_192
    private static let mostPendingBytes = 64 << 20

    /// Where the events of a name go. Not private: a generic over a private type cannot be stored by a struct of another module.
    struct Route: BitwiseCopyable {
        /// -1: not known yet.
        var domain: Int32
        /// Number of the name within the domain.
        var local: UInt32
        static let unknown = Route(domain: -1, local: 0)
    }

    /// The names of everything; the decoder interns into it.
    public var names: Names
    /// Runs a body for each number below the first argument, in any order or at once, and returns when all are done; nil: one
    /// domain after the other, in this thread. The results are the same.
    public var concurrently: ((_ count: Int, _ body: (Int) -> Void) -> Void)?
    /// As in `Engine`: keeps the struct from being copied at calls that do not mutate it.
    private let inMemory: any Sendable = true
    private let domains: [Domain]
    /// With several domains only.
    private let router: DomainRouter?
    /// The model that the domains began with, where there are several. A snapshot does not hold it.
    private var basis: CorrelationModel?
    private let halfLife: Double?
    private var routes: Table<Route>
    private var partitions: Partitions
    private var buffer = ReorderBuffer()
    private var redeliveries: RedeliveryMemory
    private let intake: IntakeParameters
    private var counts = CorrelatorStatistics()
    private var sequence: UInt64 = 0
    /// Handed to the domains since they were stepped.
    private var pending = 0
    private var pendingBytes = 0
    private var hasEnded = false

    /// Whether `assignments`, `merges` and `foundings` are kept (until taken).
    public let recordsAssignments: Bool
    private var repeated: [Assignment] = []

    /// Creates a correlator for a topology; without nodes every name is placed by itself. The bounds of `correlation` are
    /// those of one domain. `nameLimit`: names of events, beyond those of the topology and the model. Without `makesRevisions`
    /// there are only counts, assignments and what is learned: these are the same.
    public init(
        topology: TopologyDefinition, correlation: CorrelationParameters = CorrelationParameters(),
        intake: IntakeParameters = IntakeParameters(), nameLimit: Int = 2_000_000, recordsAssignments: Bool = false,
        makesRevisions: Bool = true
    ) {
        var names = Names(limit: nameLimit)
        let parts = topology.parts()
        domains = names.withoutLimit { names in
            var domains: [Domain] = []
            for (place, part) in parts.enumerated() {
                domains.append(
                    Domain(
                        topology: part, correlation: correlation, names: &names, recordsAssignments: recordsAssignments,
                        makesRevisions: makesRevisions, place: place, count: parts.count))
            }
            return domains
        }
        router = parts.count > 1 ? names.withoutLimit { DomainRouter(topology, names: &$0) } : nil
        routes = Table(repeating: .unknown, count: names.count)
        partitions = Partitions(lateness: intake.allowedLateness)
        redeliveries = RedeliveryMemory(span: intake.redeliveryMemory, limit: intake.maxRedeliveries)
        self.names = names
        halfLife = correlation.halfLife
        self.intake = intake
        self.recordsAssignments = recordsAssignments
        for (number, domain) in domains.enumerated() {
            for v in 0..<domain.engine.graph.count {
                routes[Int(domain.engine.graph.names[v].index)] = Route(domain: Int32(number), local: domain.addName(of: v))
            }
        }
    }

    /// How many domains there are.
    public var domainCount: Int { domains.count }

    /// Incidents that are open in a domain.
    public func incidentsOpen(inDomain number: Int) -> Int { domains[number].engine.openIncidents }

    /// The number of the domain that takes the events of a name; nil before its first event.
    public func domain(of resource: NameID) -> Int? {
        let index = Int(resource.index)
        return index < routes.count && routes[index].domain >= 0 ? Int(routes[index].domain) : nil
    }

    // MARK: The model

    /// Begins with what a model knows; to be called once, before the first event. With `CorrelationParameters.learns` the
    /// model is what learning goes on from, else it stays as it is.
    ///
    /// Each domain begins with all of it. Returns what of it does not fit the topology: kinds that no domain has, entries left
    /// out over all domains. O(entries of the model · domains).
    public mutating func adopt(_ model: CorrelationModel) -> ModelFit {
        guard counts.taken == 0 else { return ModelFit() }
        let domains = self.domains
        if domains.count > 1 { basis = model }
        return names.withoutLimit { names in
            var fit = domains[0].engine.adopt(model, &names)
            for domain in domains.dropFirst() {
                let other = domain.engine.adopt(model, &names)
                fit.unknownKinds.removeAll { !other.unknownKinds.contains($0) }
                fit.leftOut += other.leftOut
            }
            return fit
        }
    }

    /// What is known now: the model adopted, and what was learned since, by all domains together. O(n log n) in its entries.
    public func learned() -> CorrelationModel {
        let parts = domains.indices.map { learned(inDomain: $0) }
        return parts.count == 1 ? parts[0] : CorrelationModel(union: parts, basis: basis, halfLife: halfLife)
    }

    private func learned(inDomain number: Int) -> CorrelationModel {
        domains[number].engine.learned(names, events: domains[number].taken - domains[number].engine.changesTaken)
    }

    // MARK: Partitions and the watermark

    /// Makes a partition known; it holds the watermark from now on.
    public mutating func addPartition(topic: String, number: Int32) -> UInt32 {
        partitions.add(topic: topic, number: number)
    }

    /// Tells a time near which the first events of a partition are plausible, where no record's timestamp says so.
    public mutating func setHint(_ hint: EventTime, ofPartition p: UInt32) {
        guard hint <= .latestPlausible else { return }
        partitions.setHint(hint.microseconds, of: Int(p))
    }

    /// Tells whether a partition holds the watermark, and takes what that lets through.
    public mutating func setPartition(_ p: UInt32, _ state: PartitionState) {
        partitions.set(Int(p), state)
        takeReady()
        step()
    }

    /// The greatest event time of a partition so far.
    public func clock(ofPartition p: UInt32) -> EventTime? {
        let greatest = partitions.all[Int(p)].greatest
        return greatest == .min ? nil : EventTime(microseconds: greatest)
    }

    /// Advances the watermark by elapsed time while every partition is idle.
    public mutating func forceWatermark(byMicroseconds step: Int64) {
        partitions.force(by: step)
        takeReady()
        self.step()
    }

    /// The end of all input: the watermark reaches infinity, everything due is run.
    public mutating func finish() {
        while buffer.count > 0 { takeNext() }
        hasEnded = true
        step(until: .greatestFiniteMagnitude)
    }

    /// Nothing more is pushed: revisions that wait for what other domains might have put before them may be taken.
    public mutating func release() { hasEnded = true }

    /// Offset of the oldest event of each partition that still waits for the watermark.
    public func oldestWaiting(_ body: (UInt32, Int64) -> Void) { buffer.forEachWaiting(body) }

    // MARK: Events

    /// Takes a batch of decoded events, and passes on to the engine what the watermark has passed.
    ///
    /// Returns the indices of events whose timestamp is implausible with nothing to replace it: dead letters.
    public mutating func push(_ batch: borrowing EventBatch) -> [Int] {
        var rejected: [Int] = []
        let count = batch.events.count
        for at in 0..<count {
            var event = batch.events[at]
            guard judgeClock(&event) else {
                rejected.append(at)
                counts.implausible += 1
                sequence += 1
                continue
            }
            let effective = partitions.arrive(Int(event.partition), event.time.microseconds)
            if effective > event.time.microseconds {
                event.flags.insert(.late)
                counts.late += 1
            }
            batch.payload.withUnsafeBytes { bytes in
                let start = Int(event.payloadStart)
                buffer.push(
                    event, effective: effective, sequence: sequence,
                    payload: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + event.payloadLength)]), partitions: partitions,
                    names: names)
            }
            sequence += 1
            takeReady()
        }
        step()
        return rejected
    }

    /// The time that an event of a batch would be taken with now: its own if that is plausible, else its record's, else its
    /// partition's greatest; nil if there is neither.
    public func plausibleTime(of event: Event) -> EventTime? {
        isPlausible(event) ? event.time : replacement(for: event)
    }

    /// Replaces an implausible timestamp by the record's, else by the partition's greatest; false if there is neither.
    private mutating func judgeClock(_ event: inout Event) -> Bool {
        if isPlausible(event) { return true }
        guard let time = replacement(for: event) else { return false }
        event.time = time
        event.flags.insert(.clockReplaced)
        counts.clocksReplaced += 1
        return true
    }

    /// The greatest time of an event's partition, else its hint; `Int64.min` without.
    @inline(__always)
    private func knownTime(_ event: Event) -> Int64 {
        let partition = partitions.all[Int(event.partition)]
        return partition.greatest != .min ? partition.greatest : partition.hint
    }

    @inline(__always)
    private func isPlausible(_ event: Event) -> Bool {
        let t = event.time.microseconds
        let known = knownTime(event)
        let hasClock = known != .min
        guard t >= EventTime.earliestPlausible.microseconds, t <= EventTime.latestPlausible.microseconds,
            !(hasClock && t < known - intake.maxBehind)
        else { return false }
        // A record time that is itself broken says nothing.
        if let record = event.recordTime, record >= .earliestPlausible, record <= .latestPlausible {
            return t <= record.microseconds + intake.maxAhead
        }
        return !hasClock || t <= known + intake.maxAheadUnrecorded
    }

    private func replacement(for event: Event) -> EventTime? {
        if let record = event.recordTime, record >= .earliestPlausible, record <= .latestPlausible { return record }
        let known = knownTime(event)
        return known == .min ? nil : EventTime(microseconds: known)
    }

    @inline(__always)
    private mutating func takeReady() {
        while buffer.earliest < partitions.watermark { takeNext() }
        while buffer.count > intake.maxBuffered || buffer.bytes > Correlator.mostBufferedBytes {
            partitions.forceTo(buffer.earliest)
            counts.forced += 1
            takeNext()
        }
    }

    private mutating func takeNext() {
        let waiting = buffer.pop(partitions: partitions, names: names)
        let event = waiting.event
        defer { buffer.reclaim(event) }
        if event.redelivery != (0, 0),
            let first = redeliveries.take(event.redelivery, now: waiting.effective, sequence: waiting.sequence)
        {
            counts.redelivered += 1
            if recordsAssignments {
                repeated.append(Assignment(sequence: waiting.sequence, incident: nil, sameAs: first))
            }
            return
        }
        counts.taken += 1
        let payload = buffer.payload(event)
        let index = Int(event.resource.index)
        if index >= routes.count || routes[index].domain < 0 { route(event, payload) }
        let route = routes[index]
        let domain = domains[Int(route.domain)]
        guard concurrently != nil else { return domain.take(waiting, Int(route.local), payload, names) }
        domain.enqueue(waiting, Int(route.local), payload)
        pending += 1
        pendingBytes += payload.count
        if pending >= Correlator.mostPending || pendingBytes >= Correlator.mostPendingBytes { step() }
    }

    /// Finds the domain of a name at its first event.
    private mutating func route(_ event: Event, _ payload: UnsafeRawBufferPointer) {
        let index = Int(event.resource.index)
        if index >= routes.count { routes.resize(to: index + 256, filling: .unknown) }
        let domain = router?.domain(of: NameBinding.bytes(event.resource, names), labels: event.labels(in: payload)) ?? 0
        routes[index] = Route(domain: Int32(domain), local: domains[domain].addName())
    }

    // MARK: Domains

    /// Lets the domains take what was handed to them, and run what the watermark has reached.
    private mutating func step() {
        step(until: partitions.watermark == .min ? -.infinity : Double(partitions.watermark) / 1e6)
    }

    private mutating func step(until time: Double) {
        pending = 0
        pendingBytes = 0
        guard let concurrently else {
            for domain in domains { domain.step(until: time, names) }
            return
        }
        let busy = domains.filter { $0.hasWork(until: time) }
        concurrently(busy.count) { busy[$0].step(until: time, names) }
    }

    // MARK: Results

    /// From now on keeps what two alerts have to say for each other, at each decision about one of them (§10).
    public mutating func explain(_ pair: AlertPair) {
        for domain in domains { domain.engine.probe = EvidenceProbe(pair) }
    }

    /// What was found about the pair since `explain`, in order; of more than 10,000 the newest. Nothing for alerts of two domains.
    public var findings: [EvidenceFinding] { domains.flatMap { $0.findings } }

    /// Revisions that are made and not taken yet.
    public var pendingRevisions: Int { domains.reduce(0) { $0 + $1.engine.revisions.count } }

    /// The revisions made since the last call, in order; of several domains those that the watermark has passed.
    public mutating func takeRevisions() -> [IncidentRevision] {
        guard domains.count > 1 else { return domains[0].takeRevisions(before: .infinity) }
        let end = hasEnded ? .infinity : partitions.watermark == .min ? -.infinity : Double(partitions.watermark) / 1e6
        var taken: [IncidentRevision] = []
        for domain in domains { taken += domain.takeRevisions(before: end) }
        // Of each domain they are in order already.
        let order = taken.indices.sorted { (taken[$0].clock, $0) < (taken[$1].clock, $1) }
        return order.map { taken[$0] }
    }

    /// The assignments made since the last call (with `recordsAssignments`): redeliveries, then those of each domain in order.
    public mutating func takeAssignments() -> [Assignment] {
        var taken: [Assignment] = []
        swap(&taken, &repeated)
        for domain in domains { taken += domain.takeAssignments() }
        return taken
    }

    /// Incidents that were merged since the last call, by number: `from` is part of `into` from then on.
    public mutating func takeMerges() -> [(from: UInt64, into: UInt64)] { domains.flatMap { $0.takeMerges() } }

    /// The public ids of the incidents made since the last call, by number.
    public mutating func takeFoundings() -> [(number: UInt64, id: IncidentID)] { domains.flatMap { $0.takeFoundings() } }

    /// What was counted, and sizes as they are now, over all domains.
    public var statistics: CorrelatorStatistics {
        var s = counts
        for domain in domains { domain.add(to: &s) }
        s.buffered = buffer.count
        s.redeliveriesRemembered = redeliveries.count
        s.names = names.count
        s.watermark = partitions.watermark == .min ? nil : EventTime(microseconds: partitions.watermark)
        return s
    }

    /// Everything held over from one event to the next, in one order for writing and reading.
    mutating func transfer(_ state: inout StateArchive) {
        names.transfer(&state)
        state.table(&routes)
        partitions.transfer(&state)
        buffer.transfer(&state)
        redeliveries.transfer(&state)
        state.value(&counts)
        state.value(&sequence)
        state.value(&pending)
        state.value(&pendingBytes)
        state.value(&hasEnded)
        state.array(&repeated)
        for domain in domains { domain.transfer(&state, names) }
    }
}
