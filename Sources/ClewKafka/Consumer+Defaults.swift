extension Consumer {
    /// What is set where the caller says nothing else.
    ///
    /// The local queue is a trade of memory for speed. A library before 2.2 stops fetching for a fixed second whenever the
    /// queue is full, so the queue must hold what a reader takes in that second; and each fetch overshoots it by what the
    /// fetch holds once decompressed, so fetches are kept small. Measured with 2.0.2, two cores, 2 million records of 382
    /// bytes in zstd batches, in records a second and MiB of the whole process (bare reader: all configurations alike,
    /// 860,000/s in 32 MiB, with fetches of 1 MiB 600,000/s; `kcat` 600,000 to 760,000/s):
    ///
    /// | `queued.max.messages.kbytes`, `fetch.message.max.bytes` | reader of 1.4 µs a record | reader of 2.8 µs |
    /// |---|---|---|
    /// | 262144, 1 MiB | 466,000/s, 436 MiB | 225,000/s, 550 MiB |
    /// | 98304, 1 MiB | 414,000/s, 260 MiB | 227,000/s, 387 MiB |
    /// | 65536, 1 MiB | 319,000/s, 197 MiB | 218,000/s, 268 MiB |
    /// | 65536, 128 KiB | 624,000/s, 161 MiB | 218,000/s, 219 MiB |
    /// | **49152, 128 KiB** | 278,000/s, 160 MiB | 217,000/s, 167 MiB |
    /// | 32768, 1 MiB | 275,000/s, 139 MiB | 142,000/s, 163 MiB |
    ///
    /// Where a reader is about as fast as the network the figure is bistable: it is high unless the queue fills once.
    /// A newer library gets a short pause instead, and less memory.
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
            "fetch.message.max.bytes": "131072",
        ]
        if Configuration.isKnown("fetch.queue.backoff.ms") {
            properties["fetch.queue.backoff.ms"] = "10"
            properties["queued.max.messages.kbytes"] = "32768"
        } else {
            properties["queued.max.messages.kbytes"] = "49152"
        }
        return properties
    }
}
