import ClewKafka
import ClewTelemetry

extension ClientEvents {
    /// What clients tell: one outage is one line of log (``ClusterWatch`` writes it), not one a connection and second.
    static func ofService(log: Log, shared: SharedState, metrics: RunMetrics) -> ClientEvents {
        ClientEvents(
            log: { record in
                let fields: KeyValuePairs<String, LogValue> = ["client": "librdkafka", "facility": LogValue(record.facility)]
                if record.level > 4 || ClientEvents.isAboutConnections(record.facility) || record.facility == "CONFWARN" {
                    log.debug(record.message, fields)
                } else if record.level <= 3 {
                    log.error(record.message, fields, atMostEvery: 30, key: "librdkafka-\(record.facility)")
                } else {
                    log.warning(record.message, fields, atMostEvery: 30, key: "librdkafka-\(record.facility)")
                }
            },
            error: { error in
                metrics.clientError(error)
                let connection: [KafkaError.Code] = [.transport, .allBrokersDown, .resolve, .timedOut]
                if connection.contains(error.code) {
                    if shared.suspectBroker(true) { log.debug("a connection was lost", ["error": LogValue(error.description)]) }
                } else {
                    log.warning(error.message, ["code": LogValue(error.code.name)], atMostEvery: 30, key: "client-\(error.code.rawValue)")
                }
            })
    }

    private static func isAboutConnections(_ facility: String) -> Bool {
        ["FAIL", "ERROR", "REQTMOUT", "GETPID", "COORD"].contains(facility)
    }
}
