import ClewEngine
import ClewFormats
import ClewKafka
import ClewTelemetry

/// Called by the consumer within a poll, on the pipeline's thread.
extension RunSession {
    /// How long the commit of what is taken away may hold up the group, seconds.
    private static let revokeSeconds = 15.0

    /// Makes a partition known to the pipeline, which it then holds the watermark of.
    func add(_ partition: TopicPartition) -> Int {
        let topic: Int
        if let known = topicNumbers[partition.topic] {
            topic = known
        } else {
            let rules = DecoderRules(config, topic: topicRules.entry(for: partition.topic))
            topic = pipeline.addTopic(partition.topic, rules: rules)
            topicNumbers[partition.topic] = topic
        }
        let number = sources.add(partition, topic: topic)
        _ = pipeline.addPartition(topic: topic, number: partition.partition)
        return number
    }

    func assigned(_ partitions: inout [PartitionOffset]) {
        metrics.rebalanced()
        // What was taken away before and is not given back now has ended for us; at a stop it is waited for, as results of it wait.
        let given = Set(partitions.map(\.partition))
        if shared.readiness.phase != .draining {
            for number in sources.indices where sources[number].isRevoked && !given.contains(sources[number].partition) { end(number) }
        }
        for index in partitions.indices {
            let partition = partitions[index].partition
            let number = sources.number(of: partition) ?? add(partition)
            let committed = partitions[index].isActual ? partitions[index].offset : nil
            if let position = sources.start(of: number, groupSays: committed) {
                partitions[index].offset = position
            } else {
                if sources[number].position != nil {
                    log.warning(
                        "another member has read on in a partition of ours: it is taken up where that one left it",
                        [
                            "topic": LogValue(partition.topic), "partition": LogValue(partition.partition),
                            "offset": LogValue(committed ?? -1),
                        ])
                }
                sources[number].position = committed
            }
            if sources[number].offered == nil || committed == sources[number].offered { sources[number].committed = committed }
            sources[number].isAssigned = true
            sources[number].isRevoked = false
            sources[number].isPaused = false
            sources[number].isEndKnown = false
            sources[number].hasRead = false
            idle.add(number)
            pipeline.correlator.setPartition(UInt32(number), .active)
        }
        shared.update { if $0.phase == .joining { $0.phase = .running } }
        log.info("partitions assigned", ["partitions": LogValue(sources.assigned.count), "new": LogValue(partitions.count)])
        watch.askNow()
    }

    func revoked(_ partitions: [TopicPartition]) {
        guard !isClosing else { return }
        log.info("partitions revoked", ["partitions": LogValue(partitions.count)])
        commitBeforeRevocation()
        giveUp(partitions)
    }

    func lost(_ partitions: [TopicPartition]) {
        guard !isClosing else { return }
        log.warning(
            "partitions lost: the group has gone on without this member; its results are committed when they come back",
            ["partitions": LogValue(partitions.count)])
        giveUp(partitions)
    }

    /// They keep holding the watermark until the group has decided: they may come back at once, and nothing may overtake them.
    private func giveUp(_ partitions: [TopicPartition]) {
        for partition in partitions {
            guard let number = sources.number(of: partition) else { continue }
            sources[number].isAssigned = false
            sources[number].isRevoked = true
            idle.remove(number)
        }
        shared.update { if $0.phase == .running { $0.phase = .joining } }
        watch.askNow()
    }

    private func end(_ number: Int) {
        sources[number].isRevoked = false
        metrics.remove(sources[number].partition)
        pipeline.correlator.setPartition(UInt32(number), .ended)
        publish()
    }

    /// While the partitions are still ours. If it takes too long, the next generation commits it, or the next owner reads it again.
    private func commitBeforeRevocation() {
        let deadline = Clock.monotonicSeconds() + RunSession.revokeSeconds
        publish()
        while failure == nil, Clock.monotonicSeconds() < deadline {
            commitIfDue(.infinity)
            if waiting != nil || sources.isGroupUndecided { return }
            guard transactor.isBusy else {
                if !hasMoved, outbox.isEmpty { return }
                continue
            }
            if let outcome = transactor.waitForOutcome(seconds: 1) { settle(outcome) }
        }
    }
}
