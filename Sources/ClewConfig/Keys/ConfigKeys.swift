internal import ClewEngine
internal import ClewYAML

extension ConfigKey {
    /// Every key, in the order in which they are printed.
    static let all: [ConfigKey] = kafka + input + output + topology + correlation + model + limits + http + log

    /// The sections, in their order.
    static let sections: [String] = all.reduce(into: []) { if $0.last != $1.section { $0.append($1.section) } }

    private static let short = Duration.seconds(0)...Duration.seconds(3600)
    private static let long = Duration.seconds(0)...Duration.seconds(10_000 * 86_400)
    private static let odds = 0.001...1e9

    private static let kafka: [ConfigKey] = [
        .list("kafka.bootstrap_servers", \.kafka.bootstrapServers, .server, "Brokers to ask for the cluster, as host:port."),
        .scalar("kafka.client_id", \.kafka.clientID, .name(), "The name brokers see in their logs and quotas."),
        ConfigKey(
            path: "kafka.properties",
            summary: "Properties of librdkafka, passed through: security.protocol, sasl.*, ssl.* and so on. "
                + "Those that Clew must control itself are refused.",
            changesIncidents: false, shape: .properties),
    ]

    private static let input: [ConfigKey] = [
        ConfigKey(
            path: "input.topics",
            summary: "What to read: a name, \"^a regular expression\" (never matches Clew's own outputs), "
                + "or {name, format, mapping, resource, type}.",
            changesIncidents: true, shape: .topics),
        .scalar("input.group", \.input.group, .name(), "The consumer group."),
        .scalar("input.start", \.input.start, .start, "Where to begin without a committed offset: earliest, latest or an RFC 3339 time."),
        .scalar(
            "input.format", \.input.format, .words(),
            "How messages are read: \(Config.Format.allCases.map(\.rawValue).joined(separator: ", ")). "
                + "auto recognises each message by its shape.", changesIncidents: true),
        ConfigKey(
            path: "input.mapping",
            summary: "JSON pointers to the fields of any other JSON: {id, timestamp, source, resource, type, severity, status, "
                + "message: /json/pointer, labels: {name: /json/pointer}}. For format mapping; with auto, for messages of no known shape.",
            changesIncidents: true, shape: .mapping),
        .scalar(
            "input.allowed_lateness", \.input.allowedLateness, .duration(in: .seconds(0)...(.seconds(86_400))),
            "How far behind the newest event of its partition one may be and still be put in order (event time).", changesIncidents: true),
        .scalar(
            "input.idle_after", \.input.idleAfter, .duration(in: .seconds(1)...(.seconds(86_400))),
            "A partition read to its end stops holding back the others after this time."),
        .scalar(
            "input.resend_after", \.input.resendAfter, .duration(in: long),
            "A standing alert whose record is this much newer than its own time is a re-send, and takes the record's time.",
            changesIncidents: true),
        .scalar(
            "input.max_behind", \.input.maxBehind, .duration(in: long),
            "A timestamp further behind its partition's newest is implausible.", changesIncidents: true),
        .scalar(
            "input.max_ahead", \.input.maxAhead, .duration(in: long),
            "A timestamp further ahead of its record's is implausible.", changesIncidents: true),
        .scalar(
            "input.max_ahead_unrecorded", \.input.maxAheadUnrecorded, .duration(in: long),
            "Without a record timestamp: one further ahead of its partition's newest is implausible.", changesIncidents: true),
        .scalar(
            "input.redelivery_memory", \.input.redeliveryMemory, .duration(in: long),
            "Redeliveries of an event are recognised for this much event time.", changesIncidents: true),
        .scalar(
            "input.max_redeliveries", \.input.maxRedeliveries, .int(in: 0...100_000_000),
            "Most events remembered to recognise redeliveries; the oldest go first.", changesIncidents: true),
        .scalar(
            "input.max_buffered", \.input.maxBuffered, .int(in: 1...100_000_000),
            "Most events held back to be put in order; beyond, the oldest are taken early and counted.", changesIncidents: true),
    ]

