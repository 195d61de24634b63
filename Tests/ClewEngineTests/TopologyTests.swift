import ClewEngine
import Testing

/// Cones, fan-out, exposures and binding, seen through the evidence of links.
@Suite struct TopologyTests {
    /// The revisions of critical alerts that come one after the other on resources; `nil` types are numbered.
    private static func lastAlert(
        _ topology: TopologyDefinition, _ alerts: [(Double, String)], labels: [(name: String, value: String)] = []
    ) throws -> (alert: AlertState, link: (to: String, via: String)?, name: String, eventName: String) {
        var correlator = Correlator(topology: topology)
        _ = correlator.addPartition(topic: "t", number: 0)
        let events = alerts.enumerated().map { at, alert in
            var event = TestEvent(alert.0, alert.1, "T\(at)")
            if at == alerts.count - 1 { event.labels = labels }
            return event
        }
        _ = correlator.push(TestStream.batch(events, names: &correlator.names))
        correlator.finish()
        let type = "T\(alerts.count - 1)"
        for revision in correlator.takeRevisions() {
            if let alert = revision.alerts.first(where: { correlator.names.string($0.name.type) == type }) {
                let link = alert.link.map {
                    (to: correlator.names.string($0.to.resource), via: correlator.names.string($0.via))
                }
                return (alert, link, correlator.names.string(alert.name.resource), correlator.names.string(alert.eventName))
            }
        }
        throw Missing()
    }

    private struct Missing: Error {}

    /// What ties the second of two alerts to the first: `relation via hops` and the topology factor; `nothing` if no evidence.
    private static func evidence(_ topology: TopologyDefinition, _ first: String, _ second: String) throws -> String {
        let found = try lastAlert(topology, [(0, first), (10, second)])
        guard let link = found.alert.link, let names = found.link, link.relation != .far else { return "nothing" }
        let factor = (link.topology * 1e4).rounded() / 1e4
        return "\(link.relation.name) \(names.via) \(link.hops) \(factor)"
    }

    @Test(arguments: [
        // 0.15 on the same resource; 0.15 · 0.6 a hop to a dependency.
        ("web -> db", "web", "web", "same web 0 0.15"),
        ("web -> db", "db", "web", "up db 1 0.09"),
        ("web -> mid, mid -> db", "db", "web", "up db 2 0.054"),
        // Three hops are too far; an effect is no reason for its cause.
        ("web -> m1, m1 -> m2, m2 -> db", "db", "web", "nothing"),
        ("web -> db", "web", "db", "nothing"),
        // A silent shared dependency: 0.1 · g · √g′.
        ("web -> db, api -> db", "web", "api", "sib db 1 0.0465"),
        ("web -> mid, mid -> db, api -> db", "web", "api", "sib db 1 0.036"),
        ("web -> mid, mid -> db, api -> db", "api", "web", "sib db 2 0.0279"),
        // A link costs two hops and multiplies by 0.3, both ways.
        ("a - b", "a", "b", "up a 2 0.045"),
        ("a - b", "b", "a", "up b 2 0.045"),
        ("a - b, b - c", "a", "c", "sib b 2 0.0164"),
        ("a - b, b -> c", "c", "a", "nothing"),
        // Kinds that spread both ways.
        ("svc -> pod has-instance", "pod", "svc", "up pod 1 0.09"),
        ("svc -> pod has-instance", "svc", "pod", "up svc 1 0.09"),
        ("part -> whole part-of", "part", "whole", "up part 1 0.09"),
        // Uplink: forward as an ordinary edge, backward as a link.
        ("leaf -> spine uplink", "spine", "leaf", "up spine 1 0.09"),
        ("leaf -> spine uplink", "leaf", "spine", "up leaf 2 0.045"),
        // The better of two ways counts: a hop against a link, one hop against two.
        ("web -> db, web - db", "db", "web", "up db 1 0.09"),
        ("web -> mid, mid -> db, web -> db", "db", "web", "up db 1 0.09"),
        // An unstated kind is forward.
        ("web -> db tunnel", "web", "db", "nothing"),
        // Cycles.
        ("a -> b, b -> a", "a", "b", "up a 1 0.09"),
    ])
    func twoAlertsAreTiedThroughTheCone(_ text: String, _ first: String, _ second: String, _ expected: String) throws {
        let evidence = try TopologyTests.evidence(TestStream.topology(text), first, second)
        #expect(evidence == expected)
    }

