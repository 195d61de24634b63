import CRdkafka
import Glibc
import Synchronization

/// Brokers inside this process, on loopback, for demos and tests: librdkafka's mock cluster.
///
/// They take groups and transactions, but offsets of a transaction do not show as committed and aborted records are
/// visible, so nothing about exactly-once can be shown on them. Each partition keeps about the last 5 MB.
/// Close all clients first.
public final class MockCluster: Sendable {
    /// Requests that can be answered by an error, by their number in Kafka's protocol.
    public enum Request: Int16, Sendable {
        case produce = 0
        case fetch = 1
        case metadata = 3
        case offsetCommit = 8
        case findCoordinator = 10
        case joinGroup = 11
        case initProducerID = 22
        case addPartitionsToTransaction = 24
        case endTransaction = 26
    }

    /// `HOST:PORT,…` of the brokers.
    public let bootstrap: String
    public let brokerCount: Int

    private struct Handles: @unchecked Sendable {
        let owner: OpaquePointer
        let cluster: OpaquePointer
    }

    /// nil once closed.
    private let handles: Mutex<Handles?>

    /// Starts the brokers, with ids from 1, on free ports.
    public init(brokerCount: Int = 1) throws(KafkaError) {
        let configuration = try Configuration.make(["client.id": "mock", "log_level": "0"])
        let (client, text) = Configuration.withErrorText { rd_kafka_new(RD_KAFKA_PRODUCER, configuration, $0, $1) }
        guard let client else {
            rd_kafka_conf_destroy(configuration)
            throw KafkaError(code: .state, message: "mock cluster cannot be made: \(text)")
        }
        guard let cluster = rd_kafka_mock_cluster_new(client, Int32(clamping: brokerCount)) else {
            rd_kafka_destroy(client)
            throw KafkaError(code: .state, message: "mock cluster cannot listen on loopback")
        }
        bootstrap = rd_kafka_mock_cluster_bootstraps(cluster).map { String(cString: $0) } ?? ""
        self.brokerCount = brokerCount
        handles = Mutex(Handles(owner: client, cluster: cluster))
    }

    deinit { close() }

    /// Creates a topic. Without it, any client that asks for a topic creates it, with four partitions.
    public func createTopic(_ name: String, partitionCount: Int) throws(KafkaError) {
        try use("cannot create topic \(name)") {
            rd_kafka_mock_topic_create($0, name, Int32(clamping: partitionCount), 1)
        }
    }

    /// The next `count` requests of a kind are answered by this error.
    public func fail(_ request: Request, with code: KafkaError.Code, count: Int = 1) throws(KafkaError) {
        try use("cannot inject errors") {
            clew_rd_kafka_mock_push_error($0, request.rawValue, count, code.native)
            return RD_KAFKA_RESP_ERR_NO_ERROR
        }
    }

    /// Takes a broker (ids from 1) down, or up again; it keeps its records.
    public func setBroker(_ id: Int32, isUp: Bool) throws(KafkaError) {
        try use("cannot take broker \(id) \(isUp ? "up" : "down")") {
            isUp ? rd_kafka_mock_broker_set_up($0, id) : rd_kafka_mock_broker_set_down($0, id)
        }
    }

    /// Delays each answer of a broker.
    public func setRoundTrip(ofBroker id: Int32, _ time: Duration) throws(KafkaError) {
        try use("cannot delay broker \(id)") { rd_kafka_mock_broker_set_rtt($0, id, time.milliseconds) }
    }

    private func use(_ action: String, _ call: (OpaquePointer) -> rd_kafka_resp_err_t) throws(KafkaError) {
        let error = handles.withLock { handles in handles.map { call($0.cluster) } ?? RD_KAFKA_RESP_ERR__STATE }
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(error, action) }
    }

    /// Stops the brokers, then their owner. Called twice, does nothing.
    ///
    /// The library's tear-down has been seen to hang, rarely and without a known cause. It therefore runs on a thread of its
    /// own, and after `timeout` is left behind: a demo or a test that ends loses a thread and a few sockets, not its exit.
    ///
    /// - Returns: whether all was stopped in time.
    @discardableResult
    public func close(timeout: Duration = .seconds(5)) -> Bool {
        guard
            let last = handles.withLock({ handles in
                defer { handles = nil }
                return handles
            })
        else { return true }
        let finished = Finished()
        let work = Unmanaged.passRetained(
            TearDown(finished: finished) {
                rd_kafka_mock_cluster_destroy(last.cluster)
                rd_kafka_destroy(last.owner)
            })
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let work = Unmanaged<TearDown>.fromOpaque(argument).takeRetainedValue()
                work.body()
                work.finished.flag.store(true, ordering: .releasing)
                return nil
            }, work.toOpaque())
        guard result == 0 else {
            work.release()
            return false
        }
        pthread_detach(thread)
        let deadline = ContinuousClock.now + timeout
        while !finished.flag.load(ordering: .acquiring) {
            guard ContinuousClock.now < deadline else { return false }
            usleep(2_000)
        }
        return true
    }

    private final class Finished: Sendable {
        let flag = Atomic(false)
    }

    private final class TearDown: Sendable {
        let finished: Finished
        let body: @Sendable () -> Void

        init(finished: Finished, _ body: @escaping @Sendable () -> Void) {
            self.finished = finished
            self.body = body
        }
    }
}
