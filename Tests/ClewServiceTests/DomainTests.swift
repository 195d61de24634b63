import ClewConfig
import ClewEngine
import ClewFormats
import ClewService
import ClewSimulate
import Testing

/// Incidents of several domains: the same together and apart, in however many threads, in any order of arrival within the
/// bound, over any partitions (algorithm.md §14).
@Suite("Correlation domains")
struct DomainTests {
    private static let lateness = Int64(30_000_000)

    /// Three estates beside each other, told apart by a prefix, two of them domains; the third is what is left over.
    private struct Estate {
        var topology: TopologyDefinition
        /// Lines in the order of their times.
        var lines: [(time: Int64, bytes: [UInt8])] = []

        init(seed: UInt64) throws {
            var nodes: [TopologyDefinition.Node] = []
            var edges: [TopologyDefinition.Edge] = []
            var spreads: [String: EdgeSpread] = [:]
            var unordered: [[UInt8]] = []
            for (index, kind) in [Scenario.Kind.kubernetes, .telecom, .dataCentre].enumerated() {
                var options = ScenarioOptions()
                options.seed = seed * 3 + UInt64(index)
                options.duration = 2 * 3600
                options.resources = 120
                options.faultsPerHour = 8
                options.eventLimit = 1_500
                options.duplicates = 0.03
                options.staleTopology = 0.15
                options.aliases = 0.1
                let scenario = try Scenario(kind, options: options)
                let part = try TopologyFile.parse(String(decoding: scenario.topologyJSON(), as: UTF8.self), file: "topology")
                let first = nodes.count
                nodes += part.nodes.map { TopologyDefinition.Node(id: "e\(index)-\($0.id)", kind: $0.kind, labels: $0.labels) }
                edges += part.edges.map { TopologyDefinition.Edge(from: $0.from + first, to: $0.to + first, kind: $0.kind) }
                spreads.merge(part.spreads) { a, _ in a }
                scenario.forEachChunk { chunk in
                    for line in chunk.split(separator: 0x0A) { unordered.append(Self.prefixed(Array(line), "e\(index)-")) }
                }
            }
            topology = TopologyDefinition(nodes: nodes, edges: edges, spreads: spreads)
            try topology.divide(into: [
                Config.Domain(name: "shop", resources: [Config.ResourcePattern("e0-*")]),
                Config.Domain(name: "network", resources: [Config.ResourcePattern("e1-*")]),
            ])
            var names = Names()
            var decoder = Decoder(rules: DecoderRules())
            for line in unordered {
                var batch = EventBatch()
                _ = line.withUnsafeBytes { decoder.decode(MessageView(value: $0, partition: 0, offset: 0), into: &batch, names: &names) }
                lines.append((try #require(batch.events.first).time.microseconds, line))
            }
            lines.sort { $0.time < $1.time }
        }

        private static func prefixed(_ line: [UInt8], _ prefix: String) -> [UInt8] {
            let key = Array("\"resource\":\"".utf8)
            var at = 0
            while at + key.count <= line.count {
                if line[at..<(at + key.count)].elementsEqual(key) {
                    return line[..<(at + key.count)] + Array(prefix.utf8) + line[(at + key.count)...]
                }
                at += 1
            }
            return line
        }
    }

    /// What came out: the records in order, the domain of each, and the domain of each event by its line.
    private struct Outcome {
        var records: [String] = []
        var domains: [Int] = []
        var eventDomains: [Int?] = []
        var statistics = CorrelatorStatistics()

        func records(of domain: Int) -> [String] { records.indices.filter { domains[$0] == domain }.map { records[$0] } }
    }

    private static func run(
        _ lines: [(partition: UInt32, bytes: [UInt8])], topology: TopologyDefinition, threads: Int = 1, batchSize: Int = 200,
        maxBuffered: Int = 1_000_000, halfLife: Double? = nil
    ) -> Outcome {
        var intake = IntakeParameters()
        intake.allowedLateness = lateness
        intake.maxBuffered = maxBuffered
        var parameters = CorrelationParameters()
        parameters.halfLife = halfLife
        var correlator = Correlator(topology: topology, correlation: parameters, intake: intake)
        if threads > 1 { correlator.concurrently = { DomainThreads.run($0, threads: threads, $1) } }
        for number in 0...(lines.map(\.partition).max() ?? 0) { _ = correlator.addPartition(topic: "t", number: Int32(number)) }
        var decoder = Decoder(rules: DecoderRules())
        var encoder = IncidentEncoder(versions: RecordVersions(clew: "1", config: "c", topology: "t", model: nil))
        var outcome = Outcome()
        var batch = EventBatch()
        var resources: [NameID] = []
        func take(_ correlator: inout Correlator) {
            for revision in correlator.takeRevisions() {
                encoder.withRecord(of: revision, names: correlator.names) { outcome.records.append(String(decoding: $0, as: UTF8.self)) }
                outcome.domains.append(revision.alerts.first.flatMap { correlator.domain(of: $0.name.resource) } ?? -1)
            }
        }
        for (at, line) in lines.enumerated() {
            _ = line.bytes.withUnsafeBytes {
                decoder.decode(
                    MessageView(value: $0, partition: line.partition, offset: Int64(at)), into: &batch, names: &correlator.names)
            }
            if let event = batch.events.last { resources.append(event.resource) }
            guard batch.events.count >= batchSize || at == lines.count - 1 else { continue }
            #expect(correlator.push(batch).isEmpty)
            batch.removeAll()
            take(&correlator)
        }
        correlator.finish()
        take(&correlator)
        outcome.statistics = correlator.statistics
        outcome.eventDomains = resources.map { correlator.domain(of: $0) }
        return outcome
    }

    /// Tells the first difference only: there are many records.
    private static func expectSame(_ found: [String], _ expected: [String], _ what: String, _ location: SourceLocation = #_sourceLocation) {
        let at = zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(found.count, expected.count)
        guard at < max(found.count, expected.count) else { return }
        let pair = [found, expected].map { at < $0.count ? $0[at] : "nothing" }
        Issue.record("\(what): record \(at) is\n\(pair[0])\nin place of\n\(pair[1])", sourceLocation: location)
    }

    private static func halfLife(_ seed: UInt64) -> Double? { seed % 2 == 0 ? 3600 : nil }

    @Test("together and apart", arguments: 1...10 as ClosedRange<UInt64>)
    func apart(_ seed: UInt64) throws {
        let estate = try Estate(seed: seed)
        let lines = estate.lines.map { (partition: UInt32(0), bytes: $0.bytes) }
        let together = Self.run(lines, topology: estate.topology, halfLife: Self.halfLife(seed))
        #expect(together.statistics.late == 0 && together.statistics.boundResources > 3)
        var events = UInt64(0)
        for (domain, part) in estate.topology.parts().enumerated() {
            let own = zip(lines, together.eventDomains).filter { $0.1 == domain }.map(\.0)
            let alone = Self.run(own, topology: part, batchSize: 37, halfLife: Self.halfLife(seed))
            #expect(alone.records.count > 20)
            Self.expectSame(alone.records, together.records(of: domain), "domain \(domain) of seed \(seed)")
            events += alone.statistics.taken + alone.statistics.redelivered
        }
        #expect(events == UInt64(lines.count))
    }

    /// Also where events come later than the bound, and where the buffer is too small.
    @Test("in one to eight threads", arguments: 1...10 as ClosedRange<UInt64>)
    func threads(_ seed: UInt64) throws {
        let estate = try Estate(seed: seed)
        var random = SplitMix(state: seed)
        let lines = estate.lines.map { line in
            (key: line.time + Int64(random.next() % UInt64(4 * Self.lateness)), partition: UInt32(random.next() % 2), bytes: line.bytes)
        }.sorted { $0.key < $1.key }.map { (partition: $0.partition, bytes: $0.bytes) }
        let maxBuffered = seed % 3 == 0 ? 8 : 1_000_000
        let one = Self.run(lines, topology: estate.topology, maxBuffered: maxBuffered, halfLife: Self.halfLife(seed))
        #expect(one.records.count > 100 && one.statistics.late > 100 && (one.statistics.forced > 0) == (seed % 3 == 0))
        for threads in 2...8 {
            let many = Self.run(
                lines, topology: estate.topology, threads: threads, batchSize: 100 * threads, maxBuffered: maxBuffered,
                halfLife: Self.halfLife(seed))
            Self.expectSame(many.records, one.records, "\(threads) threads, seed \(seed)")
        }
    }

    @Test("in any order of arrival within the bound, over any partitions", arguments: 1...10 as ClosedRange<UInt64>)
    func arrival(_ seed: UInt64) throws {
        let estate = try Estate(seed: seed)
        let sorted = Self.run(
            estate.lines.map { (partition: 0, bytes: $0.bytes) }, topology: estate.topology, halfLife: Self.halfLife(seed))
        var random = SplitMix(state: seed)
        for partitions in [UInt64(1), 3, 8] {
            let shuffled = estate.lines.map { line in
                (key: line.time + Int64(random.next() % UInt64(Self.lateness)), partition: random.next() % partitions, bytes: line.bytes)
            }.sorted { $0.key < $1.key }
            // Partitions keep their own order, and are read one after the other in pieces of any length.
            var queues = (0..<partitions).map { number in Array(shuffled.filter { $0.partition == number }.reversed()) }
            var lines: [(partition: UInt32, bytes: [UInt8])] = []
            while lines.count < shuffled.count {
                let from = Int(random.next() % partitions)
                for _ in 0..<(1 + random.next() % 400) {
                    guard let line = queues[from].popLast() else { break }
                    lines.append((UInt32(from), line.bytes))
                }
            }
            let threads = 1 + Int(random.next() % 4)
            let other = Self.run(
                lines, topology: estate.topology, threads: threads, batchSize: 1 + Int(random.next() % 500),
                halfLife: Self.halfLife(seed))
            #expect(other.statistics.late == 0)
            Self.expectSame(other.records, sorted.records, "\(partitions) partitions, \(threads) threads, seed \(seed)")
        }
    }
}

/// SplitMix64: the same on every machine.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
