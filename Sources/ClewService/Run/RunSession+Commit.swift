import ClewConfig
import ClewEngine
import ClewKafka
import ClewTelemetry

extension RunSession {
    /// Hands over a transaction when it is time, or enough output waits for it.
    func commitIfDue(_ now: Double) {
        if let outcome = transactor.takeOutcome() { settle(outcome) }
        if isHeld, !outbox.isFull { isHeld = false }
        guard failure == nil, !transactor.isBusy else { return }
        let isDue = now - lastCommit >= config.output.commitInterval.inSeconds
        if waiting != nil {
            if isDue { handOver() }
        } else if outbox.isFull || isDue, hasMoved || !outbox.isEmpty {
            handOver()
        }
    }

    /// The outbox is full: hands it over, which may mean waiting for the transaction under way, for a moment. After that the input is
    /// held: polls go on, since only they keep us in the group or bring it back, and find nothing where all partitions are paused. So
    /// the outbox grows by no more than what one poll has brought.
    func handOverFull() {
        let deadline = Clock.monotonicSeconds() + RunSession.patience
        while outbox.isFull, !isHeld, failure == nil, !shared.isStopRequested {
            let left = deadline - Clock.monotonicSeconds()
            if transactor.isBusy, left > 0 {
                if let outcome = transactor.waitForOutcome(seconds: left) { settle(outcome) }
            } else if transactor.isBusy || waiting != nil || sources.isGroupUndecided {
                isHeld = true
            } else {
                handOver()
            }
        }
    }

    /// Hands over everything and waits until it is committed, up to `seconds`. A failure is kept in `failure`.
    func finishTransactions(seconds: Double) {
        let deadline = Clock.monotonicSeconds() + seconds
        let unread = consumer.makeBatch(capacity: 1)
        publish()
        transactor.giveUp(after: seconds)
        while failure == nil {
            let now = Clock.monotonicSeconds()
            if transactor.isBusy {
                if let outcome = transactor.waitForOutcome(seconds: max(0.1, deadline + 6 - now)) {
                    settle(outcome)
                } else {
                    failure = RunFailure("the last transaction was not confirmed in time; its input is read again at the next start")
                }
            } else if waiting != nil || !outbox.isEmpty || hasMoved {
                guard now < deadline else {
                    failure = RunFailure("the group did not take the last offsets in time; their input is read again at the next start")
                    return
                }
                if waiting != nil || sources.isGroupUndecided {
                    // Only a poll brings the group back. What else it brings is left to the next start.
                    do throws(KafkaError) {
                        try consumer.poll(into: unread, timeout: RunSession.pollTimeout)
                    } catch {
                        failure = RunFailure(error.description)
                    }
                }
                commitIfDue(waiting == nil ? .infinity : now)
            } else {
                return
            }
        }
    }

    /// Submits the waiting transaction, else the outbox with the offsets that belong to it.
    private func handOver() {
        // Results without the offsets of their input would come twice.
        if waiting == nil, sources.isGroupUndecided { return }
        do throws(KafkaError) {
            let group = try consumer.groupMetadata()
            let batch: TransactionBatch
            if let again = waiting {
                batch = again
                // What is no longer ours is not ours to commit.
                batch.offsets = batch.offsets.filter { offset in
                    sources.number(of: offset.partition).map { sources[$0].isAssigned || sources[$0].isRevoked } ?? false
                }
                waiting = nil
            } else {
                batch = outbox
                outbox = spare ?? TransactionBatch()
                spare = nil
                batch.offsets = offsetsToCommit()
                hasTaken = false
                waitedAtCommit = pipeline.correlator.statistics.buffered
            }
            lastCommit = Clock.monotonicSeconds()
            guard !batch.isEmpty else {
                spare = batch
                return
            }
            batch.before = batch.offsets.map { offset in
                let committed = sources.number(of: offset.partition).flatMap { sources[$0].committed }
                return PartitionOffset(offset.partition, offset: committed ?? PartitionOffset.none)
            }
            for offset in batch.offsets {
                if let number = sources.number(of: offset.partition) { sources[number].offered = offset.offset }
            }
            bytesUnderWay = batch.bytes.count
            transactor.submit(batch, group: group)
        } catch {
            failure = RunFailure(error.description)
        }
    }

    /// Bytes of output whose transaction is not committed yet.
    var waitingBytes: Int { outbox.bytes.count + (waiting?.bytes.count ?? 0) + bytesUnderWay }

    /// Of each partition the oldest record that still waits for the watermark, else the position; only those that have changed.
    private func offsetsToCommit() -> [PartitionOffset] {
        var next = sources.indices.map { sources[$0].isAssigned ? sources[$0].position : nil }
        pipeline.correlator.oldestWaiting { partition, offset in
            if let known = next[Int(partition)], offset < known { next[Int(partition)] = offset }
        }
        return sources.indices.compactMap { number in
            guard let offset = next[number], offset != sources[number].committed else { return nil }
            return PartitionOffset(sources[number].partition, offset: offset)
        }
    }

    func settle(_ outcome: Transactor.Outcome) {
        bytesUnderWay = 0
        switch outcome {
        case .committed(let batch):
            for offset in batch.offsets {
                guard let number = sources.number(of: offset.partition) else { continue }
                sources[number].committed = offset.offset
                sources[number].offered = nil
            }
            published.incidents += UInt64(batch.incidents)
            published.deadLetters += UInt64(batch.deadLetters)
            batch.removeAll()
            spare = batch
        case .groupMoved(let batch):
            log.info("the group has moved on during a transaction; it is sent again", [:], atMostEvery: 30, key: "group-moved")
            waiting = batch
        case .failed(let reason, _):
            failure = reason
        }
    }
}
