import CRdkafka
import Synchronization

/// A broker of a cluster.
public struct BrokerInfo: Sendable, Hashable {
    public let id: Int32
    public let host: String
    public let port: Int32
}

/// A topic as the cluster tells it.
public struct TopicInfo: Sendable, Hashable {
    public let name: String
    public let partitionCount: Int
    /// How often each record is stored (of the partition where that is least).
    public let replicationFactor: Int
    /// Partitions that have no leader at present and so cannot be read or written.
    public let leaderlessPartitions: [Int32]
}

/// A cluster as it tells itself.
public struct ClusterInfo: Sendable, Hashable {
    /// nil where the broker tells none.
    public let clusterID: String?
    /// Broker id of the controller, nil if not known.
    public let controllerID: Int32?
    public let brokers: [BrokerInfo]
    public let topics: [TopicInfo]
}

/// A topic to be created.
public struct NewTopic: Sendable {
    public var name: String
    public var partitionCount: Int
    /// -1: the broker's default.
    public var replicationFactor: Int
    /// Topic configuration, such as `cleanup.policy`.
    public var configuration: [(name: String, value: String)]

    public init(
        name: String, partitionCount: Int, replicationFactor: Int = -1, configuration: [(name: String, value: String)] = []
    ) {
        self.name = name
        self.partitionCount = partitionCount
        self.replicationFactor = replicationFactor
        self.configuration = configuration
    }
}

/// Questions to a cluster, and topics made in it. Never makes a topic by asking for it.
public final class Admin: Sendable {
    private let handle: ClientHandle

    /// Connects to nothing yet. Of `properties`, those of groups and transactions are left out.
    public init(properties: KafkaProperties, events: ClientEvents = ClientEvents()) throws(KafkaError) {
        var own: KafkaProperties = ["reconnect.backoff.max.ms": "2000"]
        for entry in properties.entries where !Self.notOurs.contains(entry.name) { own[entry.name] = entry.value }
        // A consumer's handle: a producer's metadata request would create a missing topic where the broker allows that.
        own["allow.auto.create.topics"] = "false"
        handle = try ClientHandle(RD_KAFKA_CONSUMER, own, events)
    }

    private static let notOurs: Set<String> = ["group.id", "group.instance.id", "transactional.id", "topic.blacklist"]

    /// All brokers and topics.
    public func cluster(timeout: Duration) throws(KafkaError) -> ClusterInfo {
        let metadata = try metadata(of: nil, timeout)
        defer { rd_kafka_metadata_destroy(metadata) }
        let native = metadata.pointee
        let brokers = (0..<Int(native.broker_cnt)).map { index in
            let broker = native.brokers[index]
            return BrokerInfo(id: broker.id, host: broker.host.map { String(cString: $0) } ?? "", port: broker.port)
        }
        let topics = (0..<Int(native.topic_cnt)).map { Self.info(native.topics[$0]) }
        // Known since the answer above, so neither of these waits.
        var clusterID: String?
        if let text = rd_kafka_clusterid(handle.raw, 0) {
            clusterID = String(cString: text)
            rd_kafka_mem_free(handle.raw, text)
        }
        let controller = rd_kafka_controllerid(handle.raw, 0)
        return ClusterInfo(
            clusterID: clusterID, controllerID: controller >= 0 ? controller : nil, brokers: brokers,
            topics: topics.sorted { $0.name < $1.name })
    }

    /// One topic; nil if it does not exist.
    public func topic(_ name: String, timeout: Duration) throws(KafkaError) -> TopicInfo? {
        let metadata = try metadata(of: name, timeout)
        defer { rd_kafka_metadata_destroy(metadata) }
        guard metadata.pointee.topic_cnt > 0 else { return nil }
        let topic = metadata.pointee.topics[0]
        switch topic.err {
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC: return nil
        case RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE: return Self.info(topic)
        default: throw KafkaError(topic.err, "cannot read about topic \(name)")
        }
    }

    /// Number of members that a consumer group has at present; 0 for one that does not exist.
    public func memberCount(ofGroup group: String, timeout: Duration) throws(KafkaError) -> Int {
        var list: UnsafePointer<rd_kafka_group_list>?
        try handle.check(
            rd_kafka_list_groups(handle.raw, group, &list, max(1, timeout.milliseconds)), "cannot read about group \(group)")
        guard let list else { return 0 }
        defer { rd_kafka_group_list_destroy(list) }
        guard list.pointee.group_cnt > 0 else { return 0 }
        let native = list.pointee.groups[0]
        if native.err != RD_KAFKA_RESP_ERR_NO_ERROR, native.err.rawValue != 69 {  // 69: GROUP_ID_NOT_FOUND
            throw KafkaError(native.err, "cannot read about group \(group)")
        }
        return Int(native.member_cnt)
    }

    private static func info(_ topic: rd_kafka_metadata_topic) -> TopicInfo {
        let partitions = (0..<Int(topic.partition_cnt)).map { topic.partitions[$0] }
        return TopicInfo(
            name: topic.topic.map { String(cString: $0) } ?? "", partitionCount: partitions.count,
            replicationFactor: Int(partitions.map(\.replica_cnt).min() ?? 0),
            leaderlessPartitions: partitions.filter { $0.leader < 0 }.map(\.id).sorted())
    }

