import CRdkafka

extension Consumer {
    /// What is set where the caller says nothing else.
    ///
    /// The local queue: a library before 2.2 stops fetching for a second whenever it is full, so it gets room; a newer one
    /// gets a short pause instead, and less memory.
    public static func defaults(start: StartPosition = .earliest) -> KafkaProperties {
        var properties: KafkaProperties = [
            "enable.auto.commit": "false",
            "enable.auto.offset.store": "false",
            "enable.partition.eof": "true",
            "isolation.level": "read_committed",
            "auto.offset.reset": start == .latest ? "latest" : "earliest",
            "reconnect.backoff.max.ms": "2000",
            // New topics that a pattern matches, and new partitions, are found this soon.
            "topic.metadata.refresh.interval.ms": "30000",
            "queued.min.messages": "500000",
        ]
        if Configuration.isKnown("fetch.queue.backoff.ms") {
            properties["fetch.queue.backoff.ms"] = "10"
            properties["queued.max.messages.kbytes"] = "32768"
        } else {
            properties["queued.max.messages.kbytes"] = "262144"
        }
        return properties
    }
}
