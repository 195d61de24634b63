public import ClewKafka

/// Reads an incidents topic from a place on, all its partitions, without a group: nothing is committed anywhere, so any
/// number of readers may look on. One thread owns it.
public final class IncidentFollower {
    /// Where to begin.
    public enum Start: Sendable, Equatable {
        case beginning
        /// Records published at this time or later, in milliseconds since 1970.
        case published(milliseconds: Int64)
    }

    /// Whether each partition has been read to its end once.
    public private(set) var hasReachedEnd = false
    /// Troubles told by the client since the last poll (a broker lost, …); it goes on by itself.
    public private(set) var troubles: [KafkaError] = []
    private let consumer: Consumer
    private let batch: MessageBatch
    private var unread: Set<TopicPartition>

    /// Finds the topic's partitions and begins to read; nil if the topic does not exist.
    public init?(
        properties: KafkaProperties, topic: String, start: Start = .beginning, timeout: Duration = .seconds(10)
    ) throws(KafkaError) {
        let admin = try Admin(properties: properties)
        guard let info = try admin.topic(topic, timeout: timeout), info.partitionCount > 0 else { return nil }
        var own = properties
        own["group.id"] = nil
        own["isolation.level"] = "read_committed"
        // A reader for people needs no 256 MB ahead of itself, and sees a record at once.
        own["queued.max.messages.kbytes"] = "16384"
        own["fetch.wait.max.ms"] = "100"
        consumer = try Consumer(properties: own)
        batch = consumer.makeBatch(capacity: 1_000)
        let partitions = (0..<Int32(info.partitionCount)).map { TopicPartition(topic: topic, partition: $0) }
        unread = Set(partitions)
        switch start {
        case .beginning:
            try consumer.assign(partitions.map { PartitionOffset($0, offset: PartitionOffset.beginning) })
        case .published(let milliseconds):
            try consumer.assign(consumer.offsets(atMilliseconds: milliseconds, of: partitions, timeout: timeout))
        }
    }

    /// Waits up to `timeout` for records and hands each one's value over; tombstones are passed over.
    public func poll(timeout: Duration, _ body: (UnsafeRawBufferPointer) -> Void) throws(KafkaError) {
        try consumer.poll(into: batch, timeout: timeout)
        batch.forEach { record in
            if let value = record.value { body(value) }
        }
        for end in batch.ends { unread.remove(end.partition) }
        if unread.isEmpty { hasReachedEnd = true }
        troubles = batch.errors
    }

    /// Stops reading and frees everything.
    public func close() { consumer.close() }
}
