import ClewArchive
import ClewCommandLine
import ClewEngine
import ClewFormats
import ClewService
import ClewSimulate
import Glibc

/// `clew simulate KIND`.
enum SimulateCommand: Subcommand {
    private static let start = ValueType.checked(
        expected: "a time like 2026-03-02T00:00:00Z", isValid: { EventTime(rfc3339: $0) != nil })

    static let command = Command(
        "simulate", "Write a scenario: topology, events and truth",
        discussion: """
            Writes topology.json, events.ndjson and truth.json into a directory. The same kind, options and seed give the same bytes. \
            With --events the faults are paced so that the events fill the duration, and the rates are not used. The kind load is all \
            three installations beside each other, by default a million events over 30 days.
            """,
        options: [
            Option.value("out", short: "o", .directory, placeholder: "DIR", required: true, "Directory to write into; made if missing"),
            Option.value("compress", .choice(["none", "zst", "gz"]), default: "none", "Compression of the events and of the truth"),
            Option.value("events", short: "n", .integer(1...1_000_000_000), "Stop after exactly this many events"),
            Option.value("seed", .integer(0...Int.max), "The same seed gives the same scenario (default 1)"),
            Option.value("start", start, placeholder: "TIME", "Event time of the beginning (default 2026-03-02T00:00:00Z)"),
            Option.value("duration", .duration, "Event time that faults begin in (default 6h)"),
            Option.value("resources", .integer(20...200_000), "About how many resources (default 400)"),
            Option.value("faults-per-hour", .number(0...3_600), "Faults that begin in an hour (default 3)"),
            Option.value("noise-per-hour", .number(0...360_000), "Alerts that no fault causes (default 40)"),
            Option.value("overlap", .number(0...1), "Share of faults that may begin while others go on (default 0.4)"),
            Option.value("flapping", .number(0...1), "Share of alerts that go off and on again (default 0.06)"),
            Option.value("silent-resources", .number(0...1), "Share of resources that nothing monitors (default 0.05)"),
            Option.value("polling-interval", .duration, "How often monitors look (default: each in its own rhythm)"),
            Option.value("resend-interval", .duration, "How often what still fires is sent again (default: each in its own rhythm)"),
            Option.value("resends-per-alert", .number(0...1_000), "Mean number of re-sends (default: by the cause)"),
            Option.value("storms-per-day", .number(0...86_400), "Bursts of one message on one resource (default 1)"),
            Option.value("planned-work-per-day", .number(0...86_400), "Planned work that shows like a fault (default 2)"),
            Option.value("deployments-per-day", .number(0...86_400), "Deployments told of; one in ten begins a fault (default 0)"),
            Option.value("clock-skew", .duration, "Largest difference of a resource's clock (default 1s)"),
            Option.value("late-share", .number(0...1), "Share of events that arrive late (default 0.01)"),
            Option.value("maximum-lateness", .duration, "By how much at most (default 90s)"),
            Option.value("duplicates", .number(0...1), "Share of events delivered twice (default 0.01)"),
            Option.value("missing-clears", .number(0...1), "Share of alerts whose clear never comes (default 0.05)"),
            Option.value("stale-topology", .number(0...1), "Share of leaf resources that the topology lacks (default 0.03)"),
            Option.value("aliases", .number(0...1), "Share of resources called by another name too (default 0.02)"),
            Option.flag("verbose-labels", "More labels an event: about 350 bytes a line"),
            Option.flag("quiet", short: "q", "No progress bar and no summary"),
        ],
        operands: [Operand("KIND", .one, .choice(Scenario.Kind.allCases.map(\.rawValue)), "kubernetes, datacentre, telecom or load")],
        examples: [
            Example("clew simulate kubernetes --out scenario --duration 2h --seed 7", "two hours of a cluster"),
            Example("clew simulate load --out load --events 10000000 --compress zst", "ten million events for a benchmark"),
        ])

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard let kind = arguments.operand("KIND").flatMap({ Scenario.Kind(rawValue: $0) }) else {
            throw arguments.usageError("KIND expects one of " + Scenario.Kind.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let scenario: Scenario
        do {
            scenario = try Scenario(kind, options: options(kind, arguments))
        } catch {
            throw CommandFailure.usage("clew simulate: \(error.description)\n")
        }
        guard let directory = arguments.string("out") else { throw arguments.usageError("--out is needed") }
        if mkdir(directory, 0o755) != 0, errno != EEXIST {
            throw CommandFailure.runtime("cannot create \(directory): \(String(cString: strerror(errno)))")
        }
        let stop = StopRequest.bySignals()
        do {
            return try write(scenario, to: directory, arguments, stop)
        } catch let error as ArchiveError {
            throw CommandFailure.runtime(error.description)
        } catch is Interrupted {
            // The writers take back what they have begun.
            return 128 + stop.signalNumber
        }
    }

    private struct Interrupted: Error {}

    private static func write(_ scenario: Scenario, to directory: String, _ arguments: Arguments, _ stop: StopRequest) throws -> Int32 {
        let suffix = arguments.string("compress").map { $0 == "none" ? "" : "." + $0 } ?? ""
        let atomically = ArchiveWriter.Options(replacesAtomically: true)
        let isQuiet = arguments.flag("quiet")
        var bar = ProgressBar(descriptor: 2, isTerminal: !isQuiet && Terminal.isTerminal(2))
        let begin = ProgressBar.monotonicSeconds()

        // All three at once: what cannot be written is found before the work.
        let topology = try ArchiveWriter(path: "\(directory)/topology.json", options: atomically)
        let events = try ArchiveWriter(path: "\(directory)/events.ndjson\(suffix)", options: atomically)
        let truth = try ArchiveWriter(path: "\(directory)/truth.json\(suffix)", options: atomically)
        try topology.write(scenario.topologyJSON())
        try topology.close()

        var count = 0
        let total = scenario.options.eventLimit
        try scenario.forEachChunk { bytes in
            if stop.isMade { throw Interrupted() }
            count += bytes.reduce(0) { $1 == 0x0A ? $0 + 1 : $0 }
            try events.write(bytes)
            bar.update(label: "events", done: count, total: total, unit: "events")
        }
        try events.close()

        try scenario.forEachTruthChunk { bytes in
            if stop.isMade { throw Interrupted() }
            try truth.write(bytes)
            bar.update(label: "truth", done: Int(truth.contentBytes), total: nil, unit: "B")
        }
        try truth.close()
        bar.clear()
        if !isQuiet {
            let seconds = max(ProgressBar.monotonicSeconds() - begin, 0.001)
            let size = Progress.amount(Double(events.contentBytes))
            let rate = Progress.amount(Double(count) / seconds)
            Output.writeError("clew: \(count) events (\(size)B) in \(directory)/events.ndjson\(suffix), \(rate) a second\n")
        }
        return 0
    }

    private static func options(_ kind: Scenario.Kind, _ arguments: Arguments) -> ScenarioOptions {
        var options = kind == .load ? ScenarioOptions.load : ScenarioOptions()
        func set(_ name: String, _ key: WritableKeyPath<ScenarioOptions, Double>) {
            if let value = arguments.number(name) { options[keyPath: key] = value }
        }
        func set(_ name: String, _ key: WritableKeyPath<ScenarioOptions, Double?>) {
            if let value = arguments.number(name) { options[keyPath: key] = value }
        }
        if let seed = arguments.integer("seed") { options.seed = UInt64(seed) }
        if let time = arguments.string("start").flatMap({ EventTime(rfc3339: $0) }) { options.start = time.microseconds / 1_000 }
        if let resources = arguments.integer("resources") { options.resources = resources }
        if let events = arguments.integer("events") { options.eventLimit = events }
        set("duration", \.duration)
        set("faults-per-hour", \.faultsPerHour)
        set("noise-per-hour", \.noisePerHour)
        set("overlap", \.overlap)
        set("flapping", \.flapping)
        set("silent-resources", \.silentResources)
        set("polling-interval", \.pollingInterval)
        set("resend-interval", \.resendInterval)
        set("resends-per-alert", \.resendsPerAlert)
        set("storms-per-day", \.stormsPerDay)
        set("planned-work-per-day", \.plannedWorkPerDay)
        set("deployments-per-day", \.deploymentsPerDay)
        set("clock-skew", \.clockSkew)
        set("late-share", \.lateShare)
        set("maximum-lateness", \.maximumLateness)
        set("duplicates", \.duplicates)
        set("missing-clears", \.missingClears)
        set("stale-topology", \.staleTopology)
        set("aliases", \.aliases)
        if arguments.flag("verbose-labels") { options.verboseLabels = true }
        return options
    }
}
