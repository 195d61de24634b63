import ClewKafka
import ClewTelemetry
import Dispatch
import Glibc
import Synchronization

/// Carries out one transaction at a time on a thread of its own, while the pipeline goes on.
///
/// Outputs and the offsets of their input are committed together. What can be repeated is repeated, an aborted transaction is
/// sent again from the same buffers, and only what cannot be mended is told as a failure.
final class Transactor: Sendable {
    enum Outcome: Sendable {
        case committed(TransactionBatch)
        /// The group has moved on: the same batch is to be submitted again, by the member in its new generation.
        case groupMoved(TransactionBatch)
        case failed(RunFailure, TransactionBatch)
    }

    private struct State {
        var isBusy = false
        var outcome: Outcome?
        /// No further attempt is begun after it; nil: never given up.
        var deadline: ContinuousClock.Instant?
        /// Changed on the transactor's thread only.
        var producer: Producer
    }

    /// What keeps a transaction from being committed for the moment.
    private enum Step: Error {
        case again(KafkaError)
        case abort(KafkaError)
        /// The producer is of no more use.
        case dead(KafkaError)
    }

    private static let callTimeout = Duration.seconds(5)

    private let makeProducer: @Sendable () throws(KafkaError) -> Producer
    private let groupOffsets: GroupOffsets
    private let topics: (incidents: String, deadLetters: String)
    private let log: Log
    private let metrics: RunMetrics
    private let wake: @Sendable () -> Void
    private let queue = DispatchQueue(label: "clew.transactions")
    private let finished = DispatchSemaphore(value: 0)
    private let state: Mutex<State>

    /// - Parameters:
    ///   - producer: ready for transactions.
    ///   - makeProducer: makes another like it, should the brokers have given it up.
    ///   - groupOffsets: what the group has committed.
    ///   - wake: called on the transactor's thread when an outcome can be taken.
    init(
        producer: Producer, makeProducer: @escaping @Sendable () throws(KafkaError) -> Producer, groupOffsets: GroupOffsets,
        incidents: String, deadLetters: String, log: Log, metrics: RunMetrics, wake: @escaping @Sendable () -> Void
    ) {
        state = Mutex(State(producer: producer))
        self.makeProducer = makeProducer
        self.groupOffsets = groupOffsets
        topics = (incidents, deadLetters)
        self.log = log
        self.metrics = metrics
        self.wake = wake
    }

    /// Whether a batch is under way, or its outcome was not taken yet.
    var isBusy: Bool { state.withLock { $0.isBusy } }

    /// Begins a transaction. Only while not busy.
    func submit(_ batch: TransactionBatch, group: ConsumerGroupMetadata) {
        state.withLock { $0.isBusy = true }
        queue.async { [self] in
            let outcome = carryOut(batch, group)
            state.withLock { $0.outcome = outcome }
            finished.signal()
            wake()
        }
    }

    /// What became of the batch; nil while it is under way.
    func takeOutcome() -> Outcome? {
        guard finished.wait(timeout: .now()) == .success else { return nil }
        return take()
    }

    /// The same, waiting for it up to `timeout` seconds.
    func waitForOutcome(seconds: Double) -> Outcome? {
        guard isBusy, finished.wait(timeout: .now() + seconds) == .success else { return nil }
        return take()
    }

    private func take() -> Outcome? {
        state.withLock { state in
            defer { (state.outcome, state.isBusy) = (nil, false) }
            return state.outcome
        }
    }

    /// From now on gives up what is not committed within `seconds`.
    func giveUp(after seconds: Double) { state.withLock { $0.deadline = .now + .seconds(seconds) } }

    private var producer: Producer { state.withLock { $0.producer } }

    private var isOverdue: Bool { state.withLock { state in state.deadline.map { ContinuousClock.now > $0 } ?? false } }

    // MARK: On the transactor's thread

