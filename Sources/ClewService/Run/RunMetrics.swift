import ClewConfig
import ClewEngine
import ClewFormats
import ClewKafka
import ClewTelemetry

/// What `/metrics` tells of the service.
final class RunMetrics: Sendable {
    /// A partition as it stands.
    struct PartitionFigures {
        var partition: TopicPartition
        var lag: Int64?
        /// Seconds of event time by which the watermark is behind its newest event; nil before there is one.
        var watermarkLag: Double?
        var isIdle: Bool
        var isPaused: Bool
    }

    private let messages, events, deadLetters: CounterFamily
    private let lag, watermarkLag, idle, paused: GaugeFamily
    private let records: CounterFamily
    private let transactions: CounterFamily
    private let transactionSeconds: Histogram
    private let tooLarge, late, redelivered, clocksReplaced, forced, taken: Counter
    private let severityUnknown, resends, labelsCut, clearsUnknown, evictedKeys, rebalances: Counter
    private let implausible, alerts, repeats, clears, changes, chronic, standing, made: Counter
    private let errors, revisions: CounterFamily
    private let watermark, open: Gauge
    private let tables: StateMetrics
    private let ready, members, assigned, waitingBytes: Gauge
    private let openInDomain: GaugeFamily
    private let topics: (incidents: String, deadLetters: String)

    init(_ registry: MetricRegistry, config: Config) {
        ProcessMetrics.register(in: registry)
        topics = (config.output.incidents, config.output.deadLetters)
        tables = StateMetrics(registry, config: config)
        registry.gauge("clew_build_info", "Always 1; the labels tell the versions.", labels: ["version", "librdkafka"])
            .child(ClewVersion.text, KafkaLibrary.version).set(1)
        let place = ["topic", "partition"]
        messages = registry.counter("clew_messages_total", "Messages read, by topic.", labels: ["topic"])
        events = registry.counter(
            "clew_events_total", "Events decoded, and messages that gave none: ignored (by reason) or dead.", labels: ["topic", "outcome"])
        deadLetters = registry.counter(
            "clew_dead_letters_total", "Messages that could not be decoded, by topic and reason.", labels: ["topic", "reason"])
        taken = registry.counter("clew_events_taken_total", "Events that the engine has taken, in their order.")
        late = registry.counter("clew_events_late_total", "Events further behind their partition's newest than input.allowed_lateness.")
        redelivered = registry.counter("clew_events_redelivered_total", "Events that were taken before, and are dropped.")
        clocksReplaced = registry.counter("clew_events_clock_replaced_total", "Events whose implausible timestamp was replaced.")
        forced = registry.counter("clew_events_forced_total", "Events taken before the watermark, as input.max_buffered was reached.")
        severityUnknown = registry.counter("clew_events_severity_unknown_total", "Events whose severity was missing or unknown.")
        resends = registry.counter("clew_events_resent_total", "Re-sends of standing alerts, which take their record's time.")
        labelsCut = registry.counter("clew_labels_cut_total", "Labels left out or cut by the limits.")
        implausible = registry.counter(
            "clew_events_implausible_total", "Events whose implausible timestamp nothing could replace: dead letters.")
        alerts = registry.counter("clew_alerts_total", "Events that began an alert.")
        repeats = registry.counter("clew_repeats_total", "Events that repeated an alert.")
        clears = registry.counter("clew_clears_total", "Events that cleared an alert.")
        changes = registry.counter("clew_changes_total", "Events of correlation.change_types: possible causes, no alerts.")
        chronic = registry.counter("clew_chronic_total", "Events of alerts too frequent to belong to an incident.")
        standing = registry.counter("clew_standing_total", "Repeats of alerts whose incident is older than correlation.max_age.")
        clearsUnknown = registry.counter("clew_clears_unknown_total", "Clears of alerts that were never raised.")
        lag = registry.gauge("clew_consumer_lag_records", "Records of a partition that were not read yet.", labels: place)
        watermarkLag = registry.gauge(
            "clew_watermark_lag_seconds", "Event time by which the watermark is behind the newest event of a partition.", labels: place)
        idle = registry.gauge("clew_partition_idle", "1 while a partition does not hold the watermark.", labels: place)
        paused = registry.gauge(
            "clew_partition_paused", "1 while a partition is held back: by input.max_buffered, or as results wait for the brokers.",
            labels: place)
        watermark = registry.gauge("clew_watermark_timestamp_seconds", "Event time up to which the input is complete, since 1970.")
        open = registry.gauge("clew_incidents_open", "Incidents that are open.")
        openInDomain = registry.gauge(
            "clew_domain_incidents_open", "Incidents that are open, by domain; where correlation.domains names some.", labels: ["domain"])
        made = registry.counter("clew_incidents_made_total", "Incidents begun, most of which are never published.")
        revisions = registry.counter("clew_incident_revisions_total", "Revisions of incidents, by their status.", labels: ["status"])
        evictedKeys = registry.counter("clew_alert_keys_evicted_total", "Alerts forgotten, as correlation.max_keys was reached.")
        records = registry.counter("clew_output_records_total", "Records whose transaction was committed, by topic.", labels: ["topic"])
        transactions = registry.counter("clew_transactions_total", "Transactions, by how they ended.", labels: ["outcome"])
        transactionSeconds = registry.histogram("clew_transaction_duration_seconds", "Time from handing over to the commit.")
        waitingBytes = registry.gauge("clew_output_waiting_bytes", "Output whose transaction is not committed yet.")
        tooLarge = registry.counter("clew_records_too_large_total", "Incident records left out, as their topic refuses their size.")
        errors = registry.counter("clew_errors_total", "Errors told by the Kafka clients, by name.", labels: ["code"])
        rebalances = registry.counter("clew_rebalances_total", "Times that the group gave out partitions.")
        ready = registry.gauge("clew_ready", "1 while /readyz answers 200.")
        members = registry.gauge("clew_group_members", "Members of the consumer group; NaN where the cluster does not tell.")
        assigned = registry.gauge("clew_partitions_assigned", "Partitions that are this member's.")
        // What an alert rule asks for must be there before it first happens.
        for outcome in ["committed", "aborted"] { _ = transactions.child(outcome) }
        for topic in [topics.incidents, topics.deadLetters] { _ = records.child(topic) }
    }

