import CRdkafka
import Synchronization

/// What became of the records of a producer.
public struct Deliveries: Sendable, Equatable {
    /// Acknowledged by the broker.
    public internal(set) var delivered: UInt64 = 0
    /// Given up (also: thrown away by an abort).
    public internal(set) var failed: UInt64 = 0
    /// Bytes of keys and values of both.
    public internal(set) var bytes = 0
    /// Partitions that any of the delivered ones went to.
    public internal(set) var partitions = 0
    /// The first failure since the producer was made, the last transaction began, or the failures were taken.
    public internal(set) var firstError: KafkaError?

    public init() {}
}

/// A Kafka producer, idempotent; transactional if `transactional.id` is set.
///
/// Records carry the wall clock as their timestamp, never an event's time: the broker's retention goes by it. All are reported,
/// so `delivery.report.only.error` is always off.
/// May be used from any thread, but transaction calls one at a time. While offsets are sent or a transaction commits,
/// nothing may be produced: the library would count such records to a transaction whose offsets leave out their input.
public final class Producer: Sendable {
    /// Where the broker stores a record among a topic's partitions.
    public enum Partitioning: Sendable, Equatable {
        /// By the key's hash, as Java clients do; at random without a key.
        case byKey
        case partition(Int32)
    }

    /// The `transactional.id`, nil for a plain producer.
    public let transactionalID: String?

    let handle: ClientHandle
    /// `transaction.timeout.ms`: after so long the brokers abort an open transaction, and fence its producer.
    public let transactionTimeout: Duration
    /// Bytes of keys and values that were taken.
    private let taken = Atomic(0)
    /// `batch.size`: a request to a partition holds about as much.
    private let requestBytes: Int

    /// What is set where the caller says nothing else.
    public static let defaults: KafkaProperties = [
        "enable.idempotence": "true",
        "partitioner": "murmur2_random",
        "linger.ms": "5",
        // The library's own default: with it no request is larger than a topic's default max.message.bytes.
        "batch.size": "1000000",
        // A transaction begun right after another waits for the former one's markers: 100 ms at a time by default.
        "retry.backoff.ms": "10",
        "reconnect.backoff.max.ms": "2000",
        "queue.buffering.max.kbytes": "24576",
    ]

    /// Connects to nothing yet. `properties` go over ``defaults``.
    public init(properties: KafkaProperties, events: ClientEvents = ClientEvents()) throws(KafkaError) {
        var all = Self.defaults.overridden(by: properties)
        all["delivery.report.only.error"] = "false"
        requestBytes = all["batch.size"].flatMap { Int($0) } ?? 1_000_000
        transactionTimeout = .milliseconds(all["transaction.timeout.ms"].flatMap { Int($0) } ?? 60_000)
        transactionalID = all["transactional.id"]
        handle = try ClientHandle(RD_KAFKA_PRODUCER, all, events)
    }

    /// Takes a record (copied). If the local queue is full, waits for room: up to `timeout`, then throws `.queueFull`.
    ///
    /// - Parameters:
    ///   - key: nil for none.
    ///   - value: nil for a tombstone.
    public func produce(
        topic: String, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?,
        headers: [(name: String, value: UnsafeRawBufferPointer?)] = [], partitioning: Partitioning = .byKey,
        timeout: Duration = .seconds(30)
    ) throws(KafkaError) {
        let partition: Int32
        switch partitioning {
        case .byKey: partition = -1
        case .partition(let number): partition = number
        }
        var deadline: ContinuousClock.Instant?
        while true {
            let native = Self.makeHeaders(headers)
            let error = topic.withCString { topic in
                Self.withPointer(key) { key, keyLength in
                    Self.withPointer(value) { value, valueLength in
                        clew_rd_kafka_produce(handle.raw, topic, partition, key, keyLength, value, valueLength, native)
                    }
                }
            }
            if error == RD_KAFKA_RESP_ERR_NO_ERROR {
                taken.wrappingAdd((key?.count ?? 0) + (value?.count ?? 0), ordering: .relaxed)
                return
            }
            if let native { rd_kafka_headers_destroy(native) }
            guard error == RD_KAFKA_RESP_ERR__QUEUE_FULL else {
                return try handle.check(error, "cannot produce to topic \(topic)")
            }
            let limit = deadline ?? ContinuousClock.now + timeout
            deadline = limit
            guard ContinuousClock.now < limit else { throw handle.explain(KafkaError(error, "cannot produce to topic \(topic)")) }
            rd_kafka_poll(handle.raw, 10)
        }
    }

