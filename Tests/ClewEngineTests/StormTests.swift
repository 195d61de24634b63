import ClewConfig
import ClewEngine
import ClewFormats
import ClewSimulate
import Testing

/// Under a storm of unrelated alerts incidents stay apart: `Benchmarks/storm` shows more seeds.
@Suite struct StormTests {
    /// 2,000 unrelated alerts an hour: the largest incident stays under 1.5 times the largest true one.
    @Test(arguments: [Scenario.Kind.kubernetes, .dataCentre, .telecom])
    func noIncidentSwallowsTheNoise(_ kind: Scenario.Kind) throws {
        var options = ScenarioOptions()
        options.noisePerHour = 2000
        let scenario = try Scenario(kind, options: options)
        var replay = PartitionReplay(
            topology: try TopologyFile.parse(String(decoding: scenario.topologyJSON(), as: UTF8.self), file: "topology.json"))
        scenario.forEachChunk { replay.addLines($0) }
        let found = replay.finish()
        let truth = try scenario.truthJSON().withUnsafeBytes { try ScenarioTruth.read($0) }
        #expect(truth.noise.count > 6000)
        var sizes: [String: Int] = [:]
        for fault in truth.faultOfEvent.values { sizes[fault, default: 0] += 1 }
        let largest = sizes.values.max() ?? 0
        #expect(largest > 20)
        #expect(Double(found.largest) < 1.5 * Double(largest), "\(found.largest) events in one incident, \(largest) in one fault")
    }
}
