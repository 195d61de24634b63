/// A resource that a name was bound to: enough to add it to the graph again.
private struct BoundResource {
    var name: NameID
    var kind: UInt16
    var isIndexed: Bool
    var edges: [Graph.SuggestedEdge]

    mutating func transfer(_ state: inout StateArchive) {
        state.value(&name)
        state.value(&kind)
        state.value(&isIndexed)
        var count = edges.count
        state.count(&count, stride: 1)
        if state.isReading { edges = Array(repeating: Graph.SuggestedEdge(other: 0, kind: "", outgoing: false), count: count) }
        for at in edges.indices {
            state.value(&edges[at].other)
            state.string(&edges[at].kind)
            state.value(&edges[at].outgoing)
        }
    }
}

/// One correlation domain as it runs: its part of the topology, the names bound to it, and its engine.
///
/// It shares nothing with the others but the table of names, which it only reads: domains may be stepped at once.
final class Domain {
    private static let longestMessage = 256

    /// An event that waits for `step`, with its place among the names of the domain.
    private struct Pending: BitwiseCopyable {
        var waiting: ReorderBuffer.Waiting
        var local: UInt32
    }

    // Unchecked: no method calls back into the domain, and a check at each access costs more than what it would guard.
    @exclusivity(unchecked) var engine: Engine
    @exclusivity(unchecked) private var binding: NameBinding
    /// By the number of a name within the domain: its resource (-1: not bound yet), and how it was found.
    @exclusivity(unchecked) private var resourceOf = Table<Int32>()
    @exclusivity(unchecked) private var ruleOf = Table<UInt8>()
    private let boundLimit: Int
    private let place: Int
    /// Resources that names were bound to, in order.
    @exclusivity(unchecked) private var bound: [BoundResource] = []
    /// Events taken.
    @exclusivity(unchecked) private(set) var taken: UInt64 = 0
    @exclusivity(unchecked) private var counts = CorrelatorStatistics()
    private let recordsAssignments: Bool
    @exclusivity(unchecked) private var assignments: [Assignment] = []
    @exclusivity(unchecked) private var inbox = Table<Pending>()
    @exclusivity(unchecked) private var texts = Table<UInt8>()

    /// `place`, of `count`: tells its numbers from those of the others.
    init(
        topology: TopologyDefinition, correlation: CorrelationParameters, names: inout Names, recordsAssignments: Bool,
        makesRevisions: Bool,
        place: Int, count: Int
    ) {
        engine = Engine(topology: topology, names: &names, parameters: correlation)
        engine.recordsAssignments = recordsAssignments
        engine.makesRevisions = makesRevisions
        engine.nextConstant = UInt64(place + 1)
        engine.constantStep = UInt64(count)
        binding = NameBinding(engine.graph, names)
        boundLimit = engine.graph.count + correlation.maxBoundResources
        self.place = place
        self.recordsAssignments = recordsAssignments
    }

    // MARK: Names

    /// Gives a name its number within the domain.
    func addName() -> UInt32 {
        resourceOf.append(-1)
        ruleOf.append(BindingRule.known.rawValue)
        return UInt32(resourceOf.count - 1)
    }

    /// Gives the name of a node of the topology its number within the domain.
    func addName(of resource: ResourceIndex) -> UInt32 {
        let local = addName()
        resourceOf[Int(local)] = Int32(resource)
        return local
    }

    /// Places a name at its first event.
    private func bind(_ event: Event, _ local: Int, _ payload: UnsafeRawBufferPointer, _ names: borrowing Names) {
        let name = NameBinding.bytes(event.resource, names)
        switch binding.bind(name, labels: event.labels(in: payload), engine.graph) {
        case .alias(let v, let rule):
            resourceOf[local] = Int32(v)
            ruleOf[local] = rule.rawValue
            counts.aliases += 1
        case .new(let kind, let edges, let rule):
            let isWithin = engine.graph.count < boundLimit
            let v = engine.addResource(
                name: event.resource, kind: engine.graph.kindIndex(isWithin ? kind : Graph.unknownKind), edges: isWithin ? edges : [],
                isAlone: !isWithin)
            if isWithin { binding.index(v, name) }
            resourceOf[local] = Int32(v)
            ruleOf[local] = (isWithin ? rule : .isolated).rawValue
            bound.append(
                BoundResource(
                    name: event.resource, kind: engine.graph.kinds[v], isIndexed: isWithin, edges: isWithin ? edges : []))
        }
    }

