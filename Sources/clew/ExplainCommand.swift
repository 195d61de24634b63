import ClewArchive
import ClewCommandLine
import ClewConfig
import ClewEngine
import ClewFormats
import ClewService
import ClewYAML

/// `clew explain ALERT ALERT FILE…`.
enum ExplainCommand: Subcommand {
    private static let time = ValueType.checked(
        expected: "a time like 2026-11-23T10:15:30Z", isValid: { EventTime(rfc3339: $0) != nil })
    private static let count = ValueType.checked(expected: "a whole number from 1", isValid: { (Int($0) ?? 0) >= 1 })

    static let command = Command(
        "explain", "Tell why two alerts are, or are not, in the same incident",
        discussion: """
            Replays the files and tells, at each decision about one of the two alerts, what the other had to say for it: the odds \
            with their factors, or why there were none, and by what it was decided instead. An alert is given by an event's id, or \
            by its key as records show it: resource/type. The files are read twice, so - (stdin) will not do.
            """,
        options: [
            Inputs.configOption, Inputs.topologyOption, Inputs.modelOption,
            Option.value("from", time, placeholder: "TIME", "Tell only decisions from then on"),
            Option.value("until", time, placeholder: "TIME", "Leave out events from then on"),
            Option.value("last", short: "n", count, placeholder: "N", default: "10", "Tell at most the last N decisions"),
            Option.flag("json", "One JSON object a decision, and one for the result"),
            Option.flag("quiet", short: "q", "No progress bar"),
        ],
        operands: [
            Operand("ALERT", .one, .string, "An alert: an event's id, or resource/type"),
            Operand("OTHER", .one, .string, "Another alert"),
            Operand("FILE", .oneOrMore, .file, "Event files"),
        ],
        examples: [
            Example("clew explain -t shop.yaml checkout/HighErrorRate pg-tax/Down events.ndjson", "the evidence of the one for the other"),
            Example("clew explain -t shop.yaml evt-4711 evt-4712 --until 2026-11-23T11:00:00Z dump.json.zst", "two events by id"),
        ])

    static func run(_ arguments: Arguments) throws -> Int32 {
        let config = try Inputs.config(arguments.string("config"))
        let topology = try Inputs.topology(arguments.strings("topology"), config)
        var options = ReplayOptions()
        options.files = arguments.operands("FILE")
        options.until = arguments.string("until").flatMap { EventTime(rfc3339: $0) }
        if options.files.contains("-") { throw arguments.usageError("FILE cannot be - here: the events are read twice") }
        if let mistake = ReplayPaths(inputs: options.files, outputs: []).mistake() { throw arguments.usageError(mistake) }
        ReplayPaths.allowManyFiles()
        let screen = ReplayScreen(isShown: !arguments.flag("quiet"))
        defer { screen.clear() }
        do {
            let explain = Explain(options: options, config: config, topology: topology, model: try Inputs.model(arguments, config))
            var result = try explain.run(
                arguments.operand("ALERT") ?? "", arguments.operand("OTHER") ?? "", report: { screen.show($0) },
                complain: { screen.complain($0) })
            screen.clear()
            if let from = arguments.string("from").flatMap({ EventTime(rfc3339: $0) }) {
                result.decisions.removeAll { $0.time < from }
            }
            // Before the other was raised there is nothing to tell.
            if !arguments.flag("json") { result.decisions.removeAll { $0.obstacle == .unknown } }
            let most = arguments.string("last").flatMap { Int($0) } ?? 10
            let left = max(0, result.decisions.count - most)
            result.decisions.removeFirst(left)
            Output.write(arguments.flag("json") ? ExplainReport.json(result) : ExplainReport.text(result, left: left))
            return 0
        } catch let error as Explain.NotFound {
            throw CommandFailure.runtime(error.description + NearestName.hint(for: error.text, among: error.keys))
        } catch let error as ArchiveError {
            throw CommandFailure.runtime(error.description)
        }
    }
}
