public import ClewConfig
public import ClewEngine
public import ClewModel
public import ClewTelemetry

/// `clew run`: Kafka in, Kafka out.
///
/// One thread, the one that calls ``run()``, owns the consumer and the engine; transactions run on a second one, health and
/// metrics on a third.
///
///     let service = try RunService(config: config, topology: topology, log: log)
///     try service.run()          // until `requestStop()` is called from anywhere
public final class RunService: Sendable {
    private let config: Config
    private let topology: TopologyDefinition
    private let model: LoadedModel?
    private let log: Log
    private let shared: SharedState
    private let metrics: RunMetrics
    private let http: HTTPServer?
    private let idleRate: @Sendable () -> Double

    /// Begins to listen for health and metrics (`http.listen`); connects to nothing yet.
    ///
    /// - Parameters:
    ///   - model: what the engine begins with.
    ///   - registry: where the metrics go; one registry takes one service.
    ///   - idleRate: event time that goes by in a second while all partitions are idle, asked at each look at the clock: 1, but
    ///     for demos that play faster.
    /// - Throws: `RunFailure` where the address cannot be listened on.
    public init(
        config: Config, topology: TopologyDefinition, model: LoadedModel? = nil, log: Log, registry: MetricRegistry = MetricRegistry(),
        idleRate: @escaping @Sendable () -> Double = { 1 }
    ) throws(RunFailure) {
        self.config = config
        self.topology = topology
        self.model = model
        self.log = log
        self.idleRate = idleRate
        let shared = SharedState()
        self.shared = shared
        metrics = RunMetrics(registry, config: config)
        http = try HealthEndpoint.start(config.http.listen, shared: shared, registry: registry)
    }

    /// The port of health and metrics; nil where `http.listen` is null.
    public var httpPort: UInt16? { http?.port }

    /// How it stands now. Safe from any thread.
    public var status: RunStatus { shared.status }

    /// Runs until a stop is asked for: then what the watermark has passed is published, offsets are committed, the group is
    /// left, and the call returns. May be called once.
    ///
    /// - Throws: `RunFailure` where no broker is found within 30 s, a topic is missing, a password is refused, a second
    ///   instance has taken over, or the last transaction could not be completed.
    public func run() throws(RunFailure) {
        defer {
            shared.finish()
            http?.stop()
            log.flushSuppressed()
        }
        do {
            try RunSession.run(
                config: config, topology: topology, model: model, log: log, shared: shared, metrics: metrics, idleRate: idleRate)
        } catch let failure as RunFailure {
            throw failure
        } catch {
            throw RunFailure("\(error)")
        }
    }

    /// Asks for a graceful stop. Returns at once; safe from any thread, also before ``run()`` and more than once.
    public func requestStop() { shared.requestStop() }
}
