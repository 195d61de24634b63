import ClewConfig
import ClewEngine
import ClewFormats
import ClewKafka
import ClewService
import Testing

@Suite struct DemoTests {
    /// Sources of the repository's own scenarios.
    private static let folder: String = {
        var parts = #filePath.split(separator: "/").dropLast(3)
        parts.append("topologies")
        return "/" + parts.joined(separator: "/")
    }()

    @Test func truthOfAScenario() throws {
        let text = """
            {"events":{"a":"disk","b":null,"c":"disk"},"rootCauses":{"disk":"sda"},"rootCauseSets":{"disk":["sda","host"]},"faults":[]}
            """
        let truth = try Array(text.utf8).withUnsafeBytes { try ScenarioTruth.read($0) }
        #expect(truth.faultOfEvent == ["a": "disk", "c": "disk"])
        #expect(truth.noise == ["b"])
        #expect(truth.rootCauses == ["disk": ["sda", "host"]])
        #expect(throws: IncidentRecordError.self) { try Array("{}".utf8).withUnsafeBytes { try ScenarioTruth.read($0) } }
    }

    @Test func aReplayIsItsOwnEqual() throws {
        let topology = try TopologyFile.load(["\(DemoTests.folder)/small/topology.yaml"])
        var config = Config()
        config.http.listen = nil
        let score = try DemoScore.judge(
            events: "\(DemoTests.folder)/small/events.ndjson", config: config, topology: topology, truth: ScenarioTruth(), incidents: [:],
            records: [Array("{}".utf8)])
        #expect(score.replayEvents == 32)
        #expect(score.records == 1 && score.recordsInReplay == 0)
        #expect(score.judged == 0 && score.faults.isEmpty)
    }

    /// The whole way: producer, Kafka, service, reader; and what came out is what a replay of the file gives.
    @Test(.timeLimit(.minutes(2))) func fromTheFirstEventToTheSummary() throws {
        let topology = try TopologyFile.load(["\(DemoTests.folder)/small/topology.yaml"])
        var options = DemoOptions(events: "\(DemoTests.folder)/small/events.ndjson")
        options.speed = 2_000
        options.silenceSpeed = 2_000
        let demo = try Demo(options: options, topology: topology)
        var shown: [TailOutput] = []
        var phases: [DemoProgress.Phase] = []
        let result = try demo.run(
            stop: StopRequest(),
            show: {
                shown += $0; return true
            },
            report: { if phases.last != $0.phase { phases.append($0.phase) } })
        #expect(phases == [.starting, .playing, .silence, .stopping])
        #expect(result.played.messages == 32)
        #expect(result.status.events > 0 && result.status.deadLettersPublished == 0)
        #expect(!result.wasInterrupted)
        #expect(!result.incidents.isEmpty)
        #expect(result.incidents.values.allSatisfy { !$0.isUnresolved })
        #expect(shown.count >= result.incidents.count)
        let score = try DemoScore.judge(
            events: options.events, config: demo.config, topology: topology, truth: ScenarioTruth(), incidents: result.incidents,
            records: result.records)
        #expect(score.records == result.records.count)
        #expect(score.recordsInReplay == score.records)
    }

    @Test(.timeLimit(.minutes(1))) func endsWhenAsked() throws {
        let stop = StopRequest()
        let demo = try Demo(options: DemoOptions(events: "\(DemoTests.folder)/shop/events.ndjson"), topology: TopologyDefinition())
        let result = try demo.run(stop: stop, show: { _ in true }, report: { if $0.played > 3 { stop.make() } })
        #expect(result.wasInterrupted)
        #expect(result.played.messages < 724)
    }
}
