import Testing

/// Change events through the whole program: config, order, ranking, record, tail's words.
@Suite struct ChangeCommandTests {
    private static let topology =
        "nodes:\n" + ["web", "checkout", "cart", "pg", "other"].map { "  - {id: \($0), kind: service}\n" }.joined() + "edges:\n"
        + [("web", "checkout"), ("web", "cart"), ("checkout", "pg"), ("cart", "pg")].map {
            "  - {from: \($0), to: \($1), kind: uses}\n"
        }.joined()

    private static func line(_ id: String, _ time: String, _ resource: String, _ type: String, _ rest: String = "") -> String {
        "{\"id\":\"\(id)\",\"timestamp\":\"2026-11-23T\(time)Z\",\"resource\":\"\(resource)\",\"type\":\"\(type)\"\(rest)}\n"
    }

    private static let alerts =
        line("e1", "10:03:00", "web", "HighErrorRate", #","severity":"critical""#)
        + line("e2", "10:03:10", "cart", "HighErrorRate", #","severity":"major""#)
        + line("e3", "10:03:12", "checkout", "Slow", #","severity":"minor""#)

    private static let changes =
        line("d1", "10:00:00", "checkout", "Deployment", #","source":"ci","message":"v1.42 by jane""#)
        + line("d2", "10:01:00", "other", "ConfigChange", #","source":"ci""#)

    private static let config = "correlation:\n  change_types: [Deployment, \"Config*\"]\n"

    @Test func aDeploymentIsNamedAsTheCause() throws {
        let directory = try TemporaryDirectory()
        let topology = try directory.file("topology.yaml", ChangeCommandTests.topology)
        let events = try directory.file("events.ndjson", ChangeCommandTests.changes + ChangeCommandTests.alerts)
        let config = try directory.file("clew.yaml", ChangeCommandTests.config)
        let assignments = "\(directory.path)/assignments.ndjson"
        let outcome = try clew("replay", "--config", config, "-t", topology, "--final", "--assignments", assignments, events)
        #expect(outcome.code == 0)
        #expect(outcome.outLines.count == 1)
        #expect(outcome.out.contains(#""title":"HighErrorRate on web and 2 more, probably checkout (Deployment 3 min before)""#))
        #expect(
            outcome.out.contains(
                #""change":{"type":"Deployment","at":"2026-11-23T10:00:00.000Z","ended_at":null,"lag_s":180.000,"odds":75.691,"id":"d1","#
                    + #""message":"v1.42 by jane","source":"ci"},"why":["Deployment 3 min before the incident's first alert (v1.42 by jane); "#
            ))
        #expect(!outcome.out.contains("ConfigChange"))
        #expect(outcome.err.contains("3 new alerts, 0 repeats, 0 clears, 2 changes"))
        let lines = try text(assignments).split(separator: "\n")
        #expect(lines.filter { $0.contains(#""incident":null"#) }.count == 2)
        #expect(lines.filter { $0.contains(#""incident":"INC-"#) }.count == 3)

        // Also by the environment, and by what comes late or twice within a partition's lateness.
        let late = try directory.file(
            "late.ndjson",
            ChangeCommandTests.alerts + ChangeCommandTests.changes + ChangeCommandTests.changes)
        let shuffled = try clew(
            ["replay", "-q", "-t", topology, "--final", late],
            environment: ["CLEW_CORRELATION_CHANGE_TYPES": "Deployment,Config*", "CLEW_INPUT_ALLOWED_LATENESS": "5m"])
        #expect(shuffled.code == 0, "\(shuffled.err)")
        #expect(shuffled.out.contains("probably checkout (Deployment 3 min before)"))
    }

    /// Without types that are changes the records are those of a config that does not know them, to the byte.
    @Test func nothingChangesWithoutTypes() throws {
        let directory = try TemporaryDirectory()
        let events = Repository.events("small")
        let plain = try clew("replay", "-q", "-t", Repository.topology("small"), events)
        let config = try directory.file("clew.yaml", "correlation: {change_types: [], change_window: 1h}\n")
        #expect(try clew("replay", "-q", "--config", config, "-t", Repository.topology("small"), events).out == plain.out)
        let set = try directory.file("set.yaml", "correlation: {change_types: [NoSuchType]}\n")
        let other = try clew("replay", "-q", "--config", set, "-t", Repository.topology("small"), events)
        #expect(other.out != plain.out && other.outLines.count == plain.outLines.count)
        #expect(!other.out.contains(#""change":"#))
    }

    @Test func aBaselineGroupsAlertsOnly() throws {
        let directory = try TemporaryDirectory()
        let topology = try directory.file("topology.yaml", ChangeCommandTests.topology)
        let events = try directory.file("events.ndjson", ChangeCommandTests.changes + ChangeCommandTests.alerts)
        let config = try directory.file("clew.yaml", ChangeCommandTests.config)
        let outcome = try clew("baseline", "session", "--config", config, "-t", topology, events)
        #expect(outcome.code == 0, "\(outcome.err)")
        #expect(outcome.outLines.filter { $0.contains(#""incident":null"#) }.count == 2)
    }

    @Test func aChangeIsNotExplained() throws {
        let directory = try TemporaryDirectory()
        let topology = try directory.file("topology.yaml", ChangeCommandTests.topology)
        let events = try directory.file("events.ndjson", ChangeCommandTests.changes + ChangeCommandTests.alerts)
        let config = try directory.file("clew.yaml", ChangeCommandTests.config)
        let outcome = try clew("explain", "--config", config, "-t", topology, "web/HighErrorRate", "d2", events)
        #expect(outcome.code == 1)
        #expect(outcome.err.contains("\"d2\" is no alert: by correlation.change_types it tells of a change"), "\(outcome.err)")
    }

    @Test func simulatedDeployments() throws {
        let directory = try TemporaryDirectory()
        func events(_ name: String, _ more: [String]) throws -> String {
            let out = "\(directory.path)/\(name)"
            #expect(try clew(["simulate", "kubernetes", "-q", "--out", out, "--duration", "6h", "--seed", "3"] + more).code == 0)
            return try text("\(out)/events.ndjson")
        }
        let plain = try events("plain", [])
        #expect(try events("none", ["--deployments-per-day", "0"]) == plain)
        #expect(!plain.contains(#""type":"Deployment""#))
        let deployed = try events("deployed", ["--deployments-per-day", "400"])
        let count = deployed.split(separator: "\n").filter { $0.contains(#""type":"Deployment""#) }.count
        #expect((60...140).contains(count), "\(count)")
        // They are no part of what is graded.
        let ids = deployed.split(separator: "\n").filter { $0.contains(#""type":"Deployment""#) }.map {
            $0.dropFirst(7).prefix { $0 != "\"" }
        }
        let truth = try text("\(directory.path)/deployed/truth.json")
        #expect(ids.allSatisfy { !truth.contains("\"\($0)\":") })
    }
}
