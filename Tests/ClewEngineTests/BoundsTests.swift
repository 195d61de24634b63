import ClewEngine
import Testing

/// State stays within its limits whatever comes in (design: *Bounded everything*).
@Suite struct BoundsTests {
    /// Pushes events one after the other and gives the statistics at each `every`th event, and at the end.
    private static func watch(
        _ correlator: inout Correlator, _ events: some Sequence<TestEvent>, every: Int = 1,
        _ look: (CorrelatorStatistics) -> Void
    ) {
        if correlator.clock(ofPartition: correlator.addPartition(topic: "t", number: 0)) != nil { return }
        var pending: [TestEvent] = []
        for event in events {
            pending.append(event)
            guard pending.count == every else { continue }
            _ = correlator.push(TestStream.batch(pending, names: &correlator.names))
            _ = correlator.takeRevisions()
            pending.removeAll()
            look(correlator.statistics)
        }
        _ = correlator.push(TestStream.batch(pending, names: &correlator.names))
        correlator.finish()
        _ = correlator.takeRevisions()
        look(correlator.statistics)
    }

    private static let fleet = (0..<40).map { "host-\($0) -> core" }.joined(separator: ", ")

    @Test func alertKeysStayWithinTheirLimit() {
        var parameters = CorrelationParameters()
        parameters.maxKeys = 64
        var correlator = Correlator(topology: TestStream.topology(BoundsTests.fleet), correlation: parameters)
        var most = 0
        // Always new types on known resources: one incident of many members meets many evictions.
        let events = (0..<3000).map { TestEvent(Double($0) * 2, "host-\($0 % 40)", "T\($0)", severity: .major) }
        BoundsTests.watch(&correlator, events) { most = max(most, $0.keys) }
        #expect(most <= 64)
        #expect(correlator.statistics.evictedKeys > 2900)
        #expect(correlator.statistics.taken == 3000)
    }

    @Test func alertKeysWithIdentityLabelsStayWithinTheirLimit() {
        var parameters = CorrelationParameters()
        parameters.maxKeys = 64
        var correlator = Correlator(topology: TestStream.topology(BoundsTests.fleet), correlation: parameters)
        var most = 0
        let events = (0..<2000).map { at in
            var event = TestEvent(Double(at) * 2, "host-\(at % 40)", "T\(at)")
            event.identity = "disk\(at)"
            return event
        }
        BoundsTests.watch(&correlator, events) { most = max(most, $0.keys) }
        // A key with an identity may bring along the one that holds what its siblings share.
        #expect(most <= 65)
    }

    /// Alerts without an identity stay while others of their type have one: however long they are silent, they hold up nothing.
    @Test func alertKeysWithAndWithoutIdentityStayWithinTheirLimit() {
        var parameters = CorrelationParameters()
        parameters.maxKeys = 16
        var correlator = Correlator(topology: TestStream.topology("a"), correlation: parameters)
        var most = 0
        let events = (0..<200).map { at in
            var event = TestEvent(Double(at) * 2, "a", "T\(at % 4)")
            if at >= 4 { event.identity = "disk\(at)" }
            return event
        }
        BoundsTests.watch(&correlator, events) { most = max(most, $0.keys) }
        #expect(most == 16)
    }

    @Test func clearedKeysGoFirst() {
        var parameters = CorrelationParameters()
        parameters.maxKeys = 16
        let names = (0..<64).map { "n\($0)" }
        var events = [TestEvent(0, "n0", "On")]
        for at in 1..<60 {
            events.append(TestEvent(Double(at) * 60, names[at], "Off"))
            events.append(TestEvent(Double(at) * 60 + 1, names[at], "Off", .resolved))
        }
        // The first alert is the oldest of all, and on: its clear is still known.
        events.append(TestEvent(3700, "n0", "On", .resolved))
        events.append(TestEvent(3701, "n1", "Off", .resolved))
        let outcome = TestStream.run(events, topology: TestStream.topology(names.joined(separator: ",")), correlation: parameters)
        #expect(outcome.statistics.unknownClears == 1)
        #expect(outcome.statistics.keys <= 16)
    }

