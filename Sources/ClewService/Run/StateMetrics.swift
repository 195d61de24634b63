import ClewConfig
import ClewEngine
import ClewTelemetry

/// What `/metrics` tells of the tables of the state: how much is in them, and how much may be.
struct StateMetrics: Sendable {
    private let buffered, redeliveries, names, resources, boundResources, resourcesWithAlerts: Gauge
    private let keys, inMemory, alerts, due, changes, pairs, resourcePairs: Gauge
    private let dedupKeys: GaugeFamily

    init(_ registry: MetricRegistry, config: Config) {
        buffered = registry.gauge("clew_reorder_buffer_events", "Events that wait for the watermark.")
        registry.gauge("clew_reorder_buffer_limit_events", "input.max_buffered.").set(config.input.maxBuffered)
        redeliveries = registry.gauge("clew_redeliveries_remembered", "Events remembered to recognise redeliveries.")
        names = registry.gauge("clew_names", "Distinct strings known.")
        resources = registry.gauge("clew_resources", "Resources known, of the topology and by name.")
        boundResources = registry.gauge("clew_resources_bound", "Resources placed by their name.")
        resourcesWithAlerts = registry.gauge(
            "clew_resources_with_alerts", "Resources that remember alerts, on them or in their neighbourhood.")
        keys = registry.gauge("clew_alert_keys", "Alerts remembered.")
        inMemory = registry.gauge("clew_incidents_in_memory", "Incidents remembered, over or not, shown or not.")
        alerts = registry.gauge("clew_incident_alerts", "Alerts kept as part of an incident in memory.")
        due = registry.gauge("clew_due_entries", "What incidents have to do later.")
        changes = registry.gauge("clew_changes_remembered", "Changes that may yet explain an incident, and some older.")
        pairs = registry.gauge("clew_learned_pairs", "Pairs of alert types learned.")
        resourcePairs = registry.gauge("clew_resource_pairs", "Pairs of resources that may lack an edge in the topology.")
        dedupKeys = registry.gauge("clew_dedup_keys", "PagerDuty dedup_keys remembered, by topic.", labels: ["topic"])
        let limits = registry.gauge(
            "clew_limit", "Most entries of a table, by the config key that sets it; of correlation and model: in each domain.",
            labels: ["key"])
        for (key, limit) in StateMetrics.limits(config) { limits.child(key).set(limit) }
    }

    private static func limits(_ config: Config) -> KeyValuePairs<String, Int> {
        [
            "input.max_buffered": config.input.maxBuffered, "input.max_redeliveries": config.input.maxRedeliveries,
            "limits.names": config.limits.names, "limits.dedup_keys": config.limits.dedupKeys,
            "correlation.max_keys": config.correlation.maxKeys, "correlation.max_pairs": config.correlation.maxPairs,
            "correlation.max_bound_resources": config.correlation.maxBoundResources,
            "model.max_resource_pairs": config.model.maxResourcePairs,
        ]
    }

    func update(_ engine: CorrelatorStatistics) {
        buffered.set(engine.buffered)
        redeliveries.set(engine.redeliveriesRemembered)
        names.set(engine.names)
        resources.set(engine.resources)
        boundResources.set(engine.boundResources)
        resourcesWithAlerts.set(engine.resourcesWithCells)
        keys.set(engine.keys)
        inMemory.set(engine.incidentsInMemory)
        alerts.set(engine.alertEntries)
        due.set(engine.dueEntries)
        changes.set(engine.changesRemembered)
        pairs.set(engine.pairs)
        resourcePairs.set(engine.resourcePairs)
    }

    func update(topic: String, dedupKeys count: Int) { dedupKeys.child(topic).set(count) }
}
