import ClewEngine
import Testing

/// Changes as candidates for root causes (algorithm.md §11): they move the ranking, and nothing else.
@Suite struct ChangeTests {
    /// s1 and s2 depend on db, s2 on cache, db on host; `far` stands alone. So large that little of the component alerts.
    private static let topology = TestStream.topology(
        "s1 -> db, s2 -> db, s2 -> cache, db -> host, far, " + (0..<40).map { "leaf-\($0) -> host" }.joined(separator: ", "))

    private static func deployment(_ time: Double, _ resource: String, _ status: EventStatus = .firing, id: String? = nil) -> TestEvent {
        var event = TestEvent(time, resource, "Deployment", status, severity: .info)
        event.id = id
        event.source = "ci"
        event.message = "\(resource) v2 by jane"
        return event
    }

    /// Two alerts of one incident at two hours, of which that on s2 is taken for the cause.
    private static let failure = [TestEvent(7200, "s1", "Errors"), TestEvent(7200, "s2", "Errors")]

    private static func correlator(
        types: [String] = ["Deployment"], topology: TopologyDefinition = topology, recordsAssignments: Bool = false,
        addsPartition: Bool = true
    ) -> Correlator {
        var parameters = CorrelationParameters()
        parameters.changeTypes = types
        var correlator = Correlator(topology: topology, correlation: parameters, recordsAssignments: recordsAssignments)
        if addsPartition { _ = correlator.addPartition(topic: "t", number: 0) }
        return correlator
    }

    /// Root causes of the last revision, best first, with the odds of their change: `s2 76`.
    private static func causes(_ events: [TestEvent], isSorted: Bool = true) -> [String] {
        var correlator = ChangeTests.correlator()
        let events = isSorted ? events.sorted { $0.time < $1.time } : events
        _ = correlator.push(TestStream.batch(events, names: &correlator.names))
        correlator.finish()
        return correlator.takeRevisions().last?.rootCauses.map { cause in
            correlator.names.string(cause.resource) + (cause.change.map { " \(Int($0.odds.rounded()))" } ?? "")
        } ?? []
    }

    private static func change(_ events: [TestEvent], of resource: String) -> SuspectedChange? {
        var correlator = ChangeTests.correlator()
        _ = correlator.push(TestStream.batch(events.sorted { $0.time < $1.time }, names: &correlator.names))
        correlator.finish()
        let cause = correlator.takeRevisions().last?.rootCauses.first { correlator.names.string($0.resource) == resource }
        return cause?.change
    }

    // MARK: Ranking

    @Test(
        arguments: [
            // Just before, on a resource that alerts and on a silent one that others depend on.
            (7020, "s1", ["s1 76", "s2", "db", "cache"]),
            (7020, "db", ["db 76", "s2", "s1", "cache"]),
            // The longer ago, the less it says; beyond the window nothing.
            (600, "s1", ["s2", "db", "s1 4", "cache"]),
            (-60, "s1", ["s2", "db", "s1", "cache"]),
            // On what is only near: told, but not first. A resource two steps down is a candidate by its change only.
            (7020, "cache", ["s2", "db", "s1", "cache 76"]),
            (7020, "host", ["s2", "db", "s1", "host 76", "cache"]),
            // What nothing here depends on is never named.
            (7020, "far", ["s2", "db", "s1", "cache"]),
            (7020, "leaf-3", ["s2", "db", "s1", "cache"]),
            (7020, "unheard-of", ["s2", "db", "s1", "cache"]),
            // Clocks differ: up to a minute after the first alert.
            (7250, "s1", ["s1 300", "s2", "db", "cache"]),
            (7265, "s1", ["s2", "db", "s1", "cache"]),
        ] as [(Double, String, [String])])
    func aChangeAndTheIncidentAfterIt(time: Double, resource: String, expected: [String]) {
        #expect(ChangeTests.causes([ChangeTests.deployment(time, resource)] + ChangeTests.failure) == expected)
    }

    @Test func aResourceThatIsAlwaysChangedExplainsNothing() throws {
        let often = (0..<300).map { ChangeTests.deployment(6900 - 300 * Double($0), "s1") }
        #expect(ChangeTests.causes(often + ChangeTests.failure) == ["s2", "db", "s1 0", "cache"])
        let change = try #require(ChangeTests.change(often + ChangeTests.failure, of: "s1"))
        #expect(change.count == SuspectedChange.mostCounted)
        #expect(change.odds < 0.5 && !change.isLikely)
    }

