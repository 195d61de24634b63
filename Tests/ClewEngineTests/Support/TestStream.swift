import ClewEngine

/// One event of a test, by names; times in seconds after `TestStream.start`.
struct TestEvent {
    var time: Double
    var resource: String
    var type: String
    var status = EventStatus.firing
    var severity = Severity.critical
    /// With an id, a second event of the same (source, id, status, time) is a redelivery.
    var id: String?
    var source = ""
    var identity = ""
    var message = ""
    var labels: [(name: String, value: String)] = []
    var partition: UInt32 = 0
    var recordTime: Double?

    init(_ time: Double, _ resource: String, _ type: String, _ status: EventStatus = .firing, severity: Severity = .critical) {
        self.time = time
        self.resource = resource
        self.type = type
        self.status = status
        self.severity = severity
    }
}

/// Turns test events into batches of a correlator, and what comes out into text.
enum TestStream {
    /// 2026-01-01T00:00:00Z.
    static let start = 1_767_225_600.0

    static func time(_ seconds: Double) -> EventTime { EventTime(seconds: start + seconds) }

    /// Encodes events as a decoder does.
    static func batch(_ events: some Sequence<TestEvent>, names: inout Names) -> EventBatch {
        var batch = EventBatch()
        for (at, event) in events.enumerated() {
            guard let resource = names.intern(event.resource), let type = names.intern(event.type),
                let source = names.intern(event.source), let identity = names.intern(event.identity)
            else { continue }
            var encoded = Event(
                time: time(event.time), resource: resource, type: type, status: event.status, severity: event.severity)
            encoded.source = source
            encoded.identity = identity
            encoded.recordTime = event.recordTime.map(time)
            encoded.partition = event.partition
            encoded.offset = Int64(at)
            encoded.payloadStart = UInt32(batch.payload.count)
            append(event.id ?? "", to: &batch, length: &encoded.idLength)
            append(event.message, to: &batch, length: &encoded.messageLength)
            let before = batch.payload.count
            for label in event.labels { append(label, to: &batch) }
            encoded.labelsLength = UInt32(batch.payload.count - before)
            if let id = event.id {
                var digested = "\(event.source)\u{0}\(id)\u{0}\(event.status.rawValue)\u{0}\(encoded.time.microseconds)"
                encoded.redelivery = digested.withUTF8 {
                    let bytes = UnsafeRawBufferPointer($0)
                    return (ByteHash.hash64(bytes, seed: 1), ByteHash.hash64(bytes, seed: 2))
                }
            }
            batch.events.append(encoded)
        }
        return batch
    }

    private static func append(_ text: String, to batch: inout EventBatch, length: inout UInt32) {
        batch.payload.append(contentsOf: text.utf8)
        length = UInt32(text.utf8.count)
    }

    private static func append(_ label: (name: String, value: String), to batch: inout EventBatch) {
        var (name, value) = label
        name.withUTF8 { n in
            value.withUTF8 { v in
                EventPayload.append(name: UnsafeRawBufferPointer(n), value: UnsafeRawBufferPointer(v), to: &batch.payload)
            }
        }
    }

    /// A topology from lines: `web -> db` (depends on), `a - b` (link), `db : database` (kind), `x` (a node alone);
    /// an edge may name its kind: `web -> db uses`.
    static func topology(_ text: String, spreads: [String: EdgeSpread] = [:]) -> TopologyDefinition {
        var nodes: [TopologyDefinition.Node] = []
        var edges: [TopologyDefinition.Edge] = []
        func node(_ id: Substring) -> Int {
            if let known = nodes.firstIndex(where: { $0.id == id }) { return known }
            nodes.append(TopologyDefinition.Node(id: String(id), kind: "node"))
            return nodes.count - 1
        }
        for line in text.split(whereSeparator: { $0 == "\n" || $0 == "," }) {
            let words = line.split(separator: " ")
            guard let first = words.first else { continue }
            let from = node(first)
            guard words.count > 2 else { continue }
            switch words[1] {
            case ":": nodes[from].kind = String(words[2])
            case "-":
                let to = node(words[2])
                edges.append(TopologyDefinition.Edge(from: from, to: to, kind: "link"))
                edges.append(TopologyDefinition.Edge(from: to, to: from, kind: "link"))
            default:
                let kind = words.count > 3 ? String(words[3]) : "uses"
                edges.append(TopologyDefinition.Edge(from: from, to: node(words[2]), kind: kind))
            }
        }
        var all = spreads
        for edge in edges {
            if all[edge.kind] == nil, let builtIn = TopologyDefinition.builtInSpreads[edge.kind] { all[edge.kind] = builtIn }
        }
        return TopologyDefinition(nodes: nodes, edges: edges, spreads: all)
    }