    @Test func anIncidentWhoseKeysWereEvictedStillEnds() {
        var parameters = CorrelationParameters()
        parameters.maxKeys = 16
        var events = [TestEvent(0, "host-0", "Down"), TestEvent(1, "core", "Down")]
        for at in 0..<200 { events.append(TestEvent(100 + Double(at) * 30, "host-\(at % 40)", "T\(at)", severity: .info)) }
        let outcome = TestStream.run(events, topology: TestStream.topology(BoundsTests.fleet), correlation: parameters)
        var last: [Substring: Substring] = [:]
        for text in outcome.texts {
            let words = text.split(separator: " ", maxSplits: 3)
            last[words[0]] = words[2]
        }
        #expect(!last.isEmpty)
        #expect(last.values.allSatisfy { $0 == "resolved" || $0 == "merged" }, "\(last.values)")
        #expect(outcome.statistics.incidentsOpen == 0)
    }

    /// An incident that takes in one published incident a minute for hours: the newest are named, all are counted.
    @Test func mergedIncidentsThatAreNamedStayWithinTheirLimit() throws {
        let waves = 230
        var parameters = CorrelationParameters()
        parameters.holdBack = 5
        // A cache fails, and is shown; then what depends on all of them fails by it, and ties it to the incident that is there.
        let edges = (0..<40).map { "web -> cache-\($0)" }.joined(separator: ", ")
        let events = (0..<waves).flatMap { wave in
            let t = Double(wave) * 60
            return [TestEvent(t, "cache-\(wave % 40)", "Evictions\(wave)"), TestEvent(t + 7, "web", "Slow\(wave)")]
        }
        var correlator = Correlator(topology: TestStream.topology(edges), correlation: parameters)
        _ = correlator.addPartition(topic: "t", number: 0)
        _ = correlator.push(TestStream.batch([TestEvent(-20, "web", "Down")] + events, names: &correlator.names))
        correlator.finish()
        let revisions = correlator.takeRevisions()
        let merged = revisions.filter { $0.status == .merged }.map(\.id)
        let last = try #require(revisions.last { $0.mergedCount > 0 })
        #expect(merged.count > 200 && last.mergedCount == merged.count)
        #expect(last.mergedFrom == Array(merged.suffix(200)))
        #expect(revisions.allSatisfy { $0.mergedFrom.count == min(200, $0.mergedCount) })
    }

    @Test(arguments: [1, 8, 100])
    func learnedPairsStayWithinTheirLimit(_ limit: Int) {
        var parameters = CorrelationParameters()
        parameters.maxPairs = limit
        var correlator = Correlator(topology: TestStream.topology(BoundsTests.fleet), correlation: parameters)
        var most = 0
        let events = (0..<3000).map { TestEvent(Double($0 / 6) * 300 + Double($0 % 6), "host-\($0 % 40)", "T\($0 % 53)") }
        BoundsTests.watch(&correlator, events) { most = max(most, $0.pairs) }
        #expect(most <= limit)
        #expect(most >= (limit + 1) / 2)
    }

    /// At the limit the least supported eighth of the pairs goes, not all that are equally weak.
    @Test func equallyWeakPairsAreNotAllForgotten() {
        var parameters = CorrelationParameters()
        parameters.maxPairs = 16
        var correlator = Correlator(topology: TestStream.topology("a, b"), correlation: parameters)
        var least = Int.max
        // Each pair of types once, each as strong as the others.
        let events = (0..<100).flatMap { at in
            [TestEvent(Double(at) * 40_000, "a", "X\(at)"), TestEvent(Double(at) * 40_000 + 1, "a", "Y\(at)")]
        }
        BoundsTests.watch(&correlator, events) { if $0.newAlerts > 40 { least = min(least, $0.pairs) } }
        #expect(least >= 8)
    }

