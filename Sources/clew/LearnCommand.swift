import ClewArchive
import ClewCommandLine
import ClewConfig
import ClewEngine
import ClewFormats
import ClewModel
import ClewService

/// `clew learn FILE… --out MODEL`.
enum LearnCommand: Subcommand {
    static let command = Command(
        "learn", "Learn a co-occurrence model from archived event files",
        discussion: """
            Correlates the events as a replay does, and writes what was learned to a model file: how alert types cause each other and \
            with what lag, how long alerts last, which resources fail together without a way between them, and what takes part in \
            incidents. run and replay begin with it (--model, or model.file). The same files, config and topology give the same bytes. \
            With --model learning goes on from an older model.
            """,
        options: [
            Option.value("out", short: "o", .file, placeholder: "MODEL", required: true, "Model file to write; replaced at once when done"),
            Inputs.configOption, Inputs.topologyOption, Inputs.modelOption,
            Option.value("format", .choice(EventFormat.allCases.map(\.rawValue)), "Format of the events, where it is not to be recognised"),
            Option.value("from", ReplayCommand.time, placeholder: "TIME", "Leave out events before"),
            Option.value("until", ReplayCommand.time, placeholder: "TIME", "Leave out events from then on"),
            Option.value("top", .integer(0...1000), default: "10", "Pairs shown in the summary"),
            Option.flag("strict", "Exit with 1 if anything could not be decoded"),
            Option.flag("quiet", short: "q", "No progress bar and no summary"),
        ],
        operands: [Operand("FILE", .oneOrMore, .file, "Event files")],
        examples: [
            Example("clew learn -t shop.yaml --out shop.model october/*.ndjson.zst", "from a month of archives"),
            Example("clew learn -t shop.yaml --model shop.model --out shop.model november.ndjson.zst", "and one month more"),
        ])

    static func run(_ arguments: Arguments) throws -> Int32 {
        let config = try ReplayCommand.config(arguments)
        guard config.model.mode == .learn else {
            throw arguments.usageError("model.mode is frozen in the config, so there is nothing to learn; expected learn")
        }
        let topology = try Inputs.topology(arguments.strings("topology"), config)
        let model = try Inputs.model(arguments, config)
        var options = ReplayOptions()
        options.files = arguments.operands("FILE")
        options.from = arguments.string("from").flatMap { EventTime(rfc3339: $0) }
        options.isCold = options.from != nil
        options.until = arguments.string("until").flatMap { EventTime(rfc3339: $0) }
        if let from = options.from, let until = options.until, until <= from {
            throw arguments.usageError("--until must be later than --from")
        }
        guard let out = arguments.string("out"), out != "-" else { throw arguments.usageError("--out takes the name of a file") }
        if let mistake = ReplayPaths(inputs: options.files, outputs: [("--out", out)]).mistake() { throw arguments.usageError(mistake) }
        let isQuiet = arguments.flag("quiet")
        if topology.nodes.isEmpty, !isQuiet {
            Output.writeError("clew: warning: no topology given: resources are placed by their names alone\n")
        }
        ReplayPaths.allowManyFiles()
        let screen = ReplayScreen(isShown: !isQuiet, label: "learning")
        do {
            try ModelOutput.probe(out)
            let inputs = try Inputs.learned(arguments, model) { screen.complain($0) }
            var replay = Replay(
                options: options, config: config, topology: topology, model: model, output: NoOutput(), report: { screen.show($0) },
                complain: { screen.complain($0) })
            if let misfit = replay.modelFit.complaint { screen.complain("warning: \(misfit)") }
            let summary = try replay.run()
            // Most likely these were the wrong files: a model that is there is worth more than one of nothing.
            guard summary.events > 0 else {
                screen.clear()
                let why = summary.dead > 0 ? ": nothing could be decoded" : ""
                throw CommandFailure.runtime("no event to learn from\(why); \(out) is not written")
            }
            let learned = replay.learned(from: inputs)
            try ModelOutput.write(learned, to: out)
            screen.clear()
            if !isQuiet {
                Output.writeError(ReplayReport.events(summary))
                let nearby = topology.nodes.isEmpty ? nil : TopologyNearness(topology)
                Output.write(ModelReport(learned, digest: nil, top: arguments.integer("top") ?? 10, nearby: nearby).text())
            }
            return !summary.damaged.isEmpty || arguments.flag("strict") && summary.dead > 0 ? 1 : 0
        } catch let error as ArchiveError {
            screen.clear()
            throw CommandFailure.runtime(error.description)
        }
    }
}
