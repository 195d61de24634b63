import ClewArchive
import ClewCommandLine
import ClewConfig
import ClewEngine
import ClewFormats
import ClewKafka
import ClewService
import Glibc

/// `clew demo`.
enum DemoCommand: Subcommand {
    static let command = Command(
        "demo", "Show what Clew does: Kafka, service and a scenario, all in this process",
        discussion: """
            Starts a Kafka on loopback inside this process (librdkafka's mock cluster), plays a scenario into the topic alerts, runs \
            the same service as clew run on it, and prints the incidents topic as clew tail does. Needs no server and leaves nothing \
            behind. Ends by itself, with a summary; Ctrl-C ends it before.
            """,
        options: [
            Option.value("scenario", short: "s", .string, placeholder: "NAME", default: "shop", "Folder of the scenario"),
            Option.value("topologies", .directory, placeholder: "DIR", default: "topologies", "Where the scenarios' folders are"),
            Option.value("speed", .number(1...100_000), placeholder: "N", default: "80", "Multiple of real time"),
            Option.flag("why", short: "w", "Give the reason for each link below its alert"),
            Option.value("color", .choice(ColorChoice.allCases.map(\.rawValue)), default: "auto", "When to colour"),
        ],
        examples: [
            Example("clew demo", "forty minutes of an online shop in about forty seconds"),
            Example("clew demo --scenario telecom-ring --speed 40 --why", "another installation, slower, with the reasons"),
        ])

    static func run(_ arguments: Arguments) throws -> Int32 {
        let scenario = try DemoScenario(
            directory: "\(arguments.string("topologies") ?? "topologies")/\(arguments.string("scenario") ?? "shop")", arguments)
        var options = DemoOptions(events: scenario.events)
        options.speed = arguments.number("speed") ?? 80
        options.block = IncidentBlock(width: min(TailScreen.width(), 100))
        options.block.showsReasons = arguments.flag("why")
        options.block.alertLimit = 6
        let screen = DemoScreen(style: TailScreen.style(arguments), total: scenario.eventCount)
        let stop = StopRequest.bySignals()
        do {
            let demo = try Demo(options: options, topology: scenario.topology)
            guard screen.show(DemoReport.introduction(scenario, bootstrap: demo.bootstrap, speed: options.speed)) else { return 0 }
            let result = try demo.run(stop: stop, show: { screen.show($0) }, report: { screen.report($0) })
            screen.clear()
            if result.wasInterrupted {
                Output.writeError("clew: stopped before the end\n")
                return 0
            }
            let score = try DemoScore.judge(
                events: scenario.events, config: demo.config, topology: scenario.topology, truth: scenario.truth,
                incidents: result.incidents, records: result.records)
            _ = screen.show(DemoReport.summary(result, score))
            return 0
        } catch {
            screen.clear()
            throw CommandFailure.runtime("demo: \(error)")
        }
    }
}

/// The files of a scenario, read before anything is started.
private struct DemoScenario {
    let directory: String
    let events: String
    let topology: TopologyDefinition
    let truth: ScenarioTruth
    let eventCount: Int
    /// Event time from the first line to the last, seconds.
    let length: Double

    init(directory: String, _ arguments: Arguments) throws {
        self.directory = directory
        guard let events = DemoScenario.firstReadable(["events.ndjson", "events.ndjson.zst", "events.ndjson.gz"], in: directory),
            let topology = DemoScenario.firstReadable(["topology.yaml", "topology.json"], in: directory)
        else {
            throw arguments.usageError(
                "\(directory) holds no scenario (events.ndjson, topology.yaml); name one by --topologies DIR and --scenario NAME")
        }
        self.events = events
        self.topology = try Inputs.topology([topology])
        do {
            truth = try DemoScenario.truth(DemoScenario.firstReadable(["truth.json", "truth.json.zst", "truth.json.gz"], in: directory))
            (eventCount, length) = try DemoScenario.measure(events)
        } catch {
            throw CommandFailure.usage("clew demo: \(error)\n")
        }
    }

    private static func firstReadable(_ names: [String], in directory: String) -> String? {
        names.map { "\(directory)/\($0)" }.first { access($0, R_OK) == 0 }
    }

    private static func truth(_ path: String?) throws -> ScenarioTruth {
        guard let path else { return ScenarioTruth() }
        var bytes: [UInt8] = []
        try ArchiveReader(path: path).forEachLine { bytes += $0.bytes + [0x0A] }
        return try bytes.withUnsafeBytes { try ScenarioTruth.read($0) }
    }

    private static func measure(_ path: String) throws -> (count: Int, length: Double) {
        var decoder = Decoder(rules: DecoderRules())
        var names = Names(limit: 1_000_000)
        var batch = EventBatch()
        try ArchiveReader(path: path).forEachLine { line in
            _ = decoder.decode(ClewFormats.MessageView(value: line.bytes), into: &batch, names: &names)
        }
        guard let first = batch.events.map(\.time).min(), let last = batch.events.map(\.time).max() else { return (0, 0) }
        return (batch.events.count, last.seconds - first.seconds)
    }
}

/// Standard output for the incidents, the last line of the terminal for how far it has come.
private final class DemoScreen {
    private let tail: TailScreen
    private let total: Int
    private var bar = ProgressBar()

    init(style: TerminalStyle, total: Int) {
        tail = TailScreen(style: style)
        self.total = total
    }

    func show(_ output: [TailOutput]) -> Bool {
        bar.clear()
        return tail.write(output)
    }