    /// In slices, so that a refused password is told at once instead of after the whole time-out.
    private func metadata(of topic: String?, _ timeout: Duration) throws(KafkaError) -> UnsafePointer<rd_kafka_metadata> {
        let deadline = ContinuousClock.now + timeout
        let topicHandle = topic.flatMap { rd_kafka_topic_new(handle.raw, $0, nil) }
        defer { if let topicHandle { rd_kafka_topic_destroy(topicHandle) } }
        while true {
            var metadata: UnsafePointer<rd_kafka_metadata>?
            let left = deadline - ContinuousClock.now
            let slice = max(1, min(500, left.milliseconds))
            let error = rd_kafka_metadata(handle.raw, topic == nil ? 1 : 0, topicHandle, &metadata, slice)
            if error == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata {
                handle.context.diagnosis.withLock { $0.clear() }
                return metadata
            }
            rd_kafka_poll(handle.raw, 0)
            let cause = handle.context.diagnosis.withLock { $0.cause }
            let waits = error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__TIMED_OUT
            if cause == .authentication || cause == .tls || !waits || left <= .milliseconds(500) {
                try handle.check(error, topic.map { "cannot read about topic \($0)" } ?? "cannot read about the cluster")
            }
        }
    }

    /// Creates topics; one that exists already is not an error. Throws the first topic's failure.
    ///
    /// - Returns: the names that are new.
    @discardableResult
    public func createTopics(_ topics: [NewTopic], timeout: Duration) throws(KafkaError) -> [String] {
        var native: [OpaquePointer?] = []
        defer { for topic in native { if let topic { rd_kafka_NewTopic_destroy(topic) } } }
        for topic in topics {
            let (made, text) = Configuration.withErrorText {
                rd_kafka_NewTopic_new(topic.name, Int32(clamping: topic.partitionCount), Int32(clamping: topic.replicationFactor), $0, $1)
            }
            guard let made else { throw KafkaError(code: .invalidArgument, message: "cannot create topic \(topic.name): \(text)") }
            native.append(made)
            for (name, value) in topic.configuration {
                try handle.check(rd_kafka_NewTopic_set_config(made, name, value), "cannot create topic \(topic.name): \(name)")
            }
        }
        let answer = try request(RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout, "cannot create topics") { options, queue in
            rd_kafka_CreateTopics(handle.raw, &native, native.count, options, queue)
        }
        defer { rd_kafka_event_destroy(answer) }
        var count = 0
        let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer), &count)
        return try names(results, count, ignoring: RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS, "cannot create topic")
    }

    /// Deletes topics; one that does not exist is not an error.
    ///
    /// - Returns: the names that were there.
    @discardableResult
    public func deleteTopics(_ topics: [String], timeout: Duration) throws(KafkaError) -> [String] {
        var native: [OpaquePointer?] = topics.map { rd_kafka_DeleteTopic_new($0) }
        defer { for topic in native { if let topic { rd_kafka_DeleteTopic_destroy(topic) } } }
        let answer = try request(RD_KAFKA_ADMIN_OP_DELETETOPICS, timeout, "cannot delete topics") { options, queue in
            rd_kafka_DeleteTopics(handle.raw, &native, native.count, options, queue)
        }
        defer { rd_kafka_event_destroy(answer) }
        var count = 0
        let results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(answer), &count)
        return try names(results, count, ignoring: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, "cannot delete topic")
    }

    /// Sends a request and waits for its answer, which the caller frees.
    private func request(
        _ operation: rd_kafka_admin_op_t, _ timeout: Duration, _ action: String, _ send: (OpaquePointer?, OpaquePointer?) -> Void
    ) throws(KafkaError) -> OpaquePointer {
        let milliseconds = max(1, timeout.milliseconds)
        let options = rd_kafka_AdminOptions_new(handle.raw, operation)
        defer { rd_kafka_AdminOptions_destroy(options) }
        _ = Configuration.withErrorText { rd_kafka_AdminOptions_set_request_timeout(options, milliseconds, $0, $1) }
        _ = Configuration.withErrorText { rd_kafka_AdminOptions_set_operation_timeout(options, milliseconds, $0, $1) }
        let queue = rd_kafka_queue_new(handle.raw)
        defer { rd_kafka_queue_destroy(queue) }
        send(options, queue)
        guard let answer = rd_kafka_queue_poll(queue, milliseconds &+ 1000) else {
            throw handle.explain(KafkaError(RD_KAFKA_RESP_ERR__TIMED_OUT, action))
        }
        let error = rd_kafka_event_error(answer)
        if error != RD_KAFKA_RESP_ERR_NO_ERROR {
            let text = rd_kafka_event_error_string(answer).map { String(cString: $0) } ?? ""
            rd_kafka_event_destroy(answer)
            throw handle.explain(KafkaError(error, action).replacingMessage("\(action): \(text)"))
        }
        return answer
    }

    private func names(
        _ results: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int, ignoring ignored: rd_kafka_resp_err_t, _ action: String
    ) throws(KafkaError) -> [String] {
        var names: [String] = []
        for index in 0..<count {
            guard let result = results?[index] else { continue }
            let name = rd_kafka_topic_result_name(result).map { String(cString: $0) } ?? ""
            let error = rd_kafka_topic_result_error(result)
            if error == RD_KAFKA_RESP_ERR_NO_ERROR {
                names.append(name)
            } else if error != ignored {
                let text = rd_kafka_topic_result_error_string(result).map { String(cString: $0) } ?? ""
                throw KafkaError(error, "").replacingMessage("\(action) \(name): \(text)")
            }
        }
        return names
    }
}
