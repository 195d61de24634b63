import ClewEngine
import Testing

/// Resources that fail together without a way between them are found, and nothing else is.
@Suite struct MissingEdgeTests {
    /// Two chains; whether `shop` depends on `auth` is what differs.
    private static let chains = "web -> shop, shop -> pg, portal -> auth, auth -> ldap, cron -> disk"

    private static func model(_ topology: String, limit: Int = 50_000, _ events: [TestEvent]) -> CorrelationModel {
        var parameters = CorrelationParameters()
        parameters.maxResourcePairs = limit
        var correlator = Correlator(topology: TestStream.topology(topology), correlation: parameters)
        _ = correlator.addPartition(topic: "t", number: 0)
        _ = correlator.push(TestStream.batch(events, names: &correlator.names))
        correlator.finish()
        return correlator.learned()
    }

    /// Every 2 h `auth` fails, and `shop` 20 s later; in between alerts by chance, alone.
    private static func days(_ count: Int) -> [TestEvent] {
        let lonely = ["pg", "cron", "disk", "ldap", "web", "portal"]
        return (0..<(12 * count)).flatMap { n in
            let t = Double(n) * 7200
            return [
                TestEvent(t, "auth", "Down"), TestEvent(t + 20, "shop", "Errors"), TestEvent(t + 120, "auth", "Down", .resolved),
                TestEvent(t + 130, "shop", "Errors", .resolved), TestEvent(t + 4000, lonely[n % 6], "Odd"),
                TestEvent(t + 4060, lonely[(n / 6 + n + 1) % 6], "Strange"),
            ]
        }
    }

    @Test func aMissingEdgeIsSuspected() throws {
        let model = MissingEdgeTests.model(MissingEdgeTests.chains, MissingEdgeTests.days(4))
        let best = try #require(model.missingEdges(5).first)
        #expect(best.first == "auth" && best.second == "shop")
        #expect(best.support > 40 && best.lift > 2 && best.direction > 0.95)
        #expect(abs(best.meanLag - 20) < 1)
        // With a topology that has it, it is left out.
        #expect(!model.missingEdges(5) { $0 == "auth" && $1 == "shop" }.contains { $0.first == "auth" })
    }

    @Test func withTheEdgeThereIsNone() {
        let model = MissingEdgeTests.model(MissingEdgeTests.chains + ", shop -> auth", MissingEdgeTests.days(4))
        #expect(!model.missingEdges(50).contains { $0.first == "auth" && $0.second == "shop" })
    }

    @Test func pairsOfResourcesAreBounded() {
        // Ever other pairs among two hundred resources, and one that comes back.
        var events: [TestEvent] = []
        for n in 0..<4000 {
            let t = Double(n) * 1000
            let pair = n % 4 == 0 ? (0, 1) : (n * 7 % 200, n * 13 % 200)
            events += [TestEvent(t, "n\(pair.0)", "T\(n)"), TestEvent(t + 10, "n\(pair.1)", "U\(n)")]
        }
        let nodes = (0..<200).map { "n\($0)" }.joined(separator: ", ")
        let model = MissingEdgeTests.model(nodes, limit: 100, events)
        #expect(model.resourcePairs.count <= 100)
        let best = model.missingEdges(1).first
        #expect([best?.first, best?.second] == ["n0", "n1"] && (best?.support ?? 0) > 900)
    }
}
