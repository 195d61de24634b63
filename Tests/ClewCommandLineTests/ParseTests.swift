import ClewCommandLine
import Testing

@Suite struct ParseTests {
    @Test func longOptionsInBothForms() throws {
        let result = try arguments("replay", "--out", "a", "--speed=2.5", "--limit=7", "f")
        #expect(result.path == ["replay"])
        #expect(result.string("out") == "a")
        #expect(result.number("speed") == 2.5)
        #expect(result.integer("limit") == 7)
        #expect(result.operands("FILE") == ["f"])
    }

    @Test func valueMayContainAnEqualsSignAndBeEmpty() throws {
        let result = try arguments("replay", "--label=a=b", "--label=", "f")
        #expect(result.strings("label") == ["a=b", ""])
    }

    @Test func shortOptionsAttachedSeparateAndCombined() throws {
        let result = try arguments("replay", "-fso", "x", "-n5", "-c", "conf", "f")
        #expect(result.flag("final"))
        #expect(result.flag("strict"))
        #expect(result.string("out") == "x")
        #expect(result.integer("limit") == 5)
        #expect(result.string("config") == "conf")
    }

    @Test func optionsAndOperandsInAnyOrder() throws {
        let result = try arguments("replay", "a", "--final", "b", "-o", "x", "c")
        #expect(result.operands("FILE") == ["a", "b", "c"])
        #expect(result.flag("final"))
    }

    @Test func doubleDashEndsOptionsAndDashIsAnOperand() throws {
        let result = try arguments("replay", "-", "--", "--final", "-x", "--")
        #expect(result.operands("FILE") == ["-", "--final", "-x", "--"])
        #expect(!result.flag("final"))
    }

    @Test func dashAsAValue() throws {
        #expect(try arguments("replay", "--out", "-", "f").string("out") == "-")
        #expect(try arguments("replay", "-o-", "f").string("out") == "-")
    }

    @Test func defaultsAndWhatIsGiven() throws {
        let plain = try arguments("replay", "f")
        #expect(plain.string("out") == "-")
        #expect(plain.seconds("every") == 30)
        #expect(plain.string("log-level") == "info")
        #expect(plain.flag("progress"))
        #expect(!plain.isGiven("progress"))
        #expect(plain.string("config") == nil)
        #expect(plain.integer("limit") == nil)
        #expect(plain.strings("label").isEmpty)
        let given = try arguments("replay", "f", "--out=-", "--no-progress")
        #expect(given.isGiven("out"))
        #expect(given.isGiven("progress"))
        #expect(!given.flag("progress"))
    }

    @Test func theLastOneCounts() throws {
        let result = try arguments("replay", "--out=a", "--no-progress", "--progress", "--out=b", "f")
        #expect(result.string("out") == "b")
        #expect(result.flag("progress"))
    }

    @Test func repeatedOptionsAddUp() throws {
        #expect(try arguments("replay", "-la", "--label", "b", "-l", "c", "f").strings("label") == ["a", "b", "c"])
    }

    @Test func forgottenValueIsNotAnOption() {
        #expect(message("replay", "--out", "--final", "f").contains("option '--out' needs a value: --out FILE; '--final' is an option"))
        #expect(message("replay", "f", "--out") == "option '--out' needs a value: --out FILE")
        #expect(message("replay", "f", "-o") == "option '-o' needs a value: -o FILE")
        #expect(message("replay", "f", "-o", "--").contains("needs a value"))
    }

    @Test func negativeNumbersAreValues() {
        #expect(message("replay", "--limit", "-5", "f") == "option '--limit' expects a whole number of at least 1, not '-5'")
    }

