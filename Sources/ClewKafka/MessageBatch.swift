import CRdkafka

/// Records of one poll. It owns the library's messages: what is borrowed from it is valid until it is polled into again.
///
/// Made by ``Consumer/makeBatch(capacity:)`` and reused; not `Sendable`, but may be handed to another thread as a whole.
public final class MessageBatch {
    /// The position has reached a partition's end.
    public struct EndOfPartition: Sendable, Hashable {
        public let partition: TopicPartition
        /// The end offset that was reached.
        public let offset: Int64
    }

    /// The most records a poll puts in.
    public let capacity: Int
    /// Number of records.
    public private(set) var count = 0
    /// Partitions whose end was reached, after the records before it.
    public private(set) var ends: [EndOfPartition] = []
    /// Errors that came in the place of records: a subscribed topic is missing, a partition cannot be read, …
    public private(set) var errors: [KafkaError] = []

    private let messages: UnsafeMutablePointer<UnsafeMutablePointer<rd_kafka_message_t>?>
    private let topicIndices: UnsafeMutablePointer<UInt32>

    init(capacity: Int) {
        self.capacity = max(1, capacity)
        messages = .allocate(capacity: self.capacity)
        messages.initialize(repeating: nil, count: self.capacity)
        topicIndices = .allocate(capacity: self.capacity)
        topicIndices.initialize(repeating: 0, count: self.capacity)
    }

    deinit {
        clear()
        messages.deallocate()
        topicIndices.deallocate()
    }

    /// Gives the records back to the library before the next poll does.
    public func clear() {
        for index in 0..<count { rd_kafka_message_destroy(messages[index]) }
        count = 0
        if !ends.isEmpty { ends.removeAll(keepingCapacity: true) }
        if !errors.isEmpty { errors.removeAll(keepingCapacity: true) }
    }

    /// The record at `index`, below `count`.
    public subscript(index: Int) -> MessageView {
        precondition(index >= 0 && index < count, "index out of range")
        return MessageView(message: messages[index].unsafelyUnwrapped, topicIndex: Int(topicIndices[index]))
    }

    /// Calls `body` for each record, in order.
    public func forEach(_ body: (MessageView) throws -> Void) rethrows {
        for index in 0..<count {
            guard let message = messages[index] else { continue }
            try body(MessageView(message: message, topicIndex: Int(topicIndices[index])))
        }
    }

    /// Polls into this batch. False if the client has died.
    func fill(_ queue: OpaquePointer, _ timeout: Int32, _ maximum: Int, _ topics: inout TopicTable, _ hasGroup: Bool) -> Bool {
        clear()
        let got = rd_kafka_consume_batch_queue(queue, timeout, messages, min(maximum, capacity))
        guard got > 0 else { return true }
        var kept = 0
        var alive = true
        var lastTopic: OpaquePointer?
        var lastIndex: UInt32 = 0
        for index in 0..<Int(got) {
            guard let message = messages[index] else { continue }
            guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
                if message.pointee.err == RD_KAFKA_RESP_ERR__FATAL { alive = false }
                takeEvent(message, hasGroup)
                continue
            }
            // Within a batch each topic object is held by its messages, so that its address tells topics apart.
            if message.pointee.rkt != lastTopic {
                lastTopic = message.pointee.rkt
                lastIndex = topics.index(of: message.pointee.rkt)
            }
            messages[kept] = message
            topicIndices[kept] = lastIndex
            kept += 1
        }
        count = kept
        return alive
    }

    private func takeEvent(_ message: UnsafeMutablePointer<rd_kafka_message_t>, _ hasGroup: Bool) {
        defer { rd_kafka_message_destroy(message) }
        // Nobody asked for a group, so that it may not be used matters to nobody.
        if !hasGroup, message.pointee.err == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED { return }
        let topic = rd_kafka_topic_name(message.pointee.rkt).map { String(cString: $0) } ?? ""
        if message.pointee.err == RD_KAFKA_RESP_ERR__PARTITION_EOF {
            let partition = TopicPartition(topic: topic, partition: message.pointee.partition)
            ends.append(EndOfPartition(partition: partition, offset: message.pointee.offset))
            return
        }
        let text = rd_kafka_message_errstr(message).map { String(cString: $0) } ?? ""
        let place = topic.isEmpty || text.contains(topic) ? "" : "\(topic)/\(message.pointee.partition): "
        let missing = message.pointee.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
        let plain = KafkaError(message.pointee.err, "")
        errors.append(plain.replacingMessage(missing && !topic.isEmpty ? "topic \(topic) does not exist" : place + text))
    }
}

/// Names of topics, numbered from 0 in the order they were first met.
struct TopicTable {
    private(set) var names: [String] = []
    private var indices: [String: UInt32] = [:]

    mutating func index(of topic: OpaquePointer?) -> UInt32 {
        index(of: rd_kafka_topic_name(topic).map { String(cString: $0) } ?? "")
    }

    mutating func index(of name: String) -> UInt32 {
        if let known = indices[name] { return known }
        let index = UInt32(names.count)
        indices[name] = index
        names.append(name)
        return index
    }
}
