internal import ClewArchive
public import ClewConfig
public import ClewEngine
public import ClewFormats
public import ClewKafka
internal import ClewTelemetry
internal import Glibc

/// What a demo plays.
public struct DemoOptions: Sendable {
    /// The events, in order of arrival.
    public var events: String
    /// Multiple of real time.
    public var speed = 80.0
    /// Event time that goes by after the last event, so that what was held back comes out, and what has cleared or is silent
    /// is resolved.
    public var silence = Duration.seconds(2_100)
    /// Multiple of real time at which that silence goes by.
    public var silenceSpeed = 500.0
    /// Columns and detail of the blocks.
    public var block = IncidentBlock(width: 80)

    public init(events: String) { self.events = events }
}

/// How far a demo has come.
public struct DemoProgress: Sendable {
    /// What is going on.
    public enum Phase: Sendable { case starting, playing, silence, stopping }
    public var phase: Phase
    public var played: Int
    public var incidentsOpen: Int
}

/// What a demo has shown.
public struct DemoResult: Sendable {
    public var status = RunStatus()
    public var played = PlaySummary()
    /// The newest revision of each incident that was published.
    public var incidents: [String: IncidentSummary] = [:]
    /// All records, in order.
    public var records: [[UInt8]] = []
    /// Distinct alerts of all incidents that were not merged into others.
    public var alertsShown = 0
    /// From the first event to the stop, seconds.
    public var seconds = 0.0
    /// Whether it was ended before its time.
    public var wasInterrupted = false

    public init() {}
}

/// The whole of Clew in one process: a Kafka on loopback, a producer that plays a scenario, the service as in production,
/// and a reader of the incidents topic.
///
/// The service's idle clock runs as many times faster as the events are played, and faster still in the silence after the
/// last one.
public final class Demo {
    /// `HOST:PORT` of the Kafka in this process.
    public var bootstrap: String { cluster.bootstrap }
    /// As the service has it.
    public let config: Config
    private let options: DemoOptions
    private let topology: TopologyDefinition
    private let cluster: MockCluster
    private let log = MemoryLogSink(limit: 200)

    /// Starts the Kafka.
    public init(options: DemoOptions, topology: TopologyDefinition) throws(KafkaError) {
        self.options = options
        self.topology = topology
        cluster = try MockCluster()
        config = Demo.config(bootstrap: cluster.bootstrap)
        // One partition, so that a late event is late by the same clock as in the file.
        for topic in ["alerts", config.output.incidents, config.output.deadLetters, config.output.state] {
            try cluster.createTopic(topic, partitionCount: 1)
        }
    }

    /// The defaults but for: no HTTP server, a short idle time, and no wall clock in the way of a scenario's dates.
    public static func config(bootstrap: String) -> Config {
        var config = Config()
        config.kafka.bootstrapServers = [bootstrap]
        config.input.group = "clew-demo"
        config.input.idleAfter = .milliseconds(500)
        config.input.maxAhead = .seconds(100 * 366 * 86_400)
        config.http.listen = nil
        return config
    }

    /// Runs it to its end, or until `stop` is made. May be called once.
    ///
    /// - Parameters:
    ///   - show: what a tail of the incidents topic would print; false ends the demo.
    public func run(
        stop: StopRequest, show: ([TailOutput]) -> Bool, report: (DemoProgress) -> Void
    ) throws -> DemoResult {
        let log = Log(level: .info, sink: log)
        let played = PlayedSoFar()
        let (speed, silenceSpeed) = (options.speed, options.silenceSpeed)
        let service = try RunService(
            config: config, topology: topology, log: log, idleRate: { played.isTaken ? silenceSpeed : speed })
        let serving = Worker { try service.run() }
        defer { cluster.close(timeout: .seconds(3)) }
        defer {
            service.requestStop()
            _ = serving.wait(seconds: 10)
        }
        try waitUntilReady(service, serving, stop, report)
        guard let follower = try IncidentFollower(properties: KafkaProperties(config), topic: config.output.incidents) else {
            throw RunFailure("the topic \(config.output.incidents) of the demo has gone")
        }
        defer { follower.close() }
        var audience = Audience(follower: follower, block: options.block)
        let playing = try player(stop, played)
        let begin = PlayPace.now()
        var result = DemoResult()
        var silentSince: Double?
        let silence = options.silence.inSeconds / options.silenceSpeed + config.input.idleAfter.inSeconds
        while !stop.isMade {
            guard try audience.look(show) else { stop.make(); break }
            let status = service.status
            if let error = serving.failure ?? playing.failure { throw error }
            let isPlayed = playing.isFinished
            let isTaken = isPlayed && status.messages >= played.summary.messages
            if isTaken, silentSince == nil {
                silentSince = PlayPace.now()
                played.isTaken = true
            }
            if let since = silentSince, PlayPace.now() - since >= silence { break }
            let phase = isPlayed ? DemoProgress.Phase.silence : .playing
            report(DemoProgress(phase: phase, played: Int(played.count), incidentsOpen: audience.unresolved))
        }
        result.wasInterrupted = stop.isMade
        report(DemoProgress(phase: .stopping, played: Int(played.count), incidentsOpen: audience.unresolved))
        stop.make()
        try playing.finish(seconds: 10, "the producer")
        service.requestStop()
        try serving.finish(seconds: 20, "the service")
        if !result.wasInterrupted { _ = try audience.lookAtLast(show) }
        result.seconds = PlayPace.now() - begin
        result.status = service.status
        result.played = played.summary
        result.incidents = audience.incidents
        result.records = audience.records
        result.alertsShown = audience.incidents.values.reduce(0) { $1.status == .merged ? $0 : $0 + $1.alertCount }
        return result
    }

    /// Joining a group takes about three seconds.
    private func waitUntilReady(
        _ service: RunService, _ serving: Worker, _ stop: StopRequest, _ report: (DemoProgress) -> Void
    ) throws {
        let deadline = PlayPace.now() + 30
        while !service.status.isReady, !stop.isMade {
            if let error = serving.failure { throw error }
            guard PlayPace.now() < deadline else {
                let why = service.status.obstacles.joined(separator: "; ")
                throw RunFailure("the service is not ready after 30 s: \(why)\n" + log.lines.suffix(5).joined(separator: "\n"))
            }
            report(DemoProgress(phase: .starting, played: 0, incidentsOpen: 0))
            usleep(50_000)
        }
    }

    private func player(_ stop: StopRequest, _ played: PlayedSoFar) throws(KafkaError) -> Worker {
        let producer = try Producer(properties: KafkaProperties(config))
        let (events, speed, rules) = (options.events, options.speed, DecoderRules(config))
        return Worker {
            var player = EventPlayer(producer: producer, topic: "alerts", rules: rules, speed: speed)
            played.summary = try player.play([events], shouldStop: { stop.isMade }, report: { played.count = $0.messages })
        }
    }
}
