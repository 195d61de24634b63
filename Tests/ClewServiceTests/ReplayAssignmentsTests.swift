import ClewConfig
import ClewEngine
import ClewFormats
import ClewKafka
import ClewModel
import ClewService
import Testing

/// `replay --assignments`, and `--to-topic`.
@Suite struct ReplayAssignmentsTests {
    private struct Line: Equatable {
        var id: String
        var incident: String?
        var rest: String
    }

    private func assignments(_ files: [String], topology: TopologyDefinition, _ place: ReplayPlace) throws -> (Replayed, [Line]) {
        let path = "\(place.directory)/assignments"
        let replayed = try ReplayPlace.replay(files, topology: topology) { $0.assignments = path }
        let lines = try ReplayPlace.lines(path).map { line in
            let incident = Dump.field("incident", line)
            let rest = line.firstRange(of: ",\"file\"").map { String(line[$0.lowerBound...]) } ?? ""
            return Line(id: Dump.field("id", line), incident: incident.isEmpty ? nil : incident, rest: rest)
        }
        return (replayed, lines)
    }

    @Test func idsOfEveryKindInTheOrderOfTheInput() throws {
        let place = try ReplayPlace()
        func native(_ id: String, _ clock: String, _ status: String = "firing") -> String {
            let start = id.isEmpty ? "{" : "{\"id\":\"\(id)\","
            return start + "\"timestamp\":\"2026-05-12T\(clock)Z\",\"resource\":\"node-1\",\"type\":\"Down\","
                + "\"severity\":\"critical\",\"status\":\"\(status)\"}"
        }
        func alert(_ name: String, _ clock: String) -> String {
            "{\"status\":\"firing\",\"labels\":{\"alertname\":\"\(name)\",\"service\":\"checkout\",\"severity\":\"critical\"},"
                + "\"annotations\":{},\"startsAt\":\"2026-05-12T\(clock)Z\",\"endsAt\":\"0001-01-01T00:00:00Z\",\"fingerprint\":\"f\"}"
        }
        func webhook(_ alerts: String...) -> String {
            "{\"version\":\"4\",\"groupKey\":\"g\",\"status\":\"firing\",\"receiver\":\"r\",\"alerts\":[\(alerts.joined(separator: ","))]}"
        }
        let plain = try place.write(
            "plain",
            [
                native("e-1", "09:00:00"), "", native("", "09:00:01"), "garbage", native("e-1", "09:00:00"),
                webhook(alert("A", "09:00:02"), alert("B", "09:00:03")), webhook(alert("C", "09:00:04")),
                native("e-2", "09:10:00", "resolved"),
            ])
        let quoted = native("", "09:00:05").replacing("\"", with: "\\\"")
        let both = webhook(alert("D", "09:00:04"), alert("E", "09:00:04"))
        let dump = try place.write(
            "dump",
            [
                "{\"topic\":\"alerts\",\"partition\":3,\"offset\":41,\"ts\":1778576405000,\"payload\":\"\(quoted)\"}",
                "{\"topic\":\"alerts\",\"partition\":1,\"offset\":7,\"ts\":1778576405000,\"payload\":\(both)}",
            ])
        let (_, lines) = try assignments([plain, dump], topology: try ReplayPlace.topology("small"), place)
        #expect(
            lines.map(\.id) == [
                "e-1", "\(plain):3", "e-1", "\(plain):6#0", "\(plain):6#1", "\(plain):7", "e-2", "alerts/3/41", "alerts/1/7#0",
                "alerts/1/7#1",
            ])
        func rest(_ file: String, _ line: Int, _ index: Int) -> String { ",\"file\":\"\(file)\",\"line\":\(line),\"index\":\(index)}" }
        #expect(
            lines.map(\.rest) == [
                rest(plain, 1, 0), rest(plain, 3, 0), rest(plain, 5, 0), rest(plain, 6, 0), rest(plain, 6, 1), rest(plain, 7, 0),
                rest(plain, 8, 0),
                rest(dump, 1, 0), rest(dump, 2, 0), rest(dump, 2, 1),
            ])
        // A clear is in none; the redelivery repeats its first copy; the repeats are where the alert is.
        #expect(lines[6].incident == nil)
        #expect(lines.enumerated().allSatisfy { $0.offset == 6 || $0.element.incident != nil })
        #expect(lines[2].incident == lines[0].incident)
        #expect(lines[1].incident == lines[0].incident)
        #expect(lines[7].incident == lines[0].incident)
    }

    @Test(arguments: ["small", "shop", "datacentre", "telecom-ring"])
    func everyPublishedIncidentHasItsEvents(name: String) throws {
        let place = try ReplayPlace()
        let file = ReplayPlace.events(name)
        let (replayed, lines) = try assignments([file], topology: try ReplayPlace.topology(name), place)
        #expect(lines.count == Int(replayed.summary.events))
        #expect(lines.map(\.id) == (try ReplayPlace.lines(file).map { Dump.field("id", $0) }))
        var newest: [String: IncidentRevision] = [:]
        for revision in replayed.revisions { newest[revision.id.text] = revision }
        // Redeliveries are lines, and no events of the record.
        var seen: Set<String> = []
        var events: [String: Int] = [:]
        for line in lines where seen.insert(line.id).inserted {
            if let incident = line.incident { events[incident, default: 0] += 1 }
        }
        for (id, revision) in newest {
            if revision.status == .merged {
                #expect(events[id] == nil, "merges are followed")
            } else {
                #expect(events[id] == Int(revision.eventCount), "\(id)")
            }
        }
        // Clears are in none.
        for (line, event) in zip(lines, try ReplayPlace.lines(file)) where Dump.field("status", event) == "resolved" {
            #expect(line.incident == nil)
        }
        // With and without, the records are the same.
        #expect(try ReplayPlace.replay([file], topology: try ReplayPlace.topology(name)).lines == replayed.lines)
    }

    /// Where nobody reads records none are made; what comes into which incident, the counts, and what is learned stay the same.
    @Test(arguments: ["shop", "datacentre"])
    func withoutRecordsTheSame(_ name: String) throws {
        let place = try ReplayPlace()
        let topology = try ReplayPlace.topology(name)
        var config = Config()
        config.correlation.changeTypes = ["*ollout*", "*eploy*"]
        var options = ReplayOptions()
        options.files = [ReplayPlace.events(name)]
        options.assignments = "\(place.directory)/without"
        var replay = Replay(
            options: options, config: config, topology: topology, output: NoOutput(), report: { _ in }, complain: { _ in })
        let summary = try replay.run()
        let without = try ReplayPlace.lines("\(place.directory)/without")
        options.assignments = "\(place.directory)/with"
        let list = RecordList()
        var other = Replay(
            options: options, config: config, topology: topology, output: MemoryOutput(list: list), report: { _ in }, complain: { _ in })
        let expected = try other.run()
        #expect(!list.lines.isEmpty && summary.records == 0)
        #expect(try ReplayPlace.lines("\(place.directory)/with") == without)
        #expect(summary.statistics.published.opened == expected.statistics.published.opened)
        #expect(summary.statistics.published.merged == expected.statistics.published.merged)
        #expect(replay.learned(from: []).encoded() == other.learned(from: []).encoded())
    }

    @Test(.enabled(if: KafkaBroker.isAvailable))
    func recordsArePublishedToATopic() throws {
        let broker = try KafkaBroker.shared()
        let properties: KafkaProperties = ["bootstrap.servers": broker.bootstrap]
        let topic = uniqueName("replayed")
        try createTopic(Admin(properties: properties), topic)
        let topology = try ReplayPlace.topology("shop")
        let expected = try ReplayPlace.replay([ReplayPlace.events("shop")], topology: topology)
        var options = ReplayOptions()
        options.files = [ReplayPlace.events("shop")]
        var replay = Replay(
            options: options, config: Config(), topology: topology,
            output: TopicOutput(properties: properties, topic: topic, onlyFinal: false), report: { _ in }, complain: { _ in })
        #expect(try replay.run().records == UInt64(expected.lines.count))
        let consumer = try Consumer(properties: properties.overridden(by: ["group.id": uniqueName("g"), "auto.offset.reset": "earliest"]))
        try consumer.subscribe(names: [topic])
        var received: [Received] = []
        #expect(try poll(consumer, into: &received) { $0.count >= expected.lines.count })
        #expect(received.compactMap(\.value) == expected.lines)
        #expect(received.compactMap(\.key) == expected.revisions.map(\.id.text))
        // A topic that does not exist is told before anything is replayed.
        var lost = Replay(
            options: options, config: Config(), topology: topology,
            output: TopicOutput(properties: properties, topic: topic + "-none", onlyFinal: false), report: { _ in }, complain: { _ in })
        #expect(throws: TopicOutputError.self) { try lost.run() }
    }
}
