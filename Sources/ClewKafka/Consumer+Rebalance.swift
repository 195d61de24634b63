import CRdkafka

extension Consumer {
    /// Called by the library inside `poll` or `close`, on the polling thread.
    func rebalance(_ code: rd_kafka_resp_err_t, _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) {
        let cooperative = rd_kafka_rebalance_protocol(handle.raw).map { String(cString: $0) } == "COOPERATIVE"
        do throws(KafkaError) {
            switch code {
            case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS: try takeOver(list, cooperative)
            case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS: try giveUp(list, cooperative)
            default:
                try handle.check(rd_kafka_assign(handle.raw, nil), "cannot give up partitions")
                assignment = []
                throw KafkaError(code, "the consumer group cannot assign partitions")
            }
        } catch {
            if pendingError == nil { pendingError = error }
        }
    }

    private func takeOver(
        _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>, _ cooperative: Bool
    ) throws(KafkaError) {
        var partitions = try startOffsets(for: PartitionList.offsets(of: list).map(\.partition))
        rebalanceHandler.assigned(&partitions)
        let started = PartitionList(partitions)
        if cooperative {
            try handle.check(rd_kafka_incremental_assign(handle.raw, started.pointer), "cannot take over partitions")
        } else {
            try handle.check(rd_kafka_assign(handle.raw, started.pointer), "cannot take over partitions")
            assignment = []
        }
        assignment.formUnion(partitions.map(\.partition))
    }

    private func giveUp(
        _ list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>, _ cooperative: Bool
    ) throws(KafkaError) {
        let partitions = PartitionList.offsets(of: list).map(\.partition)
        if rd_kafka_assignment_lost(handle.raw) != 0 {
            rebalanceHandler.lost(partitions)
        } else {
            rebalanceHandler.revoked(partitions)
        }
        assignment.subtract(partitions)
        // The library would keep them paused also when they come back.
        let resumed = PartitionList(partitions)
        rd_kafka_resume_partitions(handle.raw, resumed.pointer)
        if cooperative {
            try handle.check(rd_kafka_incremental_unassign(handle.raw, list), "cannot give up partitions")
        } else {
            try handle.check(rd_kafka_assign(handle.raw, nil), "cannot give up partitions")
        }
    }

    /// The group's committed offsets, else what `start` says. A failure is never taken for "nothing committed".
    public func startOffsets(for partitions: [TopicPartition]) throws(KafkaError) -> [PartitionOffset] {
        guard !partitions.isEmpty else { return [] }
        var result =
            hasGroup
            ? try committed(partitions, timeout: assignmentTimeout)
            : partitions.map { PartitionOffset($0, offset: PartitionOffset.none) }
        switch start {
        case .earliest:
            for index in result.indices where !result[index].isActual { result[index].offset = PartitionOffset.beginning }
        case .latest:
            for index in result.indices where !result[index].isActual { result[index].offset = PartitionOffset.end }
        case .timestamp(let milliseconds):
            let open = result.filter { !$0.isActual }.map(\.partition)
            let found = try offsets(atMilliseconds: milliseconds, of: open, timeout: assignmentTimeout)
            let byPartition = Dictionary(found.map { ($0.partition, $0.offset) }, uniquingKeysWith: { first, _ in first })
            for index in result.indices where !result[index].isActual {
                result[index].offset = byPartition[result[index].partition] ?? PartitionOffset.end
            }
        }
        return result
    }
}