    private func carryOut(_ batch: TransactionBatch, _ group: ConsumerGroupMetadata) -> Outcome {
        var attempt = 0
        var refusals = 0
        let start = Clock.monotonicSeconds()
        func committed() -> Outcome {
            metrics.transactionCommitted(batch, seconds: Clock.monotonicSeconds() - start)
            if attempt > 0 { log.info("transaction committed after \(attempt) further attempts") }
            return .committed(batch)
        }
        while true {
            let begun = ContinuousClock.now
            do throws(Step) {
                try commit(batch, group)
                return committed()
            } catch {
                do throws(RunFailure) {
                    let cause = try rollBack(error)
                    if Transactor.isAboutGroup(cause) { return .groupMoved(batch) }
                    attempt += 1
                    if isDeadly(cause) {
                        // Sooner than that only another instance can have done it.
                        guard ContinuousClock.now - begun >= producer.transactionTimeout else { throw fatal(cause) }
                        if try wasCommitted(batch, lostBy: cause) { return committed() }
                        try renewProducer()
                        continue
                    }
                    log.warning(
                        "transaction aborted, sent again", ["error": LogValue(cause.description), "attempt": LogValue(attempt)],
                        atMostEvery: 30, key: "aborted-\(cause.code.rawValue)")
                    if cause.code == .messageTooLarge {
                        refusals += 1
                        makeFit(batch, limit: max(1_000, TransactionBatch.safeBytes >> (2 * (refusals - 1))))
                    }
                } catch {
                    return .failed(error, batch)
                }
                usleep(UInt32(min(2_000, 50 << min(attempt, 6))) * 1_000)
            }
        }
    }

    /// Makes room for another attempt; returns why it is needed. Throws what cannot be mended in time.
    private func rollBack(_ step: Step) throws(RunFailure) -> KafkaError {
        do throws(Step) {
            guard case .abort(let cause) = step else { throw step }
            metrics.transactionAborted()
            try repeating { () throws(KafkaError) in try producer.abortTransaction(timeout: Transactor.callTimeout) }
            if isOverdue { throw .again(cause) }
            return cause
        } catch {
            switch error {
            // Given up by time, or not even an abort is possible: the outcome of the last call is not known.
            case .again(let cause), .abort(let cause): throw RunFailure(Transactor.notConfirmed(cause))
            case .dead(let cause): return cause
            }
        }
    }

    /// Looks at the group's offsets for what became of a transaction whose producer was fenced. Throws where another instance has gone
    /// on in our place.
    ///
    /// A batch that moves no offset cannot be told apart, and counts as not committed: its records may come twice, the revisions
    /// being the same.
    private func wasCommitted(_ batch: TransactionBatch, lostBy cause: KafkaError) throws(RunFailure) -> Bool {
        guard !batch.offsets.isEmpty else { return false }
        var now: [PartitionOffset] = []
        do throws(Step) {
            try repeating { () throws(KafkaError) in
                now = try groupOffsets.committed(batch.offsets.map(\.partition), timeout: Transactor.callTimeout)
            }
        } catch {
            switch error {
            case .again(let cause), .abort(let cause), .dead(let cause): throw RunFailure(Transactor.notConfirmed(cause))
            }
        }
        guard let answer = batch.isCommitted(where: now) else { throw fatal(cause) }
        return answer
    }

    /// The brokers have aborted a transaction, as it was open for too long (an outage, a sleeping machine), and fenced its producer.
    /// The new one fences whoever has the transactional id now.
    private func renewProducer() throws(RunFailure) {
        log.warning("a transaction was open for longer than transaction.timeout.ms, and the brokers gave it up: starting another producer")
        do throws(Step) {
            let new: Producer
            do throws(KafkaError) { new = try makeProducer() } catch { throw Step.dead(error) }
            try repeating { () throws(KafkaError) in try new.initTransactions(timeout: Transactor.callTimeout) }
            // Outside of the lock: to end the former one takes time.
            _ = state.withLock { state in
                defer { state.producer = new }
                return state.producer
            }
        } catch {
            switch error {
            case .dead(let cause): throw fatal(cause)
            case .again(let cause), .abort(let cause): throw RunFailure(Transactor.notConfirmed(cause))
            }
        }
    }