    @Test func theWholeOfIt() throws {
        let events = [ChangeTests.deployment(3000, "s1"), ChangeTests.deployment(7080, "s1", id: "d1")] + ChangeTests.failure
        let change = try #require(ChangeTests.change(events, of: "s1"))
        #expect(change.began == TestStream.time(7080) && change.ended == nil)
        #expect(change.lag == 120 && change.endLag == nil && change.count == 2 && change.window == 7200)
        #expect(String(decoding: change.change.id, as: UTF8.self) == "d1")
        #expect(String(decoding: change.change.message, as: UTF8.self) == "s1 v2 by jane")
        #expect(change.isLikely)
    }

    @Test func rollBacksDoNotMakeTheChangeUsual() throws {
        let before = [ChangeTests.deployment(7080, "s1")] + ChangeTests.failure
        // All told of before the incident's last ranking.
        let after = (1...6).map { ChangeTests.deployment(7300 + 60 * Double($0), "s1") }
        let alone = try #require(ChangeTests.change(before, of: "s1"))
        let withRollBacks = try #require(ChangeTests.change(before + after, of: "s1"))
        #expect(withRollBacks.began == alone.began)
        #expect(abs(withRollBacks.odds / alone.odds - 1) < 0.01)
    }

    // MARK: Beginning and end

    @Test func aChangeThatGoesOn() throws {
        let begin = ChangeTests.deployment(3600, "s1")
        let only = try #require(ChangeTests.change([begin] + ChangeTests.failure, of: "s1"))
        // The end comes after the incident's first alert: the last ranking knows that the change was going on.
        let end = ChangeTests.deployment(7500, "s1", .resolved)
        let during = try #require(ChangeTests.change([begin, end] + ChangeTests.failure, of: "s1"))
        #expect(during.began == TestStream.time(3600) && during.ended == TestStream.time(7500))
        #expect(during.lag == 3600 && during.endLag == -300 && during.odds > 2 * only.odds)
        // It was over a minute before.
        let over = try #require(ChangeTests.change([begin, ChangeTests.deployment(7140, "s1", .resolved)] + ChangeTests.failure, of: "s1"))
        #expect(over.lag == 3600 && over.endLag == 60 && over.odds > 10 * only.odds && over.count == 1)
    }

    @Test func anEndEndsTheRightChange() throws {
        let events = [
            ChangeTests.deployment(3000, "s1", id: "a"), ChangeTests.deployment(3600, "s1", id: "b"),
            ChangeTests.deployment(7000, "s1", .resolved, id: "a"),
        ]
        let change = try #require(ChangeTests.change(events + ChangeTests.failure, of: "s1"))
        #expect(change.began == TestStream.time(3000) && change.ended == TestStream.time(7000) && change.count == 2)
    }

    @Test func anEndAloneIsAChange() throws {
        let change = try #require(ChangeTests.change([ChangeTests.deployment(7080, "s1", .resolved)] + ChangeTests.failure, of: "s1"))
        #expect(change.began == TestStream.time(7080) && change.ended == nil)
    }

    @Test func progressOfOneChangeIsOneChange() throws {
        let progress = (0..<5).map { ChangeTests.deployment(6900 + 60 * Double($0), "s1", id: "roll-1") }
        let change = try #require(ChangeTests.change(progress + ChangeTests.failure, of: "s1"))
        #expect(change.count == 1 && change.began == TestStream.time(6900) && change.ended == TestStream.time(7140))
    }

    // MARK: Order

    /// Late, or told of twice: the next ranking takes it as if it had come in time.
    @Test func aLateChangeIsSeenByTheNextRanking() throws {
        let more = [TestEvent(7500, "db", "Slow", severity: .minor)]
        let late = ChangeTests.failure + [TestEvent(7300, "far", "Beat", severity: .info), ChangeTests.deployment(7020, "s1", id: "x")]
        #expect(ChangeTests.causes(late + more, isSorted: false).first == "s1 76")
        let twice = [ChangeTests.deployment(7020, "s1", id: "x"), ChangeTests.deployment(7020, "s1", id: "x")]
        let change = try #require(ChangeTests.change(twice + ChangeTests.failure, of: "s1"))
        #expect(change.count == 1 && change.ended == nil)
    }

