import ClewEngine
import ClewFormats
import ClewService
import Testing

@Suite struct TailSessionTests {
    private func session(_ filter: TailFilter = TailFilter(), asRecords: Bool = false, gathers: Bool = false) -> TailSession {
        TailSession(filter: filter, view: TailView(block: IncidentBlock(width: 80)), asRecords: asRecords, gathers: gathers)
    }

    @Test func readsARecordAndPassesOverWhatIsUnknown() throws {
        var reader = IncidentReader()
        let incident = try Array(TailFixtures.record(7, status: "resolved").utf8).withUnsafeBytes { try reader.read($0) }
        #expect(incident.id == "INC-0000000000000001")
        #expect(incident.revision == 7)
        #expect(incident.status == .resolved && !incident.isUnresolved)
        #expect(incident.resolvedAt == TailFixtures.time("2026-06-09T10:02:30Z"))
        #expect(incident.alerts.count == 1 && incident.alerts[0].key == "orders/HighErrorRate" && !incident.alerts[0].isFiring)
        #expect(incident.rootCauses.first?.score == 0.5123 && incident.rootCauses.first?.isAlerting == false)
        #expect(incident.mergedInto == nil)
    }

    @Test(arguments: [
        ("", "not an incident record: expected a JSON object, found nothing"),
        ("[]", "not an incident record: record: expected an object, found an array"),
        (#"{"schema":"other/1"}"#, #"not an incident record: schema: expected "clew.incident/1", found "other/1""#),
        (
            #"{"schema":"clew.incident/1","id":"INC-1","status":"gone"}"#,
            #"not an incident record: status: expected one of open, updated, resolved, reopened, merged, frozen, found "gone""#
        ),
        (
            #"{"schema":"clew.incident/1","id":"INC-1","status":"open","revision":-4}"#,
            #"not an incident record: revision: expected a whole number of at least 0, found "-4""#
        ),
    ]) func refusesWhatIsNone(text: String, message: String) {
        var session = session()
        session.take(text)
        session.take(TailFixtures.record(1))
        let (unreadable, complaint, text) = (session.unreadable, session.firstComplaint, session.text())
        #expect(unreadable == 1)
        #expect(complaint == message)
        #expect(text.hasPrefix("● MAJOR     HighErrorRate on orders"))
    }

    @Test func thePastIsOneBlockForEachUnresolvedIncident() {
        var session = session(gathers: true)
        session.take(TailFixtures.record(1, id: "INC-a", at: "10:02:30"), now: 1)
        session.take(TailFixtures.record(1, id: "INC-b", at: "10:02:31"), now: 1)
        session.take(TailFixtures.record(1, id: "INC-c", at: "10:02:29"), now: 1)
        session.take(TailFixtures.record(2, id: "INC-a", status: "updated", title: "newest of a", at: "10:04:00"), now: 1)
        session.take(TailFixtures.record(2, id: "INC-b", status: "resolved", at: "10:05:00"), now: 1)
        let before = session.text()
        #expect(before == "")
        let isGathering = session.isGathering
        #expect(isGathering)
        let counts = [session.endOfPast(now: 2), session.endOfPast(now: 2)]
        #expect(counts == [2, 0])
        let blocks = session.text()
        #expect(blocks.contains("newest of a") && blocks.contains("INC-c") && !blocks.contains("INC-b"))
        #expect(blocks.hasPrefix("● MAJOR     HighErrorRate on orders\n  INC-c"))
        // What follows is shown as it comes.
        session.take(TailFixtures.record(3, id: "INC-a", status: "resolved", at: "10:06:00"), now: 3)
        let end = session.text()
        #expect(end.hasPrefix("✓ RESOLVED"))
    }

    @Test func recordsAreHandedOnAsTheyAre() {
        var session = session(TailFilter(severity: .major), asRecords: true)
        let records = [TailFixtures.record(1), TailFixtures.record(2, status: "updated"), TailFixtures.record(3, status: "resolved")]
        session.take(records[0], now: 1)
        session.take(TailFixtures.record(1, id: "INC-b", severity: "minor"), now: 1)
        session.take(records[1], now: 1)
        session.take(records[2], now: 1)
        session.tick(now: 100)
        let text = session.text()
        #expect(text == records.joined(separator: "\n\n"))
    }

    @Test func filters() throws {
        var reader = IncidentReader()
        let incident = try Array(TailFixtures.record(1, severity: "minor").utf8).withUnsafeBytes { try reader.read($0) }
        #expect(TailFilter(severity: .minor).accepts(incident))
        #expect(!TailFilter(severity: .major).accepts(incident))
        #expect(TailFilter(resource: "orders").accepts(incident))
        #expect(TailFilter(resource: "pg-*").accepts(incident))
        #expect(TailFilter(resource: "?g-order[s]").accepts(incident))
        #expect(!TailFilter(resource: "order").accepts(incident))
        #expect(TailFilter(since: TailFixtures.time("2026-06-09T10:02:30Z")).accepts(incident))
        #expect(!TailFilter(since: TailFixtures.time("2026-06-09T10:02:31Z")).accepts(incident))
    }
}
