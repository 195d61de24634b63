/// What was counted since the start.
public struct CorrelatorStatistics: Sendable {
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
public struct Assignment: Sendable {
    /// Number of its arrival: events are counted from 0 in the order they are pushed.
    public var sequence: UInt64
    /// Number of its incident, in order of making; nil: none.
    public var incident: UInt32?
    /// For a redelivery: the sequence of the first copy.
    public var sameAs: UInt64?
}

/// Events in, incident revisions out: intake (plausible clocks), the order of events, binding of names, and the engine.
///
/// A pure state machine for one owner: the same events with the same partitions give the same revisions, in whatever
/// interleaving they are pushed. Decode into an `EventBatch` with `names`, `push` it, take the `revisions`.
public struct Correlator: ~Copyable {
    private static let longestMessage = 256
    /// Texts of waiting events; beyond, the oldest are taken early, as at `maxBuffered`.
    private static let mostBufferedBytes = 1 << 30

    /// The names of everything; the decoder interns into it.
    public var names: Names
    private var engine: Engine
    private var binding: NameBinding
    private var partitions: Partitions
    private var buffer = ReorderBuffer()
    private var redeliveries: RedeliveryMemory
    private let intake: IntakeParameters
    private var resourceOf = Table<Int32>()
    private var ruleOf = Table<UInt8>()
    private var counts = CorrelatorStatistics()
    private var sequence: UInt64 = 0
    private let boundLimit: Int
    private var bound = 0

    /// Whether `assignments`, `merges` and `foundings` are kept (until taken).
    public let recordsAssignments: Bool
    public private(set) var assignments: [Assignment] = []

    /// Creates a correlator for a topology; without nodes every name is placed by itself.
    public init(
        topology: TopologyDefinition, correlation: CorrelationParameters = CorrelationParameters(),
        intake: IntakeParameters = IntakeParameters(), nameLimit: Int = 2_000_000, recordsAssignments: Bool = false
    ) {
        names = Names(limit: nameLimit)
        engine = Engine(topology: topology, names: &names, parameters: correlation)
        binding = NameBinding(engine.graph, names)
        boundLimit = engine.graph.count + correlation.maxBoundResources
        resourceOf = Table(repeating: -1, count: names.count)
        ruleOf = Table(repeating: BindingRule.known.rawValue, count: names.count)
        partitions = Partitions(lateness: intake.allowedLateness)
        redeliveries = RedeliveryMemory(span: intake.redeliveryMemory, limit: intake.maxRedeliveries)
        self.intake = intake
        self.recordsAssignments = recordsAssignments
        engine.recordsAssignments = recordsAssignments
        for v in 0..<engine.graph.count { resourceOf[Int(engine.graph.names[v].index)] = Int32(v) }
    }

    // MARK: The model

    /// Begins with what a model knows; to be called once, before the first event. With `CorrelationParameters.learns` the
    /// model is what learning goes on from, else it stays as it is.
    ///
    /// Returns what of it does not fit the topology. O(entries of the model).
    public mutating func adopt(_ model: CorrelationModel) -> ModelFit {
        guard counts.taken == 0 else { return ModelFit() }
        return engine.adopt(model, &names)
    }

    /// What is known now: the model adopted, and what was learned since. O(n log n) in its entries.
    public func learned() -> CorrelationModel { engine.learned(names, events: counts.taken) }

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
        if partitions.watermark > .min { engine.runDue(until: Double(partitions.watermark) / 1e6, names) }
    }