    /// Takes a record (copied) given as arrays.
    public func produce(
        topic: String, key: [UInt8]?, value: [UInt8]?, headers: [(name: String, value: [UInt8])] = [],
        partitioning: Partitioning = .byKey, timeout: Duration = .seconds(30)
    ) throws(KafkaError) {
        // Headers are few and short: one buffer for all of them, so that their addresses hold at the same time.
        let joined = headers.flatMap(\.value)
        let result = joined.withUnsafeBytes { joined -> Result<Void, KafkaError> in
            var at = 0
            let views = headers.map { header -> (name: String, value: UnsafeRawBufferPointer?) in
                defer { at += header.value.count }
                return (header.name, UnsafeRawBufferPointer(rebasing: joined[at..<at + header.value.count]))
            }
            return Self.withOptionalBytes(key) { key in
                Self.withOptionalBytes(value) { value in
                    do throws(KafkaError) {
                        return .success(
                            try produce(
                                topic: topic, key: key, value: value, headers: views, partitioning: partitioning, timeout: timeout))
                    } catch {
                        return .failure(error)
                    }
                }
            }
        }
        try result.get()
    }

    /// Serves delivery reports and events; waits up to `timeout` for the first one. Call now and then where nothing is flushed.
    /// Returns whether there were any.
    @discardableResult
    public func poll(timeout: Duration = .zero) -> Bool { rd_kafka_poll(handle.raw, timeout.milliseconds) > 0 }

    /// Waits until all records are delivered or given up; then throws the first failure since the last look, if there is one.
    public func flush(timeout: Duration) throws(KafkaError) {
        let error = rd_kafka_flush(handle.raw, timeout.milliseconds)
        if let failure = takeFirstError() { throw handle.explain(failure) }
        try handle.check(error, "\(pendingCount) records are not delivered yet")
    }

    /// Records taken and not yet delivered or given up.
    public var pendingCount: Int { Int(rd_kafka_outq_len(handle.raw)) }

    /// Bytes that should be handed over at present, 0 or less where there are enough.
    ///
    /// The idempotent producer has one request of several records under way to a partition, and its thread asks for the answer without a
    /// pause (a whole core's worth) as long as another request could be made from what it holds. So a writer of many records
    /// hands over one request's worth and not quite another, which is enough to keep a connection busy, and calls ``poll(timeout:)``
    /// where there is no room. `linger.ms` must be longer than an answer takes. Each partition that records have gone to so far adds a
    /// request: with less, none of the requests might be full, and all would wait for `linger.ms`.
    public var room: Int {
        let now = deliveries
        return requestBytes * max(1, now.partitions) + requestBytes * 9 / 10 - pendingBytes(now)
    }

    /// Whether so much is taken and not yet delivered or given up that a request is full, whatever the partitions.
    public var isRequestFull: Bool {
        let now = deliveries
        return pendingBytes(now) >= requestBytes * max(1, now.partitions)
    }

    private func pendingBytes(_ now: Deliveries) -> Int { taken.load(ordering: .relaxed) - now.bytes }

    /// Counts since the producer was made.
    public var deliveries: Deliveries { handle.context.deliveries.withLock { $0.counts } }

    /// The first delivery failure since the last call, which is forgotten with it.
    public func takeFirstError() -> KafkaError? {
        handle.context.deliveries.withLock { deliveries in
            defer { deliveries.counts.firstError = nil }
            return deliveries.counts.firstError
        }
    }

    /// The error that the producer died of (fenced, for one); nil while it lives.
    public var fatalFailure: KafkaError? {
        guard rd_kafka_fatal_error(handle.raw, nil, 0) != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return handle.fatalFailure("Kafka producer cannot go on")
    }

    private static func makeHeaders(_ headers: [(name: String, value: UnsafeRawBufferPointer?)]) -> OpaquePointer? {
        guard !headers.isEmpty, let native = rd_kafka_headers_new(headers.count) else { return nil }
        for (name, value) in headers {
            withPointer(value) { value, length in
                // -1: the name ends at its zero byte.
                _ = rd_kafka_header_add(native, name, -1, value, length)
            }
        }
        return native
    }

    /// nil stays a null pointer, an empty buffer never becomes one.
    private static func withPointer<Result>(
        _ bytes: UnsafeRawBufferPointer?, _ body: (UnsafeRawPointer?, Int) -> Result
    ) -> Result {
        guard let bytes else { return body(nil, 0) }
        if let base = bytes.baseAddress { return body(base, bytes.count) }
        var nothing: UInt8 = 0
        return withUnsafeBytes(of: &nothing) { body($0.baseAddress, 0) }
    }

    private static func withOptionalBytes<Result>(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
        guard let bytes else { return body(nil) }
        return bytes.withUnsafeBytes { body($0) }
    }
}