    /// Told of after the incident was shown: what it puts first is told once an update may be, and not only with the next alert.
    @Test(
        arguments: [
            // Late; in time, but after the first alert; late, but nothing that changes who is first.
            (
                [TestEvent(7300, "far", "Beat", severity: .info), deployment(7020, "s1")],
                ["7230 open s2", "7295 updated s1", "9000 resolved s1"]
            ),
            ([deployment(7250, "s1")], ["7230 open s2", "7250 updated s1", "9000 resolved s1"]),
            ([TestEvent(7300, "far", "Beat", severity: .info), deployment(7020, "cache")], ["7230 open s2", "9000 resolved s2"]),
            // On what none of its alerts depends on; and after the incident is over.
            ([deployment(7250, "far")], ["7230 open s2", "9000 resolved s2"]),
            ([TestEvent(9300, "far", "Beat", severity: .info), deployment(7020, "s1")], ["7230 open s2", "9000 resolved s2"]),
            // It goes on: told once.
            ((0..<60).map { deployment(7200 + Double($0), "s1", id: "d") }, ["7230 open s1", "9000 resolved s1"]),
        ])
    func aChangeToldOfAfterTheIncident(events: [TestEvent], expected: [String]) {
        var correlator = ChangeTests.correlator()
        _ = correlator.push(TestStream.batch(ChangeTests.failure + events, names: &correlator.names))
        correlator.finish()
        let found = correlator.takeRevisions().map { revision in
            let first = revision.rootCauses.first.map { correlator.names.string($0.resource) } ?? "-"
            #expect(revision.status != .updated || revision.reason == .rootCauseChanged)
            return "\(Int((revision.updatedAt.seconds - TestStream.start).rounded())) \(revision.status.name) \(first)"
        }
        #expect(found == expected)
    }

    // MARK: Nothing else

    /// Alerts of a small estate at random, and the same with changes in between.
    private static func stream(changes: Bool) -> [TestEvent] {
        var random = SeededGenerator(seed: 5)
        let names = ["s1", "s2", "db", "cache", "host", "far"] + (0..<40).map { "leaf-\($0)" }
        var events: [TestEvent] = []
        var time = 0.0
        for at in 0..<2000 {
            time += Double.random(in: 0...90, using: &random)
            let resource = names[Int.random(in: 0..<names.count, using: &random)]
            let type = "T\(Int.random(in: 0..<6, using: &random))"
            let status: EventStatus = Int.random(in: 0..<3, using: &random) == 0 ? .resolved : .firing
            let isChange = at % 7 == 3
            if isChange, !changes { continue }
            var event = isChange ? deployment(time, resource, status) : TestEvent(time, resource, type, status)
            event.id = "e\(at)"
            events.append(event)
        }
        return events
    }

