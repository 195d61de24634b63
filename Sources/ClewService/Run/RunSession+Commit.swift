import ClewConfig
import ClewEngine
import ClewKafka
import ClewTelemetry

extension RunSession {
    /// Hands over a transaction when it is time, or enough output waits for it.
    func commitIfDue(_ now: Double) {
        if let outcome = transactor.takeOutcome() { settle(outcome) }
        guard failure == nil, !transactor.isBusy else { return }
        let isDue = now - lastCommit >= config.output.commitInterval.inSeconds
        if waiting != nil {
            if isDue { handOver() }
        } else if outbox.isFull || isDue, hasMoved || !outbox.isEmpty {
            handOver()
        }
    }

    /// The outbox is full: hands it over, which may mean waiting for the transaction under way. That holds up the input.
    func handOverFull() {
        while outbox.isFull, failure == nil, !shared.isStopRequested {
            if transactor.isBusy {
                if let outcome = transactor.waitForOutcome(seconds: 0.5) { settle(outcome) }
            } else if waiting != nil {
                // Only a poll can bring the group back, also where we still think that partitions are ours: the group may have gone on
                // without us. The outbox grows by what a poll brings, which is one record as long as it is full.
                return
            } else {
                handOver()
            }
        }
    }

    /// Hands over everything and waits until it is committed, up to `seconds`. A failure is kept in `failure`.
    func finishTransactions(seconds: Double) {
        let deadline = Clock.monotonicSeconds() + seconds
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
                handOver()
            } else {
                return
            }
        }
    }

    /// Submits the waiting transaction, else the outbox with the offsets that belong to it.
    private func handOver() {
        do throws(KafkaError) {
            let group = try consumer.groupMetadata()
            let batch: TransactionBatch
            if let again = waiting {
                if again.doubt != nil, try !isStillToCommit(again) { return }
                again.doubt = nil
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
                hasMoved = false
            }
            lastCommit = Clock.monotonicSeconds()
            guard !batch.isEmpty else { return }
            for offset in batch.offsets {
                if let number = sources.number(of: offset.partition) { sources[number].offered = offset.offset }
            }
            transactor.submit(batch, group: group)
        } catch {
            log.warning("no transaction for the moment", ["error": LogValue(error.description)], atMostEvery: 30, key: "no-group")
        }
    }

    /// Looks at the group's offsets for what became of a transaction: false where it was committed, which is then settled, and where
    /// another instance has gone on in our place, which is a failure.
    private func isStillToCommit(_ batch: TransactionBatch) throws(KafkaError) -> Bool {
        guard !batch.offsets.isEmpty else { return true }
        let committed = try consumer.committed(batch.offsets.map(\.partition), timeout: .seconds(5))
        if committed == batch.offsets {
            waiting = nil
            settle(.committed(batch))
            return false
        }
        let isAsBefore = committed.allSatisfy { offset in
            guard let number = sources.number(of: offset.partition) else { return false }
            return sources[number].committed == (offset.isActual ? offset.offset : nil)
        }
        if !isAsBefore { failure = batch.doubt }
        return isAsBefore
    }

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
        case .producerLost(let reason, let batch):
            batch.doubt = reason
            waiting = batch
        case .failed(let reason, _):
            failure = reason
        }
    }
}
