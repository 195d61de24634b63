import ClewEngine
import Testing

/// When an alert counts as the same, as on, as chronic; rhythm and late events, one line a case (how to read them: `Timeline`).
@Suite struct TimeRuleTests {
    private static let estate = "web -> db, api -> db, far"
    private static let legend = """
        A: db/Down, B: web/Errors, C: api/Slow, X: far/Down
        """

    private static func run(_ line: String) -> (text: String, statistics: CorrelatorStatistics) {
        var timeline = Timeline(estate, legend)
        let text = timeline.run(line)
        return (text, timeline.statistics)
    }

    @Test(arguments: [
        // Cleared and back within 60 s: a flap; three of them are shown.
        ("A (40s a 10s A)x2 10s a", "30s open A (lone_alert) | 6m40s resolved a3 (all_cleared)"),
        ("A (40s a 10s A)x4 10s a", "30s open A (lone_alert) | 8m20s resolved a5~ (all_cleared)"),
        ("A 10s B (a 20s A 20s)x3", "30s open A2,B (correlated) | 2h1m50s resolved a4~,b (silent)"),
    ])
    func flapping(_ line: String, _ expected: String) {
        #expect(TimeRuleTests.run(line).text == expected)
    }

    @Test(arguments: [
        // Sent every five minutes: three silences teach it, from then on it is one alert.
        (
            "X (5m X)x6",
            "30s open X | 5m30s #2 open X | 10m30s #3 open X | 15m30s #4 open X | 30m #1 resolved x | 35m #2 resolved x "
                + "| 40m #3 resolved x | 1h #4 resolved x4"
        ),
        // Never sent twice and never cleared: on for a minute.
        ("X 59s X", "30s open X | 30m59s resolved x2"),
        // A minute later it is a new occurrence, which joins what is still open.
        ("X 61s X", "30s open X | 1m1s updated X2 (major_alert_joined) | 31m1s resolved x2"),
    ])
    func reSending(_ line: String, _ expected: String) {
        let text = TimeRuleTests.run(line).text.replacing(" (lone_alert)", with: "").replacing(" (silent)", with: "")
            .replacing(" (all_cleared)", with: "")
        #expect(text == expected)
    }

    @Test func anAlertThatIsAlwaysThereIsChronic() {
        // Its 40th busy minute (they fade over two hours) makes it chronic: it takes part in nothing.
        let found = TimeRuleTests.run("(X 1m)x60")
        #expect(found.text == "30s open X (lone_alert) | 1h17m resolved x48* (silent)")
        #expect(found.statistics.chronic == 12)
        #expect(found.statistics.repeats == 47)
        // After hours of silence it is an alert again.
        let later = TimeRuleTests.run("(X 1m)x60 4h X")
        #expect(later.statistics.chronic == 12)
        #expect(later.statistics.newAlerts == 2)
    }

    /// An alert that was over for long has ended once more when it is cleared again: what then comes may follow from it.
    @Test func aSecondClearMakesAnAlertRecent() throws {
        let topology = "web -> db, edge -> web, ext -> edge, probe -> db, api -> db"
        var events = [
            TestEvent(0, "db", "Down"), TestEvent(5, "web", "Errors"), TestEvent(10, "edge", "Slow"), TestEvent(15, "ext", "Lost"),
        ]
        events += [
            TestEvent(20, "db", "Down", .resolved), TestEvent(21, "web", "Errors", .resolved), TestEvent(22, "edge", "Slow", .resolved),
        ]
        // What keeps the incident open is too far away to count.
        events += (1..<52).map { TestEvent(15 + Double($0) * 50, "ext", "Lost") }
        events += [TestEvent(2000, "probe", "Late"), TestEvent(2500, "db", "Down", .resolved), TestEvent(2510, "api", "Later")]
        events.sort { $0.time < $1.time }
        var correlator = Correlator(topology: TestStream.topology(topology))
        _ = correlator.addPartition(topic: "t", number: 0)
        _ = correlator.push(TestStream.batch(events, names: &correlator.names))
        correlator.finish()
        let revisions = correlator.takeRevisions()
        func firstSeen(_ type: String) throws -> AlertState {
            let name = correlator.names.intern(type)
            return try #require(revisions.flatMap(\.alerts).first { $0.name.type == name })
        }
        // Nothing but the component's slow burst.
        #expect(try firstSeen("Late").link?.relation ?? .far == .far)
        let link = try firstSeen("Later").link
        let later = try #require(link)
        #expect(later.to.type == correlator.names.intern("Down"))
        #expect(abs(later.overFor - 10) < 1e-6 && later.stage == .opened)
    }

