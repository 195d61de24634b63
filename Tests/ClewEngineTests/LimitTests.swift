import ClewEngine
import Testing

/// Ten times each limit: the count stays within it, what happens there is what ARCHITECTURE.md states, and the stream goes on.
@Suite struct LimitTests {
    /// Pushes events in portions of `every`, and looks at the statistics after each; then the end of all input.
    private static func watch(
        _ correlator: inout Correlator, _ events: some Sequence<TestEvent>, every: Int = 1, _ look: (CorrelatorStatistics) -> Void
    ) -> [IncidentRevision] {
        _ = correlator.addPartition(topic: "t", number: 0)
        var revisions: [IncidentRevision] = []
        var pending: [TestEvent] = []
        func flush(_ correlator: inout Correlator) {
            _ = correlator.push(TestStream.batch(pending, names: &correlator.names))
            revisions += correlator.takeRevisions()
            pending.removeAll()
            look(correlator.statistics)
        }
        for event in events {
            pending.append(event)
            if pending.count == every { flush(&correlator) }
        }
        flush(&correlator)
        correlator.finish()
        return revisions + correlator.takeRevisions()
    }

    @Test func redeliveriesStayWithinTheirLimit() {
        var intake = IntakeParameters()
        intake.maxRedeliveries = 100
        var correlator = Correlator(topology: TestStream.topology("a"), intake: intake)
        var most = 0
        var events: [TestEvent] = []
        for at in 0..<1000 {
            var event = TestEvent(Double(at), "a", "T\(at % 7)")
            event.id = "\(at)"
            events.append(event)
            // One that is remembered still.
            if at >= 90 {
                event = TestEvent(Double(at - 90), "a", "T\((at - 90) % 7)")
                event.id = "\(at - 90)"
                events.append(event)
            }
        }
        let copies = events.count - 1000
        _ = LimitTests.watch(&correlator, events) { most = max(most, $0.redeliveriesRemembered) }
        #expect(most == 100)
        #expect(Int(correlator.statistics.redelivered) == copies)
        // One that is forgotten: taken again, as if it were new.
        var old = TestEvent(1000, "a", "T0")
        old.id = "1000"
        _ = correlator.push(TestStream.batch([events[0], old], names: &correlator.names))
        correlator.finish()
        #expect(correlator.statistics.redeliveriesRemembered == 100)
        #expect(correlator.statistics.taken == 1002)
    }

    @Test func theReorderBufferStaysWithinItsLimit() {
        var intake = IntakeParameters()
        intake.maxBuffered = 100
        var correlator = Correlator(topology: TestStream.topology("a, b"), intake: intake)
        _ = correlator.addPartition(topic: "t", number: 0)
        // Active and silent: it holds the watermark.
        _ = correlator.addPartition(topic: "t", number: 1)
        var most = 0
        for at in 0..<1000 {
            _ = correlator.push(TestStream.batch([TestEvent(Double(at), "a", "T\(at % 3)")], names: &correlator.names))
            most = max(most, correlator.statistics.buffered)
        }
        #expect(most == 100)
        #expect(correlator.statistics.forced == 900)
        correlator.finish()
        #expect(correlator.statistics.taken == 1000)
    }

    /// Thirty incidents in one place: it remembers three.
    @Test func aResourceRemembersThreeIncidents() {
        var correlator = Correlator(topology: TestStream.topology("a"))
        var most = 0
        let events = (0..<30).map { TestEvent(Double($0) * 2400, "a", "T\($0)") }
        let revisions = LimitTests.watch(&correlator, events) { most = max(most, $0.incidentsInMemory) }
        #expect(Set(revisions.map(\.id)).count == 30)
        #expect(most <= 30)
        // One row of three places; what the sweep has taken of it is given back.
        #expect(correlator.statistics.resourcesWithCells == 1)
    }

    @Test(arguments: [2, 3, 20])
    func anIncidentStaysWithinItsGreatestNumberOfAlerts(_ limit: Int) {
        var parameters = CorrelationParameters()
        parameters.maxAlerts = limit
        var correlator = Correlator(topology: TestStream.topology("web -> db, api -> db, job -> db"), correlation: parameters)
        let places = ["db", "web", "api", "job"]
        // A storm of ten times as many alerts as one incident takes.
        let events = (0..<(10 * limit)).map { TestEvent(Double($0) * 0.5, places[$0 % 4], "T\($0 / 4)") }
        let revisions = LimitTests.watch(&correlator, events) { _ in }
        #expect(revisions.allSatisfy { $0.alertCount <= limit })
        #expect(revisions.filter { $0.reason == .maximumAlerts }.count >= 5)
        #expect(revisions.filter { $0.reason == .maximumAlerts }.allSatisfy { $0.alertCount == limit && $0.status == .frozen })
        // None is lost: each is part of an incident that was shown.
        #expect(Int(correlator.statistics.newAlerts) == events.count)
        var last: [IncidentID: IncidentRevision] = [:]
        for r in revisions { last[r.id] = r }
        #expect(last.values.filter { $0.status == .resolved }.reduce(0) { $0 + $1.alertCount } == events.count)
    }

