import ClewEngine
import Testing

/// What is learned can be taken out by name, and begun with again.
@Suite struct ModelTests {
    private static let shop = TestStream.topology("web -> api, api -> db, batch -> db, db : database, web : pod, api : pod, batch : job")
    private static let hour = 3600.0
    private static let week = 7 * 86_400.0

    /// A fault: the database, then what depends on it, cleared some minutes later.
    private static func fault(at t: Double) -> [TestEvent] {
        [
            TestEvent(t, "db", "Down"), TestEvent(t + 12, "api", "Errors"), TestEvent(t + 31, "web", "Slow"),
            TestEvent(t + 300, "db", "Down", .resolved),
            TestEvent(t + 305, "api", "Errors", .resolved), TestEvent(t + 330, "web", "Slow", .resolved),
        ]
    }

    private static func faults(_ count: Int, from t: Double = 0, every step: Double = 3 * hour) -> [TestEvent] {
        (0..<count).flatMap { fault(at: t + Double($0) * step) }
    }

    private static func correlator(
        _ topology: TopologyDefinition = shop, halfLife: Double? = nil, learns: Bool = true, adopting model: CorrelationModel? = nil,
        maxPairs: Int = 200_000
    ) -> Correlator {
        var parameters = CorrelationParameters()
        parameters.halfLife = halfLife
        parameters.learns = learns
        parameters.maxPairs = maxPairs
        var correlator = Correlator(topology: topology, correlation: parameters)
        if let model { _ = correlator.adopt(model) }
        _ = correlator.addPartition(topic: "t", number: 0)
        return correlator
    }

    private static func push(_ events: [TestEvent], _ correlator: inout Correlator) {
        _ = correlator.push(TestStream.batch(events, names: &correlator.names))
    }

    private static func learn(_ events: [TestEvent], _ topology: TopologyDefinition = shop, halfLife: Double? = nil) -> CorrelationModel {
        var correlator = correlator(topology, halfLife: halfLife)
        push(events, &correlator)
        correlator.finish()
        return correlator.learned()
    }

    private static func support(_ model: CorrelationModel, _ relation: Relation, _ cause: String, _ effect: String) -> Double {
        guard let x = model.types.firstIndex(where: { $0.name == cause }), let y = model.types.firstIndex(where: { $0.name == effect }),
            let at = model.find(relation, UInt32(x), UInt32(y))
        else { return 0 }
        return Double(model.pairs[at].seen)
    }

    /// Two shops that know nothing of each other, as two domains.
    private static func shops() -> TopologyDefinition {
        var topology = TestStream.topology(
            "web -> api, api -> db, batch -> db, db : database, web : pod, api : pod, batch : job, b-web -> b-api, b-api -> b-db, "
                + "b-batch -> b-db, b-db : database, b-web : pod, b-api : pod, b-batch : job")
        topology.domains = CorrelationDomains(names: ["b"], numberOfNode: topology.nodes.map { $0.id.hasPrefix("b-") ? 1 : 0 })
        return topology
    }