    @Test(arguments: [
        ("--speed=fast", "option '--speed' expects a number from 0.1 to 1000, not 'fast'"),
        ("--speed=nan", "option '--speed' expects a number from 0.1 to 1000, not 'nan'"),
        ("--speed=0", "option '--speed' expects a number from 0.1 to 1000, not '0'"),
        ("--limit=1.5", "option '--limit' expects a whole number of at least 1, not '1.5'"),
        ("--every=30", "option '--every' expects a duration with a unit, such as 30s, 5m or 1h30m, not '30'"),
        ("--format=jsn", "option '--format' expects one of json, text, not 'jsn'; did you mean 'json'?"),
        ("--from=today", "option '--from' expects a day such as 2026-11-23, not 'today'"),
        ("--out=", "option '--out' expects the path of a file, not ''"),
        ("--final=yes", "option '--final' takes no value"),
        ("--no-progress=yes", "option '--no-progress' takes no value"),
        ("--fnal", "unknown option '--fnal'; did you mean '--final'?"),
        ("--fin", "unknown option '--fin'; did you mean '--final'?"),
        ("--no-final", "unknown option '--no-final'"),
        ("--zebra", "unknown option '--zebra'"),
        ("-x", "unknown option '-x'"),
        ("-fx", "unknown option '-x'"),
    ])
    func mistakesNameTheOptionAndWhatWasExpected(argument: String, expected: String) {
        #expect(message("replay", argument, "f") == expected)
    }

    @Test func operandsOfFixedNumber() throws {
        let result = try arguments("score", "--records", "r", "a", "b")
        #expect(result.operand("A") == "a")
        #expect(result.operand("B") == "b")
        #expect(message("score", "--records", "r", "a") == "operand B is missing: The other")
        #expect(message("score", "--records", "r", "a", "b", "c") == "one operand too many: 'c' (A B)")
        #expect(message("topology", "show", "x") == "one operand too many: 'x' (it takes none)")
        #expect(message("replay") == "operand FILE... is missing: Files to read, - for standard input")
        #expect(try arguments("topology", "check").operands("FILE").isEmpty)
    }

    @Test func operandsAroundTheOneThatTakesSeveral() throws {
        let copy = Program(
            "copy", "", version: "1",
            commands: [
                Command(
                    "run", "", operands: [Operand("FROM", .oneOrMore, .file, "Sources"), Operand("TO", .one, .file, "Target")], examples: []
                ),
                Command(
                    "maybe", "", operands: [Operand("FIRST", .optional, .file, "One"), Operand("LAST", .one, .file, "Two")], examples: []),
            ])
        func operands(_ line: [String], _ name: String) throws -> [String] {
            guard case .run(let result) = try copy.parse(line) else { return ["?"] }
            return result.operands(name)
        }
        #expect(try operands(["run", "a", "b", "c"], "FROM") == ["a", "b"])
        #expect(try operands(["run", "a", "b", "c"], "TO") == ["c"])
        #expect(throws: UsageError.self) { try copy.parse(["run", "a"]) }
        #expect(try operands(["maybe", "a"], "FIRST") == [])
        #expect(try operands(["maybe", "a"], "LAST") == ["a"])
        #expect(try operands(["maybe", "a", "b"], "FIRST") == ["a"])
    }

    @Test func requiredOption() {
        #expect(message("score", "a", "b") == "option '--records FILE' is required")
    }

    @Test func unknownCommands() {
        #expect(message("reply") == "unknown command 'reply'; did you mean 'replay'?")
        #expect(message("topology", "chek") == "unknown subcommand 'chek'; did you mean 'check'?")
        #expect(message("zebra") == "unknown command 'zebra'")
        #expect(message("topology") == "a subcommand is needed: check, show")
        #expect(message("--final", "replay") == "unknown option '--final'; options come after the command")
        #expect(message() == "a command is needed: replay, score, topology, completion, help")
        #expect(message("") == "unknown command ''")
    }

    @Test func errorTextSaysWhereHelpIs() {
        do throws(UsageError) {
            _ = try sample.parse(["topology", "show", "--bad"])
            Issue.record("no error")
        } catch {
            #expect(error.text == "tool topology show: unknown option '--bad'\nTry 'tool topology show --help' for more information.")
        }
    }

