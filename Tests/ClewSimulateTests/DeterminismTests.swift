import ClewSimulate
import Testing

@Suite struct DeterminismTests {
    @Test(arguments: Scenario.Kind.allCases)
    func sameSeedSameBytes(kind: Scenario.Kind) throws {
        let one = try Scenario(kind, options: shortOptions())
        let other = try Scenario(kind, options: shortOptions())
        #expect(one.topologyJSON() == other.topologyJSON())
        let events = one.allEvents()
        #expect(!events.isEmpty)
        #expect(events == other.allEvents())
        #expect(events == one.allEvents(), "a second pass over the same scenario")
        #expect(one.truthJSON() == other.truthJSON())
    }

    @Test(arguments: Scenario.Kind.allCases)
    func otherSeedOtherBytes(kind: Scenario.Kind) throws {
        let one = try Scenario(kind, options: shortOptions(seed: 1))
        let other = try Scenario(kind, options: shortOptions(seed: 2))
        #expect(one.topologyJSON() != other.topologyJSON())
        #expect(one.allEvents() != other.allEvents())
        #expect(one.truthJSON() != other.truthJSON())
    }

    /// Noise draws from a source of its own: without it the faults stay what they were.
    @Test func noiseLeavesFaultsAlone() throws {
        var quiet = shortOptions()
        quiet.noisePerHour = 0
        quiet.stormsPerDay = 0
        quiet.plannedWorkPerDay = 0
        var noisy = quiet
        noisy.noisePerHour = 200
        let one = try ReadTruth(json: Scenario(.kubernetes, options: quiet).truthJSON())
        let other = try ReadTruth(json: Scenario(.kubernetes, options: noisy).truthJSON())
        #expect(one.rootCauses == other.rootCauses)
        #expect(one.events.values.allSatisfy { $0 != nil })
        #expect(other.events.values.contains { $0 == nil })
    }
}
