import ClewSimulate
import Testing

@Suite struct LoadProfileTests {
    /// A fifth of the benchmark's load: the shares are those of the whole.
    @Test func sharesOfTheLoad() throws {
        var options = ScenarioOptions.load
        #expect(options.eventLimit == 1_000_000)
        options.eventLimit = 200_000
        options.duration /= 5
        let scenario = try Scenario(.load, options: options)
        var stream = scenario.events()
        var bytes: [UInt8] = []
        var events = 0, repeats = 0, clears = 0, noise = 0, length = 0
        var last = options.start
        while let event = stream.next(appendingTo: &bytes) {
            events += 1
            length += bytes.count
            bytes.removeAll(keepingCapacity: true)
            if !event.isFiring { clears += 1 } else if event.isRepeat { repeats += 1 } else if event.fault == nil { noise += 1 }
            last = event.arrival
        }
        #expect(events == 200_000)
        let share = { (count: Int) in Double(count) / Double(events) }
        #expect((0.27...0.35).contains(share(repeats)), "repeats \(share(repeats))")
        #expect((0.21...0.29).contains(share(clears)), "clears \(share(clears))")
        #expect((0.03...0.20).contains(share(noise)), "noise \(share(noise))")
        #expect((320...390).contains(length / events), "bytes a line \(length / events)")
        let days = Double(last - options.start) / 86_400_000
        #expect((5.4...6.6).contains(days), "days \(days)")
    }

    @Test func topologyOfTheLoad() throws {
        let topology = try ReadTopology(json: Scenario(.load, options: .load).topologyJSON())
        topology.expectValid()
        #expect((1_950...2_050).contains(topology.nodes))
        #expect(topology.edges.count > 3_000)
    }
}
