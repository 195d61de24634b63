import ClewEngine
import ClewFormats
import ClewService
import Testing

@Suite struct TailViewTests {
    private let block = IncidentBlock(width: 80)

    private func next(_ change: (inout IncidentSummary) -> Void) -> IncidentSummary {
        var incident = TailFixtures.incident()
        incident.revision = 2
        incident.status = .updated
        incident.updatedAt = TailFixtures.time("2026-06-09T10:05:00Z")
        change(&incident)
        return incident
    }

    @Test func whatChangedInAFewLines() {
        let after = next { incident in
            incident.alerts[1].isFiring = false
            incident.alerts.append(TailFixtures.alert("checkout", "HighErrorRate", "10:03:44", .critical))
            incident.alertCount = 3
            incident.title = "PostgresConnectionsHigh on pg-orders and 2 more, perhaps worker-05"
            incident.rootCauses = [TailFixtures.cause("worker-05", 0.51), TailFixtures.cause("pg-orders", 0.4)]
        }
        #expect(
            block.changes(from: TailFixtures.incident(), to: after).text == """
                ↻ CRITICAL  PostgresConnectionsHigh on pg-orders and 2 more, perhaps worker-05
                  INC-154deda5466386b9 · +1 alert (3) · 1 cleared · for 2 min
                  cause   now worker-05 51 %, was pg-orders
                          + 10:03:44 critical checkout/HighErrorRate
                """)
    }

    @Test func repeatsAndScoresAreNoNews() {
        let after = next { incident in
            incident.eventCount = 40
            incident.alerts[0].events = 20
            incident.rootCauses[0].score = 0.8
        }
        #expect(block.changes(from: TailFixtures.incident(), to: after).isEmpty)
    }

    @Test func theEndOfAnIncident() {
        let resolved = next { incident in
            incident.status = .resolved
            incident.resolvedAt = TailFixtures.time("2026-06-09T10:20:00Z")
        }
        #expect(
            block.changes(from: TailFixtures.incident(), to: resolved).text == """
                ✓ RESOLVED  PostgresConnectionsHigh on pg-orders and 1 more, probably pg-orders
                  INC-154deda5466386b9 · 2026-06-09 10:02:00 · after 17 min · 2 alerts, 4 events
                """)
        let merged = next { incident in
            incident.status = .merged
            incident.mergedInto = "INC-00000000000000aa"
        }
        #expect(
            block.changes(from: TailFixtures.incident(), to: merged).map(\.plain).last
                == "  INC-154deda5466386b9 is now part of INC-00000000000000aa")
        let again = next { incident in
            incident.revision = 3
            incident.status = .reopened
        }
        #expect(block.changes(from: resolved, to: again).first?.plain.hasPrefix("● REOPENED  ") == true)
    }

    @Test func eachRevisionOnce() {
        var view = TailView(block: block)
        let first = TailFixtures.incident()
        let lines1 = view.take(first, now: nil)
        #expect(!lines1.isEmpty)
        let lines2 = view.take(first, now: nil)
        #expect(lines2.isEmpty)
        let second = next {
            $0.severity = .critical; $0.alerts.append(TailFixtures.alert("a", "B", "10:04:00")); $0.alertCount = 3
        }
        let lines3 = view.take(second, now: nil)
        #expect(!lines3.isEmpty)
        let lines4 = view.take(first, now: nil)
        #expect(lines4.isEmpty)
    }

    @Test func updatesInQuickSuccessionAreShownAtOnce() {
        var view = TailView(block: block)
        _ = view.take(TailFixtures.incident(), now: 100)
        for count in 3...9 {
            let update = next { incident in
                incident.revision = count
                for number in 3...count { incident.alerts.append(TailFixtures.alert("pod-\(number)", "Down", "10:04:00")) }
                incident.alertCount = count
            }
            let lines5 = view.take(update, now: 100.1 + Double(count) / 100)
            #expect(lines5.isEmpty)
        }
        let lines6 = view.due(now: 101)
        #expect(lines6.isEmpty)
        let shown = view.due(now: 102).map(\.plain)
        #expect(shown.contains { $0.contains("+7 alerts (9)") })
        #expect(shown.contains("          … and 3 more"))
        let lines7 = view.due(now: 200)
        #expect(lines7.isEmpty)
        // The end is never held back.
        let resolved = next { incident in
            incident.revision = 20
            incident.status = .resolved
        }
        let lines8 = view.take(resolved, now: 102.1)
        #expect(!lines8.isEmpty)
    }

    @Test func memoryIsBounded() {
        var view = TailView(block: block)
        view.limit = 100
        for number in 0..<1_000 {
            var incident = TailFixtures.incident()
            incident.id = "INC-\(number)"
            incident.updatedAt = EventTime(seconds: Double(number))
            let lines9 = view.take(incident, now: nil)
            #expect(!lines9.isEmpty)
        }
        var last = TailFixtures.incident()
        last.id = "INC-999"
        let lines10 = view.take(last, now: nil)
        #expect(lines10.isEmpty)
        last.id = "INC-1"
        let lines11 = view.take(last, now: nil)
        #expect(!lines11.isEmpty)
    }
}
