import ClewConfig
import ClewEngine
import ClewFormats
import ClewKafka
import ClewModel
import ClewTelemetry

/// The pipeline's thread: it polls, decodes, correlates, and hands transactions over. Everything here belongs to it alone.
final class RunSession {
    static let pollMessages = 4_096
    /// Also the longest time that a batch waits to be filled.
    static let pollTimeout = Duration.milliseconds(50)
    /// How long the last transaction may take at a stop, seconds.
    static let drainSeconds = 20.0
    /// How long a full outbox waits for the transaction under way before the input is held, seconds.
    static let patience = 1.0

    let config: Config
    let log: Log
    let shared: SharedState
    let metrics: RunMetrics
    let consumer: Consumer
    let subscription: Subscription
    let topicRules: TopicRules
    let transactor: Transactor
    let watch: ClusterWatch

    var pipeline: Pipeline
    var sources = Sources()
    var topicNumbers: [String: Int] = [:]
    var idle: IdleClock
    var pressure: BackPressure
    var groupCheck: GroupCheck
    /// What is written since the last transaction was handed over.
    var outbox = TransactionBatch()
    /// A transaction that has to wait for the group.
    var waiting: TransactionBatch?
    /// Of the transaction that the transactor has.
    var bytesUnderWay = 0
    /// Whether nothing is read until the outbox can be handed over.
    var isHeld = false
    /// Emptied, to be used again.
    var spare: TransactionBatch?
    /// Whether input was taken since the last transaction was handed over.
    var hasTaken = false
    /// Events that waited for the watermark when the last transaction was handed over.
    var waitedAtCommit = 0
    /// Whether there may be offsets to commit: input was taken, or something waits no more, as when time alone lets it go.
    var hasMoved: Bool { hasTaken || pipeline.correlator.statistics.buffered < waitedAtCommit }
    var lastCommit = 0.0
    var lastFigures = 0.0
    var lastReport = 0
    var published = (incidents: UInt64(0), deadLetters: UInt64(0))
    /// What must end the run; thrown at the next opportunity.
    var failure: RunFailure?
    var isClosing = false
    /// Event time that goes by in a second while all partitions are idle.
    var idleRate: @Sendable () -> Double = { 1 }

    private init(
        config: Config, pipeline: consuming Pipeline, log: Log, shared: SharedState, metrics: RunMetrics, subscription: Subscription,
        consumer: Consumer, producer: Producer, makeProducer: @escaping @Sendable () throws(KafkaError) -> Producer, admin: Admin
    ) {
        self.config = config
        self.log = log
        self.shared = shared
        self.metrics = metrics
        self.subscription = subscription
        topicRules = TopicRules(config)
        self.consumer = consumer
        self.pipeline = pipeline
        idle = IdleClock(idleAfter: config.input.idleAfter.inSeconds)
        pressure = BackPressure(limit: config.input.maxBuffered)
        groupCheck = GroupCheck(group: config.input.group)
        transactor = Transactor(
            producer: producer, makeProducer: makeProducer, groupOffsets: consumer.groupOffsets, incidents: config.output.incidents,
            deadLetters: config.output.deadLetters, log: log, metrics: metrics, wake: { shared.wake() })
        watch = ClusterWatch(
            admin: admin, group: config.input.group, bootstrap: config.kafka.bootstrapServers.joined(separator: ","), shared: shared,
            log: log, metrics: metrics)
    }

