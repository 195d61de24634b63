import ClewArchive
import ClewCommandLine
import ClewConfig
import ClewEngine
import ClewFormats
import ClewKafka
import ClewModel
import ClewService

/// `clew replay FILE…`.
enum ReplayCommand: Subcommand {
    static let time = ValueType.checked(
        expected: "a time like 2026-11-23T10:15:30Z", isValid: { EventTime(rfc3339: $0) != nil })
    private static let speed = ValueType.checked(
        expected: "max, or a multiple of real time such as 1 or 60", isValid: { $0 == "max" || (Double($0) ?? 0) > 0 })

    static let command = Command(
        "replay", "Correlate archived event files: the same incidents as live",
        discussion: """
            Files may be plain, .zst or .gz; - is stdin. Several files, and the partitions of a dump (kcat -J, Kafka Connect), are \
            merged by event time. Records go to stdout, everything else to stderr.
            """,
        options: [
            Inputs.configOption, Inputs.topologyOption, Inputs.modelOption,
            Option.value("save-model", .file, placeholder: "MODEL", "Write what was learned to this model file"),
            Option.value("out", short: "o", .file, placeholder: "FILE", default: "-", "Write records here (.zst and .gz are compressed)"),
            Option.value("to-topic", .string, placeholder: "TOPIC", "Publish records to this Kafka topic instead"),
            Option.flag("no-records", "Write no records, where only --assignments or --save-model are wanted: up to twice as fast"),
            Option.flag("final", "Only the last record of each incident, merged ones left out"),
            Option.value("assignments", .file, placeholder: "FILE", "Write which incident each event came into"),
            Option.value("dead-letters", .file, placeholder: "FILE", "Write what could not be decoded"),
            Option.value("format", .choice(EventFormat.allCases.map(\.rawValue)), "Format of the events, where it is not to be recognised"),
            Option.value("from", time, placeholder: "TIME", "Print only revisions from then on; earlier events feed the engine"),
            Option.flag("cold", "With --from: skip earlier events"),
            Option.value("until", time, placeholder: "TIME", "Leave out events from then on"),
            Option.value("speed", speed, placeholder: "N", default: "max", "Multiple of real time"),
            Option.value(
                "threads", .integer(1...1024), placeholder: "N",
                "Most threads that run correlation domains at once (default: one a processor)"),
            Option.flag("keep-open", "Do not take the end of the files as the end of time"),
            Option.flag("strict", "Exit with 1 if anything could not be decoded"),
            Option.flag("quiet", short: "q", "No progress bar and no summary"),
        ],
        operands: [Operand("FILE", .oneOrMore, .file, "Event files")],
        examples: [
            Example("clew replay -t topologies/small/topology.yaml topologies/small/events.ndjson", "every revision, as on the topic"),
            Example("clew replay --final -t shop.yaml monday.ndjson.zst tuesday.ndjson.zst", "what is left at the end"),
            Example("clew replay -c clew.yaml --from 2026-11-23T10:00:00Z --out incidents.ndjson.zst dump.json", "a postmortem's hours"),
        ])

    static func run(_ arguments: Arguments) throws -> Int32 {
        var config = try config(arguments)
        if let threads = arguments.integer("threads") { config.correlation.threads = threads }
        let topology = try Inputs.topology(arguments.strings("topology"), config)
        let model = try Inputs.model(arguments, config)
        let options = options(arguments)
        let toTopic = arguments.string("to-topic")
        let out = arguments.string("out") ?? "-"
        try check(arguments, options, out, toTopic)
        let isQuiet = arguments.flag("quiet")
        if topology.nodes.isEmpty, !isQuiet {
            Output.writeError("clew: warning: no topology given: resources are placed by their names alone\n")
        }
        ReplayPaths.allowManyFiles()
        // Records that come to the same terminal would be torn by a bar.
        let screen = ReplayScreen(
            isShown: !isQuiet && (toTopic != nil || out != "-" || arguments.flag("no-records") || !Terminal.isTerminal(1)))
        do {
            let summary: ReplaySummary
            if let toTopic {
                let output = TopicOutput(properties: KafkaProperties(config), topic: toTopic, onlyFinal: options.onlyFinal)
                summary = try replay(arguments, options, config, topology, model, output, screen)
            } else if arguments.flag("no-records") {
                summary = try replay(arguments, options, config, topology, model, NoOutput(), screen)
            } else {
                let output = FileOutput(path: out, onlyFinal: options.onlyFinal)
                summary = try replay(arguments, options, config, topology, model, output, screen)
            }
            if summary.isCutShort { return 0 }
            if !isQuiet { Output.writeError(ReplayReport.text(summary)) }
            return !summary.damaged.isEmpty || arguments.flag("strict") && summary.dead > 0 ? 1 : 0
        } catch let error as ArchiveError {
            throw CommandFailure.runtime(error.description)
        } catch let error as KafkaError {
            throw CommandFailure.runtime(error.description)
        } catch let error as TopicOutputError {
            throw CommandFailure.runtime(error.description)
        }
    }

    /// The config, with `--format` over it.
    static func config(_ arguments: Arguments) throws -> Config {
        var config = try Inputs.config(arguments.string("config"))
        if let format = arguments.string("format") {
            // What is said here goes over what the config says, for a topic too.
            config.input.format = Config.Format(rawValue: format) ?? .auto
            for at in config.input.topics.indices { config.input.topics[at].format = nil }
        }
        if config.input.format == .mapping, config.input.mapping == nil {
            throw arguments.usageError("--format mapping needs input.mapping in the config")
        }
        return config
    }