    /// The end of all input: the watermark reaches infinity, everything due is run.
    public mutating func finish() {
        while buffer.count > 0 { takeNext() }
        engine.runAllDue(names)
    }

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
                assignments.append(Assignment(sequence: waiting.sequence, incident: nil, sameAs: first))
            }
            return
        }
        counts.taken += 1
        let payload = buffer.payload(event)
        let index = Int(event.resource.index)
        if index >= resourceOf.count || resourceOf[index] < 0 { bind(event, payload) }
        let rule = BindingRule(rawValue: ruleOf[index]) ?? .known
        let isAlias = rule != .known && rule.rawValue <= BindingRule.aliasSuffix.rawValue
        let message = UnsafeRawBufferPointer(rebasing: payload[Int(event.idLength)..<(Int(event.idLength) + Int(event.messageLength))])
        let occurrence = Occurrence(
            time: event.time.seconds, due: Double(waiting.effective) / 1e6, resource: Int(resourceOf[index]),
            type: engine.type(event.type), identity: event.identity, status: event.status, severity: event.severity,
            eventName: isAlias ? event.resource : .none, binding: rule, message: Correlator.cut(message))
        let (verdict, incident) = engine.apply(occurrence, names)
        count(verdict)
        if recordsAssignments {
            let belongs = verdict == .repeated || verdict == .joined || verdict == .opened
            assignments.append(Assignment(sequence: waiting.sequence, incident: belongs ? incident : nil, sameAs: nil))
        }
    }

    /// At most `longestMessage` bytes, not cut within a character.
    private static func cut(_ message: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard message.count > longestMessage else { return message }
        var end = longestMessage
        while end > 0, message[end] & 0xC0 == 0x80 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: message[..<end])
    }

    private mutating func count(_ verdict: Verdict) {
        switch verdict {
        case .cleared: counts.clears += 1
        case .clearedUnknown:
            counts.clears += 1
            counts.unknownClears += 1
        case .chronic: counts.chronic += 1
        case .standing: counts.standing += 1
        case .repeated: counts.repeats += 1
        case .joined, .opened: counts.newAlerts += 1
        }
    }

    /// Places a name at its first event.
    private mutating func bind(_ event: Event, _ payload: UnsafeRawBufferPointer) {
        let index = Int(event.resource.index)
        if index >= resourceOf.count {
            resourceOf.resize(to: index + 256, filling: -1)
            ruleOf.resize(to: index + 256, filling: 0)
        }
        let name = NameBinding.bytes(event.resource, names)
        let start = Int(event.idLength) + Int(event.messageLength)
        let labels = EventPayload.labels(UnsafeRawBufferPointer(rebasing: payload[start...]))
        switch binding.bind(name, labels: labels, engine.graph) {
        case .alias(let v, let rule):
            resourceOf[index] = Int32(v)
            ruleOf[index] = rule.rawValue
            counts.aliases += 1
        case .new(let kind, let edges, let rule):
            let isWithin = engine.graph.count < boundLimit
            let v = engine.addResource(
                name: event.resource, kind: engine.graph.kindIndex(isWithin ? kind : Graph.unknownKind), edges: isWithin ? edges : [])
            if isWithin { binding.index(v, name) }
            resourceOf[index] = Int32(v)
            ruleOf[index] = (isWithin ? rule : .isolated).rawValue
            bound += 1
        }
    }

    // MARK: Results

    /// From now on keeps what two alerts have to say for each other, at each decision about one of them (§10).
    public mutating func explain(_ pair: AlertPair) { engine.probe = EvidenceProbe(pair) }

    /// What was found about the pair since `explain`, in order; at most 10,000.
    public var findings: [EvidenceFinding] { engine.probe?.findings ?? [] }

    /// Revisions waiting to be taken.
    public var pendingRevisions: Int { engine.revisions.count }

    /// The revisions made since the last call, in order.
    public mutating func takeRevisions() -> [IncidentRevision] {
        var taken: [IncidentRevision] = []
        swap(&taken, &engine.revisions)
        return taken
    }

    /// The assignments made since the last call (with `recordsAssignments`).
    public mutating func takeAssignments() -> [Assignment] {
        var taken: [Assignment] = []
        swap(&taken, &assignments)
        return taken
    }

    /// Incidents that were merged since the last call, by number: `from` is part of `into` from then on.
    public mutating func takeMerges() -> [(from: UInt32, into: UInt32)] {
        var taken: [(from: UInt32, into: UInt32)] = []
        swap(&taken, &engine.mergeLog)
        return taken
    }

    /// The public ids of the incidents made since the last call, by number.
    public mutating func takeFoundings() -> [(number: UInt32, id: IncidentID)] {
        var taken: [(number: UInt32, id: IncidentID)] = []
        swap(&taken, &engine.foundingLog)
        return taken
    }

    /// What was counted, and sizes as they are now.
    public var statistics: CorrelatorStatistics {
        var s = counts
        s.incidentsMade = engine.opened
        s.incidentsOpen = engine.openIncidents
        s.published = engine.published
        s.evaluations = engine.evaluations
        s.buffered = buffer.count
        s.keys = engine.keys.count
        s.incidentsInMemory = engine.incidents.live
        s.alertEntries = engine.entries.count - engine.freeEntries.count
        s.dueEntries = engine.queue.count
        s.resourcesWithCells = engine.cells.rows
        s.redeliveriesRemembered = redeliveries.count
        s.pairs = engine.propagation.pairs.count
        s.resourcePairs = engine.resourcePairs.pairs.count
        s.resources = engine.graph.count
        s.boundResources = bound
        s.names = names.count
        s.evictedKeys = engine.evictedKeys
        s.watermark = partitions.watermark == .min ? nil : EventTime(microseconds: partitions.watermark)
        return s
    }
}
