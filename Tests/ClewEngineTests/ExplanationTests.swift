import ClewEngine
import Testing

/// What `Correlator.explain` finds out about two alerts.
@Suite struct ExplanationTests {
    private static let estate = "web -> db, api -> db, front -> web, far"

    private static func findings(
        _ events: [TestEvent], _ first: (String, String), _ second: (String, String), topology: String = estate,
        _ change: (inout CorrelationParameters) -> Void = { _ in }
    ) -> [EvidenceFinding] {
        var parameters = CorrelationParameters()
        change(&parameters)
        var correlator = Correlator(topology: TestStream.topology(topology), correlation: parameters)
        _ = correlator.addPartition(topic: "t", number: 0)
        func name(_ of: (String, String)) -> AlertName {
            AlertName(resource: correlator.names.intern(of.0) ?? .none, type: correlator.names.intern(of.1) ?? .none, identity: .none)
        }
        correlator.explain(AlertPair(first: name(first), second: name(second)))
        _ = correlator.push(TestStream.batch(events, names: &correlator.names))
        correlator.finish()
        return correlator.findings
    }

    private static func product(_ link: Link) -> Double {
        let background = 1 / link.background
        switch link.relation {
        case .same, .up: return link.topology * link.propagation * link.lagDensity / background * link.clearedFactor
        case .sib: return link.topology * link.failing * link.propagation * link.lagDensity / background * link.clearedFactor
        case .selfAgain: return link.propagation * link.lagDensity / background
        case .far: return link.topology * link.lagDensity * link.background
        }
    }

    @Test func evidenceWithItsFactors() throws {
        let found = ExplanationTests.findings(
            [TestEvent(0, "db", "Down"), TestEvent(20, "web", "Errors")], ("web", "Errors"), ("db", "Down"))
        let first = try #require(found.first)
        #expect(first.obstacle == .unknown)
        let joined = try #require(found.first { $0.hasJoined })
        let link = try #require(joined.link)
        #expect(link.relation == .up && link.hops == 1 && link.lag == 20 && link.overFor == 0)
        #expect(abs(link.topology - 0.15 * 0.6) < 1e-12)
        #expect(abs(ExplanationTests.product(link) / link.odds - 1) < 1e-9)
        // It was decided by this link, and joined the incident of the other.
        #expect(joined.best?.odds == link.odds)
        #expect(joined.bestIncident == joined.otherIncident && joined.incident == joined.otherIncident)
        #expect(joined.needed == 10 && link.odds >= 10)
    }

    @Test(arguments: [
        // Nothing ties db to far; web's alert is an effect of db, no reason for it.
        ("db", "far", 20.0, EvidenceObstacle.noPath), ("web", "db", 20.0, .effectOnly),
        // Five hours later its incident is too old; after forty minutes it is over.
        ("db", "web", 18_000.0, .incidentTooOld), ("db", "web", 2_400.0, .overForTooLong),
    ])
    func obstacles(_ earlier: String, _ later: String, _ gap: Double, _ expected: EvidenceObstacle) throws {
        let found = ExplanationTests.findings(
            [TestEvent(0, earlier, "Down"), TestEvent(gap, later, "Errors")], (earlier, "Down"), (later, "Errors"))
        let arrival = try #require(found.first { $0.stage == .opened && $0.raised == TestStream.time(gap) })
        #expect(arrival.obstacle == expected)
        #expect(arrival.link == nil && !arrival.hasJoined)
    }

    @Test func frozenAndForgotten() throws {
        let full = ExplanationTests.findings(
            [TestEvent(0, "db", "Down"), TestEvent(5, "db", "Slow"), TestEvent(20, "web", "Errors")], ("db", "Down"), ("web", "Errors")
        ) { $0.maxAlerts = 2 }
        #expect(full.contains { $0.obstacle == .incidentClosed })
        // Three newer types on db take its place.
        let types = ["A", "B", "C"].enumerated().map { TestEvent(Double(5 + $0.offset), "db", $0.element) }
        let forgotten = ExplanationTests.findings(
            [TestEvent(0, "db", "Down")] + types + [TestEvent(20, "web", "Errors")], ("db", "Down"), ("web", "Errors"))
        #expect(forgotten.contains { $0.obstacle == .forgotten })
    }