    // MARK: From any thread

    func transactionCommitted(_ batch: TransactionBatch, seconds: Double) {
        transactions.child("committed").increment()
        transactionSeconds.observe(seconds)
        if batch.incidents > 0 { records.child(topics.incidents).increment(by: batch.incidents) }
        if batch.deadLetters > 0 { records.child(topics.deadLetters).increment(by: batch.deadLetters) }
    }

    func transactionAborted() { transactions.child("aborted").increment() }

    func recordsTooLarge(_ count: Int) { tooLarge.increment(by: count) }

    func clientError(_ error: KafkaError) { errors.child(error.code.name).increment() }

    func rebalanced() { rebalances.increment() }

    func set(members count: Int?) { members.set(count.map(Double.init) ?? .nan) }

    // MARK: From the pipeline's thread, now and then

    func update(topic: String, _ counters: TopicCounters, dedupKeys: Int) {
        tables.update(topic: topic, dedupKeys: dedupKeys)
        messages.child(topic).mirror(Double(counters.messages))
        events.child(topic, "decoded").mirror(Double(counters.events))
        events.child(topic, "dead").mirror(Double(counters.deadTotal))
        for (at, reason) in IgnoreReason.allCases.enumerated() where counters.ignored[at] > 0 {
            events.child(topic, reason.rawValue).mirror(Double(counters.ignored[at]))
        }
        for (at, reason) in DeadReason.allCases.enumerated() where counters.dead[at] > 0 {
            deadLetters.child(topic, reason.rawValue).mirror(Double(counters.dead[at]))
        }
    }

    func update(_ decoder: DecoderCounters, _ engine: CorrelatorStatistics) {
        severityUnknown.mirror(Double(decoder.severityUnknown))
        resends.mirror(Double(decoder.resends))
        labelsCut.mirror(Double(decoder.labelsCut))
        taken.mirror(Double(engine.taken))
        late.mirror(Double(engine.late))
        redelivered.mirror(Double(engine.redelivered))
        clocksReplaced.mirror(Double(engine.clocksReplaced))
        forced.mirror(Double(engine.forced))
        implausible.mirror(Double(engine.implausible))
        alerts.mirror(Double(engine.newAlerts))
        repeats.mirror(Double(engine.repeats))
        clears.mirror(Double(engine.clears))
        changes.mirror(Double(engine.changes))
        chronic.mirror(Double(engine.chronic))
        standing.mirror(Double(engine.standing))
        made.mirror(Double(engine.incidentsMade))
        clearsUnknown.mirror(Double(engine.unknownClears))
        evictedKeys.mirror(Double(engine.evictedKeys))
        watermark.set(engine.watermark?.seconds ?? .nan)
        open.set(engine.incidentsOpen)
        tables.update(engine)
        let published = engine.published
        let byStatus: [(IncidentStatus, UInt64)] = [
            (.open, published.opened), (.updated, published.updated), (.resolved, published.resolved), (.reopened, published.reopened),
            (.merged, published.merged), (.frozen, published.frozen),
        ]
        for (status, count) in byStatus { revisions.child(status.name).mirror(Double(count)) }
    }

    func update(_ figures: PartitionFigures) {
        let labels = [figures.partition.topic, "\(figures.partition.partition)"]
        lag.child(labels).set(figures.lag.map(Double.init) ?? .nan)
        watermarkLag.child(labels).set(figures.watermarkLag ?? .nan)
        idle.child(labels).set(figures.isIdle ? 1 : 0)
        paused.child(labels).set(figures.isPaused ? 1 : 0)
    }

    func update(domain: String, incidentsOpen count: Int) { openInDomain.child(domain).set(count) }

    func remove(_ partition: TopicPartition) {
        for family in [lag, watermarkLag, idle, paused] { family.remove(partition.topic, "\(partition.partition)") }
    }

    func update(isReady: Bool, assigned count: Int, waitingBytes bytes: Int) {
        ready.set(isReady ? 1 : 0)
        assigned.set(count)
        waitingBytes.set(bytes)
    }
}
