import CRdkafka
import Glibc

extension Consumer {
    /// The offset after the last record that was polled, ``PartitionOffset/none`` before the first one.
    public func positions(of partitions: [TopicPartition]) throws(KafkaError) -> [PartitionOffset] {
        let list = PartitionList(partitions)
        try handle.check(rd_kafka_position(handle.raw, list.pointer), "cannot tell the position")
        return list.offsets
    }

    /// The group's committed offsets, ``PartitionOffset/none`` where there is none. Asks the broker; waits out transactions
    /// whose outcome is not settled yet.
    public func committed(_ partitions: [TopicPartition], timeout: Duration) throws(KafkaError) -> [PartitionOffset] {
        try groupOffsets.committed(partitions, timeout: timeout)
    }

    /// The group's offsets, for another thread to ask about.
    public var groupOffsets: GroupOffsets { GroupOffsets(handle: handle) }

    /// Commits offsets (the next record to read) of the group, and waits for the answer. For use without transactions.
    public func commit(_ offsets: [PartitionOffset]) throws(KafkaError) {
        let list = PartitionList(offsets)
        try handle.check(rd_kafka_commit(handle.raw, list.pointer, 0), "cannot commit offsets")
        if let error = list.firstError("cannot commit offsets") { throw error }
    }

    /// The first record at or after a time, for each partition; ``PartitionOffset/end`` where there is none.
    public func offsets(
        atMilliseconds milliseconds: Int64, of partitions: [TopicPartition], timeout: Duration
    ) throws(KafkaError) -> [PartitionOffset] {
        guard !partitions.isEmpty else { return [] }
        let list = PartitionList(partitions.map { PartitionOffset($0, offset: milliseconds) })
        let action = "cannot look up offsets by time"
        try handle.check(rd_kafka_offsets_for_times(handle.raw, list.pointer, max(1, timeout.milliseconds)), action)
        if let error = list.firstError(action) { throw error }
        return list.offsets
    }

    /// What the last fetch told about a partition; nil before the first one. No network.
    public func cachedWatermarks(of partition: TopicPartition) -> WatermarkOffsets? {
        var low: Int64 = 0
        var high: Int64 = 0
        let error = rd_kafka_get_watermark_offsets(handle.raw, partition.topic, partition.partition, &low, &high)
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR, high >= 0 else { return nil }
        return WatermarkOffsets(low: max(0, low), high: high)
    }

    /// Asks the broker for the first and the end offset.
    public func watermarks(of partition: TopicPartition, timeout: Duration) throws(KafkaError) -> WatermarkOffsets {
        var low: Int64 = 0
        var high: Int64 = 0
        try handle.check(
            rd_kafka_query_watermark_offsets(
                handle.raw, partition.topic, partition.partition, &low, &high, max(1, timeout.milliseconds)),
            "cannot read the offsets of \(partition)")
        return WatermarkOffsets(low: low, high: high)
    }

    /// Fetches no more of these partitions until `resume`, or until they are given up; the position stays.
    public func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
        let list = PartitionList(partitions)
        try handle.check(rd_kafka_pause_partitions(handle.raw, list.pointer), "cannot pause partitions")
        if let error = list.firstError("cannot pause") { throw error }
    }

    /// Fetches again what was paused.
    public func resume(_ partitions: [TopicPartition]) throws(KafkaError) {
        let list = PartitionList(partitions)
        try handle.check(rd_kafka_resume_partitions(handle.raw, list.pointer), "cannot resume partitions")
        if let error = list.firstError("cannot resume") { throw error }
    }

    /// Goes on at other offsets of assigned partitions.
    public func seek(_ offsets: [PartitionOffset], timeout: Duration) throws(KafkaError) {
        let list = PartitionList(offsets)
        let error = rd_kafka_seek_partitions(handle.raw, list.pointer, max(1, timeout.milliseconds))
        try handle.check(error, "cannot seek")
        if let error = list.firstError("cannot seek") { throw error }
    }

    /// This member in its group's present generation, for ``Producer/sendOffsets(_:group:timeout:)``.
    ///
    /// Taken on the polling thread after a poll; may then be used on another one.
    public func groupMetadata() throws(KafkaError) -> ConsumerGroupMetadata {
        guard hasGroup, let metadata = rd_kafka_consumer_group_metadata(handle.raw) else {
            throw KafkaError(code: .state, message: "the consumer belongs to no group: group.id is not set")
        }
        return ConsumerGroupMetadata(consuming: metadata)
    }

    /// The id that the group gave this member; nil before it has joined.
    public var memberID: String? {
        guard let text = rd_kafka_memberid(handle.raw) else { return nil }
        defer { rd_kafka_mem_free(handle.raw, text) }
        let id = String(cString: text)
        return id.isEmpty ? nil : id
    }
}

/// The committed offsets of a consumer's group, from any thread. After the consumer has closed they cannot be read any more.
public struct GroupOffsets: Sendable {
    let handle: ClientHandle

    /// As ``Consumer/committed(_:timeout:)``.
    public func committed(_ partitions: [TopicPartition], timeout: Duration) throws(KafkaError) -> [PartitionOffset] {
        let action = "cannot read the committed offsets of the group"
        let deadline = ContinuousClock.now + timeout
        while true {
            let list = PartitionList(partitions)
            let left = deadline - ContinuousClock.now
            let error = rd_kafka_committed(handle.raw, list.pointer, max(1, left.milliseconds))
            let partitionError = list.firstError(action)
            if error == RD_KAFKA_RESP_ERR_NO_ERROR, partitionError == nil { return list.offsets }
            // A new coordinator answers "not yet" for a moment.
            let failure = error == RD_KAFKA_RESP_ERR_NO_ERROR ? (partitionError ?? KafkaError(error, action)) : KafkaError(error, action)
            guard failure.isRetriable, left > .zero, failure.code != .timedOut else { throw handle.explain(failure) }
            usleep(20_000)
        }
    }
}

/// A group member in a generation. Never changes, so it is safe to share: hence `@unchecked Sendable` around its C pointer.
public final class ConsumerGroupMetadata: @unchecked Sendable {
    let raw: OpaquePointer

    init(consuming raw: OpaquePointer) { self.raw = raw }

    deinit { rd_kafka_consumer_group_metadata_destroy(raw) }
}
