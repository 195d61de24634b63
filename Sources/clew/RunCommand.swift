import ClewCommandLine
import ClewConfig
import ClewEngine
import ClewService
import ClewTelemetry

/// `clew run`.
enum RunCommand: Subcommand {
    static let command = Command(
        "run", "Correlate live: Kafka topics in, incidents out",
        discussion: """
            Reads the topics of input.topics as the consumer group input.group, publishes incident records to output.incidents and what \
            cannot be decoded to output.dead_letters, and commits the input only together with its results. One instance a group. \
            Health is at /healthz and /readyz, Prometheus metrics at /metrics of http.listen. SIGTERM or SIGINT stop it gracefully; \
            a second one, half a second or more later, at once.
            """,
        options: [Inputs.configOption, Inputs.topologyOption, Inputs.modelOption],
        examples: [
            Example("clew run --config /etc/clew/clew.yaml", "until SIGTERM"),
            Example("CLEW_KAFKA_BOOTSTRAP_SERVERS=kafka:9092 clew run --topology shop.yaml", "the defaults, a broker and a topology"),
        ])

    static func run(_ arguments: Arguments) throws -> Int32 {
        let config = try Inputs.config(arguments.string("config"))
        try Inputs.checkKafka(config, arguments.string("config"))
        let topology = try Inputs.topology(arguments.strings("topology"), config)
        let model = try Inputs.model(arguments, config)
        let log = Log(
            level: LogLevel(name: config.log.level.rawValue) ?? .info, format: config.log.format == .json ? .json : .text)
        if topology.nodes.isEmpty {
            log.warning("no topology: every resource is placed by its name alone (topology.files)")
        }
        do throws(RunFailure) {
            // Before any thread is started, so that all of them leave the signals to the watcher.
            SignalWatcher.block()
            let service = try RunService(config: config, topology: topology, model: model, log: log)
            SignalWatcher.start { service.requestStop() }
            if let port = service.httpPort { log.info("health and metrics", ["port": LogValue(port)]) }
            try service.run()
        } catch {
            throw CommandFailure.runtime(error.description)
        }
        return 0
    }
}
