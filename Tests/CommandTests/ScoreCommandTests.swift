import Testing

/// `clew score` and `clew baseline`, on a scenario of two faults and on files of a few lines.
@Suite struct ScoreCommandTests {
    /// Truth A = {1, 2, 3}, B = {4, 5}, noise 6; predicted x = {1, 2, 4}, y = {5}.
    private static let truth = """
        {"note":"by hand","events":{"1":"A","2":"A","3":"A","4":"B","5":"B","6":null},
         "rootCauses":{"A":"r1","B":"r2","C":"r3"},"rootCauseSets":{"B":["r2","r2b"]}}
        """
    private static let assignments = """
        {"id":"1","incident":"x"}
        {"id":"2","incident":"old"}
        {"id":"2","incident":"x","file":"events.ndjson","line":2}

        {"id":4,"incident":"x"}
        {"id":"5","incident":"y"}
        {"id":"5","incident":null}
        {"id":"6","incident":null}
        {"id":"99","incident":"x"}
        """

    private func figures(_ json: String) -> [String: String] {
        var result: [String: String] = [:]
        for line in json.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let name = parts[0].filter { $0 != " " && $0 != "\"" }
            // The first of a name: that of the outermost object, or of `all`.
            if result[name] == nil { result[name] = parts[1].filter { $0 != " " && $0 != "," } }
        }
        return result
    }

    @Test func byHand() throws {
        let directory = try TemporaryDirectory()
        let truth = try directory.file("truth.json", ScoreCommandTests.truth)
        let assignments = try directory.file("assignments.ndjson", ScoreCommandTests.assignments)
        let causes = try directory.file(
            "causes.ndjson", "{\"incident\":\"x\",\"rootCauses\":[\"q\",\"r1\"]}\n{\"incident\":\"y\",\"rootCauses\":[\"r2b\"]}\n")
        let outcome = try clew("score", "--json", assignments, truth, "--root-causes", causes)
        #expect(outcome.code == 0)
        #expect(outcome.err.contains("lacks 1 of the 6 events"), "\(outcome.err)")
        #expect(outcome.err.contains("the first of them 3"))
        let found = figures(outcome.out)
        let expected = [
            "events": "6", "labelled": "5", "noise": "1", "trueIncidents": "2", "predictedIncidents": "2", "unassigned": "2",
            "known": "0.833333", "compression": "1.500000", "ari": "0.074074", "macroBestF1": "0.666667", "overMerge": "1",
            "overSplit": "2", "exact": "0", "noiseInLabelled": "0", "noiseSwallowed": "0.000000", "falseIncidents": "0",
            "top1": "0.500000", "top3": "1.000000", "top1Right": "1",
        ]
        for (name, value) in expected { #expect(found[name] == value, "\(name)") }
        #expect(!outcome.out.contains("\"records\""))

        let piped = try clew(["score", "--json", "-", truth], input: Array(ScoreCommandTests.assignments.utf8))
        #expect(figures(piped.out)["ari"] == "0.074074")
        #expect(piped.err.contains("stdin lacks 1"))
        #expect(!piped.out.contains("rootCause"))
    }

    @Test func aReplayIsGradedWithItsRecords() throws {
        let directory = try TemporaryDirectory()
        let (assignments, records) = ("\(directory.path)/a.ndjson.zst", "\(directory.path)/records.ndjson.gz")
        let (small, truth) = (Repository.events("small"), "\(Repository.root)/topologies/small/truth.json")
        let replay = try clew(
            "replay", "-q", "-t", Repository.topology("small"), "--assignments", assignments, "--out", records, small)
        #expect(replay.code == 0)
        let outcome = try clew("score", assignments, truth, "--records", records)
        #expect(outcome.code == 0)
        #expect(outcome.err.isEmpty)
        #expect(outcome.outLines.allSatisfy { $0.count <= 100 })
        let shown = outcome.outLines.map { $0.split(separator: " ").joined(separator: " ") }
        #expect(shown.first == "21 events: 19 in 2 true incidents, 2 noise")
        for line in ["B-cubed F1 1.0000 1.0000 for the mean event:", "root cause top-1 1.0000 named first: 2 of 2"] {
            #expect(shown.contains(line), "\(outcome.out)")
        }
        #expect(shown.contains { $0.hasPrefix("first publication 30.0 s") }, "\(outcome.out)")
        let json = figures(try clew("score", "--json", assignments, truth, "-r", records).out)
        let count = try shell("gzip -dc '\(records)' | wc -l").out.filter(\.isNumber)
        #expect(json["records"] == "{" && count != "0")
        #expect(json["top1"] == "1.000000")
        #expect(json["incidentsWithFirstRevision"] == "2")
    }

    @Test(arguments: [("session", "2"), ("component", "2"), ("hop", "2"), ("labels", "5")])
    func baselinesAreGradedAlike(method: String, shown: String) throws {
        let directory = try TemporaryDirectory()
        let out = "\(directory.path)/\(method).ndjson"
        let outcome = try clew("baseline", method, "-t", Repository.topology("small"), "-o", out, Repository.events("small"))
        #expect(outcome.code == 0)
        #expect(outcome.err.hasPrefix("clew: 21 of 32 events fire: "), "\(outcome.err)")
        #expect(try text(out).split(separator: "\n").count == 32)
        let score = try clew("score", "--json", out, "\(Repository.root)/topologies/small/truth.json")
        #expect(score.code == 0)
        #expect(score.err.isEmpty)
        #expect(figures(score.out)["known"] == "1.000000")
        #expect((Int(figures(score.out)["predictedIncidents"] ?? "") ?? 0) >= (Int(shown) ?? 0))
    }

    @Test(arguments: [
        ("{\"id\":\"1\"", "{}", "truth.json: not a truth file: events: expected an object of event ids"),
        ("{\"id\":\"1\"}", "{\"events\":{}}", "events: expected at least one event"),
        ("{\"id\":\"1\"}", "{\"events\":{\"1\":[2]}}", "events.1: expected an incident or null, found an array"),
        ("\n{\"id\":\"1\"", "{\"events\":{\"1\":null}}", "assignments.ndjson:2: expected {\"id\": …, \"incident\": … or null}"),
        ("{\"incident\":\"1\"}", "{\"events\":{\"1\":null}}", "assignments.ndjson:1: expected {\"id\": …, \"incident\": … or null}: id:"),
        ("{\"id\":\"1\",\"incident\":{}}", "{\"events\":{\"1\":null}}", "incident: expected a text or a number, found an object"),
    ])
    func whatIsWrongIsNamed(assignments: String, truth: String, message: String) throws {
        let directory = try TemporaryDirectory()
        let outcome = try clew(
            "score", try directory.file("assignments.ndjson", assignments), try directory.file("truth.json", truth))
        #expect(outcome.code == 1)
        #expect(outcome.out.isEmpty)
        #expect(outcome.err.contains(message), "\(outcome.err)")
    }

    @Test func otherFilesThanExpected() throws {
        let directory = try TemporaryDirectory()
        let truth = try directory.file("truth.json", ScoreCommandTests.truth)
        let assignments = try directory.file("assignments.ndjson", ScoreCommandTests.assignments)
        #expect(try clew("score", assignments, truth, "-r", assignments).err.contains("assignments.ndjson:1: not an incident record"))
        #expect(try clew("score", assignments, truth, "--root-causes", assignments).err.contains("rootCauses: expected a list"))
        #expect(try clew("score", "-", "-").code == 2)
        #expect(try clew("score", assignments, "\(directory.path)/none").code == 1)
        #expect(try clew("baseline", "hop", Repository.events("small")).err.contains("needs a topology"))
        // Assignments of other events: all count as lone, and the warning shows both kinds of id.
        let strangers = try directory.file("strangers.ndjson", "{\"id\":\"topic/0/17\",\"incident\":\"x\"}\n")
        let outcome = try clew("score", strangers, truth)
        #expect(outcome.code == 0)
        #expect(outcome.err.contains("lacks 6 of the 6 events"))
        #expect(outcome.err.contains("its own ids are like topic/0/17"))
        let empty = try directory.file("records.ndjson", "")
        let nothing = try clew("score", assignments, truth, "-r", empty)
        #expect(nothing.code == 0)
        #expect(nothing.err.contains("\(empty) holds no record: no root cause and no publication to grade"))
    }
}
