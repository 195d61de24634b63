internal import ClewArchive
public import ClewConfig
public import ClewEngine
public import ClewFormats

/// How the incidents of a run compare with what had really happened, and with a replay of the same file.
public struct DemoScore: Sendable, Equatable {
    /// What became of one fault.
    public struct Fault: Sendable, Equatable {
        public var name: String
        /// The resources that would be right.
        public var expected: Set<String>
        /// The incident that holds most of its events; nil if none of those shown does.
        public var incident: String?
        /// The root cause that the incident names first.
        public var named: String?

        public var isRight: Bool { named.map { expected.contains($0) } ?? false }
    }

    /// By the order of their first events.
    public var faults: [Fault] = []
    /// Incidents most of whose events come from one fault, and how many of them name its root cause first or among the first three.
    public var judged = 0
    public var right = 0
    public var rightAmongThree = 0
    /// Records that the run published, and how many of them the replay has byte for byte.
    public var records = 0
    public var recordsInReplay = 0
    /// Events of the replay, and its seconds of one core.
    public var replayEvents = 0
    public var replaySeconds = 0.0

    /// Replays `events` and judges the run by it.
    ///
    /// The records name no events, so which events an incident holds is taken from the replay: ids are derived from content,
    /// so both name an incident the same.
    ///
    /// - Parameters:
    ///   - incidents: the newest revision of each incident that the run published.
    ///   - records: all records that the run published.
    public static func judge(
        events: String, config: Config, topology: TopologyDefinition, truth: ScenarioTruth, incidents: [String: IncidentSummary],
        records: [[UInt8]]
    ) throws -> DemoScore {
        var replay = ScoredReplay(config: config, topology: topology)
        let begin = PlayPace.now()
        try replay.run(events)
        var score = DemoScore()
        score.replaySeconds = PlayPace.now() - begin
        score.replayEvents = replay.eventCount
        score.records = records.count
        score.recordsInReplay = records.reduce(0) { replay.records.contains($1) ? $0 + 1 : $0 }
        score.count(replay.eventsOfIncident(), truth, incidents)
        return score
    }

    mutating func count(_ events: [(id: String, incident: String?)], _ truth: ScenarioTruth, _ incidents: [String: IncidentSummary]) {
        // Of each incident: events by fault, "" for noise. Of each fault: events by incident.
        var byIncident: [String: [String: Int]] = [:]
        var byFault: [String: [String: Int]] = [:]
        var order: [String] = []
        for (id, incident) in events {
            let fault = truth.faultOfEvent[id]
            guard fault != nil || truth.noise.contains(id) else { continue }
            if let fault, byFault[fault] == nil {
                order.append(fault)
                byFault[fault] = [:]
            }
            guard let incident, let shown = incidents[incident], shown.status != .merged else { continue }
            byIncident[incident, default: [:]][fault ?? "", default: 0] += 1
            if let fault { byFault[fault, default: [:]][incident, default: 0] += 1 }
        }
        for (id, faults) in byIncident {
            guard let main = DemoScore.most(faults), !main.isEmpty, let expected = truth.rootCauses[main] else { continue }
            let named = incidents[id]?.rootCauses.prefix(3).map(\.resource) ?? []
            judged += 1
            if let first = named.first, expected.contains(first) { right += 1 }
            if named.contains(where: { expected.contains($0) }) { rightAmongThree += 1 }
        }
        faults = order.map { fault in
            let incident = DemoScore.most(byFault[fault] ?? [:])
            return Fault(
                name: fault, expected: truth.rootCauses[fault] ?? [], incident: incident,
                named: incident.flatMap { incidents[$0]?.rootCauses.first?.resource })
        }
    }

    /// The name with the greatest count; of equals the first by name.
    private static func most(_ counts: [String: Int]) -> String? {
        counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
    }
}

/// A replay in memory that keeps the records and which incident each event came into.
private struct ScoredReplay: ~Copyable {
    private(set) var records: Set<[UInt8]> = []
    private(set) var eventCount = 0
    private var pipeline: Pipeline
    private let topic: Int
    private let partition: UInt32
    private var ids: [String] = []
    private var incidents: [UInt64?] = []
    private var copies: [(sequence: Int, first: Int)] = []
    private var mergedInto: [UInt64: UInt64] = [:]
    private var publicIDs: [UInt64: String] = [:]

    init(config: Config, topology: TopologyDefinition) {
        pipeline = Pipeline(config: config, topology: topology, recordsAssignments: true)
        topic = pipeline.addTopic(config.input.topics.first?.name ?? "alerts", rules: DecoderRules(config))
        partition = pipeline.addPartition(topic: topic, number: 0)
    }

    mutating func run(_ path: String) throws {
        let reader = try ArchiveReader(path: path)
        while let item = try reader.next() {
            guard case .lines(let block) = item else { continue }
            for line in block where line.bytes.count > 0 {
                _ = pipeline.decode(MessageView(value: line.bytes, partition: partition, offset: Int64(line.number) - 1), topic: topic)
            }
            pass()
        }
        pipeline.correlator.finish()
        collect()
    }

    private mutating func pass() {
        let batch = pipeline.decoded
        eventCount += batch.events.count
        for event in batch.events {
            let start = Int(event.payloadStart)
            ids.append(String(decoding: batch.payload[start..<(start + Int(event.idLength))], as: UTF8.self))
            incidents.append(nil)
        }
        _ = pipeline.flush()
        collect()
    }

    private mutating func collect() {
        for founding in pipeline.correlator.takeFoundings() { publicIDs[founding.number] = founding.id.text }
        for assignment in pipeline.correlator.takeAssignments() {
            if let first = assignment.sameAs {
                copies.append((Int(assignment.sequence), Int(first)))
            } else {
                incidents[Int(assignment.sequence)] = assignment.incident
            }
        }
        for merge in pipeline.correlator.takeMerges() { mergedInto[merge.from] = merge.into }
        pipeline.publish { _, record in records.insert(Array(record)) }
    }

    /// The public id of each event's incident, merges followed.
    mutating func eventsOfIncident() -> [(id: String, incident: String?)] {
        for copy in copies { incidents[copy.sequence] = incidents[copy.first] }
        return ids.indices.map { at in
            guard var number = incidents[at] else { return (ids[at], nil) }
            while let next = mergedInto[number] { number = next }
            return (ids[at], publicIDs[number])
        }
    }
}
