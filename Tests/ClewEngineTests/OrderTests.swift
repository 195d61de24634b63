import ClewEngine
import Testing

/// The incidents are a function of the events, not of how they came (design: *Replay equals live*).
@Suite struct OrderTests {
    static let estate = """
        web -> db, api -> db, web -> cache, api -> queue, worker -> queue, worker -> db, front -> web, front -> api
        host-1 : host, host-2 : host, db -> host-1, queue -> host-2, cache -> host-2
        """
    static let resources = [
        "web", "api", "worker", "front", "db", "cache", "queue", "host-1", "host-2", "web-7f", "db.example.net", "unknown", "api/pod-1",
    ]

    /// About three hours of faults with repeats, clears, ties of time and unknown names; sorted by time.
    static func events(seed: UInt64, count: Int = 1500) -> [TestEvent] {
        var random = SeededGenerator(seed: seed)
        var events: [TestEvent] = []
        var now = 0.0
        for serial in 0..<count {
            // Bursts and pauses; whole seconds now and then, so that many events share their time.
            let isPause = Int.random(in: 0..<12, using: &random) == 0
            now += Double.random(in: isPause ? 20...400 : 0...3, using: &random)
            if Bool.random(using: &random) { now = now.rounded(.down) }
            let resource = resources.randomElement(using: &random) ?? "web"
            let type = ["Down", "Slow", "Errors", "Full"].randomElement(using: &random) ?? "Down"
            let status: EventStatus = Int.random(in: 0..<3, using: &random) == 0 ? .resolved : .firing
            var event = TestEvent(now, resource, type, status, severity: Severity.allCases.randomElement(using: &random) ?? .major)
            if Bool.random(using: &random) { event.id = "e\(serial)" }
            if Int.random(in: 0..<4, using: &random) == 0 { event.labels = [("cluster", "c\(serial % 3)"), ("team", "db")] }
            if Int.random(in: 0..<4, using: &random) == 0 { event.message = "message \(serial % 5)" }
            if Int.random(in: 0..<6, using: &random) == 0 { event.identity = "disk\(serial % 2)" }
            events.append(event)
        }
        return events
    }

    /// Moves events behind others that are less than the allowed lateness newer.
    private static func jittered(_ events: [TestEvent], using random: inout SeededGenerator) -> [TestEvent] {
        var keyed: [(Double, TestEvent)] = []
        for event in events { keyed.append((event.time + Double.random(in: 0..<4.99, using: &random), event)) }
        return keyed.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// Any interleaving that keeps the order within each partition.
    private static func interleaved(_ events: [TestEvent], using random: inout SeededGenerator) -> [TestEvent] {
        let partitions = Int(events.map(\.partition).max() ?? 0) + 1
        var queues = (0..<partitions).map { p in events.filter { Int($0.partition) == p } }
        var heads = [Int](repeating: 0, count: partitions)
        var result: [TestEvent] = []
        while result.count < events.count {
            let p = Int.random(in: 0..<partitions, using: &random)
            // Stretches of one partition, as a consumer or a file gives them.
            let stretch = Int.random(in: 1...200, using: &random)
            let end = min(queues[p].count, heads[p] + stretch)
            result += queues[p][heads[p]..<end]
            heads[p] = end
        }
        queues = []
        return result
    }

    /// Delivers some of the events that have an id once or twice more, within an hour or so.
    private static func redelivered(_ events: [TestEvent], using random: inout SeededGenerator) -> [TestEvent] {
        var keyed: [(Double, TestEvent)] = []
        for (at, event) in events.enumerated() {
            keyed.append((Double(at), event))
            guard event.id != nil, Int.random(in: 0..<5, using: &random) == 0 else { continue }
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                keyed.append((Double(at) + Double.random(in: 0..<150, using: &random), event))
            }
        }
        return keyed.sorted { $0.0 < $1.0 }.map(\.1)
    }

