import Testing

/// `clew explain`, on the smallest of the scenarios.
@Suite struct ExplainCommandTests {
    private func explain(_ arguments: String...) throws -> Outcome {
        try clew(["explain", "-q", "-t", Repository.topology("small")] + arguments + [Repository.events("small")])
    }

    @Test func together() throws {
        let outcome = try explain("disk-orders/VolumeFull", "pg-orders/DatabaseErrors")
        #expect(outcome.code == 0, "\(outcome.err)")
        #expect(outcome.out.contains("in the same incident, INC-"), "\(outcome.out)")
        #expect(outcome.out.contains("Tied in INC-"))
        #expect(outcome.out.contains("disk-orders/VolumeFull linked: odds "))
        #expect(outcome.out.contains(" of 10 needed; topology 0.09 × propagation "))
        #expect(outcome.out.contains("pg-orders uses disk-orders (1 hop)"))
    }

    @Test func apart() throws {
        let outcome = try explain("--last", "2", "node-2/NodeCPUHigh", "redis-cart/RedisDown")
        #expect(outcome.code == 0)
        #expect(outcome.out.hasPrefix("Never in the same incident; last seen: node-2/NodeCPUHigh in INC-"), "\(outcome.out)")
        #expect(outcome.out.contains("no evidence: "))
        #expect(outcome.out.contains("earlier decisions: --last N shows more"))
    }

    @Test func byEventIDAsJSON() throws {
        let outcome = try explain("--json", "prometheus-0001", "disk-orders/VolumeUsage90")
        #expect(outcome.code == 0)
        #expect(outcome.outLines.count > 3)
        #expect(outcome.outLines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
        #expect(outcome.outLines.last?.contains("\"first\":\"node-2/NodeCPUHigh\"") == true)
        #expect(outcome.outLines.last?.contains("\"together\":false") == true)
    }

    /// An alert by the name that its events use, or by that of the node that this stands for, as records show it.
    @Test(arguments: ["DB/Slow", "db/Slow"])
    func anAlias(_ key: String) throws {
        let files = try TwoDomains()
        let outcome = try clew("explain", "-q", "-t", files.topology, key, "db/Down", files.events)
        #expect(outcome.code == 0, "\(outcome.err)")
        #expect(outcome.out.contains("\(key) and db/Down are in the same incident, INC-"), "\(outcome.out)")
        let none = try clew("explain", "-q", "-t", files.topology, "web/Slow", "db/Down", files.events)
        #expect(none.code == 1 && none.err.contains("no event has the id or the key \"web/Slow\""), "\(none.err)")
    }

    @Test func twoDomains() throws {
        let files = try TwoDomains()
        let outcome = try clew("explain", "-q", "-c", files.config, "-t", files.topology, "printer/Down", "db/Down", files.events)
        #expect(outcome.code == 0, "\(outcome.err)")
        #expect(outcome.out.contains("printer/Down is in the correlation domain default, db/Down in shop"), "\(outcome.out)")
        let json = try clew("explain", "-q", "--json", "-c", files.config, "-t", files.topology, "printer/Down", "db/Down", files.events)
        let quoted = try clew("explain", "-q", "-t", files.topology, "a\"b\\c/Down", "db/Down", files.events)
        #expect(quoted.out.contains("a\"b\\c/Down in INC-"), "\(quoted.out)")
        #expect(json.outLines.last?.contains("\"domains\":[\"default\",\"shop\"]") == true, "\(json.out)")
    }

    private struct TwoDomains {
        let directory: TemporaryDirectory
        let topology: String
        let config: String
        let events: String

        init() throws {
            directory = try TemporaryDirectory()
            topology = try directory.file(
                "topology.yaml",
                "nodes: [{id: web, kind: s}, {id: db, kind: s}, {id: printer, kind: s}]\nedges: [{from: web, to: db, kind: uses}]\n")
            config = try directory.file("clew.yaml", "correlation: {domains: [{name: shop, resources: [db]}]}\n")
            let lines = [("00", "db", "Down"), ("05", "DB", "Slow"), ("08", "printer", "Down"), ("09", "a\\\"b\\\\c", "Down")].map {
                second, resource, type in
                "{\"timestamp\":\"2026-06-09T10:00:\(second)Z\",\"resource\":\"\(resource)\",\"type\":\"\(type)\",\"severity\":\"major\"}"
            }
            events = try directory.file("events.ndjson", lines.joined(separator: "\n") + "\n")
        }
    }

    /// Not found, perhaps because it could not be read.
    @Test func whatCannotBeDecodedIsTold() throws {
        let directory = try TemporaryDirectory()
        let events = try directory.file("events.ndjson", "{}\n[]\n")
        let outcome = try clew("explain", "-q", "a/b", "c/d", events)
        #expect(outcome.code == 1 && outcome.err.contains("(2 of the messages could not be decoded)"), "\(outcome)")
    }

    @Test func whatIsNotThere() throws {
        let unknown = try explain("chekout/HighErrorRate", "web/HighErrorRate")
        #expect(unknown.code == 1)
        #expect(unknown.err.contains("no event has the id or the key \"chekout/HighErrorRate\" (did you mean \"checkout/HighErrorRate\"?)"))
        let same = try explain("web/HighErrorRate", "web/HighErrorRate")
        #expect(same.code == 1)
        #expect(same.err.contains("are the same alert"))
        let stdin = try clew("explain", "a", "b", "-")
        #expect(stdin.code == 2)
        #expect(stdin.err.contains("the events are read twice"))
    }
}
