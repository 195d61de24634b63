import ClewEngine
import Testing

/// Which domain takes a name, and what domains do not know of each other.
@Suite struct DomainRoutingTests {
    /// Domain 1: api and what it uses; domain 2: web and what it uses; the default one: printer.
    private static func topology() -> TopologyDefinition {
        var topology = TestStream.topology("api-1 -> db-1, api-2 -> db-1, web-1 -> Cache_1, web-2 -> Cache_1, printer")
        let numbers = topology.nodes.map { $0.id == "printer" ? 0 : $0.id.hasPrefix("api") || $0.id == "db-1" ? 1 : 2 }
        topology.domains = CorrelationDomains(names: ["orders", "shop"], numberOfNode: numbers)
        return topology
    }

    private static func correlator(_ change: (inout CorrelationParameters) -> Void = { _ in }) -> Correlator {
        var parameters = CorrelationParameters()
        change(&parameters)
        var correlator = Correlator(topology: topology(), correlation: parameters, recordsAssignments: true)
        _ = correlator.addPartition(topic: "t", number: 0)
        return correlator
    }

    private static func push(_ events: [TestEvent], to correlator: inout Correlator) {
        let batch = TestStream.batch(events, names: &correlator.names)
        #expect(correlator.push(batch).isEmpty)
    }

    static let names: [(name: String, labels: [(name: String, value: String)], domain: Int)] = [
        ("api-2", [], 1), ("web-1", [], 2), ("printer", [], 0), ("nobody-knows", [], 0),
        // An alias, a child by name, a neighbour by label; the name counts before the labels.
        ("CACHE.1", [], 2), ("db-1:/data", [], 1), ("pod-77", [("host", "web-2")], 2), ("api-1-disk", [("host", "web-2")], 1),
        // What was bound at run time is no part of the topology.
        ("pod-77:/var", [], 0),
    ]

    @Test func aNameGoesWhereTheTopologySays() throws {
        var correlator = Self.correlator()
        var events: [TestEvent] = []
        for (at, name) in Self.names.enumerated() {
            var event = TestEvent(Double(at), name.name, "Down")
            event.labels = name.labels
            events.append(event)
        }
        Self.push(events, to: &correlator)
        correlator.finish()
        for name in Self.names {
            var text = name.name
            let id = text.withUTF8 { correlator.names.find(UnsafeRawBufferPointer($0)) }
            #expect(correlator.domain(of: try #require(id)) == name.domain, "\(name.name)")
        }
        #expect(correlator.statistics.aliases == 1)
        #expect(correlator.statistics.boundResources == 5)
        #expect(correlator.statistics.taken == UInt64(Self.names.count))
        #expect(correlator.statistics.newAlerts == UInt64(Self.names.count))
    }

    /// The same alerts are one incident in one domain, and stay apart in two.
    @Test func correlationDoesNotCross() {
        func incidents(_ topology: TopologyDefinition) -> Int {
            var events: [TestEvent] = []
            for (at, resource) in ["db-1", "api-1", "api-2"].enumerated() {
                var event = TestEvent(Double(at), resource, "Down\(at)")
                event.labels = [("near", "web-1")]
                events.append(event)
                // A name of the other domain that says it belongs here.
                var stranger = TestEvent(Double(at) + 0.5, "web-\(at + 1)", "Slow")
                stranger.labels = [("host", resource)]
                events.append(stranger)
            }
            let outcome = TestStream.run(events, topology: topology, recordsAssignments: true)
            return Set(outcome.assignments.filter { $0.sequence % 2 == 0 }.compactMap(\.incident)).count
        }
        #expect(incidents(Self.topology()) == 1)
        var divided = Self.topology()
        divided.domains = CorrelationDomains(
            names: ["db"], numberOfNode: divided.nodes.map { $0.id.hasPrefix("web") || $0.id == "Cache_1" ? 1 : 0 })
        #expect(incidents(divided) == 1)
        #expect(divided.parts().map(\.nodes.count) == [4, 3])
        #expect(divided.parts().map(\.edges.count) == [2, 2])
    }

