public import ClewEngine

/// One archived Kafka record: its coordinates, and the message as it was.
///
/// The bytes belong to the reader or to the line, and are valid until either changes.
public struct Envelope: HeaderLookup {
    /// nil where the envelope carries no coordinates (a Connect value with its schema).
    public var topic: UnsafeRawBufferPointer?
    /// Not negative.
    public var partition: Int32?
    public var offset: Int64?
    /// The record's timestamp.
    public var recordTime: EventTime?
    public var key: UnsafeRawBufferPointer?
    /// The message; nil for a tombstone.
    public var payload: UnsafeRawBufferPointer?
    /// The headers: an array of names and values in turn, an array of objects, or an object.
    var headerList: JSONValue?

    /// Whether the record has headers, so that the envelope is worth passing on as `MessageView.headers`.
    public var hasHeaders: Bool { headerList.map { $0.count > 0 } ?? false }

    /// The value of the last header of that name; nil if there is none.
    public func header(_ name: StaticString) -> UnsafeRawBufferPointer? {
        guard let list = headerList else { return nil }
        var found: UnsafeRawBufferPointer?
        if list.isObject {
            list.forEachMember { key, value in
                if value.isScalar, ByteHash.equal(key, Bytes(name)) { found = value.text }
            }
            return found
        }
        var wanted = false
        list.forEachElement { index, value in
            if value.isObject {
                if let pair = Envelope.pair(value), ByteHash.equal(pair.name, Bytes(name)) { found = pair.value }
            } else if index % 2 == 0 {
                wanted = value.isString && ByteHash.equal(value.text, Bytes(name))
            } else if wanted, value.isScalar {
                found = value.text
            }
        }
        return found
    }

    /// `{"key": …, "value": …}`.
    private static func pair(_ value: JSONValue) -> (name: Bytes, value: Bytes)? {
        var name: Bytes?
        var text: Bytes?
        value.forEachMember { key, member in
            guard member.isScalar else { return }
            if ByteHash.equal(key, Bytes("key")) { name = member.text }
            if ByteHash.equal(key, Bytes("value")) { text = member.text }
        }
        guard let name, let text else { return nil }
        return (name, text)
    }
}

/// Reads the lines of dumps: `kcat -J`, and Kafka Connect's JSON lines.
///
/// Separate from `Decoder` because a replay sorts records by partition before any of them is decoded.
public struct EnvelopeReader: ~Copyable {
    private var document = JSONDocument()
    private let maxBytes: Int
    private let maxDepth: Int

    /// - Parameter limits: those of the messages inside; an envelope may be as long as the longest message, escaped.
    public init(limits: DecoderLimits = DecoderLimits()) {
        maxBytes = limits.messageBytes * 6 + 65_536
        maxDepth = min(limits.nesting + 1, 1024)
    }

    /// Reads one line; nil if it is no envelope (then the line is the message).
    ///
    /// An envelope is an object with `topic`, `partition`, `offset` and one of `payload` (kcat) or `value` (Connect),
    /// or one with exactly `schema` and `payload` (a Connect value with its schema). A message that is a string is
    /// unescaped; an object or array is given as it stands.
    public mutating func read(_ line: UnsafeRawBufferPointer) -> Envelope? {
        guard line.count <= maxBytes, EnvelopeReader.mayBeEnvelope(line) else { return nil }
        guard let root = try? document.parse(line, maxDepth: maxDepth), root.isObject else { return nil }
        var members = Members()
        root.forEachMember { name, value in members.take(name, value) }
        if members.schema, root.count == 2, let payload = members.payload {
            var envelope = Envelope()
            envelope.payload = EnvelopeReader.message(payload)
            return envelope
        }
        return members.envelope
    }

    /// The bytes of a message: a string's text, nothing for null, others as they stand.
    fileprivate static func message(_ value: JSONValue) -> Bytes? { value.isNull ? nil : value.text }

    private static let firstMembers: [StaticString] = [
        "topic", "partition", "offset", "payload", "value", "key", "schema", "timestamp", "ts", "tstype", "headers", "broker",
    ]

    /// Whether the first member is one that envelopes begin with: spares plain events a second parse.
    private static func mayBeEnvelope(_ line: Bytes) -> Bool {
        var at = 0
        func blank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
        if line.count >= 3, line[0] == 0xEF, line[1] == 0xBB, line[2] == 0xBF { at = 3 }
        while at < line.count, blank(line[at]) { at += 1 }
        guard at < line.count, line[at] == UInt8(ascii: "{") else { return false }
        at += 1
        while at < line.count, blank(line[at]) { at += 1 }
        guard at < line.count, line[at] == UInt8(ascii: "\"") else { return false }
        let rest = line.slice(at + 1, at + 12)
        guard let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { return false }
        let name = rest.slice(0, end)
        return firstMembers.contains { ByteHash.equal(name, Bytes($0)) }
    }
}

/// The members of an envelope, as they are met.
private struct Members {
    var topic: Bytes?
    var partition: Int64?
    var offset: Int64?
    var time: Int64?
    var key: JSONValue?
    var headers: JSONValue?
    var payload: JSONValue?
    var value: JSONValue?
    var schema = false

    mutating func take(_ name: Bytes, _ value: JSONValue) {
        func named(_ text: StaticString) -> Bool { ByteHash.equal(name, Bytes(text)) }
        switch name.count {
        case 2 where named("ts"): time = Self.integer(value)
        case 3 where named("key"): key = value
        case 5 where named("topic") && value.isString: topic = value.text
        case 5 where named("value"): self.value = value
        case 6 where named("offset"): offset = Self.integer(value)
        case 6 where named("schema"): schema = true
        case 7 where named("headers"): headers = value
        case 7 where named("payload"): payload = value
        case 9 where named("partition"): partition = Self.integer(value)
        case 9 where named("timestamp"): time = Self.integer(value)
        default: break
        }
    }

    private static func integer(_ value: JSONValue) -> Int64? {
        value.kind == .number ? Decimal(value.text)?.scaled(by: 0) : nil
    }

    /// The envelope, if all that it needs is there.
    var envelope: Envelope? {
        guard let topic, topic.count > 0, let partition, partition >= 0, partition <= Int64(Int32.max), let offset, offset >= 0,
            let message = payload ?? value
        else { return nil }
        var envelope = Envelope()
        envelope.topic = topic
        envelope.partition = Int32(partition)
        envelope.offset = offset
        // Milliseconds; -1 means none.
        if let time, time >= 0, time < Int64.max / 1000 { envelope.recordTime = EventTime(microseconds: time * 1000) }
        envelope.key = key.flatMap { EnvelopeReader.message($0) }
        envelope.payload = EnvelopeReader.message(message)
        envelope.headerList = headers
        return envelope
    }
}

// One owner, nothing shared.
extension EnvelopeReader: @unchecked Sendable {}
