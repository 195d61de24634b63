import ClewArchive
import ClewCommandLine
import ClewConfig
import ClewFormats
import ClewKafka
import ClewService
import Glibc

/// `clew play FILE…`.
enum PlayCommand: Subcommand {
    private static let speed = ValueType.checked(
        expected: "max, or a multiple of real time such as 1 or 60",
        isValid: { text in
            text == "max" || Double(text).map { $0 > 0 && $0.isFinite } ?? false
        })

    static let command = Command(
        "play", "Publish event files to a topic",
        discussion: """
            One record a line, in the order of the files, which may be plain, .zst or .gz; - is stdin. Lines of a dump (kcat -J, \
            Kafka Connect) are unpacked. Records carry the wall clock as their timestamp; the events' own times stay as they are. \
            A silence of more than an hour is not waited through.
            """,
        options: [
            Inputs.configOption,
            Option.value("bootstrap", short: "b", .string, placeholder: "HOST:PORT", "Kafka brokers, in place of those of the config"),
            Option.value("topic", .string, placeholder: "TOPIC", "Topic to publish to, in place of the config's first input topic"),
            Option.value("speed", speed, placeholder: "N", default: "max", "Multiple of real time, by the events' timestamps"),
            Option.value(
                "key", .choice(["resource", "none"]), default: "resource", "Key of the records; a resource then stays on its partition"),
            Option.flag("create-topic", "Create the topic if it is missing, with one partition"),
            Option.flag("quiet", short: "q", "No progress bar and no summary"),
        ],
        operands: [Operand("FILE", .oneOrMore, .file, "Event files")],
        examples: [
            Example("clew play --bootstrap kafka:9092 --topic alerts --speed 60 topologies/shop/events.ndjson", "a minute a second"),
            Example("clew play -c clew.yaml monday.ndjson.zst", "as fast as Kafka takes it"),
        ])

    static func run(_ arguments: Arguments) throws -> Int32 {
        var config = try Inputs.config(arguments.string("config"))
        if let servers = arguments.string("bootstrap") { config.kafka.bootstrapServers = servers.split(separator: ",").map(String.init) }
        let entry = config.input.topics.first { !$0.isPattern }
        guard let topic = arguments.string("topic") ?? entry?.name else {
            throw arguments.usageError("--topic is needed: the config's input.topics are all regular expressions")
        }
        let rules = DecoderRules(config, topic: config.input.topics.first { $0.name == topic } ?? entry)
        let stop = StopRequest.bySignals()
        for file in arguments.operands("FILE") where file != "-" { try check(file) }
        do {
            var properties = KafkaProperties(config)
            properties["compression.codec"] = config.output.compression.rawValue
            // Tells at once, and with its cause, what a producer would only tell when its records have timed out.
            let admin = try Admin(properties: properties)
            var exists = try admin.topic(topic, timeout: .seconds(15)) != nil
            if !exists, arguments.flag("create-topic") {
                try admin.createTopics([NewTopic(name: topic, partitionCount: 1)], timeout: .seconds(15))
                exists = true
            }
            guard exists else {
                throw CommandFailure.runtime("topic \(topic) does not exist at \(config.kafka.bootstrapServers.joined(separator: ","))")
            }
            var player = EventPlayer(
                producer: try Producer(properties: properties), topic: topic, rules: rules,
                speed: arguments.string("speed").flatMap(Double.init), isKeyed: arguments.string("key") != "none")
            var bar = ProgressBar(descriptor: 2, isTerminal: !arguments.flag("quiet") && Terminal.isTerminal(2))
            let begin = ProgressBar.monotonicSeconds()
            let summary = try player.play(
                arguments.operands("FILE"), shouldStop: { stop.isMade },
                report: { progress in
                    bar.update(
                        label: "play, \(Progress.amount(Double(progress.messages))) messages", done: Int(progress.bytesRead),
                        total: progress.bytesTotal.map { Int($0) }, unit: "B")
                })
            bar.clear()
            if !arguments.flag("quiet") { report(summary, topic, seconds: ProgressBar.monotonicSeconds() - begin) }
            return stop.isMade ? 128 + stop.signalNumber : 0
        } catch let error as ArchiveError {
            throw CommandFailure.runtime(error.description)
        } catch let error as KafkaError {
            throw CommandFailure.runtime(error.description)
        }
    }

    /// Throws what is wrong with a file, before Kafka is asked for anything. Does not open it: it may be a pipe.
    private static func check(_ file: String) throws {
        var status = stat()
        guard access(file, R_OK) == 0, stat(file, &status) == 0 else {
            throw CommandFailure.runtime("\(file): cannot open: \(String(cString: strerror(errno)))")
        }
        if status.st_mode & S_IFMT == S_IFDIR { throw CommandFailure.runtime("\(file): is a directory, not a regular file") }
    }

    private static func report(_ summary: PlaySummary, _ topic: String, seconds: Double) {
        // The first second or so is spent on connecting.
        let rate = summary.messages < 1_000 ? "" : ", \(Progress.amount(Double(summary.messages) / max(seconds, 0.001))) a second"
        Output.writeError("clew: \(summary.messages) messages published to \(topic)\(rate)\n")
        if summary.unreadable > 0 { Output.writeError("clew: \(summary.unreadable) of them are no events that Clew can read\n") }
        if summary.oversized > 0 { Output.writeError("clew: \(summary.oversized) lines were too long and are left out\n") }
    }
}