    /// What is due in a quiet domain is published as the watermark passes it, in the order of time, then of the domains.
    @Test func quietDomainsAreNotForgotten() {
        var correlator = Self.correlator()
        Self.push([TestEvent(0, "web-1", "Down"), TestEvent(0, "api-1", "Down"), TestEvent(3, "printer", "Down")], to: &correlator)
        #expect(correlator.takeRevisions().isEmpty)
        Self.push([TestEvent(34, "db-1", "Down")], to: &correlator)
        #expect(correlator.takeRevisions().isEmpty)
        Self.push([TestEvent(35.5, "db-1", "Down")], to: &correlator)
        let first = correlator.takeRevisions()
        #expect(first.map { correlator.names.string($0.alerts[0].name.resource) } == ["api-1", "web-1"])
        #expect(first.allSatisfy { $0.updatedAt == TestStream.time(30) && $0.status == .open })
        Self.push([TestEvent(39, "db-1", "Down")], to: &correlator)
        #expect(correlator.takeRevisions().map { correlator.names.string($0.alerts[0].name.resource) } == ["printer"])
    }

    /// What another domain may still come before waits for the watermark, or for the end.
    @Test func revisionsWaitForTheirTurn() {
        var intake = IntakeParameters()
        intake.maxBuffered = 1
        var parameters = CorrelationParameters()
        parameters.holdBack = 0
        parameters.maxAge = 0.5
        var correlator = Correlator(topology: Self.topology(), correlation: parameters, intake: intake)
        _ = correlator.addPartition(topic: "t", number: 0)
        // The buffer is full: two are taken before the watermark has passed them. The second comes when the first's incident freezes.
        Self.push([TestEvent(0, "web-1", "Down"), TestEvent(0.5, "printer", "Slow"), TestEvent(0.7, "web-1", "Late")], to: &correlator)
        #expect(correlator.statistics.taken == 2 && correlator.statistics.forced == 2)
        #expect(correlator.pendingRevisions == 2)
        #expect(correlator.takeRevisions().map(\.status) == [.open])
        #expect(correlator.pendingRevisions == 1)
        correlator.release()
        #expect(correlator.takeRevisions().first?.status == .frozen)
        #expect(correlator.pendingRevisions == 0)
    }

    @Test func boundsAreThoseOfOneDomain() {
        var correlator = Self.correlator { $0.maxBoundResources = 1 }
        var events: [TestEvent] = []
        for (at, name) in ["db-1:/a", "Cache_1:/a", "unknown", "db-1:/b"].enumerated() {
            events.append(TestEvent(Double(at), name, "Full"))
        }
        Self.push(events, to: &correlator)
        correlator.finish()
        let rules = correlator.takeRevisions().flatMap(\.alerts)
        let ofName = Dictionary(rules.map { (correlator.names.string($0.name.resource), $0.binding) }, uniquingKeysWith: { a, _ in a })
        #expect(ofName["db-1:/a"] == .parent && ofName["Cache_1:/a"] == .parent)
        // The second of a domain stands alone.
        #expect(ofName["db-1:/b"] == .isolated)
    }

    /// Numbers of incidents tell those of different domains apart.
    @Test func numbersAreUnique() {
        var correlator = Self.correlator()
        Self.push([TestEvent(0, "web-1", "Down"), TestEvent(1, "api-1", "Down"), TestEvent(2, "printer", "Down")], to: &correlator)
        correlator.finish()
        let founded = correlator.takeFoundings()
        #expect(Set(founded.map(\.number)).count == 3)
        #expect(Set(founded.map(\.id)).count == 3)
        #expect(founded.map { $0.number >> 32 } == [0, 1, 2])
        #expect(Set(correlator.takeAssignments().compactMap(\.incident)) == Set(founded.map(\.number)))
    }
}
