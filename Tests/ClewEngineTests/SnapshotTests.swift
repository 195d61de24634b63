import ClewEngine
import Testing

/// A correlator stopped at any event and gone on from its snapshot makes what one that was not stopped makes.
@Suite struct SnapshotTests {
    private static let identity = "topology 1, config 1"

    private static func make(_ topology: TopologyDefinition) -> Correlator {
        Correlator(topology: topology, recordsAssignments: true)
    }

    /// Every field of what came out, by name, since the last call.
    private static func take(_ correlator: inout Correlator, into texts: inout [String]) {
        for revision in correlator.takeRevisions() { texts.append(TestStream.describe(revision, correlator.names)) }
        for a in correlator.takeAssignments() { texts.append("\(a.sequence) \(a.incident ?? 0) \(a.sameAs ?? 0)") }
        for m in correlator.takeMerges() { texts.append("\(m.from) into \(m.into)") }
        for f in correlator.takeFoundings() { texts.append("\(f.number) is \(f.id.text)") }
    }

    /// Runs the events; after each index in `stops` the correlator is thrown away and another goes on from its snapshot.
    private static func run(_ events: [TestEvent], _ topology: TopologyDefinition, stops: Set<Int>) throws -> (
        texts: [String], statistics: String
    ) {
        var correlator = make(topology)
        for partition in 0..<3 { _ = correlator.addPartition(topic: "t", number: Int32(partition)) }
        var texts: [String] = []
        for (at, event) in events.enumerated() {
            _ = correlator.push(TestStream.batch([event], names: &correlator.names))
            // Sometimes what is made is still in it.
            if at % 3 == 0 { take(&correlator, into: &texts) }
            guard stops.contains(at) else { continue }
            let snapshot = correlator.snapshot(identity: identity)
            var next = make(topology)
            try next.resume(snapshot, identity: identity)
            correlator = next
        }
        correlator.finish()
        take(&correlator, into: &texts)
        return (texts, "\(correlator.statistics)")
    }

    private static func events(_ seed: UInt64, count: Int) -> [TestEvent] {
        var random = SeededGenerator(seed: seed)
        var events = OrderTests.events(seed: seed, count: count)
        for at in events.indices {
            events[at].partition = UInt32.random(in: 0..<3, using: &random)
            if Int.random(in: 0..<20, using: &random) == 0, at > 0 { events[at] = events[at - 1] }
        }
        return events
    }

    @Test(arguments: [41, 42, 43, 44] as [UInt64])
    func stoppedNowAndThen(_ seed: UInt64) throws {
        let topology = TestStream.topology(OrderTests.estate)
        let events = SnapshotTests.events(seed, count: 1500)
        let whole = try SnapshotTests.run(events, topology, stops: [])
        let stopped = try SnapshotTests.run(events, topology, stops: Set(stride(from: Int(seed) % 7, to: events.count, by: 37)))
        #expect(whole.texts.count > 300)
        #expect(stopped.texts == whole.texts)
        #expect(stopped.statistics == whole.statistics)
    }

    @Test func stoppedAtEveryEvent() throws {
        let topology = TestStream.topology(OrderTests.estate)
        let events = SnapshotTests.events(45, count: 250)
        let whole = try SnapshotTests.run(events, topology, stops: [])
        #expect(try SnapshotTests.run(events, topology, stops: Set(events.indices)).texts == whole.texts)
    }

    @Test func whatIsNoSnapshotIsRefused() throws {
        let topology = TestStream.topology(OrderTests.estate)
        var correlator = SnapshotTests.make(topology)
        _ = correlator.addPartition(topic: "t", number: 0)
        _ = correlator.push(TestStream.batch(OrderTests.events(seed: 46, count: 200), names: &correlator.names))
        let snapshot = correlator.snapshot(identity: SnapshotTests.identity)
        func outcome(_ bytes: [UInt8], _ identity: String = SnapshotTests.identity) -> SnapshotError? {
            var other = SnapshotTests.make(topology)
            do throws(SnapshotError) { try other.resume(bytes, identity: identity) } catch { return error }
            return nil
        }
        #expect(outcome(snapshot) == nil)
        #expect(outcome([]) == .notASnapshot)
        #expect(outcome(Array("{}".utf8)) == .notASnapshot)
        #expect(outcome(snapshot, "other") == .otherIdentity(SnapshotTests.identity))
        #expect(outcome(Array(snapshot.dropLast())) == .damaged)
        for at in stride(from: 13, to: snapshot.count, by: 1013) {
            var changed = snapshot
            changed[at] ^= 0x10
            #expect(outcome(changed) == .damaged)
        }
    }
}