    /// A key that was evicted is told as forgotten, not as another one that has its place now.
    @Test func evictedKeys() throws {
        var events = (0..<18).map { TestEvent(Double($0), "r\($0)", "Z", severity: .minor) }
        events += [TestEvent(100, "db", "Down"), TestEvent(105, "db", "Slow")]
        events += (0..<40).map { TestEvent(110 + Double($0), "q\($0)", "Z", severity: .minor) }
        events.append(TestEvent(160, "db", "Slow"))
        events += (0..<40).map { TestEvent(200 + Double($0), "p\($0)", "Z", severity: .minor) }
        events += [TestEvent(9000, "db", "Down"), TestEvent(9005, "web", "Errors")]
        for pair in [(("db", "Down"), ("db", "Slow")), (("db", "Slow"), ("db", "Down")), (("db", "Slow"), ("web", "Errors"))] {
            let found = ExplanationTests.findings(events, pair.0, pair.1) { $0.maxKeys = 20 }
            #expect(found.contains { $0.raised >= TestStream.time(9000) && $0.obstacle == .forgotten }, "\(pair)")
            #expect(!found.contains { $0.obstacle == .noPath })
        }
    }

    @Test func settlingIsToldToo() throws {
        // web's alert comes first and stays alone until db's explains it.
        let found = ExplanationTests.findings(
            [TestEvent(0, "web", "Errors"), TestEvent(3, "db", "Down"), TestEvent(10, "api", "Errors")], ("web", "Errors"), ("db", "Down"))
        let settled = found.filter { $0.stage == .settledEarly }
        #expect(!settled.isEmpty)
        #expect(settled.allSatisfy { $0.obstacle != nil || $0.link != nil })
    }

    /// Watching a pair changes nothing, and what is told of it is what the engine decided by.
    @Test(arguments: [31, 32, 33])
    func agreesWithTheDecisions(_ seed: UInt64) {
        let events = OrderTests.events(seed: seed)
        let topology = TestStream.topology(OrderTests.estate)
        func run(_ isWatched: Bool) -> (revisions: [IncidentRevision], findings: [EvidenceFinding]) {
            var correlator = Correlator(topology: topology)
            _ = correlator.addPartition(topic: "t", number: 0)
            if isWatched {
                func name(_ resource: String, _ type: String) -> AlertName {
                    AlertName(
                        resource: correlator.names.intern(resource) ?? .none, type: correlator.names.intern(type) ?? .none, identity: .none)
                }
                correlator.explain(AlertPair(first: name("web", "Errors"), second: name("db", "Down")))
            }
            _ = correlator.push(TestStream.batch(events, names: &correlator.names))
            correlator.finish()
            return (correlator.takeRevisions(), correlator.findings)
        }
        let (plain, none) = run(false)
        let (watched, findings) = run(true)
        #expect(none.isEmpty && findings.count > 10)
        #expect(
            plain.map { "\($0.id.text) \($0.revision) \($0.updatedAt)" } == watched.map { "\($0.id.text) \($0.revision) \($0.updatedAt)" })
        for finding in findings {
            #expect((finding.link == nil) == (finding.obstacle != nil))
            for link in [finding.link, finding.best].compactMap({ $0 }) {
                #expect(abs(ExplanationTests.product(link) - link.odds) <= 1e-9 * link.odds)
            }
            guard finding.stage == .arrival || finding.stage == .opened, let best = finding.best else { continue }
            #expect(finding.hasJoined == (best.odds >= finding.needed))
            if let link = finding.link { #expect(link.odds <= best.odds * (1 + 1e-12)) }
        }
    }
}