    /// What options say together.
    private static func check(_ arguments: Arguments, _ options: ReplayOptions, _ out: String, _ toTopic: String?) throws {
        if options.isCold, options.from == nil { throw arguments.usageError("--cold needs --from") }
        if let from = options.from, let until = options.until, until <= from {
            throw arguments.usageError("--until must be later than --from")
        }
        if arguments.flag("no-records") {
            if toTopic != nil || out != "-" || options.onlyFinal || options.from != nil {
                throw arguments.usageError("--no-records can't be given with --out, --to-topic, --final or --from, which are about records")
            }
        }
        if toTopic != nil, out != "-" { throw arguments.usageError("--to-topic takes the place of --out: give one of them") }
        var outputs: [(option: String, path: String)] = toTopic == nil && !arguments.flag("no-records") ? [("--out", out)] : []
        if let path = options.assignments { outputs.append(("--assignments", path)) }
        if let path = options.deadLetters { outputs.append(("--dead-letters", path)) }
        if let path = options.savesModel { outputs.append(("--save-model", path)) }
        if let mistake = ReplayPaths(inputs: options.files, outputs: outputs).mistake() { throw arguments.usageError(mistake) }
    }

    private static func options(_ arguments: Arguments) -> ReplayOptions {
        var options = ReplayOptions()
        options.files = arguments.operands("FILE")
        options.from = arguments.string("from").flatMap { EventTime(rfc3339: $0) }
        options.isCold = arguments.flag("cold")
        options.until = arguments.string("until").flatMap { EventTime(rfc3339: $0) }
        options.speed = arguments.string("speed").flatMap { $0 == "max" ? nil : Double($0) }
        options.onlyFinal = arguments.flag("final")
        options.keepsOpen = arguments.flag("keep-open")
        options.assignments = arguments.string("assignments")
        options.deadLetters = arguments.string("dead-letters")
        options.savesModel = arguments.string("save-model")
        return options
    }

    private static func replay<Records: RecordOutput>(
        _ arguments: Arguments, _ options: ReplayOptions, _ config: Config, _ topology: TopologyDefinition, _ model: LoadedModel?,
        _ output: consuming Records, _ screen: ReplayScreen
    ) throws -> ReplaySummary {
        defer { screen.clear() }
        var inputs: [Provenance.Input] = []
        if let path = options.savesModel {
            try ModelOutput.probe(path)
            inputs = try Inputs.learned(arguments, model) { screen.complain($0) }
        }
        var replay = Replay(
            options: options, config: config, topology: topology, model: model, output: output, report: { screen.show($0) },
            complain: { screen.complain($0) })
        if let misfit = replay.modelFit.complaint { screen.complain("warning: \(misfit)") }
        let summary = try replay.run()
        if let path = options.savesModel, !summary.isCutShort { try ModelOutput.write(replay.learned(from: inputs), to: path) }
        return summary
    }
}

/// The progress bar of a replay, and the complaints above it.
final class ReplayScreen {
    private let isShown: Bool
    private let label: String
    private var bar: ProgressBar?
    private var isSplitting = false
    private var due = 0.0

    init(isShown: Bool, label: String = "replay") {
        self.isShown = isShown
        self.label = label
    }

    func show(_ progress: ReplayProgress) {
        guard isShown else { return }
        let now = ProgressBar.monotonicSeconds()
        guard now >= due else { return }
        due = now + ProgressBar.interval
        // Another phase counts other bytes: its rate starts anew.
        if bar == nil || isSplitting != progress.isSplitting {
            bar = ProgressBar()
            isSplitting = progress.isSplitting
        }
        let label = progress.isSplitting ? "sorting by partition" : "\(self.label), \(Progress.amount(Double(progress.events))) events"
        bar?.update(
            label: label, done: Int(progress.bytesRead), total: progress.bytesTotal.map { Int($0) }, unit: "B", now: now)
    }

    func complain(_ text: String) {
        clear()
        Output.writeError("clew: \(Terminal.printable(text))\n")
    }

    func clear() { bar?.clear() }
}

/// The last lines of a replay.
enum ReplayReport {
    /// What became of the events.
    static func events(_ summary: ReplaySummary) -> String {
        let s = summary.statistics
        let rate = summary.seconds > 0 ? Double(summary.events) / summary.seconds : 0
        let lines = [
            "\(summary.events) events in \(fixed(summary.seconds)) s (\(Progress.amount(rate)) a second): "
                + "\(s.newAlerts) new alerts, \(s.repeats) repeats, \(s.clears) clears"
                + (s.changes > 0 ? ", \(s.changes) changes" : ""),
            "\(s.late) late, \(s.redelivered) redelivered, \(s.clocksReplaced) clocks replaced, \(summary.ignored) ignored, "
                + "\(summary.dead) dead" + reasons(summary),
        ]
        return lines.map { "clew: \($0)\n" }.joined()
    }

    static func text(_ summary: ReplaySummary) -> String {
        let s = summary.statistics
        var lines = [
            "\(s.published.incidents) incidents shown (\(s.published.merged) merged into others, \(s.incidentsOpen) still open), "
                + "\(summary.records) records"
        ]
        if s.boundResources + s.aliases > 0 {
            lines.append("resource names not in the topology: \(s.aliases) taken as aliases, \(s.boundResources) placed by name")
        }
        if summary.severityUnknown > 0 { lines.append("\(summary.severityUnknown) events without a known severity, taken as warning") }
        return events(summary) + lines.map { "clew: \($0)\n" }.joined()
    }

    private static func reasons(_ summary: ReplaySummary) -> String {
        guard !summary.deadByReason.isEmpty else { return "" }
        return " (" + summary.deadByReason.map { "\($0.reason) \($0.count)" }.joined(separator: ", ") + ")"
    }

    private static func fixed(_ seconds: Double) -> String {
        let hundredths = Int((seconds * 100).rounded())
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
