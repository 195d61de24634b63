import CRdkafka
import Synchronization

/// Owner of a librdkafka client and of what its callbacks need.
///
/// `@unchecked Sendable`: the library's clients are safe to use from any thread; only `destroy` needs to be the last call,
/// which `deinit` is. Callbacks reach `context` through the client's opaque pointer, which holds a reference of its own
/// that is given back after the client is destroyed.
final class ClientHandle: @unchecked Sendable {
    let raw: OpaquePointer
    let context: ClientContext

    private let retained: Unmanaged<ClientContext>

    init(_ kind: rd_kafka_type_t, _ properties: KafkaProperties, _ events: ClientEvents) throws(KafkaError) {
        let configuration = try Configuration.make(properties)
        let diagnosis = FailureDiagnosis(
            bootstrap: properties["bootstrap.servers"] ?? properties["metadata.broker.list"] ?? "(no bootstrap.servers)",
            mechanism: properties["sasl.mechanism"] ?? properties["sasl.mechanisms"] ?? "")
        context = ClientContext(events: events, diagnosis: diagnosis)
        retained = Unmanaged.passRetained(context)
        rd_kafka_conf_set_opaque(configuration, retained.toOpaque())
        rd_kafka_conf_set_log_cb(configuration, logCallback)
        rd_kafka_conf_set_error_cb(configuration, errorCallback)
        rd_kafka_conf_set_stats_cb(configuration, statisticsCallback)
        if kind == RD_KAFKA_PRODUCER {
            rd_kafka_conf_set_dr_msg_cb(configuration, deliveryCallback)
        } else {
            rd_kafka_conf_set_rebalance_cb(configuration, rebalanceCallback)
        }
        let (client, text) = Configuration.withErrorText { rd_kafka_new(kind, configuration, $0, $1) }
        guard let client else {
            // A configuration that was refused still belongs to us.
            rd_kafka_conf_destroy(configuration)
            retained.release()
            throw KafkaError(code: .invalidArgument, message: "Kafka client cannot be made: \(text)")
        }
        raw = client
    }

    deinit {
        rd_kafka_destroy(raw)
        retained.release()
    }

    /// Throws if `error` is an error, with the cause where the library only says "timed out".
    func check(_ error: rd_kafka_resp_err_t, _ action: @autoclosure () -> String) throws(KafkaError) {
        guard error != RD_KAFKA_RESP_ERR_NO_ERROR else { return }
        throw explain(error == RD_KAFKA_RESP_ERR__FATAL ? fatalFailure(action()) : KafkaError(error, action()))
    }

    func check(_ error: OpaquePointer?, _ action: @autoclosure () -> String) throws(KafkaError) {
        guard let error else { return }
        throw explain(KafkaError(consuming: error, action()))
    }

    func explain(_ error: KafkaError) -> KafkaError {
        context.diagnosis.withLock { $0.explain(error, libraryVersion: Configuration.libraryVersion) }
    }

    /// The error that the client died of.
    func fatalFailure(_ action: String) -> KafkaError { Self.fatalFailure(raw, action) }

    static func fatalFailure(_ client: OpaquePointer, _ action: String) -> KafkaError {
        let (code, text) = Configuration.withErrorText { rd_kafka_fatal_error(client, $0, $1) }
        let prefix = action.isEmpty ? "" : "\(action): "
        return KafkaError(
            code: code == RD_KAFKA_RESP_ERR_NO_ERROR ? .fatal : KafkaError.Code(code), message: prefix + text, isFatal: true)
    }
}

/// What a producer's delivery reports have told.
struct DeliveryReports {
    var counts = Deliveries()
    private var partitions: Set<Partition> = []

    private struct Partition: Hashable {
        /// Address of the library's topic object, which lives as long as its producer.
        let topic: UInt
        let number: Int32
    }

    mutating func add(_ message: rd_kafka_message_t) {
        counts.bytes += message.len + message.key_len
        guard message.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            counts.failed += 1
            if counts.firstError == nil {
                let topic = rd_kafka_topic_name(message.rkt).map { String(cString: $0) } ?? ""
                counts.firstError = KafkaError(message.err, "record for topic \(topic) not delivered")
            }
            return
        }
        counts.delivered += 1
        if partitions.insert(Partition(topic: UInt(bitPattern: message.rkt), number: message.partition)).inserted { counts.partitions += 1 }
    }
}

/// What the callbacks of one client need.
final class ClientContext: @unchecked Sendable {
    let events: ClientEvents
    let diagnosis: Mutex<FailureDiagnosis>
    let deliveries = Mutex(DeliveryReports())
    /// Set before the client is used; called and changed on the polling thread only, hence `@unchecked Sendable`.
    var rebalance: ((rd_kafka_resp_err_t, UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Void)?

    init(events: ClientEvents, diagnosis: FailureDiagnosis) {
        self.events = events
        self.diagnosis = Mutex(diagnosis)
    }

    static func of(_ opaque: UnsafeMutableRawPointer?) -> ClientContext? {
        opaque.map { Unmanaged<ClientContext>.fromOpaque($0).takeUnretainedValue() }
    }
}

// The library calls these from its own threads: they must not belong to an actor.

private nonisolated func logCallback(
    _ client: OpaquePointer?, _ level: Int32, _ facility: UnsafePointer<CChar>?, _ text: UnsafePointer<CChar>?
) {
    guard let client, let context = ClientContext.of(rd_kafka_opaque(client)) else { return }
    let record = KafkaLogRecord(
        level: Int(level), facility: facility.map { String(cString: $0) } ?? "", message: text.map { String(cString: $0) } ?? "")
    context.diagnosis.withLock { $0.note(facility: record.facility, message: record.message) }
    context.events.log(record)
}

private nonisolated func errorCallback(
    _ client: OpaquePointer?, _ code: Int32, _ text: UnsafePointer<CChar>?, _ opaque: UnsafeMutableRawPointer?
) {
    guard let client, let context = ClientContext.of(opaque) else { return }
    let native = rd_kafka_resp_err_t(code)
    let error =
        native == RD_KAFKA_RESP_ERR__FATAL
        ? ClientHandle.fatalFailure(client, "")
        : KafkaError(code: KafkaError.Code(native), message: text.map { String(cString: $0) } ?? "", isRetriable: true)
    let explained = context.diagnosis.withLock { $0.explain(error, libraryVersion: Configuration.libraryVersion) }
    context.events.error(explained)
}

private nonisolated func statisticsCallback(
    _ client: OpaquePointer?, _ json: UnsafeMutablePointer<CChar>?, _ length: Int, _ opaque: UnsafeMutableRawPointer?
) -> Int32 {
    if let json, let context = ClientContext.of(opaque) { context.events.statistics(String(cString: json)) }
    // 0: the library frees the text.
    return 0
}

private nonisolated func deliveryCallback(
    _ client: OpaquePointer?, _ message: UnsafePointer<rd_kafka_message_t>?, _ opaque: UnsafeMutableRawPointer?
) {
    guard let message, let context = ClientContext.of(opaque) else { return }
    context.deliveries.withLock { $0.add(message.pointee) }
}

private nonisolated func rebalanceCallback(
    _ client: OpaquePointer?, _ code: rd_kafka_resp_err_t, _ partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?,
    _ opaque: UnsafeMutableRawPointer?
) {
    guard let partitions, let context = ClientContext.of(opaque) else { return }
    context.rebalance?(code, partitions)
}