    // MARK: Events

    /// Takes an event whose turn it is; `payload` are its texts.
    func take(_ waiting: ReorderBuffer.Waiting, _ local: Int, _ payload: UnsafeRawBufferPointer, _ names: borrowing Names) {
        taken += 1
        let event = waiting.event
        let due = Double(waiting.effective) / 1e6
        if resourceOf[local] < 0 {
            // What is due before the event must not see what its name adds to the graph.
            engine.runDue(until: due, names)
            bind(event, local, payload, names)
        }
        if engine.changeTypes.contains(event.type, names) { return takeChange(waiting, Int(resourceOf[local]), payload, names) }
        let rule = BindingRule(rawValue: ruleOf[local]) ?? .known
        let isAlias = rule != .known && rule.rawValue <= BindingRule.aliasSuffix.rawValue
        let message = UnsafeRawBufferPointer(rebasing: payload[Int(event.idLength)..<(Int(event.idLength) + Int(event.messageLength))])
        let occurrence = Occurrence(
            time: event.time.seconds, due: due, resource: Int(resourceOf[local]),
            type: engine.type(event.type), identity: event.identity, status: event.status, severity: event.severity,
            eventName: isAlias ? event.resource : .none, binding: rule, message: Domain.cut(message))
        let (verdict, incident) = engine.apply(occurrence, names)
        count(verdict)
        if recordsAssignments {
            let belongs = verdict == .repeated || verdict == .joined || verdict == .opened
            assignments.append(Assignment(sequence: waiting.sequence, incident: belongs ? numbered(incident) : nil, sameAs: nil))
        }
    }

    private func takeChange(
        _ waiting: ReorderBuffer.Waiting, _ resource: ResourceIndex, _ payload: UnsafeRawBufferPointer, _ names: borrowing Names
    ) {
        let event = waiting.event
        engine.takeChange(
            resource, Change(event, payload: payload), event.status, at: event.time.seconds, due: Double(waiting.effective) / 1e6, names)
        if recordsAssignments { assignments.append(Assignment(sequence: waiting.sequence, incident: nil, sameAs: nil)) }
    }

    /// Keeps an event whose turn it is for `step`. Its payload is copied.
    func enqueue(_ waiting: ReorderBuffer.Waiting, _ local: Int, _ payload: UnsafeRawBufferPointer) {
        var waiting = waiting
        waiting.event.payloadStart = UInt32(texts.count)
        texts.append(contentsOf: payload)
        inbox.append(Pending(waiting: waiting, local: UInt32(local)))
    }

    /// Whether `step` would do anything.
    func hasWork(until time: Double) -> Bool { inbox.count > 0 || engine.queue.earliest <= time }

    /// Takes the events that were kept for it, then runs what is due up to `time`.
    func step(until time: Double, _ names: borrowing Names) {
        for at in 0..<inbox.count {
            let event = inbox[at].waiting.event
            take(inbox[at].waiting, Int(inbox[at].local), texts.bytes(Int(event.payloadStart), event.payloadLength), names)
        }
        inbox.removeAll()
        texts.removeAll()
        engine.runDue(until: time, names)
    }