    @Test func aStatedSpreadCounts() throws {
        let topology = TestStream.topology("web -> db tunnel", spreads: ["tunnel": .both])
        let evidence = try TopologyTests.evidence(topology, "web", "db")
        #expect(evidence == "up web 1 0.09")
    }

    /// q = e / (e + F/4), F: those whose cone holds the dependency, at as many hops; e = 2 for an alert on it.
    @Test(arguments: [1, 3, 5, 200])
    func fanOutMakesADependencyLessTelling(_ dependents: Int) throws {
        let text = (0..<dependents).map { "web\($0) -> db" }.joined(separator: ",")
        let link = try #require(try TopologyTests.lastAlert(TestStream.topology(text), [(0, "db"), (10, "web0")]).alert.link)
        let fanOut = Double(dependents + 1)
        #expect((link.failing - 2 / (2 + fanOut / 4)).magnitude < 1e-12)
        // X: what the alert on db was expected to give rise to, 0.15 · 0.6 a dependent; nothing was seen yet.
        #expect((link.expected - (1 + 0.09 * Double(dependents))).magnitude < 1e-9)
        #expect(link.seen == 0)
        #expect((link.propagation - link.failing / link.expected).magnitude < 1e-12)
        // Constant and prompt part of the kernel with the initial time scale of 120 s.
        let density = 0.85 / 120 * 0.920_044_414_629_323 + 0.15 / 600
        #expect((link.lagDensity - density).magnitude < 1e-9)
        #expect((link.odds - link.topology * link.propagation * link.lagDensity * link.background).magnitude < 1e-9 * link.odds)
    }

    /// In a sibling's evidence: e = decayed count of alerts below; X by Esib = 0.1 √g (under − own g) / (1 + F/4).
    @Test func aSilentDependencyIsJudgedByWhatIsBelowIt() throws {
        let topology = TestStream.topology("web -> db, api -> db, app -> db")
        let link = try #require(try TopologyTests.lastAlert(topology, [(0, "web"), (10, "api")]).alert.link)
        let below = 0.983_471_453_821_617  // exp(-10 / 600)
        #expect((link.failing - below / (below + 1)).magnitude < 1e-12)
        let exposure = 0.1 * 0.774_596_669_241_483 * (1.8 - 0.6) / 2
        #expect((link.expected - (1 + exposure)).magnitude < 1e-9)
        let background = link.background
        #expect((link.odds - link.topology * link.failing * link.propagation * link.lagDensity * background).magnitude < 1e-9 * link.odds)
    }

    @Test func aConeHoldsTheNearest48() throws {
        // 60 direct dependencies and one of two hops: cut by (-g, order in the topology).
        let text = (0..<60).map { "web -> d\($0)" }.joined(separator: ",")
        #expect(try TopologyTests.evidence(TestStream.topology(text), "d46", "web") == "up d46 1 0.09")
        #expect(try TopologyTests.evidence(TestStream.topology(text), "d47", "web") == "nothing")
    }

    // MARK: Binding of names

    private static let shop = """
        c1/shop/web : service, c1/shop/web-0 : pod, c1/shop/web-1 : pod, c1/shop/web-3 : pod, c1/shop/db : database, dc1-esx02 : host
        NOR-CORE-1 : router, c1/shop/web-0 -> c1/shop/web part-of, c1/shop/web-1 -> c1/shop/web part-of
        c1/shop/web-3 -> c1/shop/web part-of, c1/shop/web -> c1/shop/db, c2/pay/api : service, c2/shop/api : service, node-7 : host
        """