    /// Runs from the first connection to leaving the group. Throws `RunFailure` and `KafkaError`.
    static func run(
        config: Config, topology: TopologyDefinition, model: LoadedModel?, log: Log, shared: SharedState, metrics: RunMetrics,
        idleRate: @escaping @Sendable () -> Double = { 1 }
    ) throws {
        let subscription = try Subscription(config)
        let events = ClientEvents.ofService(log: log, shared: shared, metrics: metrics)
        let admin = try Admin(properties: KafkaProperties(config), events: events)
        let makeProducer = { @Sendable () throws(KafkaError) in try Producer(properties: .producer(config), events: events) }
        let producer = try makeProducer()
        let consumer = try Consumer(
            properties: .consumer(config), start: StartPosition(config.input.start), excluding: subscription.excluded, events: events)
        let startup = Startup(config: config, log: log, shared: shared)
        guard try startup.reachBroker(admin), try startup.checkTopics(admin), try startup.initTransactions(producer) else { return }
        shared.update { readiness in
            readiness.phase = .joining
            readiness.unreachable = nil
        }
        let pipeline = Pipeline(config: config, topology: topology, model: model)
        if let model { report(model, pipeline.modelFit, log) }
        let session = RunSession(
            config: config, pipeline: pipeline, log: log, shared: shared, metrics: metrics, subscription: subscription,
            consumer: consumer, producer: producer, makeProducer: makeProducer, admin: admin)
        defer { session.watch.end() }
        session.idleRate = idleRate
        try session.subscribe()
        session.loop()
        session.drain()
        if let failure = session.failure { throw failure }
    }

    private static func report(_ model: LoadedModel, _ fit: ModelFit, _ log: Log) {
        log.info(
            "model loaded",
            [
                "digest": LogValue(model.digest), "types": LogValue(model.file.model.types.count),
                "pairs": LogValue(model.file.model.pairs.count),
            ])
        if let misfit = fit.complaint { log.warning(misfit) }
    }

    private func subscribe() throws(KafkaError) {
        consumer.rebalanceHandler = Consumer.RebalanceHandler(
            assigned: { [unowned self] in assigned(&$0) }, revoked: { [unowned self] in revoked($0) }, lost: { [unowned self] in lost($0) })
        try consumer.subscribe(names: subscription.names, patterns: subscription.patterns.map(\.text))
        shared.setWaker(consumer.waker)
        log.info(
            "started; open incidents are not kept over a stop by this version: after a start correlation begins anew",
            [
                "version": LogValue(ClewVersion.text), "group": LogValue(config.input.group),
                "topics": LogValue(config.input.topics.map(\.name).joined(separator: ", ")),
                "incidents": LogValue(config.output.incidents), "resources": LogValue(pipeline.correlator.statistics.resources),
            ])
    }

    /// Until a stop is asked for, or something cannot be mended (then `failure` is set).
    private func loop() {
        // What one poll brings fits between the high mark and the limit.
        let batch = consumer.makeBatch(capacity: min(RunSession.pollMessages, max(16, config.input.maxBuffered - pressure.highMark)))
        while !shared.isStopRequested, failure == nil {
            do throws(KafkaError) {
                try consumer.poll(into: batch, timeout: RunSession.pollTimeout, maximum: outbox.isFull ? 1 : .max)
            } catch {
                failure = failure ?? RunFailure(error.description)
                return
            }
            take(batch)
            batch.clear()
            let now = Clock.monotonicSeconds()
            look(at: now)
            commitIfDue(now)
            if now - lastFigures >= 0.25 {
                lastFigures = now
                updateFigures(now)
            }
        }
    }

    /// What the watermark has passed is published and committed; the rest is read again at the next start.
    private func drain() {
        shared.update { $0.phase = .draining }
        if failure == nil {
            pipeline.correlator.release()
            log.info("draining", ["waiting_events": LogValue(pipeline.correlator.statistics.buffered)])
            finishTransactions(seconds: RunSession.drainSeconds)
        }
        isClosing = true
        consumer.close()
        let end = pipeline.correlator.statistics
        updateFigures(Clock.monotonicSeconds())
        log.info(
            failure == nil ? "stopped; every result is committed" : "stopped",
            [
                "events": LogValue(end.taken), "incident_records": LogValue(published.incidents),
                "dead_letters": LogValue(published.deadLetters), "read_again_at_start": LogValue(end.buffered),
            ])
    }
}
