import ClewEngine
import ClewFormats
import ClewKafka
import ClewTelemetry

extension RunSession {
    /// Events that are ordered and correlated at a time: bounds what one step may put out.
    private static let flushEvents = 1_024

    /// Takes what a poll brought.
    func take(_ batch: MessageBatch) {
        var first = 0
        for index in 0..<batch.count {
            take(batch[index])
            if pipeline.decoded.events.count >= RunSession.flushEvents || outbox.isFull {
                flush(batch, first...index)
                first = index + 1
                if outbox.isFull { handOverFull() }
                if failure != nil { return }
            }
        }
        if first < batch.count { flush(batch, first...batch.count - 1) }
        for end in batch.ends { reachedEnd(end) }
        for error in batch.errors {
            metrics.clientError(error)
            log.warning(error.message, ["code": LogValue(error.code.name)], atMostEvery: 30, key: "poll-\(error)")
        }
    }

    private func take(_ message: ClewKafka.MessageView) {
        let number =
            sources.number(topicIndex: message.topicIndex, partition: message.partition, topics: consumer.topics)
            ?? add(TopicPartition(topic: message.topic, partition: message.partition))
        // After a pause a record may come twice.
        if let position = sources[number].position, message.offset < position { return }
        if idle.arrived(at: number) { pipeline.correlator.setPartition(UInt32(number), .active) }
        let outcome = pipeline.decode(message.decodable(partition: number), topic: sources[number].topic)
        sources[number].position = message.offset + 1
        sources[number].isEndKnown = false
        sources[number].hasRead = true
        hasTaken = true
        if case .dead(let reason, let detail) = outcome { bury(message, sources[number].partition, reason, detail) }
    }

    /// Orders and correlates what was decoded; `range` are the messages that it came from.
    private func flush(_ batch: MessageBatch, _ range: ClosedRange<Int>) {
        let implausible = pipeline.flush()
        if !implausible.isEmpty { bury(implausible, batch, range) }
        publish()
    }

    /// Puts the incidents' new revisions into the outbox.
    func publish() {
        pipeline.publish { revision, record in outbox.appendIncident(key: revision.id.text, record: record) }
    }

    /// A message all or part of which has no usable timestamp: one dead letter each.
    private func bury(_ events: [Pipeline.Implausible], _ batch: MessageBatch, _ range: ClosedRange<Int>) {
        var at = range.lowerBound
        var last: (partition: UInt32, offset: Int64)?
        for event in events {
            if let last, last == (event.partition, event.offset) { continue }
            last = (event.partition, event.offset)
            let partition = sources[Int(event.partition)].partition
            // Both are in the order of the messages.
            while at <= range.upperBound {
                let message = batch[at]
                if message.offset == event.offset, message.partition == partition.partition, message.topic == partition.topic {
                    let detail = "event \(event.indexInMessage) of the message, and nothing to replace it by"
                    bury(message, partition, .timestampImplausible, detail)
                    break
                }
                at += 1
            }
        }
    }

    private func bury(_ message: ClewKafka.MessageView, _ partition: TopicPartition, _ reason: DeadReason, _ detail: String) {
        var headers = [
            (name: "clew.reason", value: reason.rawValue), (name: "clew.detail", value: detail),
            (name: "clew.topic", value: partition.topic), (name: "clew.partition", value: "\(partition.partition)"),
            (name: "clew.offset", value: "\(message.offset)"),
        ]
        if let timestamp = message.timestamp { headers.append((name: "clew.timestamp", value: "\(timestamp)")) }
        outbox.appendDeadLetter(key: message.key, value: message.value, headers: headers)
        log.warning(
            "message cannot be decoded: goes to the dead letters",
            [
                "reason": LogValue(reason.rawValue), "detail": LogValue(detail), "topic": LogValue(partition.topic),
                "partition": LogValue(partition.partition), "offset": LogValue(message.offset),
            ], atMostEvery: 30, key: "dead-\(reason.rawValue)")
    }

    private func reachedEnd(_ end: MessageBatch.EndOfPartition) {
        guard let number = sources.number(of: end.partition), sources[number].isAssigned else { return }
        var isEmpty = false
        let isFirst = !sources[number].hasRead && !sources[number].isEndKnown
        if isFirst, let offsets = try? consumer.watermarks(of: end.partition, timeout: .seconds(5)) {
            isEmpty = offsets.low >= offsets.high
        }
        // Markers of transactions have offsets of their own: the end may be further on than the last record. And where nothing was
        // read yet, committing it fixes what `input.start` has found.
        if end.offset > sources[number].position ?? -1 {
            sources[number].position = end.offset
            hasTaken = true
        }
        sources[number].isEndKnown = true
        idle.reachedEnd(of: number, isEmpty: isEmpty)
    }
}