    @Test func aFullTableOfNamesRefusesWhatIsNew() {
        var correlator = Correlator(topology: TestStream.topology("a, b"), nameLimit: 10)
        _ = correlator.addPartition(topic: "t", number: 0)
        let events = (0..<50).map { TestEvent(Double($0), "r\($0)", "T") } + [TestEvent(60, "a", "T")]
        let batch = TestStream.batch(events, names: &correlator.names)
        // Those of the topology are not counted: one type and nine resources found room, and what is known is taken.
        #expect(correlator.names.count <= 13)
        #expect(batch.events.count == 10)
        _ = correlator.push(batch)
        correlator.finish()
        #expect(correlator.statistics.taken == 10)
    }

    @Test func beyondTheLimitNewResourcesStandAlone() {
        var parameters = CorrelationParameters()
        parameters.maxBoundResources = 5
        var correlator = Correlator(topology: TestStream.topology("api"), correlation: parameters)
        _ = correlator.addPartition(topic: "t", number: 0)
        let events = (0..<9).map { TestEvent(Double($0) * 4000, "api/pod\($0)", "T\($0)") }
        _ = correlator.push(TestStream.batch(events, names: &correlator.names))
        correlator.finish()
        let rules = correlator.takeRevisions().filter { $0.status == .open }.map { $0.alerts[0].binding }
        #expect(rules.count == 9)
        #expect(rules[..<5].allSatisfy { $0 == .parent || $0 == .siblings })
        #expect(rules[5...].allSatisfy { $0 == .isolated })
    }

    /// Weeks of faults on the same estate: what is in memory stops growing after the first.
    @Test func memoryDoesNotGrowOverWeeks() {
        var correlator = Correlator(topology: TestStream.topology(BoundsTests.fleet))
        var random = SeededGenerator(seed: 9)
        var events: [TestEvent] = []
        let week = 7.0 * 86_400
        var now = 0.0
        while now < 8 * week {
            now += Double.random(in: 60...3000, using: &random)
            let type = "T\(Int.random(in: 0..<8, using: &random))"
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let resource = Int.random(in: 0..<6, using: &random) == 0 ? "core" : "host-\(Int.random(in: 0..<40, using: &random))"
                events.append(TestEvent(now + Double.random(in: 0..<50, using: &random), resource, type))
                if Bool.random(using: &random) { events.append(TestEvent(now + 400, resource, type, .resolved)) }
            }
        }
        events.sort { $0.time < $1.time }
        var mostByWeek = [Int](repeating: 0, count: 9)
        var pairsByWeek = mostByWeek
        BoundsTests.watch(&correlator, events, every: 16) { s in
            let at = min(8, Int(((s.watermark?.seconds ?? TestStream.start) - TestStream.start) / week))
            mostByWeek[at] = max(mostByWeek[at], s.incidentsInMemory)
            pairsByWeek[at] = max(pairsByWeek[at], s.pairs)
        }
        let statistics = correlator.statistics
        #expect(statistics.incidentsMade > 2000)
        #expect(statistics.keys <= 41 * 8)
        // Each is named by a key's last occurrence, by a cell, or is merged into one that is.
        #expect(mostByWeek[1...7].allSatisfy { $0 <= mostByWeek[0] * 2 }, "\(mostByWeek)")
        #expect(pairsByWeek[7] <= 3 * 8 * 8 + 8)
        #expect(statistics.incidentsOpen == 0)
    }

    /// Always new resources: cells of those that fell silent are swept, and give their incidents back.
    @Test func incidentsOfForgottenKeysLeaveMemory() {
        var parameters = CorrelationParameters()
        parameters.maxKeys = 200
        parameters.maxBoundResources = 0
        var correlator = Correlator(topology: TestStream.topology("a"), correlation: parameters)
        var most = [0, 0]
        let events = (0..<12_000).map { TestEvent(Double($0) * 60, "job\($0)x", "T\($0 % 5)", severity: $0 % 3 == 0 ? .critical : .minor) }
        BoundsTests.watch(&correlator, events, every: 10) { s in
            let at = s.taken < 6000 ? 0 : 1
            most[at] = max(most[at], s.incidentsInMemory)
        }
        // One a minute, and cells for twice four hours; the sweep takes one resource an event.
        #expect(most[0] < 2500, "\(most)")
        #expect(most[1] < 2500, "\(most)")
        #expect(correlator.statistics.incidentsOpen == 0)
    }
}
