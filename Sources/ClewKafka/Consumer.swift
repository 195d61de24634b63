import CRdkafka
import Synchronization

/// A Kafka consumer: of a group by `subscribe`, or of stated partitions by `assign`.
///
/// One thread owns it (it is not `Sendable`): callbacks for assignments come on that thread, inside `poll` and `close`. Only
/// ``waker`` may be used from elsewhere. Offsets are never committed by themselves.
public final class Consumer {
    /// What is told about partitions that come and go, in the polling thread.
    public struct RebalanceHandler {
        /// Partitions are ours from now on, with the offset each one starts at, which may be replaced.
        public var assigned: (_ partitions: inout [PartitionOffset]) -> Void
        /// Partitions are about to be taken away; they are still ours, so that their offsets can be committed now.
        public var revoked: (_ partitions: [TopicPartition]) -> Void
        /// Partitions were taken away already (we were silent for too long): nothing of them may be committed.
        public var lost: (_ partitions: [TopicPartition]) -> Void

        public init(
            assigned: @escaping (inout [PartitionOffset]) -> Void = { _ in },
            revoked: @escaping ([TopicPartition]) -> Void = { _ in }, lost: @escaping ([TopicPartition]) -> Void = { _ in }
        ) {
            self.assigned = assigned
            self.revoked = revoked
            self.lost = lost
        }
    }

    /// Names of topics by ``MessageView/topicIndex``.
    public var topics: [String] { topicTable.names }
    /// Ends a poll from another thread.
    public let waker: ConsumerWaker
    /// What ours are at present, by group or by `assign`.
    public internal(set) var assignment: Set<TopicPartition> = []
    /// Where partitions start that have no committed offset.
    public let start: StartPosition
    /// How long each look-up of start offsets may take while partitions are assigned.
    public var assignmentTimeout: Duration = .seconds(30)
    /// Set before `subscribe`.
    public var rebalanceHandler = RebalanceHandler()

    var handle: ClientHandle { open.handle }
    /// Found inside a callback; thrown by the poll around it.
    var pendingError: KafkaError?
    let hasGroup: Bool

    /// What exists until `close`.
    private struct Open {
        let handle: ClientHandle
        let queue: OpaquePointer
    }

    private let open: Open
    private var isClosed = false
    private var topicTable = TopicTable()
    private var batches: [MessageBatch] = []

    /// Connects to nothing yet.
    ///
    /// - Parameters:
    ///   - properties: over ``defaults(start:)``; `bootstrap.servers`, and `group.id` for a group.
    ///   - start: where partitions start that have no committed offset.
    ///   - excluding: names of topics that a pattern never matches.
    public init(
        properties: KafkaProperties, start: StartPosition = .earliest, excluding: [String] = [], events: ClientEvents = ClientEvents()
    ) throws(KafkaError) {
        var all = Self.defaults(start: start).overridden(by: properties)
        hasGroup = all["group.id"] != nil
        // The library wants a name even where no group is joined.
        if !hasGroup { all["group.id"] = "clew-no-group" }
        if !excluding.isEmpty {
            let own = excluding.map { "^\(Self.escaped($0))$" }.joined(separator: ",")
            all["topic.blacklist"] = all["topic.blacklist"].map { "\($0),\(own)" } ?? own
        }
        let handle = try ClientHandle(RD_KAFKA_CONSUMER, all, events)
        // One queue for records, assignments and errors.
        try handle.check(rd_kafka_poll_set_consumer(handle.raw), "cannot make a consumer")
        guard let queue = rd_kafka_queue_get_consumer(handle.raw) ?? rd_kafka_queue_get_main(handle.raw) else {
            throw KafkaError(code: .state, message: "the Kafka consumer has no queue")
        }
        open = Open(handle: handle, queue: queue)
        self.start = start
        waker = ConsumerWaker(queue: queue)
        // Unsafe, since `close` in `deinit` still needs it; `close` also takes it away, before the memory is gone.
        handle.context.rebalance = { [unowned(unsafe) self] code, partitions in rebalance(code, partitions) }
    }

    deinit { close() }

    /// Subscribes to topics by name and by pattern: POSIX extended regular expressions, matched from the start of a name
    /// (the library wants a leading `^`, which is added where it is missing). Needs a group.
    public func subscribe(names: [String], patterns: [String] = []) throws(KafkaError) {
        let all = names + patterns.map { $0.hasPrefix("^") ? $0 : "^\($0)" }
        let list = PartitionList(all.map { TopicPartition(topic: $0, partition: -1) })
        try handle.check(rd_kafka_subscribe(handle.raw, list.pointer), "cannot subscribe to \(all.joined(separator: ", "))")
    }

    /// Reads exactly these partitions, from these offsets (``PartitionOffset/beginning`` and its like are allowed), without a group's say.
    public func assign(_ partitions: [PartitionOffset]) throws(KafkaError) {
        let list = PartitionList(partitions)
        try handle.check(rd_kafka_assign(handle.raw, list.pointer), "cannot assign partitions")
        assignment = Set(partitions.map(\.partition))
    }

    /// A batch to poll into. The consumer keeps it, and empties it when it closes.
    public func makeBatch(capacity: Int = 10_000) -> MessageBatch {
        let batch = MessageBatch(capacity: capacity)
        batches.append(batch)
        return batch
    }

    /// Waits up to `timeout` for records and puts what is there into `batch`, whose former records are given back.
    ///
    /// Assignments, errors and statistics are told inside. Throws only what ends the consumer, or a failed assignment;
    /// everything else is in ``MessageBatch/errors``.
    public func poll(into batch: MessageBatch, timeout: Duration, maximum: Int = .max) throws(KafkaError) {
        precondition(!isClosed, "poll after close")
        let alive = batch.fill(open.queue, timeout.milliseconds, maximum, &topicTable, hasGroup)
        if let error = pendingError {
            pendingError = nil
            throw error
        }
        guard alive else { throw handle.fatalFailure("Kafka consumer cannot go on") }
    }

    /// Leaves the group (the handler is told what is revoked) and frees everything. All batches are emptied: the library
    /// would wait for ever for a message that is not given back. Called twice, does nothing.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        for batch in batches { batch.clear() }
        waker.retire()
        rd_kafka_consumer_close(handle.raw)
        handle.context.rebalance = nil
        rd_kafka_queue_destroy(open.queue)
        assignment = []
    }

    /// A name as an expression that matches nothing else.
    static func escaped(_ name: String) -> String {
        name.map { "\\.[]{}()*+?^$|".contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}

/// Ends a consumer's poll from any thread.
public final class ConsumerWaker: Sendable {
    /// `OpaquePointer` as a number, which is `Sendable`; 0 after the consumer has closed.
    private let queue: Mutex<UInt>

    init(queue: OpaquePointer) { self.queue = Mutex(UInt(bitPattern: queue)) }

    /// The poll under way, or else the next one, returns at once.
    public func wake() {
        queue.withLock { address in
            if let queue = OpaquePointer(bitPattern: address) { rd_kafka_queue_yield(queue) }
        }
    }

    func retire() { queue.withLock { $0 = 0 } }
}