    @Test(arguments: [
        ("nor_core_1", "alias_spelling NOR-CORE-1"),
        ("C1.SHOP.DB", "alias_spelling c1/shop/db"),
        ("dc1-esx02.dc1.example.net", "alias_domain dc1-esx02"),
        ("db", "alias_suffix c1/shop/db"),
        // Two have this last part.
        ("api", "isolated api"),
        ("c1/shop/web-9", "siblings c1/shop/web-9"),
        ("c1/shop/db:/data", "parent c1/shop/db:/data"),
        ("c1/shop/db/vol-1", "parent c1/shop/db/vol-1"),
        ("dc1-esx02:eth0", "parent dc1-esx02:eth0"),
        ("job-17", "isolated job-17"),
        ("", "known "),
    ])
    func aNameIsPlaced(_ name: String, _ expected: String) throws {
        guard !name.isEmpty else { return }
        let found = try TopologyTests.lastAlert(TestStream.topology(TopologyTests.shop), [(0, name)])
        #expect("\(found.alert.binding.name) \(found.name)" == expected)
        let isAlias = expected.hasPrefix("alias")
        #expect(found.eventName == (isAlias ? name : ""))
    }

    @Test(arguments: [
        ([("cluster", "c2"), ("namespace", "pay")], "alias_scope c2/pay/api"),
        ([("namespace", "pay"), ("cluster", "c2")], "alias_scope c2/pay/api"),
        ([("cluster", "c2"), ("namespace", "shop")], "alias_scope c2/shop/api"),
        ([("cluster", "c3"), ("namespace", "shop")], "isolated api"),
        ([("node", "node-7")], "labels api"),
    ])
    func labelsPlaceAName(_ labels: [(String, String)], _ expected: String) throws {
        let found = try TopologyTests.lastAlert(
            TestStream.topology(TopologyTests.shop), [(0, "api")], labels: labels.map { (name: $0.0, value: $0.1) })
        #expect("\(found.alert.binding.name) \(found.name)" == expected)
    }

    @Test(arguments: [
        // The siblings' edge: part-of the service (both ways), which uses the database.
        ("c1/shop/web", "c1/shop/web-9", "up c1/shop/web 1 0.09"),
        ("c1/shop/web-9", "c1/shop/web", "up c1/shop/web-9 1 0.09"),
        ("c1/shop/db", "c1/shop/web-9", "up c1/shop/db 2 0.054"),
        ("c1/shop/web-0", "c1/shop/web-9", "up c1/shop/web-0 2 0.054"),
        // A child of a kind without pattern is part of its parent.
        ("c1/shop/db", "c1/shop/db:/data", "up c1/shop/db 1 0.09"),
        ("c1/shop/db:/data", "c1/shop/db", "up c1/shop/db:/data 1 0.09"),
        // Bound resources take children too.
        ("c1/shop/web-9", "c1/shop/web-9/main", "up c1/shop/web-9 1 0.09"),
        ("job-17", "c1/shop/web", "nothing"),
    ])
    func aBoundResourceHasTheEdgesOfItsLike(_ first: String, _ second: String, _ expected: String) throws {
        let evidence = try TopologyTests.evidence(TestStream.topology(TopologyTests.shop), first, second)
        #expect(evidence == expected)
    }

    @Test func aLabelMakesADependency() throws {
        let found = try TopologyTests.lastAlert(
            TestStream.topology(TopologyTests.shop), [(0, "node-7"), (10, "job-17")], labels: [("node", "node-7")])
        #expect(found.alert.binding == .labels)
        #expect(found.link?.via == "node-7")
        #expect(found.alert.link?.relation == .up)
    }

    @Test func withoutATopologyNamesArePlacedByEachOther() throws {
        let found = try TopologyTests.lastAlert(TopologyDefinition(), [(0, "db-14"), (10, "db-14:/data")])
        #expect(found.alert.binding == .parent)
        #expect(found.link?.via == "db-14")
        #expect(try TopologyTests.lastAlert(TopologyDefinition(), [(0, "db-14"), (10, "DB_14")]).name == "db-14")
    }
}
