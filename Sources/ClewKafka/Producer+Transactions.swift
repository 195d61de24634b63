import CRdkafka

/// Each call throws an error whose flags say how to go on: `isFatal`: close and start anew; `requiresAbort`: abort, then
/// do the work again; `isRetriable`: make the same call again.
extension Producer {
    /// Registers the transactional id, fences older producers of it, and settles what they left open. Once, before the first transaction.
    public func initTransactions(timeout: Duration) throws(KafkaError) {
        try transact("cannot start transactions as \(transactionalID ?? "(no transactional.id)")") {
            rd_kafka_init_transactions(handle.raw, timeout.milliseconds)
        }
    }

    /// Opens a transaction; all records from now on belong to it.
    public func beginTransaction() throws(KafkaError) {
        _ = takeFirstError()
        try transact("cannot begin a transaction") { rd_kafka_begin_transaction(handle.raw) }
    }

    /// Throws why the open transaction cannot be committed any more, if that is known. Only while one is open.
    public func checkTransaction() throws(KafkaError) {
        do throws(KafkaError) {
            // Another one cannot begin: the library says just that, or what has become of this one.
            try transact("the transaction is lost") { rd_kafka_begin_transaction(handle.raw) }
        } catch {
            if error.isFatal || error.requiresAbort { throw error }
        }
    }

    /// Makes the input's offsets (the next record to read) part of the transaction. Nothing may be produced after it.
    public func sendOffsets(
        _ offsets: [PartitionOffset], group: ConsumerGroupMetadata, timeout: Duration
    ) throws(KafkaError) {
        let list = PartitionList(offsets)
        try transact("cannot add offsets to the transaction") {
            rd_kafka_send_offsets_to_transaction(handle.raw, list.pointer, group.raw, timeout.milliseconds)
        }
    }

    /// Flushes and commits. After a retriable error (a time-out) the call must be repeated: the outcome is not known.
    public func commitTransaction(timeout: Duration) throws(KafkaError) {
        do throws(KafkaError) {
            try transact("cannot commit the transaction") { rd_kafka_commit_transaction(handle.raw, timeout.milliseconds) }
        } catch {
            // The library says only that a record failed; the record's own error says why.
            guard error.requiresAbort, let cause = takeFirstError() else { throw error }
            throw error.replacingMessage("\(error.message): \(cause.message)")
        }
    }

    /// Throws the open transaction away, with all its records, sent or not.
    public func abortTransaction(timeout: Duration) throws(KafkaError) {
        try transact("cannot abort the transaction") { rd_kafka_abort_transaction(handle.raw, timeout.milliseconds) }
        _ = takeFirstError()
    }

    private func transact(_ action: String, _ call: () -> OpaquePointer?) throws(KafkaError) {
        try handle.check(call(), action)
    }
}
