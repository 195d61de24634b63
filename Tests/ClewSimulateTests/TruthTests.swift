import ClewSimulate
import Testing

@Suite struct TruthTests {
    @Test(arguments: Scenario.Kind.allCases)
    func truthMatchesEvents(kind: Scenario.Kind) throws {
        let scenario = try Scenario(kind, options: shortOptions())
        let truth = try ReadTruth(json: scenario.truthJSON())
        let events = try scenario.eventLines()
        #expect(Set(events.filter { $0.status == "firing" }.map(\.id)) == Set(truth.events.keys))
        let labels = Set(truth.events.values.compactMap { $0 })
        #expect(labels == Set(truth.rootCauses.keys), "every fault that was seen has a root, and no other")
        #expect(labels.count > 3)
        #expect(truth.events.values.contains { $0 == nil }, "there is noise")
        for (fault, names) in truth.rootCauseSets {
            #expect(names.count > 1)
            #expect(names.first == truth.rootCauses[fault])
        }
    }

    @Test(arguments: Scenario.Kind.allCases)
    func topologyIsValid(kind: Scenario.Kind) throws {
        var options = shortOptions()
        options.resources = 900
        let scenario = try Scenario(kind, options: options)
        let topology = try ReadTopology(json: scenario.topologyJSON())
        topology.expectValid()
        #expect((600...960).contains(topology.nodes))
        // Roots and resources of events are in it, but for the few that it lacks on purpose.
        let named = Set(try scenario.eventLines().map(\.resource))
        let unknown = named.filter { topology.kinds[$0] == nil }
        #expect(!unknown.isEmpty && unknown.count * 5 < named.count)
        // Little stands alone: what depended on nothing but a resource that the topology lacks.
        let connected = Set(topology.edges.flatMap { [$0.from, $0.to] })
        #expect(topology.nodes - connected.count < topology.nodes / 10)
    }

    /// A fault is seen on more than its root: failures cascade.
    @Test(arguments: [Scenario.Kind.kubernetes, .dataCentre, .telecom])
    func faultsCascade(kind: Scenario.Kind) throws {
        let scenario = try Scenario(kind, options: shortOptions())
        let truth = try ReadTruth(json: scenario.truthJSON())
        var resources: [String: Set<String>] = [:]
        for event in try scenario.eventLines() {
            if let fault = truth.events[event.id] ?? nil { resources[fault, default: []].insert(event.resource) }
        }
        #expect(resources.values.filter { $0.count >= 3 }.count >= 2)
    }
}