    @Test func anIncidentStaysWithinItsGreatestAge() {
        var parameters = CorrelationParameters()
        parameters.maxAge = 600
        var correlator = Correlator(topology: TestStream.topology("web -> db, api -> db, job -> db"), correlation: parameters)
        let places = ["db", "web", "api", "job"]
        var most = 0
        let events = (0..<600).map { TestEvent(Double($0) * 10, places[$0 % 4], "T\($0 % 40)") }
        let revisions = LimitTests.watch(&correlator, events) { most = max(most, $0.alertEntries) }
        for r in revisions {
            let latest = r.alerts.map(\.lastSeen).max() ?? r.openedAt
            #expect(latest.seconds - r.openedAt.seconds <= 600, "\(r.id.text)")
        }
        #expect(revisions.contains { $0.reason == .maximumAge })
        // Those of one incident at a time, and of what ended within the last hour.
        #expect(most <= 450, "\(most)")
    }

    /// Always new resources, alerts and incidents: what is counted is flat once the limits are reached.
    @Test func stateIsFlatAfterTheLimitsAreReached() {
        var parameters = CorrelationParameters()
        parameters.maxKeys = 500
        parameters.maxPairs = 50
        parameters.maxBoundResources = 50
        parameters.maxAge = 1800
        var intake = IntakeParameters()
        intake.maxRedeliveries = 300
        let limit = 3000
        var correlator = Correlator(
            topology: TestStream.topology("api, db"), correlation: parameters, intake: intake, nameLimit: limit)
        let halves = 30_000
        var most = [[Int]](repeating: [Int](repeating: 0, count: 8), count: 3)
        let events = (0..<(3 * halves)).lazy.map { at in
            // A third of the names are ever new, others come back after their key was forgotten.
            var event = TestEvent(
                Double(at) * 4, at % 3 == 0 ? "pod-\(at)" : "host-\(at * 7 % 1500)", "T\(at % 23)",
                severity: at % 2 == 0 ? .critical : .minor)
            if at % 2 == 0 { event.id = "\(at)" }
            return event
        }
        var sent = 0
        _ = LimitTests.watch(&correlator, events, every: 50) { s in
            let third = min(2, sent / halves)
            sent += 50
            let now = [
                s.keys, s.pairs, s.incidentsInMemory, s.alertEntries, s.dueEntries, s.resourcesWithCells, s.redeliveriesRemembered, s.names,
            ]
            for at in now.indices { most[third][at] = max(most[third][at], now[at]) }
        }
        let s = correlator.statistics
        #expect(most[2][0] <= 500 && most[2][1] <= 50 && most[2][6] <= 300 && most[2][7] <= limit + 3, "\(most)")
        #expect(s.evictedKeys > 0)
        // Places by name are limited; further names stand alone, one resource each, as many as there are names.
        #expect(s.resources <= limit + 2)
        for at in most[2].indices { #expect(most[2][at] <= most[1][at] * 11 / 10 + 1, "count \(at): \(most)") }
        #expect(s.incidentsOpen == 0)
        // Events whose name found no place are refused before; all others were taken.
        #expect(s.taken > UInt64(halves))
    }
}

/// Root causes of very large incidents in dense graphs.
@Suite struct DenseRankingTests {
    /// 1,200 resources that all depend on 40 hubs, and all alert: more candidates than walks are made from. The hub that fails
    /// first is still named, and reach is that of direct dependents.
    @Test func moreCandidatesThanAreWalkedFrom() throws {
        let count = 1_200
        let lines = (0..<count).map { "w\($0) -> hub" }.joined(separator: ",")
        var events = [TestEvent(0, "hub", "Down")]
        for at in 0..<count { events.append(TestEvent(5 + Double(at) / 100, "w\(at)", "Errors", severity: .minor)) }
        var correlator = Correlator(topology: TestStream.topology(lines))
        _ = correlator.addPartition(topic: "t", number: 0)
        _ = correlator.push(TestStream.batch(events, names: &correlator.names))
        correlator.finish()
        let last = try #require(correlator.takeRevisions().max { $0.alertCount < $1.alertCount })
        #expect(last.alertCount > 1_100)
        let cause = try #require(last.rootCauses.first)
        #expect(correlator.names.string(cause.resource) == "hub")
        #expect(cause.reached >= UInt32(last.alertCount - 1))
    }
}