    @Test func anAlertOlderThanItsIncidentStands() {
        let found = TimeRuleTests.run("X (20m X)x20")
        #expect(found.statistics.standing == 5)
        #expect(found.text.hasSuffix("5h #4 frozen X12 (maximum_age) | 7h22m40s #4 resolved x13! (silent)"))
    }

    @Test(arguments: [
        // Dense, then silent for ten times its longest gap (20 s here): nothing joins any more.
        (
            "(A 2s B 2s)x8 14s C",
            "30s open A8,B8 (correlated) | 46s updated A8,B8,C (major_alert_joined) | 30m46s resolved a8,b8,c (silent)"
        ),
        (
            "(A 2s B 2s)x8 30s C",
            "30s open A8,B8 (correlated) | 1m30s resolved a8,b8 (silent) | 1m32s #2 open C (lone_alert) | 31m2s #2 resolved c (silent)"
        ),
        // With fewer than ten gaps it has no rhythm yet.
        (
            "(A 2s B 2s)x4 1m C",
            "30s open A4,B4 (correlated) | 1m16s updated A4,B4,C (major_alert_joined) | 31m16s resolved a4,b4,c (silent)"
        ),
    ])
    func rhythm(_ line: String, _ expected: String) {
        #expect(TimeRuleTests.run(line).text == expected)
    }

    @Test(
        arguments: [
            // Within the allowed lateness its place is found; later, it still belongs where its own time puts it.
            (
                "A X 4s B@2s",
                "30s open A,B (correlated) | 30s #2 open X (lone_alert) | 30m #2 resolved x (silent) | 30m2s #1 resolved a,b (silent)", 0
            ),
            (
                "A 10m X B@5s",
                "30s open A (lone_alert) | 9m55s updated A,B (major_alert_joined) | 10m30s #2 open X (lone_alert) "
                    + "| 30m5s #1 resolved a,b (silent) | 40m #2 resolved x (silent)", 1
            ),
            ("A 10s A A@2s A@0s", "30s open A4 (lone_alert) | 30m10s resolved a4 (silent)", 2),
            ("A 20s B a@15s", "30s open a,B (correlated) | 30m20s resolved a,b (silent)", 0),
            // A late repeat after the incident's last look at its life: it is older than any gets, and stays resolved.
            (
                "A 31s a 20s A (30m A)x7 20m a 12m X A@3h51m10s",
                "30s open A (lone_alert) | 3h50m51s resolved a9 (all_cleared) | 4h3m21s #2 open X (lone_alert) "
                    + "| 6h2m51s #2 resolved x (silent)", 1
            ),
        ] as [(String, String, UInt64)])
    func late(_ line: String, _ expected: String, _ count: UInt64) {
        let found = TimeRuleTests.run(line)
        #expect(found.text == expected)
        #expect(found.statistics.late == count)
        #expect(found.statistics.incidentsOpen == 0)
    }

    @Test func whatWasLearnedFades() {
        let events = OrderTests.events(seed: 8, count: 3000)
        var parameters = CorrelationParameters()
        let forEver = TestStream.run(events, topology: TestStream.topology(OrderTests.estate), correlation: parameters).texts
        parameters.halfLife = 600
        let fading = TestStream.run(events, topology: TestStream.topology(OrderTests.estate), correlation: parameters).texts
        let areEqual = fading == forEver
        #expect(!areEqual)
    }

    @Test(
        arguments: [
            // Clears before raises: of an alert never raised, ignored; at the same time, the clear comes first.
            ("a 1m b", "", 2),
            ("a A", "30s open A (lone_alert) | 30m resolved a (silent)", 1),
            ("A a", "30s open A (lone_alert) | 30m resolved a (silent)", 1),
            ("a 10s A", "40s open A (lone_alert) | 30m10s resolved a (silent)", 1),
            ("A@2s a@1s", "32s open A (lone_alert) | 30m2s resolved a (silent)", 1),
        ] as [(String, String, UInt64)])
    func clearsBeforeRaises(_ line: String, _ expected: String, _ unknown: UInt64) {
        let found = TimeRuleTests.run(line)
        #expect(found.text == expected)
        #expect(found.statistics.unknownClears == unknown)
    }
}