    @Test(arguments: 1...24 as ClosedRange<UInt64>)
    func arrivalPartitionsAndBatchesDoNotMatter(_ seed: UInt64) {
        let topology = TestStream.topology(OrderTests.estate)
        let events = OrderTests.events(seed: seed)
        let expected = TestStream.run(events, topology: topology).texts
        #expect(expected.count > 50)
        var random = SeededGenerator(seed: seed &* 77)
        for partitions in [1, 2, 3, 7] as [UInt32] {
            var arriving = OrderTests.jittered(events, using: &random)
            if partitions != 2 { arriving = OrderTests.redelivered(arriving, using: &random) }
            for at in arriving.indices { arriving[at].partition = UInt32.random(in: 0..<partitions, using: &random) }
            arriving = OrderTests.interleaved(arriving, using: &random)
            let batchSize = [1, 7, 256, .max].randomElement(using: &random) ?? 1
            let outcome = TestStream.run(arriving, topology: topology, batchSize: batchSize)
            #expect(Int(outcome.statistics.redelivered) == arriving.count - events.count)
            // A copy may come later than the bound: what it repeats was there in time.
            #expect(outcome.statistics.late <= outcome.statistics.redelivered)
            #expect(outcome.texts == expected, "\(partitions) partitions, batches of \(batchSize)")
        }
    }

    @Test(arguments: 11...18 as ClosedRange<UInt64>)
    func interleavingDoesNotMatterWhereEventsAreLate(_ seed: UInt64) {
        let topology = TestStream.topology(OrderTests.estate)
        var random = SeededGenerator(seed: seed)
        var events = OrderTests.events(seed: seed)
        for at in events.indices {
            events[at].partition = UInt32.random(in: 0..<3, using: &random)
            if Int.random(in: 0..<10, using: &random) == 0 { events[at].time -= Double.random(in: 5...900, using: &random) }
        }
        let expected = TestStream.run(events, topology: topology)
        #expect(expected.statistics.late > 30)
        for _ in 0..<4 {
            let outcome = TestStream.run(OrderTests.interleaved(events, using: &random), topology: topology, batchSize: 64)
            #expect(outcome.texts == expected.texts)
            #expect(outcome.statistics.late == expected.statistics.late)
        }
    }

    @Test func takingWhileEventsComeGivesWhatTakingAtTheEndGives() {
        let topology = TestStream.topology(OrderTests.estate)
        let events = OrderTests.events(seed: 3)
        let expected = TestStream.run(events, topology: topology).texts
        var correlator = Correlator(topology: topology)
        let p = correlator.addPartition(topic: "t", number: 0)
        #expect(p == 0)
        var texts: [String] = []
        for event in events {
            _ = correlator.push(TestStream.batch([event], names: &correlator.names))
            texts += correlator.takeRevisions().map { TestStream.describe($0, correlator.names) }
        }
        correlator.finish()
        texts += correlator.takeRevisions().map { TestStream.describe($0, correlator.names) }
        #expect(texts == expected)
    }

    @Test func idsOfNamesDoNotMatter() {
        let topology = TestStream.topology(OrderTests.estate)
        let events = OrderTests.events(seed: 4)
        let expected = TestStream.run(events, topology: topology).texts
        var correlator = Correlator(topology: topology)
        for name in ["zz", "Full", "unknown", "Errors", "disk1", "web-7f", "Down"] { _ = correlator.names.intern(name) }
        _ = correlator.addPartition(topic: "t", number: 0)
        _ = correlator.push(TestStream.batch(events, names: &correlator.names))
        correlator.finish()
        let texts = correlator.takeRevisions().map { TestStream.describe($0, correlator.names) }
        #expect(texts == expected)
    }

    /// Events of one time: resource, type, clear before raise, id, then the rest of the event.
    @Test func tiesOfTimeAreBrokenByTheEvent() {
        var clear = TestEvent(0, "b", "T", .resolved)
        clear.id = "9"
        var one = TestEvent(0, "b", "T")
        one.id = "1"
        one.message = "z"
        var two = TestEvent(0, "b", "T")
        two.id = "2"
        two.message = "a"
        let sorted = [TestEvent(0, "a", "Z"), TestEvent(0, "b", "S"), clear, one, two, TestEvent(0, "c", "A")]
        let topology = TestStream.topology("a, b, c")
        let expected = [0, 1, 2, 3, 4, 5] as [UInt64]
        #expect(TestStream.run(sorted, topology: topology, recordsAssignments: true).assignments.map(\.sequence) == expected)
        let reversed = TestStream.run(sorted.reversed(), topology: topology, recordsAssignments: true)
        #expect(reversed.assignments.map(\.sequence) == expected.reversed())
    }
}