    /// At most `longestMessage` bytes, not cut within a character.
    private static func cut(_ message: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard message.count > longestMessage else { return message }
        var end = longestMessage
        while end > 0, message[end] & 0xC0 == 0x80 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: message[..<end])
    }

    private func count(_ verdict: Verdict) {
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

    // MARK: Results

    /// The revisions made before the engine's clock reached `time`, in order, since the last call.
    func takeRevisions(before time: Double) -> [IncidentRevision] {
        var taken: [IncidentRevision] = []
        swap(&taken, &engine.revisions)
        guard let last = taken.last, last.clock >= time else { return taken }
        let end = taken.firstIndex { $0.clock >= time } ?? taken.endIndex
        engine.revisions = Array(taken[end...])
        taken.removeSubrange(end...)
        return taken
    }

    func takeAssignments() -> [Assignment] {
        var taken: [Assignment] = []
        swap(&taken, &assignments)
        return taken
    }

    func takeMerges() -> [(from: UInt64, into: UInt64)] {
        defer { engine.mergeLog.removeAll(keepingCapacity: true) }
        return engine.mergeLog.map { (numbered($0.from), numbered($0.into)) }
    }

    func takeFoundings() -> [(number: UInt64, id: IncidentID)] {
        defer { engine.foundingLog.removeAll(keepingCapacity: true) }
        return engine.foundingLog.map { (numbered($0.number), $0.id) }
    }

    /// What was found about the pair that is explained.
    var findings: [EvidenceFinding] {
        (engine.probe?.findings ?? []).map { finding in
            var finding = finding
            finding.incident |= UInt64(place) << 32
            finding.otherIncident = finding.otherIncident.map { $0 | UInt64(place) << 32 }
            finding.bestIncident = finding.bestIncident.map { $0 | UInt64(place) << 32 }
            return finding
        }
    }

    /// The number of an incident among those of all domains.
    private func numbered(_ incident: UInt32) -> UInt64 { UInt64(place) << 32 | UInt64(incident) }

    /// Adds what was counted, and sizes as they are now.
    func add(to s: inout CorrelatorStatistics) {
        s.clears += counts.clears
        s.unknownClears += counts.unknownClears
        s.chronic += counts.chronic
        s.standing += counts.standing
        s.repeats += counts.repeats
        s.newAlerts += counts.newAlerts
        s.aliases += counts.aliases
        s.incidentsMade += engine.opened
        s.incidentsOpen += engine.openIncidents
        s.published.add(engine.published)
        s.evaluations += engine.evaluations
        s.keys += engine.keys.count
        s.incidentsInMemory += engine.incidents.live
        s.pairs += engine.propagation.pairs.count
        s.resources += engine.graph.count
        s.boundResources += bound.count
        s.evictedKeys += engine.evictedKeys
        s.alertEntries += engine.entries.count - engine.freeEntries.count
        s.dueEntries += engine.queue.count
        s.changes += engine.changesTaken
        s.changesRemembered += engine.changes.all.count
        s.resourcesWithCells += engine.cells.rows
        s.resourcePairs += engine.resourcePairs.pairs.count
    }

    // MARK: The state

    /// What `Correlator.snapshot` keeps of it. Read into a domain that has taken nothing yet, of the same topology.
    func transfer(_ state: inout StateArchive, _ names: borrowing Names) {
        var count = bound.count
        state.count(&count, stride: 1)
        for at in 0..<count {
            if state.isReading { bound.append(BoundResource(name: .none, kind: 0, isIndexed: false, edges: [])) }
            bound[at].transfer(&state)
            if state.isReading, !state.isDamaged { addAgain(bound[at], names) }
        }
        state.table(&resourceOf)
        state.table(&ruleOf)
        state.value(&taken)
        state.value(&counts)
        state.array(&assignments)
        state.table(&inbox)
        state.table(&texts)
        engine.transfer(&state)
    }

    private func addAgain(_ resource: BoundResource, _ names: borrowing Names) {
        let v = engine.addResource(name: resource.name, kind: resource.kind, edges: resource.edges, isAlone: !resource.isIndexed)
        if resource.isIndexed { binding.index(v, NameBinding.bytes(resource.name, names)) }
    }
}