    @Test func incidentsAreThoseOfTheStreamWithoutChanges() {
        func run(_ events: [TestEvent]) -> (revisions: [String], incidents: [UInt64?], statistics: CorrelatorStatistics) {
            var correlator = ChangeTests.correlator(recordsAssignments: true)
            _ = correlator.push(TestStream.batch(events, names: &correlator.names))
            correlator.finish()
            let isChange = events.map { $0.type == "Deployment" }
            var incidents: [UInt64?] = Array(repeating: nil, count: events.count)
            for assignment in correlator.takeAssignments() {
                if isChange[Int(assignment.sequence)] { #expect(assignment.incident == nil) }
                incidents[Int(assignment.sequence)] = assignment.incident
            }
            let revisions = correlator.takeRevisions().map { revision in
                var bare = revision
                bare.rootCauses = []
                bare.impacted = []
                return TestStream.describe(bare, correlator.names)
            }
            return (revisions, zip(incidents, isChange).filter { !$0.1 }.map(\.0), correlator.statistics)
        }
        let plain = run(ChangeTests.stream(changes: false))
        let mixed = run(ChangeTests.stream(changes: true))
        #expect(plain.revisions.count > 100)
        // Which resource is first may change, and with it when a waiting update is published.
        #expect(mixed.incidents == plain.incidents)
        #expect(mixed.statistics.changes > 200 && plain.statistics.changes == 0)
        #expect(mixed.statistics.keys == plain.statistics.keys && mixed.statistics.pairs == plain.statistics.pairs)
        #expect(mixed.statistics.newAlerts == plain.statistics.newAlerts && mixed.statistics.clears == plain.statistics.clears)
        #expect(mixed.statistics.incidentsMade == plain.statistics.incidentsMade)
        let opened = { (texts: [String]) in texts.filter { $0.contains(" open ") } }
        #expect(opened(mixed.revisions) == opened(plain.revisions))
    }

    @Test func whatIsLearnedKnowsNothingOfChanges() {
        func model(_ events: [TestEvent]) -> CorrelationModel {
            var correlator = ChangeTests.correlator()
            _ = correlator.push(TestStream.batch(events, names: &correlator.names))
            correlator.finish()
            return correlator.learned()
        }
        #expect(model(ChangeTests.stream(changes: true)) == model(ChangeTests.stream(changes: false)))
    }

    @Test func batchesDoNotMatter() {
        var parameters = CorrelationParameters()
        parameters.changeTypes = ["Deployment"]
        let events = ChangeTests.stream(changes: true)
        let whole = TestStream.run(events, topology: ChangeTests.topology, correlation: parameters)
        let single = TestStream.run(events, topology: ChangeTests.topology, correlation: parameters, batchSize: 1)
        #expect(whole.texts == single.texts)
        #expect(whole.texts.contains { $0.contains("\n    Deployment ") })
    }

    @Test func aSnapshotKeepsThem() throws {
        let events = ChangeTests.stream(changes: true)
        func run(stopsEach step: Int) throws -> [String] {
            var correlator = ChangeTests.correlator()
            for (at, event) in events.enumerated() {
                _ = correlator.push(TestStream.batch([event], names: &correlator.names))
                guard at % step == step - 1 else { continue }
                let snapshot = correlator.snapshot(identity: "")
                var next = ChangeTests.correlator(addsPartition: false)
                try next.resume(snapshot, identity: "")
                correlator = next
            }
            correlator.finish()
            let count = correlator.statistics.changesRemembered
            return correlator.takeRevisions().map { TestStream.describe($0, correlator.names) } + ["\(count) kept"]
        }
        let whole = try run(stopsEach: .max)
        #expect(whole.contains { $0.contains("\n    Deployment ") })
        #expect(try run(stopsEach: 41) == whole)
    }

    @Test func anUnknownResourceIsBoundLikeAnyOther() {
        var correlator = ChangeTests.correlator(topology: TestStream.topology("pod-1 -> node, pod-2 -> node, pod-3 -> node"))
        let events = [ChangeTests.deployment(7100, "pod-4"), TestEvent(7200, "pod-4", "Down")]
        _ = correlator.push(TestStream.batch(events, names: &correlator.names))
        correlator.finish()
        #expect(correlator.statistics.boundResources == 1)
        let causes = correlator.takeRevisions().last?.rootCauses ?? []
        #expect(causes.first.map { correlator.names.string($0.resource) } == "pod-4" && causes.first?.change != nil)
    }

    // MARK: Types

    @Test(arguments: [
        ("Deployment", true), ("Deployments", false), ("Rollout", true), ("RolloutDone", true), ("MyRollout", false),
        ("cfg-a-change", true), ("cfg-change", false), ("x1", true), ("xü", true), ("x12", false), ("", false),
    ])
    func patterns(type: String, isChange: Bool) {
        var names = Names()
        var types = ChangeTypes(["Deployment", "Rollout*", "cfg-*-change", "x?"])
        let id = names.intern(type) ?? .none
        // The second time it is known.
        let found = [types.contains(id, names), types.contains(id, names)]
        #expect(found == [isChange, isChange])
        var nothing = ChangeTypes([])
        let inNothing = nothing.contains(id, names)
        #expect(!inNothing)
    }

    // MARK: Bounds

    @Test func changesStayWithinTheirLimits() throws {
        var correlator = ChangeTests.correlator(types: ["Deployment"])
        var most = 0
        for part in 0..<40 {
            let events = (0..<1000).map { at in
                // Many of one resource, and many resources.
                let number = part * 1000 + at
                var event = ChangeTests.deployment(Double(number), number % 2 == 0 ? "s1" : "leaf-\(number % 20_000)")
                event.message = String(repeating: "ü", count: 1000)
                return event
            }
            _ = correlator.push(TestStream.batch(events, names: &correlator.names))
            most = max(most, correlator.statistics.changesRemembered)
        }
        #expect(most == 10_000)
        // What came last is still known, whatever has been forgotten.
        let alerts = ChangeTests.failure.map { TestEvent($0.time + 33_000, $0.resource, $0.type) }
        _ = correlator.push(TestStream.batch(alerts, names: &correlator.names))
        correlator.finish()
        let change = try #require(
            correlator.takeRevisions().last?.rootCauses.first { correlator.names.string($0.resource) == "s1" }?.change)
        #expect(change.count == SuspectedChange.mostCounted && change.change.message.count == Change.longestText)
        #expect(correlator.statistics.changes == 40_000 && correlator.statistics.newAlerts == 2)
    }
}