    /// Pushes all events in batches of one size, with partitions 0..<n known before, and finishes.
    static func run(
        _ events: [TestEvent], topology: TopologyDefinition, correlation: CorrelationParameters = CorrelationParameters(),
        intake: IntakeParameters = IntakeParameters(), batchSize: Int = .max, recordsAssignments: Bool = false
    ) -> Outcome {
        var correlator = Correlator(
            topology: topology, correlation: correlation, intake: intake, recordsAssignments: recordsAssignments)
        let partitions = (events.map(\.partition).max() ?? 0) + 1
        for number in 0..<partitions { _ = correlator.addPartition(topic: "t", number: Int32(number)) }
        var rejected: [Int] = []
        var at = 0
        while at < events.count {
            let end = min(events.count, at + min(batchSize, events.count))
            let batch = self.batch(events[at..<end], names: &correlator.names)
            rejected += correlator.push(batch).map { $0 + at }
            at = end
        }
        correlator.finish()
        return Outcome(
            texts: correlator.takeRevisions().map { describe($0, correlator.names) }, statistics: correlator.statistics,
            rejected: rejected, assignments: correlator.takeAssignments(), merges: correlator.takeMerges().map { ($0.from, $0.into) })
    }

    struct Outcome {
        /// Every field of each revision, by name.
        var texts: [String]
        var statistics: CorrelatorStatistics
        var rejected: [Int]
        var assignments: [Assignment]
        var merges: [(UInt64, UInt64)]
    }

    /// All fields of a revision, names in place of ids.
    static func describe(_ r: IncidentRevision, _ names: borrowing Names) -> String {
        func text(_ id: NameID) -> String { names.string(id) }
        func text(_ name: AlertName) -> String { "\(text(name.resource))/\(text(name.type))/\(text(name.identity))" }
        var out = "\(r.id.text) \(r.revision) \(r.status.name) \(r.reason.name) \(r.severity.name)"
        out += " opened \(r.openedAt.microseconds) updated \(r.updatedAt.microseconds) resolved \(r.resolvedAt?.microseconds ?? -1)"
        out += " counts \(r.alertCount) \(r.eventCount) \(r.resourceCount)"
        for a in r.alerts {
            out += "\n  \(text(a.name)) \(a.severity.name) \(a.status) \(a.flags.rawValue)"
            out += " \(a.firstSeen.microseconds) \(a.lastSeen.microseconds)"
            out += " \(a.events) '\(String(decoding: a.message, as: UTF8.self))' \(a.binding.name) \(text(a.eventName))"
            guard let l = a.link else { continue }
            out += "\n    \(text(l.to)) \(l.relation.name) \(l.stage.name) via \(text(l.via)) \(l.hops) \(l.lag) \(l.odds) \(l.topology)"
            out += " \(l.failing) \(l.propagation) \(l.seen) \(l.expected) \(l.lagDensity) \(l.background) \(l.overFor)"
            out += " \(l.clearedApart) \(l.clearedLength) \(l.clearedFactor) \(l.runnerUp.text) \(l.runnerUpOdds)"
        }
        for c in r.rootCauses {
            out += "\n  cause \(text(c.resource)) \(c.alerting) \(c.score) \(c.alerts) \(c.delay ?? -1)"
            out += " \(c.reached) \(c.others) \(c.surprise) \(c.rarest) \(c.crowding) \(c.worst?.name ?? "-") \(c.neighbours)"
            out += " \(c.shared) \(c.explained) \(c.explainedByDependency) \(c.usualDelay ?? -1)"
            guard let s = c.change else { continue }
            out += "\n    \(text(s.change.type)) \(s.began.microseconds) \(s.ended?.microseconds ?? -1) \(s.lag) \(s.count) \(s.odds)"
        }
        out += "\n  impacted \(r.impacted.map(text)) into \(r.mergedInto?.text ?? "-") from \(r.mergedFrom.map(\.text))"
        return out + " continues \(r.continues?.text ?? "-")"
    }
}

/// A small generator of random numbers with a seed (SplitMix64): the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
