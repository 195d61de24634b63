import ClewEngine
import ClewFormats
import ClewService
import Testing

@Suite struct TailBlockTests {
    @Test func aWholeIncident() {
        let text = IncidentBlock(width: 80).whole(TailFixtures.incident()).text
        #expect(
            text == """
                ● CRITICAL  PostgresConnectionsHigh on pg-orders and 1 more, probably pg-orders
                  INC-154deda5466386b9 · 2026-06-09 10:02:00 · for 34 s · 2 alerts, 4 events
                  cause   pg-orders 93 %: 1 alert of its own, among them the first; 1 of 1 other
                          alerting resources depend on it
                          or worker-05 5 %
                  alerts  10:02:00 critical pg-orders/PostgresConnectionsHigh ×3
                          10:02:31 major    orders/HighErrorRate
                """)
    }

    @Test func reasonsBelowTheirAlerts() {
        var block = IncidentBlock(width: 60)
        block.showsReasons = true
        let lines = block.whole(TailFixtures.incident()).map(\.plain)
        #expect(
            lines.suffix(3).map { $0.drop { $0 == " " } }
                == [
                    "10:02:31 major    orders/HighErrorRate", "31 s after PostgresConnectionsHigh on", "pg-orders, which is still on",
                ].map { $0[...] })
    }

    @Test(arguments: [40, 60, 80, 120]) func noLineIsWiderThanTheTerminal(width: Int) {
        var incident = TailFixtures.incident()
        incident.title = String(repeating: "very-long-name-", count: 30)
        incident.alerts[0].key = String(repeating: "k", count: 300)
        incident.alerts[1].why = String(repeating: "w", count: 300)
        incident.rootCauses[0].resource = String(repeating: "日本", count: 90)
        incident.rootCauses[1].resource = String(repeating: "r", count: 200)
        var block = IncidentBlock(width: width)
        block.showsReasons = true
        for line in block.whole(incident) { #expect(line.width <= width, "\(line.plain)") }
        var later = incident
        later.revision = 2
        later.status = .updated
        later.alerts.append(TailFixtures.alert(String(repeating: "n", count: 200), "Type", "10:03:00"))
        later.alertCount = 3
        let changes = block.changes(from: incident, to: later)
        #expect(!changes.isEmpty)
        for line in changes { #expect(line.width <= width, "\(line.plain)") }
    }

    @Test func hostileTextsCannotSteerTheTerminal() {
        var incident = TailFixtures.incident()
        incident.title = "\u{1B}[2J\u{1B}]0;owned\u{7} clear\r\nnext\u{202E}line"
        incident.id = "INC-\u{9B}31m"
        incident.alerts[0].key = "a\nb/\u{1B}[31mred"
        incident.alerts[1].why = "because\tof \u{85}"
        incident.rootCauses[0].resource = "pg\u{0}orders"
        incident.rootCauses[0].why = ["one\u{1B}[0m", "two\u{2028}"]
        incident.rootCauses[1].resource = "\u{200F}w"
        var block = IncidentBlock(width: 80)
        block.showsReasons = true
        let lines = block.whole(incident)
        let steering = lines.flatMap(\.spans).flatMap { $0.text.unicodeScalars }.filter {
            $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || [0x2028, 0x202E, 0x200F].contains($0.value)
        }
        #expect(steering.isEmpty)
        #expect(lines[0].plain == "● CRITICAL  \u{FFFD}[2J\u{FFFD}]0;owned\u{FFFD} clear\u{FFFD}\u{FFFD}next\u{FFFD}line")
        #expect(lines[2].plain.hasPrefix("  cause   pg\u{FFFD}orders 93 %: one\u{FFFD}[0m; two\u{FFFD}"))
        // Painting adds sequences of its own only around the pieces.
        let painted = lines[0].painted { text, tone in tone == .strong ? "<b>\(text)</b>" : text }
        #expect(painted.hasPrefix("● CRITICAL  <b>\u{FFFD}[2J"))
    }

    @Test func moreAlertsThanListed() {
        var incident = TailFixtures.incident()
        incident.alerts = (0..<200).map { TailFixtures.alert("pod-\($0)", "Down", "10:02:31") }
        incident.alertCount = 512
        let lines = IncidentBlock(width: 80).whole(incident).map(\.plain)
        #expect(lines.filter { $0.contains("pod-") }.count == 8)
        #expect(lines.last == "          … and 504 more")
    }

    @Test func timesOfAnotherDayHaveTheirDate() {
        var incident = TailFixtures.incident()
        incident.alerts[0].firstSeen = TailFixtures.time("2026-06-08T23:59:59Z")
        let lines = IncidentBlock(width: 80).whole(incident).map(\.plain)
        #expect(lines.contains("  alerts  06-08 23:59:59 critical pg-orders/PostgresConnectionsHigh ×3"))
    }

    @Test func wrappingKeepsEveryWord() {
        let text = "one two three fourfivesixseveneight nine"
        let lines = DisplayText.wrapped(text, to: 10)
        #expect(lines == ["one two", "three", "fourfivesi", "xseveneigh", "t nine"])
        #expect(DisplayText.wrapped("", to: 10) == [])
    }
}