    func report(_ progress: DemoProgress) {
        let open = "\(progress.incidentsOpen) open"
        let label =
            switch progress.phase {
            case .starting: "joining the consumer group"
            case .playing: "playing, \(open)"
            case .silence: "silence, \(open)"
            case .stopping: "stopping"
            }
        bar.update(label: label, done: progress.played, total: progress.phase == .starting ? nil : total, unit: "events")
    }

    func clear() { bar.clear() }
}

/// What a demo says before and after.
private enum DemoReport {
    private static let width = 78

    static func introduction(_ scenario: DemoScenario, bootstrap: String, speed: Double) -> [TailOutput] {
        var title = StyledText("Clew ", .strong)
        title.add(
            "plays \(span(scenario.length)) of \(scenario.directory) in about \(span(scenario.length / speed + 10)).", .strong)
        return [
            .lines([
                title,
                fact("events", "\(scenario.eventCount) from \(scenario.events), into the topic alerts"),
                fact("topology", "\(scenario.topology.nodes.count) resources, \(scenario.topology.edges.count) dependencies"),
                fact("Kafka", "\(bootstrap), inside this process; look in from another terminal:"),
                fact("", "kcat -b \(bootstrap) -t incidents -C"),
                fact("service", "the same as clew run; below is what clew tail shows of its incidents"),
            ])
        ]
    }

    static func summary(_ result: DemoResult, _ score: DemoScore) -> [TailOutput] {
        let shown = result.incidents.values.filter { $0.status != .merged }
        let merged = result.incidents.count - shown.count
        let resolved = shown.count { $0.status == .resolved }
        var lines = [rule("┌", " what came of it ", "┐")]
        lines.append(
            row("events", "\(result.played.messages) in \(seconds(result.seconds)), \(result.status.deadLettersPublished) dead letters"))
        lines.append(row("alerts", "\(result.alertsShown) in incidents"))
        var incidents = "\(shown.count): \(resolved) resolved"
        if resolved < shown.count { incidents += ", \(shown.count - resolved) still open" }
        if merged > 0 { incidents += "; \(merged) more merged into them" }
        lines.append(row("incidents", incidents, .strong))
        if !shown.isEmpty {
            let ratio = Double(result.played.messages) / Double(shown.count)
            lines.append(row("compression", "\(Int(ratio.rounded())) events for one incident", .strong))
        }
        if score.judged > 0 {
            lines.append(
                row(
                    "root causes",
                    "\(score.right) of \(score.judged) incidents name it first, \(score.rightAmongThree) among three (by truth.json)",
                    score.right == score.judged ? .good : .strong))
        }
        lines.append(
            row(
                "replay", "\(score.recordsInReplay) of \(score.records) records byte for byte those of a replay",
                score.recordsInReplay == score.records ? .good : .warning))
        if score.replaySeconds > 0 {
            let rate = Progress.amount(Double(score.replayEvents) / score.replaySeconds)
            lines.append(row("speed", "\(rate) events a second in that replay"))
        }
        if !score.faults.isEmpty {
            lines.append(rule("├", " what had happened, and what Clew says ", "┤"))
            lines += score.faults.map(fault)
        }
        lines.append(rule("└", "", "┘"))
        return [.lines(lines)]
    }

    /// `│ ✓ worker-03-death          worker-03 │`.
    private static func fault(_ fault: DemoScore.Fault) -> StyledText {
        var line = StyledText(fault.isRight ? "✓ " : "✗ ", fault.isRight ? .good : .critical)
        line.add(padded(DisplayText.clipped(fault.name, to: 25), 26))
        if fault.isRight {
            line.add(fault.named ?? "", .strong)
        } else {
            let was = fault.expected.sorted().joined(separator: " or ")
            line.add(fault.named.map { "\($0), but it was \(was)" } ?? "no incident; it was \(was)", .faint)
        }
        return boxed(line)
    }

    private static func fact(_ name: String, _ text: String) -> StyledText {
        var line = StyledText("  " + padded(name, 10), .faint)
        line.add(text)
        return line
    }

    private static func row(_ name: String, _ text: String, _ tone: StyledText.Tone = .plain) -> StyledText {
        var line = StyledText(padded(name, 13), .faint)
        line.add(text, tone)
        return boxed(line)
    }

    private static func boxed(_ content: StyledText) -> StyledText {
        var line = StyledText("│ ", .faint)
        var room = width - 4
        for span in content.spans {
            let text = DisplayText.clipped(span.text, to: room)
            line.add(text, span.tone)
            room -= DisplayText.width(text)
            if room <= 0 { break }
        }
        line.add(String(repeating: " ", count: max(0, room)) + " │", .faint)
        return line
    }

    private static func rule(_ left: String, _ title: String, _ right: String) -> StyledText {
        var line = StyledText(left + "─", .faint)
        line.add(title, .strong)
        line.add(String(repeating: "─", count: max(0, width - 3 - title.count)) + right, .faint)
        return line
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - DisplayText.width(text)))
    }

    /// `40 minutes`, `31 seconds`.
    private static func span(_ seconds: Double) -> String {
        if seconds >= 7_200 { return "\(Int((seconds / 3_600).rounded())) hours" }
        return seconds >= 120 ? "\(Int((seconds / 60).rounded())) minutes" : "\(max(1, Int(seconds.rounded()))) seconds"
    }

    private static func seconds(_ value: Double) -> String { "\(Int(value.rounded())) s" }
}
