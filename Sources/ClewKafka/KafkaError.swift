import CRdkafka

/// What went wrong with Kafka, with what a caller must decide by.
public struct KafkaError: Error, Sendable, Equatable, CustomStringConvertible {
    /// An error code of Kafka's protocol (positive) or of librdkafka itself (negative).
    public struct Code: RawRepresentable, Hashable, Sendable {
        public let rawValue: Int32

        public init(rawValue: Int32) { self.rawValue = rawValue }

        init(_ code: rd_kafka_resp_err_t) { rawValue = code.rawValue }

        var native: rd_kafka_resp_err_t { rd_kafka_resp_err_t(rawValue) }

        /// The name in librdkafka's and Kafka's documentation, such as `_TRANSPORT` or `UNKNOWN_TOPIC_OR_PART`.
        public var name: String { rd_kafka_err2name(native).map { String(cString: $0) } ?? "\(rawValue)" }

        /// No error.
        public static let none = Code(RD_KAFKA_RESP_ERR_NO_ERROR)
        /// A connection broke or could not be made.
        public static let transport = Code(RD_KAFKA_RESP_ERR__TRANSPORT)
        /// No broker can be reached at present.
        public static let allBrokersDown = Code(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
        /// The broker refused the credentials.
        public static let authentication = Code(RD_KAFKA_RESP_ERR__AUTHENTICATION)
        /// A host name could not be resolved.
        public static let resolve = Code(RD_KAFKA_RESP_ERR__RESOLVE)
        /// TLS failed.
        public static let tls = Code(RD_KAFKA_RESP_ERR__SSL)
        /// No answer in time.
        public static let timedOut = Code(RD_KAFKA_RESP_ERR__TIMED_OUT)
        /// The local queue of records to send is full.
        public static let queueFull = Code(RD_KAFKA_RESP_ERR__QUEUE_FULL)
        /// The topic or partition does not exist on the broker.
        public static let unknownTopicOrPartition = Code(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        /// The topic or partition is not known to the client.
        public static let unknownTopicLocally = Code(RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC)
        /// The topic exists already.
        public static let topicExists = Code(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        /// A newer producer of the same transactional id has taken over.
        public static let fenced = Code(RD_KAFKA_RESP_ERR__FENCED)
        /// Another consumer of the same static instance id has taken over.
        public static let fencedInstanceID = Code(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID)
        /// The client cannot go on; its cause is in the message.
        public static let fatal = Code(RD_KAFKA_RESP_ERR__FATAL)
        /// The call does not fit the client's state.
        public static let state = Code(RD_KAFKA_RESP_ERR__STATE)
        /// A wrong argument or property.
        public static let invalidArgument = Code(RD_KAFKA_RESP_ERR__INVALID_ARG)
        /// The consumer group has moved on to another generation.
        public static let illegalGeneration = Code(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION)
        /// A record is larger than the broker or the client allows.
        public static let messageTooLarge = Code(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        /// The application did not poll for longer than `max.poll.interval.ms`.
        public static let pollIntervalExceeded = Code(RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED)
    }

    /// The code, for programs.
    public let code: Code
    /// The whole message, for people.
    public let message: String
    /// The client that gave it is dead: close it and start another.
    public let isFatal: Bool
    /// The same call may be made again.
    public let isRetriable: Bool
    /// The transaction must be aborted; after that the work can be done again.
    public let requiresAbort: Bool

    package init(
        code: Code, message: String, isFatal: Bool = false, isRetriable: Bool = false, requiresAbort: Bool = false
    ) {
        self.code = code
        self.message = message
        self.isFatal = isFatal
        self.isRetriable = isRetriable
        self.requiresAbort = requiresAbort
    }

    /// From a bare code; `context` says what we were doing and stands before the library's text.
    init(_ code: rd_kafka_resp_err_t, _ context: String) {
        let text = rd_kafka_err2str(code).map { String(cString: $0) } ?? "error \(code.rawValue)"
        let retriable = [
            RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__QUEUE_FULL,
            RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
            RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR__WAIT_COORD,
            RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        ].contains(code)
        self.init(
            code: Code(code), message: context.isEmpty ? text : "\(context): \(text)",
            isFatal: code == RD_KAFKA_RESP_ERR__FATAL || code == RD_KAFKA_RESP_ERR__FENCED, isRetriable: retriable)
    }

    /// Takes over and frees an error object of the library.
    init(consuming error: OpaquePointer, _ context: String) {
        defer { rd_kafka_error_destroy(error) }
        let text = rd_kafka_error_string(error).map { String(cString: $0) } ?? ""
        self.init(
            code: Code(rd_kafka_error_code(error)), message: "\(context): \(text)",
            isFatal: rd_kafka_error_is_fatal(error) != 0, isRetriable: rd_kafka_error_is_retriable(error) != 0,
            requiresAbort: rd_kafka_error_txn_requires_abort(error) != 0)
    }

    /// Another process with the same transactional id or static group instance id has taken over.
    public var isFenced: Bool {
        code == .fenced || code == .fencedInstanceID || code.native == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH
    }

    /// `MESSAGE (NAME)`.
    public var description: String { "\(message) (\(code.name))" }

    func replacingMessage(_ message: String, code: Code? = nil) -> KafkaError {
        KafkaError(
            code: code ?? self.code, message: message, isFatal: isFatal, isRetriable: isRetriable, requiresAbort: requiresAbort)
    }
}