    private func commit(_ batch: TransactionBatch, _ group: ConsumerGroupMetadata) throws(Step) {
        try repeating { () throws(KafkaError) in try producer.beginTransaction() }
        try produce(batch)
        if !batch.offsets.isEmpty {
            try repeating { () throws(KafkaError) in
                try producer.sendOffsets(batch.offsets, group: group, timeout: Transactor.callTimeout)
            }
        }
        try repeating { () throws(KafkaError) in try producer.commitTransaction(timeout: Transactor.callTimeout) }
    }

    /// Hands over all records, no faster than the brokers take them, and waits until less than a request is left of them.
    private func produce(_ batch: TransactionBatch) throws(Step) {
        var next = 0
        while next < batch.entries.count {
            let room = producer.room
            guard room > 0 else {
                try waitForBrokers()
                continue
            }
            do throws(KafkaError) {
                next = try batch.produce(
                    with: producer, incidents: topics.incidents, deadLetters: topics.deadLetters, from: next, limit: room)
            } catch {
                throw isDeadly(error) ? .dead(error) : .abort(error)
            }
        }
        while producer.isRequestFull { try waitForBrokers() }
    }

    /// Until something is acknowledged, or given up: records that no broker takes fail after `message.timeout.ms`.
    private func waitForBrokers() throws(Step) {
        if isOverdue { throw .again(KafkaError(code: .timedOut, message: "records are not acknowledged")) }
        guard !producer.poll(timeout: .milliseconds(100)) else { return }
        do throws(KafkaError) {
            try producer.checkTransaction()
        } catch {
            throw isDeadly(error) ? .dead(error) : .abort(error)
        }
    }

    /// Makes a call until it is answered. A broker that is away is waited for.
    private func repeating(_ call: () throws(KafkaError) -> Void) throws(Step) {
        var pause: UInt32 = 20
        while true {
            do throws(KafkaError) {
                return try call()
            } catch {
                if isDeadly(error) { throw .dead(error) }
                if error.requiresAbort { throw .abort(error) }
                // An error without a flag: the transaction cannot go on as it is.
                guard error.isRetriable else { throw .abort(error) }
                if isOverdue { throw .again(error) }
                log.warning(
                    "transaction waits for the brokers", ["error": LogValue(error.description)], atMostEvery: 30, key: "transaction-waits")
                usleep(pause * 1_000)
                pause = min(1_000, pause * 2)
            }
        }
    }

    private func makeFit(_ batch: TransactionBatch, limit: Int) {
        let removed = batch.shrink(to: limit)
        metrics.recordsTooLarge(removed)
        log.error(
            "a record is larger than its topic allows (max.message.bytes): dead letters are cut, larger incident records left out",
            [
                "fit_to_bytes": LogValue(limit), "left_out": LogValue(removed), "incidents": LogValue(topics.incidents),
                "dead_letters": LogValue(topics.deadLetters),
            ])
    }

    private func isDeadly(_ error: KafkaError) -> Bool { error.isFatal || error.isFenced }

    private func fatal(_ error: KafkaError) -> RunFailure {
        guard error.isFenced else { return RunFailure(error.description) }
        return RunFailure(
            "another instance with the transactional id \"\(producer.transactionalID ?? "")\" has taken over: \(error.description); "
                + "run one instance a group, or set output.transactional_id")
    }

    private static func notConfirmed(_ cause: KafkaError) -> String {
        "the last transaction was not confirmed: \(cause.description); its input is read again at the next start"
    }

    /// Errors of a member whose generation is over.
    private static func isAboutGroup(_ error: KafkaError) -> Bool {
        // ILLEGAL_GENERATION, UNKNOWN_MEMBER_ID, REBALANCE_IN_PROGRESS
        error.code == .illegalGeneration || error.code.rawValue == 25 || error.code.rawValue == 27
    }
}