    private static let output: [ConfigKey] = [
        .scalar("output.incidents", \.output.incidents, .topic, "Topic of the incident records."),
        .scalar("output.dead_letters", \.output.deadLetters, .topic, "Topic of what could not be read."),
        .scalar(
            "output.state", \.output.state, .topic,
            "Reserved for snapshots and journal; this version writes nothing to it, and never reads it as input."),
        .scalar(
            "output.create_topics", \.output.createTopics, .bool,
            "Create missing topics at start: incidents (compacted), dead letters, and inputs given by name."),
        .scalar(
            "output.commit_interval", \.output.commitInterval, .duration(in: .milliseconds(1)...(.seconds(60))),
            "Time between two transactions: the delay of results against the load on the brokers."),
        .optional(
            "output.transactional_id", \.output.transactionalID, .name(),
            "Fences a second instance; null: derived from input.group."),
        .scalar(
            "output.compression", \.output.compression, .words(),
            "Of what is produced: \(Config.Compression.allCases.map(\.rawValue).joined(separator: ", "))."),
    ]

    private static let topology: [ConfigKey] = [
        .list(
            "topology.files", \.topology.files, .name("a path"),
            "Topology files (YAML or JSON), read as one; a relative path is looked for beside this file, then in the working directory."),
        .optional(
            "topology.topic", \.topology.topic, .topic, "A compacted topic that keeps the topology live; not supported by this version."),
    ]

    private static let correlation: [ConfigKey] = [
        .scalar(
            "correlation.threshold", \.correlation.threshold, .double(in: odds),
            "The one knob: odds at which an alert joins an incident (7 joins more, 14 less).", changesIncidents: true),
        .scalar(
            "correlation.hold_back", \.correlation.holdBack, .duration(in: short),
            "A new incident is held back this long before it may be published.", changesIncidents: true),
        .scalar(
            "correlation.max_age", \.correlation.maxAge, .duration(in: long),
            "An incident takes no more alerts at this age.", changesIncidents: true),
        .optional(
            "correlation.max_alerts", \.correlation.maxAlerts, .int(in: 2...10_000_000),
            "An incident takes no more alerts at this size; null: no limit.", changesIncidents: true),
        .optional(
            "correlation.max_quiet", \.correlation.maxQuiet, .duration(in: long),
            "An incident freezes after this much silence, even if alerts of it are still on; null: not by silence.",
            changesIncidents: true),
        .scalar(
            "correlation.idle", \.correlation.idle, .duration(in: long),
            "After this much silence an incident takes only alerts that one of it which is still on explains.", changesIncidents: true),
        .scalar(
            "correlation.update_interval", \.correlation.updateInterval, .duration(in: short),
            "At most one update of an incident in this time, unless something important changed.", changesIncidents: true),
        .scalar(
            "correlation.publish_lone", \.correlation.publishLone, .severity,
            "A lone alert is published from this severity on: info, warning, minor, major or critical.", changesIncidents: true),
        .list(
            "correlation.identity", \.correlation.identity, .name("the name of a label"),
            "Labels that tell alerts of the same resource and type apart; source is the event's source.", changesIncidents: true),
        .list(
            "correlation.change_types", \.correlation.changeTypes, .typePattern,
            "Types of events that tell of a change (a deployment, a new configuration); * stands for any characters, ? for one. "
                + "They are no alerts, but possible causes of what follows.",
            changesIncidents: true),
        .scalar(
            "correlation.change_window", \.correlation.changeWindow, .duration(in: .seconds(60)...(.seconds(7 * 86_400))),
            "How long after a change it may explain an incident (event time).", changesIncidents: true),
        .scalar(
            "correlation.fuse_threshold", \.correlation.fuseThreshold, .double(in: odds),
            "Odds at which an arriving alert makes two incidents one.", changesIncidents: true),
        .scalar(
            "correlation.settle_threshold", \.correlation.settleThreshold, .double(in: odds),
            "Odds at which a small incident settles in another.", changesIncidents: true),
        .scalar(
            "correlation.burst_threshold", \.correlation.burstThreshold, .double(in: odds),
            "Odds at which it does so on the evidence of a burst alone.", changesIncidents: true),
        .scalar(
            "correlation.settle_late", \.correlation.settleLate, .duration(in: long),
            "The second settlement, after the incident's start (and never before hold_back).", changesIncidents: true),
        .scalar(
            "correlation.resolve_after", \.correlation.resolveAfter, .duration(in: long),
            "Quiet time after the last clear before an incident is resolved.", changesIncidents: true),
        .scalar(
            "correlation.chronic_count", \.correlation.chronicCount, .double(in: 1...1e9),
            "Busy minutes (with a half-life) at which an alert is chronic and belongs to no incident.", changesIncidents: true),
        .scalar(
            "correlation.max_keys", \.correlation.maxKeys, .int(in: 1000...100_000_000),
            "Most alerts remembered; the longest silent go first.", changesIncidents: true),
        .scalar(
            "correlation.max_pairs", \.correlation.maxPairs, .int(in: 100...100_000_000),
            "Most learned pairs of alert types; the least supported go first.", changesIncidents: true),
        .scalar(
            "correlation.max_bound_resources", \.correlation.maxBoundResources, .int(in: 0...10_000_000),
            "Most resources placed by their name, beyond those of the topology.", changesIncidents: true),
        ConfigKey(
            path: "correlation.domains",
            summary: "Parts of the topology that are correlated apart, each {name, resources: [a resource of each of its components, "
                + "or a pattern with * and ?]}; all else is the domain default. Bounds are those of one domain.",
            changesIncidents: true, shape: .domains),
        .optional(
            "correlation.threads", \.correlation.threads, .int(in: 1...1024),
            "Most threads that run domains at once; null: one a processor. Incidents don't depend on it."),
    ]