    /// What several domains learn is added up; going on from it, each holds it, and it is counted once.
    @Test func domainsLearnOneModel() throws {
        let shop = ModelTests.learn(ModelTests.faults(20))
        let both = ModelTests.faults(20).flatMap { event in
            var other = event
            other.resource = "b-" + event.resource
            return [event, other]
        }
        var model = ModelTests.learn(both, ModelTests.shops())
        #expect(model.types.map(\.name) == shop.types.map(\.name) && model.types.map(\.alerts) == [40, 40, 40])
        #expect(model.kinds == shop.kinds && model.pairs.count == shop.pairs.count && model.expectations.count == shop.expectations.count)
        for (pair, one) in zip(model.pairs, shop.pairs) { #expect(pair.seen == 2 * one.seen) }
        #expect(model.events == 2 * shop.events && model.resourceCount == 2 * shop.resourceCount)
        #expect(model.lagWeight == 2 * shop.lagWeight - CorrelationModel().lagWeight)
        for (type, one) in zip(model.types, shop.types) { #expect(type.background == 2 * one.background) }

        var next = ModelTests.correlator(ModelTests.shops(), adopting: model)
        next.finish()
        var again = next.learned()
        for at in model.types.indices {
            #expect(again.types[at].background <= model.types[at].background * 1.000_001)
            again.types[at].background = 0
            model.types[at].background = 0
        }
        (again.backgroundExposure, model.backgroundExposure) = (0, 0)
        #expect(again == model)
    }

    @Test func whatIsLearnedIsNamed() {
        let model = ModelTests.learn(ModelTests.faults(20))
        #expect(model.types.map(\.name) == ["Down", "Errors", "Slow"])
        #expect(model.types.map(\.alerts) == [20, 20, 20] && model.types.map(\.clears) == [20, 20, 20])
        // batch has no alerts, but they were to be expected.
        #expect(model.kinds == ["database", "job", "pod"])
        #expect(model.events == 120 && model.alerts == 60 && model.causes.incidents == 20)
        #expect(model.firstEvent == TestStream.time(0))
        #expect(ModelTests.support(model, .up, "Down", "Errors") > 15)
        #expect(ModelTests.support(model, .up, "Errors", "Down") == 0)
        let best = model.strongestPairs(3).first { $0.cause == "Down" && $0.effect == "Errors" }
        #expect(best?.relation == .up && best?.direction == 1)
        #expect((10...20).contains(best?.medianLag ?? 0), "a lag of 12 s lies in the bin from 10 to 20 s")
        #expect(model.causes.held.map { "\($0.resource) \($0.type) \($0.count)" } == ["api 1 20.0", "db 0 20.0", "web 2 20.0"])
    }

    /// Begun with and taken out again, a model is the same: in another order of names, too.
    @Test func adoptingAndExportingKeepsAll() {
        for halfLife in [nil, ModelTests.week] as [Double?] {
            var model = ModelTests.learn(ModelTests.faults(20), halfLife: halfLife)
            // More of it than is taken over is cut (and in proportion to it the background).
            model.backgroundExposure = 0
            for at in model.types.indices { model.types[at].background = 0 }
            var parameters = CorrelationParameters()
            parameters.halfLife = halfLife
            var other = Correlator(topology: ModelTests.shop, correlation: parameters)
            for name in ["zebra", "Slow", "Errors"] { _ = other.names.intern(name) }
            let fit = other.adopt(model)
            #expect(fit == ModelFit())
            #expect(other.learned() == model)
        }
    }

    /// The order in which types are seen first is not in the model.
    @Test func theOrderOfFirstSightDoesNotMatter() {
        let noise = TestEvent(-9000, "batch", "Late")
        let early = ModelTests.learn([noise] + ModelTests.faults(3))
        var swapped = ModelTests.correlator()
        for name in ["Slow", "web", "Down"] { _ = swapped.names.intern(name) }
        ModelTests.push([noise] + ModelTests.faults(3), &swapped)
        swapped.finish()
        #expect(swapped.learned() == early)
    }

    /// A warm engine knows from the first fault on what a cold one learns from many: what it needs is in the model.
    @Test func aModelChangesWhatIsLinked() {
        let model = ModelTests.learn(ModelTests.faults(40))
        func odds(_ model: CorrelationModel?) -> Double {
            var correlator = ModelTests.correlator(adopting: model)
            ModelTests.push(ModelTests.fault(at: 500 * ModelTests.hour), &correlator)
            correlator.finish()
            return correlator.takeRevisions().flatMap(\.alerts).compactMap { $0.link?.odds }.max() ?? 0
        }
        #expect(odds(model) > 2 * odds(nil))
    }

    @Test func aFrozenModelStaysAsItIs() {
        let model = ModelTests.learn(ModelTests.faults(20), halfLife: ModelTests.week)
        var frozen = ModelTests.correlator(halfLife: ModelTests.week, learns: false, adopting: model)
        let strange = TestEvent(1000 * ModelTests.hour, "batch", "Strange")
        let cleared = TestEvent(1000 * ModelTests.hour + 60, "batch", "Strange", .resolved)
        ModelTests.push(ModelTests.faults(10, from: 900 * ModelTests.hour) + [strange, cleared], &frozen)
        frozen.finish()
        let after = frozen.learned()
        #expect(after.types.count == 4)
        // Of a type that the model lacks only how long it lasts is learned.
        #expect(after.types.last?.name == "Strange" && after.types.last?.clears == 1)
        #expect(after.types.prefix(3).map(\.alerts) == model.types.map(\.alerts))
        #expect(after.pairs == model.pairs && after.histograms == model.histograms && after.expectations == model.expectations)
        #expect(after.resourcePairs == model.resourcePairs && after.causes == model.causes && after.lagSum == model.lagSum)
    }

    /// Kinds that the topology lacks are told; what was expected of them counts for the kinds that the model lacks.
    @Test func anotherTopologysKinds() {
        let model = ModelTests.learn(ModelTests.faults(20))
        let renamed = TestStream.topology(
            "web -> api, api -> db, batch -> db, db : database, web : container, api : container, batch : job")
        var other = Correlator(topology: renamed)
        let fit = other.adopt(model)
        #expect(fit.unknownKinds == ["pod"] && fit.leftOut == 0)
        let after = other.learned()
        #expect(after.kinds == ["container", "database", "job"])
        func expected(_ model: CorrelationModel, _ kind: String) -> [Float] {
            let at = model.kinds.firstIndex(of: kind).map(UInt32.init)
            return model.expectations.filter { $0.kind == at && $0.relation != .selfAgain }.map(\.amount)
        }
        #expect(!expected(model, "pod").isEmpty && expected(after, "container") == expected(model, "pod"))
        #expect(expected(after, "database") == expected(model, "database"))
        #expect(after.pairs == model.pairs)
    }

    // MARK: Forgetting, over simulated weeks

    @Test func aPairHasHalvedAfterAHalfLife() {
        var correlator = ModelTests.correlator(halfLife: ModelTests.week)
        ModelTests.push(ModelTests.faults(30, every: 5 * ModelTests.hour), &correlator)
        let end = 30 * 5 * ModelTests.hour
        func tick(_ time: Double) -> CorrelationModel {
            ModelTests.push(
                [TestEvent(time, "batch", "Tick", severity: .info), TestEvent(time + 10, "batch", "Tick", severity: .info)], &correlator)
            return correlator.learned()
        }
        let first = tick(end)
        let before = ModelTests.support(first, .up, "Down", "Errors")
        #expect(before > 10)
        for weeks in 1...8 {
            let now = ModelTests.support(tick(end + Double(weeks) * ModelTests.week), .up, "Down", "Errors")
            let wanted = before / Double(1 << weeks)
            #expect(abs(now / wanted - 1) < 1e-5, "after \(weeks) weeks \(now), expected \(wanted)")
        }
    }

    /// Sums are brought back to the scale of now before they overflow: a short half-life over many weeks.
    @Test func aShortHalfLifeOverManyWeeks() {
        let faults = ModelTests.faults(2000, every: 2 * ModelTests.hour)
        let model = ModelTests.learn(faults, halfLife: ModelTests.hour)
        // 2,000 faults in 24 weeks, of which each is worth a quarter of the next.
        let support = ModelTests.support(model, .up, "Down", "Errors")
        #expect(support > 0.5 && support < 1.34, "\(support)")
        #expect(model.resourcePairs.allSatisfy { $0.seen.isFinite } && model.coincidences.isFinite)
    }

    /// A model taken out after a week and begun with in the next is as if the stream had gone on.
    @Test func exportAndImportKeepTheScale() {
        let half = 3 * 86_400.0
        let first = ModelTests.faults(30, every: 5 * ModelTests.hour)
        let later = ModelTests.faults(1, from: ModelTests.week)
        let through = ModelTests.learn(first + later, halfLife: half)
        var second = ModelTests.correlator(halfLife: half, adopting: ModelTests.learn(first, halfLife: half))
        ModelTests.push(later, &second)
        second.finish()
        let apart = second.learned()
        // One fault of the second week is in both; what it adds depends a little on the background.
        for (cause, effect) in [("Down", "Errors"), ("Errors", "Slow")] {
            let (a, b) = (ModelTests.support(through, .up, cause, effect), ModelTests.support(apart, .up, cause, effect))
            #expect(a > 2 && abs(a - b) < 0.1 * a, "\(a) and \(b)")
        }
        // Whether an alert came again is told by the live state, which is not in a model.
        for (a, b) in zip(through.expectations, apart.expectations) where a.relation != .selfAgain {
            #expect(abs(a.amount - b.amount) < 1e-3 * a.amount)
        }
        #expect(apart.firstEvent == through.firstEvent && apart.events == through.events)
    }

    /// At the limit the least supported pairs go, and what is learned every day stays.
    @Test func theLeastSupportedPairsGoFirst() {
        var correlator = ModelTests.correlator(halfLife: ModelTests.week, maxPairs: 100)
        var most = 0
        for day in 0..<60 {
            let t = Double(day) * 86_400
            var events = ModelTests.fault(at: t)
            // Ten pairs a day that never come again.
            for n in 0..<10 {
                let at = t + 7200 + Double(n) * 3600
                events += [TestEvent(at, "db", "Odd\(day).\(n)"), TestEvent(at + 5, "api", "Strange\(day).\(n)")]
            }
            ModelTests.push(events, &correlator)
            most = max(most, correlator.statistics.pairs)
        }
        let model = correlator.learned()
        #expect(most <= 100 && model.pairs.count > 50)
        #expect(ModelTests.support(model, .up, "Down", "Errors") > 5)
        #expect(ModelTests.support(model, .up, "Odd0.0", "Strange0.0") == 0)
    }

    @Test func aModelLargerThanTheLimitIsCut() {
        var model = CorrelationModel()
        model.types = (0..<20).map {
            CorrelationModel.TypeStatistics(
                name: "T\($0 + 10)", alerts: 1, clears: 0, background: 0, silences: [Float](repeating: 0, count: 12))
        }
        for cause in 0..<20 {
            for effect in 0..<20 {
                model.pairs.append(
                    CorrelationModel.Pair(relation: .up, cause: UInt32(cause), effect: UInt32(effect), seen: cause == 3 ? 9 : 1))
                model.histograms += [Float](repeating: 0, count: 11)
            }
        }
        var correlator = ModelTests.correlator(maxPairs: 100)
        let fit = correlator.adopt(model)
        #expect(correlator.statistics.pairs <= 100 && fit.leftOut == 400 - correlator.statistics.pairs)
        #expect(correlator.learned().pairs.count { $0.seen == 9 } == 20)
    }
}
