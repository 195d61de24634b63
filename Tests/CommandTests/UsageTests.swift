import Testing

/// Help, versions, mistakes: what the program says about itself.
@Suite struct UsageTests {
    private static let commands = [
        "run", "replay", "learn", "model show", "tail", "play", "demo", "simulate", "explain", "score", "baseline", "topology check",
        "topology show", "config check", "health", "completion", "help",
    ]

    @Test func helpNamesEveryCommandInItsOrder() throws {
        let outcome = try clew("--help")
        #expect(outcome.code == 0)
        #expect(outcome.err.isEmpty)
        let named = outcome.outLines.filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") && !$0.hasPrefix("  -") }
            .map { String($0.dropFirst(2)) }
        let found = UsageTests.commands.map { command in named.firstIndex { $0.hasPrefix(command + " ") } }
        #expect(!found.contains(nil), "\(outcome.out)")
        #expect(found.compactMap { $0 } == Array(0..<UsageTests.commands.count))
        #expect(try clew("help").out == outcome.out)
        #expect(try clew("-h").out == outcome.out)
    }

    @Test(arguments: UsageTests.commands.filter { $0 != "help" })
    func everyCommandHasHelpWithAnExample(command: String) throws {
        let words = command.split(separator: " ").map(String.init)
        let outcome = try clew(words + ["--help"])
        #expect(outcome.code == 0)
        #expect(outcome.err.isEmpty)
        #expect(outcome.out.hasPrefix("Usage: clew \(command)"))
        #expect(outcome.out.contains("\nExamples:\n") || outcome.out.contains("\nExample:\n"), "\(outcome.out)")
        #expect(outcome.outLines.allSatisfy { $0.count <= 120 })
        #expect(try clew(["help"] + words).out == outcome.out)
    }

    @Test func versionIsOneLine() throws {
        let outcome = try clew("--version")
        #expect(outcome.code == 0)
        #expect(outcome.outLines.count == 1)
        let words = outcome.out.split(whereSeparator: \.isWhitespace)
        #expect(words.first == "clew")
        #expect(words.last?.split(separator: ".").count == 3)
        #expect(try clew("-V").out == outcome.out)
    }

    @Test(arguments: [
        (["repaly"], "did you mean 'replay'?"),
        (["replay", "--fnal", "x"], "did you mean '--final'?"),
        (["replay", "--format", "natve", "x"], "did you mean 'native'?"),
        (["topology", "chek", "x"], "did you mean 'check'?"),
        (["topology", "show", "--format", "jsn", "x"], "did you mean 'json'?"),
        (["config", "chek"], "did you mean 'check'?"),
        (["tail", "--jsn"], "did you mean '--json'?"),
        ([], "a command is needed"),
        (["topology"], "a subcommand is needed: check, show"),
        (["replay"], "FILE"),
        (["topology", "check"], "FILE"),
        (["completion", "csh"], "bash, zsh, fish"),
        (["help", "repaly"], "repaly"),
        (["replay", "--from", "yesterday", "x"], "2026-11-23T10:15:30Z"),
        (["replay", "--speed", "0", "x"], "multiple of real time"),
        (["replay", "--speed", "nan", "x"], "multiple of real time"),
        (["replay", "--cold", "x"], "--cold needs --from"),
        (["replay", "--from", "2026-01-02T00:00:00Z", "--until", "2026-01-01T00:00:00Z", "x"], "--until must be later than --from"),
        (["replay", "--out", "a", "--to-topic", "b", "x"], "--to-topic takes the place of --out"),
        (["replay", "--assignments", "-", "x"], "both write to stdout"),
        (["replay", "--format", "mapping", "x"], "input.mapping"),
        (["replay", "-", "-"], "only once"),
        (["topology", "show", "-r", "a", "-f", "dot", "x"], "--resource goes with --format text"),
        (["health", "localhost"], "neither http://HOST:PORT/PATH nor HOST:PORT"),
    ])
    func mistakesOfUseExitWith2(arguments: [String], message: String) throws {
        // The topology commands look at their file first.
        let directory = try TemporaryDirectory()
        let topology = try directory.file("topology.yaml", "nodes: [{id: a, kind: host}]\n")
        let outcome = try clew(arguments.map { $0 == "x" && arguments[0] == "topology" ? topology : $0 })
        #expect(outcome.code == 2, "\(outcome.err)")
        #expect(outcome.out.isEmpty)
        #expect(outcome.err.contains(message), "\(outcome.err)")
        #expect(outcome.err.hasPrefix("clew"))
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completionScriptsNameTheCommands(shell: String) throws {
        let outcome = try clew("completion", shell)
        #expect(outcome.code == 0)
        for command in ["replay", "topology", "simulate", "health"] { #expect(outcome.out.contains(command)) }
        #expect(outcome.out.contains("final"))
        if shell == "bash" {
            let directory = try TemporaryDirectory()
            let script = try directory.file("clew.bash", outcome.out)
            #expect(try CommandTests.shell("bash -n '\(script)'").code == 0)
        }
    }

    /// Nobody listens there: what is wrong with a file is told first.
    @Test func playLooksAtItsFilesBeforeKafka() throws {
        let directory = try TemporaryDirectory()
        for (file, message) in [(directory.path, "is a directory"), ("\(directory.path)/none", "cannot open: No such file")] {
            let outcome = try clew("play", "--bootstrap", "127.0.0.1:1", "--topic", "t", file)
            #expect(outcome.code == 1)
            #expect(outcome.err == "clew: \(file): \(message)\(message.hasPrefix("is") ? ", not a regular file" : " or directory")\n")
        }
    }

    @Test func fullDiskIsAFailureAndAClosedPipeIsNot() throws {
        #expect(try shell("\"$CLEW\" --help >/dev/full").code == 1)
        #expect(try shell("\"$CLEW\" --help >/dev/full").err.contains("No space left"))
        let closed = try shell("\"$CLEW\" completion zsh | true; echo ${PIPESTATUS[0]}")
        #expect(closed.out == "0\n")
        #expect(closed.err.isEmpty)
    }
}
