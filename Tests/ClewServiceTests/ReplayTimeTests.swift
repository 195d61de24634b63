import ClewConfig
import ClewEngine
import ClewFormats
import ClewService
import Testing

/// What `--from`, `--cold`, `--until`, `--final`, `--keep-open` and broken clocks do to a replay.
@Suite struct ReplayTimeTests {
    private let events = ReplayPlace.events("shop")
    private let topology: TopologyDefinition
    private let all: Replayed

    init() throws {
        topology = try ReplayPlace.topology("shop")
        all = try ReplayPlace.replay([events], topology: topology)
    }

    /// A time between the revisions.
    private var middle: EventTime { all.revisions[all.revisions.count / 2].updatedAt }

    @Test func fromPrintsLaterRevisionsOfTheSameIncidents() throws {
        let from = middle
        let found = try ReplayPlace.replay([events], topology: topology) { $0.from = from }
        let expected = zip(all.lines, all.revisions).filter { $0.1.updatedAt >= from }.map(\.0)
        #expect(found.lines == expected)
        #expect(!expected.isEmpty && expected.count < all.lines.count)
        #expect(found.summary.events == all.summary.events)
        // Some of them began before: earlier events feed the engine.
        #expect(found.revisions.contains { $0.revision > 1 && $0.openedAt < from })
    }

    @Test func coldSkipsEarlierEvents() throws {
        let place = try ReplayPlace()
        let from = middle
        let later = try ReplayPlace.lines(events).filter { (EventTime(rfc3339: Dump.field("timestamp", $0)) ?? .distantPast) >= from }
        let expected = try ReplayPlace.replay([try place.write("later", later)], topology: topology)
        let found = try ReplayPlace.replay([events], topology: topology) {
            $0.from = from
            $0.isCold = true
        }
        #expect(found.lines == expected.lines)
        #expect(found.summary.events == UInt64(later.count))
        #expect(found.revisions.allSatisfy { $0.openedAt >= from })
    }

    @Test func untilIsAsIfTheFilesEndedThere() throws {
        let place = try ReplayPlace()
        let until = middle
        let lines = try ReplayPlace.lines(events)
        let earlier = lines.filter { (EventTime(rfc3339: Dump.field("timestamp", $0)) ?? .distantPast) < until }
        let expected = try ReplayPlace.replay([try place.write("earlier", earlier)], topology: topology)
        let found = try ReplayPlace.replay([events], topology: topology) { $0.until = until }
        #expect(found.lines == expected.lines)
        #expect(found.summary.events == UInt64(earlier.count))
        // An event whose clock is broken counts by the time that it is given.
        let broken = #"{"timestamp":"2099-01-01T00:00:00Z","resource":"pg-orders","type":"DiskSlow","severity":"critical"}"#
        let file = try place.write("broken", [earlier[0], broken] + earlier[1...])
        #expect(
            try ReplayPlace.replay([file], topology: topology, { $0.until = until }).lines
                == ReplayPlace.replay([file], topology: topology).lines)
    }

    @Test func finalIsTheLastOfEachWithoutMergedOnes() throws {
        let place = try ReplayPlace()
        var newest: [IncidentID: Int] = [:]
        var order: [IncidentID] = []
        for (at, revision) in all.revisions.enumerated() {
            if newest.updateValue(at, forKey: revision.id) == nil { order.append(revision.id) }
        }
        let expected = order.compactMap { newest[$0] }.filter { all.revisions[$0].status != .merged }.map { all.lines[$0] }
        #expect(expected.count < order.count)
        #expect(try ReplayPlace.final([events], topology: topology, place) == expected)
    }

    @Test func keepOpenLeavesTheEndOut() throws {
        let place = try ReplayPlace()
        let lines = Array(try ReplayPlace.lines(events)[..<300])
        let file = try place.write("part", lines)
        let ended = try ReplayPlace.replay([file], topology: topology)
        let open = try ReplayPlace.replay([file], topology: topology) { $0.keepsOpen = true }
        #expect(open.lines.count < ended.lines.count)
        #expect(open.lines == Array(ended.lines[..<open.lines.count]))
        #expect(open.summary.statistics.incidentsOpen > 0)
        #expect(ended.summary.statistics.incidentsOpen == 0)
        let last = lines.compactMap { EventTime(rfc3339: Dump.field("timestamp", $0)) }.max() ?? .distantPast
        #expect(open.revisions.allSatisfy { $0.updatedAt <= last })
    }

    @Test(arguments: ["1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z"], [0, 1, 2, 300])
    func brokenClocksDoNotMoveIncidents(time: String, at: Int) throws {
        let place = try ReplayPlace()
        // A lone info alert on a resource of its own: it belongs to nothing.
        let broken = "{\"timestamp\":\"\(time)\",\"resource\":\"elsewhere\",\"type\":\"Odd\",\"severity\":\"info\"}"
        var lines = try ReplayPlace.lines(events)
        lines.insert(broken, at: at)
        let found = try ReplayPlace.replay([try place.write("events", lines)], topology: topology)
        #expect(found.summary.statistics.clocksReplaced == 1)
        #expect(found.summary.dead == 0)
        #expect(found.summary.statistics.late == all.summary.statistics.late)
        #expect(found.revisions.map(\.id) == all.revisions.map(\.id))
        #expect(found.revisions.map(\.openedAt) == all.revisions.map(\.openedAt))
        #expect(found.revisions.map(\.updatedAt) == all.revisions.map(\.updatedAt))
    }

    @Test func withoutAnyPlausibleTimeEventsAreDeadLettersWithTheirBytes() throws {
        let place = try ReplayPlace()
        let line = #"{"timestamp":"1970-01-01T00:00:00Z","resource":"a\"b","type":"T"}"#
        let letters = "\(place.directory)/dead"
        let file = try place.write("events", [line, line])
        let found = try ReplayPlace.replay([file], topology: TopologyDefinition()) { $0.deadLetters = letters }
        #expect(found.summary.dead == 2)
        #expect(found.summary.deadByReason.map(\.reason) == ["timestamp_implausible"])
        #expect(found.complaints.count == 2)
        #expect(found.complaints.last?.hasPrefix("\(file):2: timestamp_implausible: ") == true)
        let written = try ReplayPlace.lines(letters)
        #expect(written.count == 2)
        let value = #"{\"timestamp\":\"1970-01-01T00:00:00Z\",\"resource\":\"a\\\"b\",\"type\":\"T\"}"#
        #expect(written.first?.hasSuffix("\"line\":1,\"value\":\"\(value)\"}") == true)
    }
}
