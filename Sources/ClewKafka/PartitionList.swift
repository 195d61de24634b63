import CRdkafka

/// Owner of a partition list of the library.
struct PartitionList: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ partitions: some Collection<PartitionOffset>) {
        pointer = rd_kafka_topic_partition_list_new(Int32(clamping: partitions.count))
        for each in partitions {
            let entry = rd_kafka_topic_partition_list_add(pointer, each.partition.topic, each.partition.partition)
            entry?.pointee.offset = each.offset
        }
    }

    init(_ partitions: some Collection<TopicPartition>) {
        self.init(partitions.map { PartitionOffset($0, offset: PartitionOffset.none) })
    }

    /// Takes over a list that the library has made.
    init(consuming pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) { self.pointer = pointer }

    deinit { rd_kafka_topic_partition_list_destroy(pointer) }

    var offsets: [PartitionOffset] { Self.offsets(of: pointer) }

    /// The first entry's own error, if one has any.
    func firstError(_ context: String) -> KafkaError? {
        for index in 0..<Int(pointer.pointee.cnt) where pointer.pointee.elems[index].err != RD_KAFKA_RESP_ERR_NO_ERROR {
            let entry = pointer.pointee.elems[index]
            return KafkaError(entry.err, "\(context) of \(String(cString: entry.topic))/\(entry.partition)")
        }
        return nil
    }

    static func offsets(of list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> [PartitionOffset] {
        (0..<Int(list.pointee.cnt)).map { index in
            let entry = list.pointee.elems[index]
            return PartitionOffset(topic: String(cString: entry.topic), partition: entry.partition, offset: entry.offset)
        }
    }
}

extension Duration {
    /// In whole milliseconds, as the library takes time-outs; never below 0.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        return Int32(clamping: max(0, seconds &* 1000 &+ attoseconds / 1_000_000_000_000_000))
    }
}