    @Test func callersCanAddErrors() throws {
        let error = try arguments("replay", "f").usageError("--cold needs --from")
        #expect(error.text.hasPrefix("tool replay: --cold needs --from\n"))
    }

    @Test func helpAndVersion() throws {
        #expect(try printed("--version") == "tool 1.2.3")
        #expect(try printed("-V") == "tool 1.2.3")
        #expect(try printed("help") == printed("--help"))
        #expect(try printed("help", "replay") == printed("replay", "--help"))
        #expect(try printed("replay", "f", "--final", "-h") == printed("replay", "--help"))
        #expect(try printed("help", "topology", "check") == printed("topology", "check", "--help"))
        #expect(try printed("topology", "--help").hasPrefix("Usage: tool topology SUBCOMMAND"))
        #expect(message("help", "nothing") == "unknown command 'nothing'")
        #expect(message("help", "topology", "nothing") == "unknown subcommand 'nothing'")
    }

    @Test func randomLinesNeverTrap() {
        let words = [
            "replay", "score", "topology", "check", "help", "completion", "--", "-", "--out", "--out=", "-o", "-fs", "--no-progress", "-n",
            "--=x", "---", "-=", "", "é", "--label", "bash", "--help", "-h", "-é", "--speed=1", "=",
        ]
        var state: UInt64 = 42
        for _ in 0..<20_000 {
            var line: [String] = []
            for _ in 0..<5 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                line.append(words[Int(state >> 33) % words.count])
            }
            do throws(UsageError) {
                _ = try sample.parse(line)
            } catch {
                #expect(!error.message.isEmpty)
            }
        }
    }
}

@Suite struct ValueTests {
    @Test(arguments: [
        ("0", 0.0), ("30s", 30), ("250ms", 0.25), ("1h30m", 5_400), ("7d", 604_800), ("1.5h", 5_400), ("2w", 1_209_600), ("10us", 1e-5),
    ])
    func durations(text: String, seconds: Double) {
        #expect(DurationText.seconds(text) == seconds)
    }

    @Test(arguments: ["", "30", "s", "1x", "-1s", "1s ", "1..5s", ".5s", "1h30", "1e3s", "٣s"])
    func noDurations(text: String) {
        #expect(DurationText.seconds(text) == nil)
    }

    @Test func editDistance() {
        #expect(Suggestion.distance("final", "final") == 0)
        #expect(Suggestion.distance("fnial", "final") == 1)
        #expect(Suggestion.distance("", "abc") == 3)
        #expect(Suggestion.distance("kitten", "sitting") == 3)
        #expect(Suggestion.nearest(to: "x", among: ["run", "tail"]) == nil)
        #expect(Suggestion.nearest(to: "top", among: ["topology", "tail"]) == "topology")
        #expect(Suggestion.nearest(to: "", among: ["a"]) == nil)
    }
}

@Suite struct DeclarationTests {
    @Test func theSampleIsSound() {
        #expect(sample.declarationMistakes() == [])
    }

    @Test func mistakesAreFound() {
        let broken = Program(
            "p", "", version: "1",
            commands: [
                Command(
                    "a", "",
                    options: [
                        .value("n", short: "x", .integer(nil), default: "many", "N"), .flag("n", "Twice"), .flag("help", "Taken"),
                        .value("r", .string, default: "d", required: true, "R"),
                    ],
                    operands: [Operand("A", .any, .file, "A"), Operand("B", .oneOrMore, .file, "B")],
                    examples: [Example("p a --unknown", "Bad"), Example("q", "Other program")]),
                Command("a", "", examples: []),
            ])
        let mistakes = broken.declarationMistakes()
        for part in [
            "command a is declared twice", "a: option --n is declared twice", "default 'many' of --n is not a whole number",
            "option --help is built in", "--r is required and has a default", "more than one operand of variable number",
            "example 'p a --unknown': unknown option '--unknown'", "example 'q': does not call p", "a: has no example",
        ] {
            #expect(mistakes.contains { $0.contains(part) }, "\(part) not in \(mistakes)")
        }
    }
}
