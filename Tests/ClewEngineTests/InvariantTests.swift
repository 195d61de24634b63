import ClewEngine
import Testing

/// What holds for the revisions of every stream, also of one whose events come late.
@Suite struct InvariantTests {
    private static func revisions(_ events: [TestEvent], _ change: (inout CorrelationParameters) -> Void = { _ in }) -> [IncidentRevision] {
        var parameters = CorrelationParameters()
        change(&parameters)
        var correlator = Correlator(topology: TestStream.topology(OrderTests.estate), correlation: parameters)
        _ = correlator.addPartition(topic: "t", number: 0)
        _ = correlator.push(TestStream.batch(events, names: &correlator.names))
        correlator.finish()
        #expect(correlator.statistics.incidentsOpen == 0)
        let revisions = correlator.takeRevisions()
        #expect(Int(correlator.statistics.published.all) == revisions.count)
        return revisions
    }

    private static func events(_ seed: UInt64, lateShare: Int) -> [TestEvent] {
        var random = SeededGenerator(seed: seed)
        var events = OrderTests.events(seed: seed, count: 3000)
        guard lateShare > 0 else { return events }
        for at in events.indices where Int.random(in: 0..<lateShare, using: &random) == 0 {
            events[at].time -= Double.random(in: 5...4000, using: &random)
        }
        return events
    }

    struct Case: Sendable {
        var seed: UInt64
        var lateShare: Int
        var maxAlerts: Int?
        /// So few that keys are forgotten whose incident is open.
        var maxKeys = 1_000_000
        /// With a low one alerts go to and fro between incidents.
        var threshold = 10.0

        func revisions() -> [IncidentRevision] {
            InvariantTests.revisions(InvariantTests.events(seed, lateShare: lateShare)) {
                $0.maxAlerts = maxAlerts
                $0.maxKeys = maxKeys
                $0.threshold = threshold
            }
        }
    }

    static let cases = [
        Case(seed: 21, lateShare: 0), Case(seed: 22, lateShare: 0, maxAlerts: 5), Case(seed: 23, lateShare: 10),
        Case(seed: 24, lateShare: 3), Case(seed: 25, lateShare: 5, maxAlerts: 3), Case(seed: 26, lateShare: 2, maxAlerts: 1),
        Case(seed: 33, lateShare: 0, maxKeys: 10), Case(seed: 34, lateShare: 5, maxKeys: 20, threshold: 1.5),
        Case(seed: 35, lateShare: 0, threshold: 1.5),
    ]

    @Test(arguments: [1, 2, 3, 5], [0, 5])
    func noIncidentTakesMoreAlertsThanItMay(_ limit: Int, _ lateShare: Int) {
        for seed in [27, 28, 29] as [UInt64] {
            let revisions = InvariantTests.revisions(InvariantTests.events(seed, lateShare: lateShare)) { $0.maxAlerts = limit }
            #expect(revisions.allSatisfy { $0.alertCount <= limit })
        }
    }

    /// An alert that comes late is settled with what it caused before it came.
    @Test func aLateCauseIsSettledWithItsEffect() {
        let found = TestStream.run(
            [TestEvent(300, "web", "Errors"), TestEvent(320, "cache", "Slow"), TestEvent(120, "web", "Full")],
            topology: TestStream.topology("web, cache"), recordsAssignments: true)
        #expect(found.statistics.late == 1)
        #expect(found.merges.count == 1)
    }

