import Glibc
import Testing

/// `clew replay` as a user meets it: files, pipes, messages, exit codes.
@Suite struct ReplayCommandTests {
    private static let arguments = ["replay", "--quiet", "-t", Repository.topology("shop")]

    @Test func plainCompressedAndStdinAreTheSame() throws {
        let events = Repository.events("shop")
        let plain = try clew(ReplayCommandTests.arguments + [events])
        #expect(plain.code == 0)
        #expect(plain.err.isEmpty)
        #expect(plain.outLines.count > 50)
        #expect(try clew(ReplayCommandTests.arguments + ["-"], input: try read(events)).out == plain.out)
        let directory = try TemporaryDirectory()
        let line = ReplayCommandTests.arguments.map { "'\($0)'" }.joined(separator: " ")
        let named = "\(directory.path)/named-anyhow"
        #expect(try shell("gzip -c '\(events)' >'\(named)' && \"$CLEW\" \(line) '\(named)'").out == plain.out)
        #expect(try shell("gzip -c '\(events)' | \"$CLEW\" \(line) -").out == plain.out)
        // Into files, by their names.
        for suffix in ["", ".gz", ".zst"] {
            let out = "\(directory.path)/records.ndjson\(suffix)"
            let outcome = try clew(ReplayCommandTests.arguments + [events, "--out", out])
            #expect(outcome.code == 0)
            #expect(outcome.out.isEmpty)
            if suffix == "" { #expect(try text(out) == plain.out) } else { #expect(try read(out).count < plain.out.utf8.count / 3) }
            if suffix == ".gz" { #expect(try shell("gzip -dc '\(out)'").out == plain.out) }
        }
    }

    /// Two installations as two domains: what comes out is what comes out of each, whatever the number of threads.
    @Test func domainsInAnyNumberOfThreads() throws {
        let directory = try TemporaryDirectory()
        let first = { (name: String) in
            try text(Repository.topology(name)).split(separator: "\n").lazy.compactMap { $0.split(separator: "id: ").dropFirst().first }
                .first.map { String($0.prefix { !", }".contains($0) }) } ?? ""
        }
        let domains = try ["shop", "telecom-ring"].map { "{name: \($0), resources: [\(try first($0))]}" }
        let config = try directory.file("clew.yaml", "correlation: {domains: [\(domains.joined(separator: ", "))]}\n")
        let topologies = ["-t", Repository.topology("shop"), "-t", Repository.topology("telecom-ring")]
        let events = [Repository.events("shop"), Repository.events("telecom-ring")]
        var outputs: Set<String> = []
        for threads in ["1", "2", "5"] {
            let outcome = try clew(["replay", "-q", "-c", config, "--threads", threads] + topologies + events)
            #expect(outcome.code == 0, "\(outcome.err)")
            #expect(outcome.outLines.count > 100)
            outputs.insert(outcome.out)
        }
        #expect(outputs.count == 1)
        #expect(try clew("replay", "--threads", "0", Repository.events("small")).code == 2)
    }

    @Test func aSummaryAtTheEnd() throws {
        let outcome = try clew("replay", "-t", Repository.topology("small"), Repository.events("small"))
        #expect(outcome.code == 0)
        #expect(outcome.errLines.allSatisfy { $0.hasPrefix("clew: ") })
        #expect(outcome.err.contains("clew: 32 events in "))
        for word in ["late", "redelivered", "dead", "new alerts", "incidents shown", "\(outcome.outLines.count) records"] {
            #expect(outcome.err.contains(word), "\(word)")
        }
        let final = try clew("replay", "--final", "-t", Repository.topology("small"), Repository.events("small"))
        #expect(final.outLines.count < outcome.outLines.count)
        #expect(Set(final.outLines).isSubset(of: outcome.outLines))
        let without = try clew("replay", "--final", Repository.events("small"))
        #expect(without.err.contains("no topology given"))
    }

    @Test func badLinesAreNamedAndCounted() throws {
        let directory = try TemporaryDirectory()
        var lines = try text(Repository.events("small")).split(separator: "\n").map(String.init)
        let expected = try clew("replay", "-q", Repository.events("small")).out
        // Before each of the first twelve events a line of garbage, and blank ones, which are nothing.
        for at in (0..<12).reversed() { lines.insert(contentsOf: ["garbage \(at) \u{1B}[31m", "", "  "], at: at) }
        let file = try directory.file("events.ndjson", lines.joined(separator: "\r\n"))
        let outcome = try clew("replay", file)
        #expect(outcome.code == 0)
        #expect(outcome.out == expected)
        let named = outcome.errLines.filter { $0.hasPrefix("clew: \(file):") }
        #expect(named.count == 10)
        #expect(named.first?.hasPrefix("clew: \(file):1: not_json: ") == true, "\(outcome.err)")
        #expect(named.last?.hasPrefix("clew: \(file):37: not_json: ") == true, "\(outcome.err)")
        #expect(outcome.err.contains("--dead-letters FILE keeps them all"))
        #expect(outcome.err.contains("12 dead (not_json 12)"))
        #expect(!outcome.err.contains("\u{1B}"))

        let letters = "\(directory.path)/dead.ndjson"
        let strict = try clew("replay", "-q", "--strict", "--dead-letters", letters, file)
        #expect(strict.code == 1)
        #expect(strict.out == expected)
        let written = try text(letters).split(separator: "\n").map(String.init)
        #expect(written.count == 12)
        #expect(written.first?.hasPrefix("{\"reason\":\"not_json\",\"detail\":\"") == true)
        #expect(written.first?.hasSuffix("\"file\":\"\(file)\",\"line\":1,\"value\":\"garbage 0 \\u001b[31m\"}") == true)
        #expect(written.last?.contains("\"line\":45,") == true)
        #expect(try clew("replay", "-q", "--strict", Repository.events("small")).code == 0)
        #expect(try clew(["replay", "-"], input: try read(file)).err.contains("clew: stdin:1: not_json"))
    }

    @Test func whatCannotBeReadOrWritten() throws {
        let directory = try TemporaryDirectory()
        let events = try directory.file("events.ndjson", try text(Repository.events("small")))
        let out = try directory.file("kept", "precious\n")
        func failing(_ arguments: String..., code: Int32 = 1, says message: String) throws {
            let outcome = try clew(["replay"] + arguments)
            #expect(outcome.code == code, "\(arguments)")
            #expect(outcome.out.isEmpty)
            #expect(outcome.err.contains(message), "\(outcome.err)")
        }
        try failing("\(directory.path)/none", "--out", out, says: "\(directory.path)/none: cannot open: No such file")
        #expect(try text(out) == "precious\n")
        try failing(directory.path, says: "is a directory")
        try failing(events, "--out", "\(directory.path)/no/where", says: "no/where: cannot create: No such file")
        try failing(events, "--assignments", "\(directory.path)/no/where", says: "no/where: cannot create: No such file")
        try failing(events, "--dead-letters", directory.path, says: "cannot create: Is a directory")
        try failing(events, "--out", events, code: 2, says: "--out would overwrite \(events)")
        let otherwise = "/tmp/../\(directory.path)/./events.ndjson"
        try failing(events, "--assignments", otherwise, code: 2, says: "--assignments would overwrite \(events)")
        try failing(events, events, code: 2, says: "\(events) is given twice")
        try failing(events, otherwise, code: 2, says: "\(otherwise) and \(events) are the same file")
        try failing(events, "--out", out, "--dead-letters", out, code: 2, says: "--dead-letters and --out both write to")
        #expect(try text(events) == text(Repository.events("small")))
        let full = try shell("\"$CLEW\" replay -q '\(events)' >/dev/full")
        #expect(full.code == 1)
        #expect(full.err.contains("No space left on device"))
    }

    @Test func aReaderThatLeavesIsNoFailure() throws {
        // Enough records that they do not fit into the pipe.
        let directory = try TemporaryDirectory()
        var lines = ""
        for hour in 0..<480 {
            let day = 10 + hour / 24
            let clock = "2026-05-\(day)T\(hour % 24 < 10 ? "0" : "")\(hour % 24)"
            lines += "{\"timestamp\":\"\(clock):00:00Z\",\"resource\":\"host-\(hour)\",\"type\":\"Down\",\"severity\":\"critical\"}\n"
        }
        let events = try directory.file("events.ndjson", lines)
        let outcome = try shell("\"$CLEW\" replay '\(events)' | head -n 1; echo ${PIPESTATUS[0]}")
        #expect(outcome.outLines.count == 2)
        #expect(outcome.outLines.last == "0")
        #expect(outcome.errLines.allSatisfy { $0.contains("no topology given") }, "\(outcome.err)")
        // What else is asked for is written all the same.
        let assignments = "\(directory.path)/assignments.ndjson"
        _ = try shell("\"$CLEW\" replay -q --assignments '\(assignments)' '\(events)' | head -n 1")
        #expect(try text(assignments).split(separator: "\n").count == 480)
    }

    @Test func interruptEndsItQuietly() throws {
        let streams = try TemporaryDirectory()
        let process = try spawn(
            try Repository.binary(), ["replay", "--speed", "0.001", Repository.events("small")], streams: streams)
        let deadline = ContinuousClock.now + .seconds(20)
        while !process.errSoFar().contains("no topology given"), ContinuousClock.now < deadline { usleep(5_000) }
        kill(process.pid, SIGINT)
        let outcome = try process.wait()
        #expect(outcome.signal == SIGINT)
        #expect(outcome.code == 130)
        #expect(outcome.errLines.count == 1, "\(outcome.err)")
    }

    @Test func speedKeepsTheTimeBetweenRecords() throws {
        let begin = ContinuousClock.now
        // The records span nearly two hours.
        let paced = try clew("replay", "-q", "--speed", "7200", Repository.events("small"))
        let elapsed = ContinuousClock.now - begin
        #expect(elapsed > .milliseconds(300))
        #expect(elapsed < .seconds(20))
        #expect(paced.out == (try clew("replay", "-q", Repository.events("small")).out))
        // A first line with a broken clock does not stop it for half a century.
        let directory = try TemporaryDirectory()
        let broken = "{\"timestamp\":\"1970-01-01T00:00:00Z\",\"resource\":\"x\",\"type\":\"T\"}\n"
        let file = try directory.file("events.ndjson", broken + (try text(Repository.events("small"))))
        #expect(try clew("replay", "-q", "--speed", "72000", file).code == 0)
    }

    @Test func recordsComeWhenTheyAreDue() throws {
        let streams = try TemporaryDirectory()
        // A minute a second: the first record is out long before the last.
        let process = try spawn(
            try Repository.binary(), ["replay", "-q", "--speed", "600", Repository.events("small")], streams: streams)
        let deadline = ContinuousClock.now + .seconds(20)
        while process.outSoFar().isEmpty, ContinuousClock.now < deadline { usleep(2_000) }
        var status: Int32 = 0
        #expect(waitpid(process.pid, &status, WNOHANG) == 0)
        #expect(process.outSoFar().hasSuffix("\n"))
        kill(process.pid, SIGKILL)
        _ = try process.wait()
    }

    @Test func theBarIsForTerminals() throws {
        guard access("/usr/bin/script", X_OK) == 0 else { return }
        let directory = try TemporaryDirectory()
        // A dump of some size is split first: the bar has something to show.
        var dump = ""
        let message = try text(Repository.events("small")).split(separator: "\n")[0].replacing("\"", with: "\\\"")
        for offset in 0..<60_000 {
            dump += "{\"topic\":\"a\",\"partition\":\(offset % 4),\"offset\":\(offset / 4),\"ts\":1778576470623,"
            dump += "\"payload\":\"\(message)\"}\n"
        }
        let file = try directory.file("dump.json", dump)
        let command = "\"$CLEW\" replay --out /dev/null '\(file)'"
        let onTerminal = try shell("TERM=xterm script -qec '\(command.replacing("'", with: "'\\''"))' /dev/null")
        #expect(onTerminal.code == 0)
        #expect(onTerminal.out.contains("\r") && onTerminal.out.contains("%"), "\(onTerminal.out)")
        #expect(onTerminal.out.contains("\u{1B}[K"))
        #expect(onTerminal.out.contains("60000 events in"))
        let inPipe = try shell(command)
        #expect(inPipe.code == 0)
        #expect(!inPipe.err.contains("\r") && !inPipe.err.contains("\u{1B}"))
    }

    @Test func kafkaThatDoesNotAnswerIsTold() throws {
        let outcome = try clew(
            ["replay", "-q", "--to-topic", "incidents", Repository.events("small")],
            environment: ["CLEW_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"])
        #expect(outcome.code == 1)
        #expect(outcome.err.contains("127.0.0.1:1"))
        #expect(outcome.errLines.count == 1, "\(outcome.err)")
    }
}
