import CRdkafka

/// A record of a ``MessageBatch``, borrowed.
public struct MessageView {
    private let message: UnsafeMutablePointer<rd_kafka_message_t>
    /// Number of the topic: index into ``Consumer/topics``.
    public let topicIndex: Int

    init(message: UnsafeMutablePointer<rd_kafka_message_t>, topicIndex: Int) {
        self.message = message
        self.topicIndex = topicIndex
    }

    /// Name of the topic; makes a string, so not for every record.
    public var topic: String { rd_kafka_topic_name(message.pointee.rkt).map { String(cString: $0) } ?? "" }

    public var partition: Int32 { message.pointee.partition }

    public var offset: Int64 { message.pointee.offset }

    /// Milliseconds since 1970, given by the producer or the broker; nil if the record has none.
    public var timestamp: Int64? {
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let value = rd_kafka_message_timestamp(message, &kind)
        return kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || value < 0 ? nil : value
    }

    /// nil where the record has no key.
    public var key: UnsafeRawBufferPointer? {
        message.pointee.key.map { UnsafeRawBufferPointer(start: $0, count: message.pointee.key_len) }
    }

    /// nil for a tombstone. No bytes after it may be read.
    public var value: UnsafeRawBufferPointer? {
        message.pointee.payload.map { UnsafeRawBufferPointer(start: $0, count: message.pointee.len) }
    }

    /// Calls `body` for each header in order; the value is nil where the header has none. Parsed at the first call.
    public func forEachHeader(_ body: (_ name: String, _ value: UnsafeRawBufferPointer?) throws -> Void) rethrows {
        var headers: OpaquePointer?
        guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR, let headers else { return }
        var index = 0
        while true {
            var name: UnsafePointer<CChar>?
            var value: UnsafeRawPointer?
            var length = 0
            guard rd_kafka_header_get_all(headers, index, &name, &value, &length) == RD_KAFKA_RESP_ERR_NO_ERROR else { return }
            let bytes = value.map { UnsafeRawBufferPointer(start: $0, count: length) }
            try body(name.map { String(cString: $0) } ?? "", bytes)
            index += 1
        }
    }

    /// The last header of this name.
    public func header(_ name: String) -> UnsafeRawBufferPointer? {
        var headers: OpaquePointer?
        guard rd_kafka_message_headers(message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR, let headers else { return nil }
        var value: UnsafeRawPointer?
        var length = 0
        guard rd_kafka_header_get_last(headers, name, &value, &length) == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        return value.map { UnsafeRawBufferPointer(start: $0, count: length) }
    }
}