    @Test(arguments: cases)
    func lifeFollowsItsRules(_ given: Case) {
        let revisions = given.revisions()
        #expect(revisions.count > 100)
        var last: [IncidentID: IncidentRevision] = [:]
        var frozen: Set<IncidentID> = []
        for r in revisions {
            if let before = last[r.id] {
                #expect(r.revision == before.revision + 1)
                #expect(r.severity >= before.severity)
                #expect(r.eventCount >= before.eventCount && r.alertCount >= before.alertCount)
                #expect(r.openedAt <= before.openedAt)
                let isWhole = InvariantTests.losesNothing(r, before)
                #expect(isWhole, "\(r.id.text) \(r.revision)")
                #expect(InvariantTests.mayFollow(r.status, before.status, frozen.contains(r.id)), "\(before.status) → \(r.status)")
            } else {
                #expect(r.revision == 1)
                // What came late may be over before it is known.
                #expect(r.status == .open || given.lateShare > 0 && (r.status == .resolved || r.status == .frozen))
            }
            if r.status == .frozen { frozen.insert(r.id) }
            last[r.id] = r
        }
        for r in last.values { #expect(r.status == .resolved || r.status == .merged, "\(r.id.text) ends \(r.status)") }
        for r in last.values {
            guard let into = r.mergedInto else { continue }
            // The way through merges ends at an incident that is published.
            #expect(last[into] != nil)
        }
    }

    /// Events of whole seconds, so that many come at one time.
    @Test(arguments: [31, 32, 33] as [UInt64])
    func oneRevisionAnInstant(_ seed: UInt64) {
        var events = InvariantTests.events(seed, lateShare: 0)
        for at in events.indices { events[at].time = events[at].time.rounded(.down) }
        var last: [IncidentID: IncidentRevision] = [:]
        for r in InvariantTests.revisions(events) {
            // It may be over, or absorbed, at the very time at which something comes of it.
            if let before = last[r.id], r.status != .merged, r.status != .reopened { #expect(r.updatedAt > before.updatedAt) }
            last[r.id] = r
        }
        #expect(last.count > 50)
    }

    /// Whether each alert that was listed still is, with no fewer events and no shorter time.
    private static func losesNothing(_ now: IncidentRevision, _ before: IncidentRevision) -> Bool {
        guard now.alerts.count == now.alertCount else { return true }
        return before.alerts.allSatisfy { old in
            now.alerts.contains {
                $0.name == old.name && $0.events >= old.events && $0.firstSeen <= old.firstSeen && $0.lastSeen >= old.lastSeen
            }
        }
    }

    private static func mayFollow(_ now: IncidentStatus, _ before: IncidentStatus, _ isFrozen: Bool) -> Bool {
        if before == .merged { return false }
        if isFrozen { return now == .resolved && before == .frozen }
        switch now {
        case .open: return false
        case .reopened: return before == .resolved
        case .merged: return true
        // A resolved one that takes in another resolved one stays so.
        case .resolved: return true
        case .updated, .frozen: return before != .resolved
        }
    }

    @Test(arguments: cases)
    func aRecordIsWholeAndConsistent(_ given: Case) {
        let revisions = given.revisions()
        for r in revisions {
            #expect(Set(r.alerts.map(\.name)).count == r.alerts.count)
            #expect(r.alerts.count == min(200, r.alertCount))
            #expect(r.alerts.reduce(0) { $0 + $1.events } == r.eventCount)
            #expect(Set(r.alerts.map(\.name.resource)).count == r.resourceCount)
            #expect(r.openedAt == r.alerts.map(\.firstSeen).min())
            #expect(r.alerts.allSatisfy { $0.firstSeen <= $0.lastSeen && $0.events > 0 && $0.severity <= r.severity })
            #expect(zip(r.alerts, r.alerts.dropFirst()).allSatisfy { $0.firstSeen <= $1.firstSeen })
            #expect((r.resolvedAt != nil) == (r.status == .resolved) || r.status == .merged)
            #expect(r.status != .resolved || r.alerts.allSatisfy { $0.status == .resolved })
            #expect((r.mergedInto != nil) == (r.status == .merged))
            #expect(!r.rootCauses.isEmpty && r.rootCauses.count <= 5)
            #expect(r.rootCauses.reduce(0) { $0 + $1.score } <= 1 + 1e-9)
            #expect(zip(r.rootCauses, r.rootCauses.dropFirst()).allSatisfy { $0.score >= $1.score })
            for link in r.alerts.compactMap(\.link) {
                #expect(link.odds.isFinite && link.odds >= 0 && link.lagDensity >= 0 && link.background >= 0)
                #expect(link.failing > 0 && link.failing <= 1 && link.propagation <= 8)
            }
        }
    }

    /// Revisions come in the order of event time; of an incident also where events come late.
    @Test(arguments: cases)
    func timeNeverGoesBack(_ given: Case) {
        let revisions = given.revisions()
        var last: [IncidentID: EventTime] = [:]
        for r in revisions {
            #expect(r.updatedAt >= last[r.id] ?? .distantPast)
            last[r.id] = r.updatedAt
        }
        // What a late event makes due lies in the past of the stream.
        guard given.lateShare == 0 else { return }
        #expect(zip(revisions, revisions.dropFirst()).allSatisfy { $0.updatedAt <= $1.updatedAt })
    }

    /// A late alert is settled at a time that has gone by; the incident that it takes over was shown since.
    @Test func aMergeByALateAlertIsNotOlderThanWhatWasShown() {
        let revisions = InvariantTests.revisions([
            TestEvent(300, "web", "Errors"), TestEvent(340, "queue", "Slow"), TestEvent(120, "web", "Full"),
        ])
        #expect(revisions.contains { $0.status == .merged })
        var last: [IncidentID: EventTime] = [:]
        for r in revisions {
            #expect(r.updatedAt >= last[r.id] ?? .distantPast, "\(r.status)")
            last[r.id] = r.updatedAt
        }
    }

    /// The public id is made from the founding alert and its time: the same alert at the same time has the same one.
    @Test func theSameIncidentHasTheSameIDInEveryReplay() {
        let first = InvariantTests.revisions(InvariantTests.events(31, lateShare: 0))
        let cut = InvariantTests.revisions(Array(InvariantTests.events(31, lateShare: 0).prefix(500)))
        let ids = Set(first.map(\.id))
        #expect(cut.count > 20)
        // What the shorter stream shows is shown by the longer one too, but for what was still pending at its end.
        #expect(cut.filter { !ids.contains($0.id) }.count <= 3)
    }

    @Test func anIncidentOfThousandsIsListedInPart() {
        var events: [TestEvent] = []
        for at in 0..<2000 {
            events.append(TestEvent(Double(at) * 0.01, "db", "T\(at)", severity: at % 400 == 399 ? .critical : .minor))
        }
        let largest = InvariantTests.revisions(events).max { $0.alertCount < $1.alertCount }
        guard let largest else {
            Issue.record("nothing was published")
            return
        }
        #expect(largest.alertCount > 1000)
        #expect(largest.alerts.count == 200)
        #expect(largest.alerts.filter { $0.severity == .critical }.count >= largest.alertCount / 400 - 1)
        #expect(largest.eventCount >= UInt64(largest.alertCount))
    }
}