    private static let model: [ConfigKey] = [
        .optional(
            "model.file", \.model.file, .name("a path"),
            "A model file to begin with (clew learn writes such); a relative path is looked for as those of topology.files. null: none.",
            changesIncidents: true),
        .scalar(
            "model.mode", \.model.mode, .words(),
            "learn: learning goes on from the model; frozen: it stays as it is, which needs a model file.",
            changesIncidents: true),
        .optional(
            "model.half_life", \.model.halfLife, .duration(in: .seconds(60)...(.seconds(10_000 * 86_400))),
            "Half-life of what is learned; null: nothing is forgotten.", changesIncidents: true),
        .scalar(
            "model.max_resource_pairs", \.model.maxResourcePairs, .int(in: 100...10_000_000),
            "Most pairs of resources remembered that may lack an edge in the topology; the least supported go first."),
    ]

    private static let limits: [ConfigKey] = [
        .scalar(
            "limits.names", \.limits.names, .int(in: 1000...100_000_000),
            "Names of resources, types, sources and identities, beside topology and model; events with more are dead letters.",
            changesIncidents: true),
        .scalar(
            "limits.message_bytes", \.limits.messageBytes, .size(in: 1024...(1 << 30)),
            "A longer message is a dead letter.", changesIncidents: true),
        .scalar(
            "limits.nesting", \.limits.nesting, .int(in: 1...1024),
            "A message nested deeper is a dead letter.", changesIncidents: true),
        .scalar(
            "limits.events", \.limits.events, .int(in: 1...1_000_000),
            "A message with more events is a dead letter.", changesIncidents: true),
        .scalar("limits.labels", \.limits.labels, .int(in: 0...10_000), "Labels kept of an event.", changesIncidents: true),
        .scalar(
            "limits.label_name_bytes", \.limits.labelNameBytes, .size(in: 1...65_535),
            "A longer label name is cut.", changesIncidents: true),
        .scalar(
            "limits.label_value_bytes", \.limits.labelValueBytes, .size(in: 1...65_535),
            "A longer label value is cut.", changesIncidents: true),
        .scalar(
            "limits.text_bytes", \.limits.textBytes, .size(in: 1...(1 << 24)), "A longer message text is cut.", changesIncidents: true),
        .scalar("limits.id_bytes", \.limits.idBytes, .size(in: 16...65_535), "A longer event id is cut.", changesIncidents: true),
        .scalar(
            "limits.dedup_keys", \.limits.dedupKeys, .int(in: 1...100_000_000),
            "PagerDuty dedup_keys remembered; the oldest go first.", changesIncidents: true),
    ]

    private static let http: [ConfigKey] = [
        .optional("http.listen", \.http.listen, .listenAddress, "Health and metrics, as host:port; null: none. Port 0 takes a free one.")
    ]

    private static let log: [ConfigKey] = [
        .scalar("log.level", \.log.level, .words(), "error, warning, info or debug."),
        .scalar("log.format", \.log.format, .words(), "text for people, json for machines."),
    ]
}
