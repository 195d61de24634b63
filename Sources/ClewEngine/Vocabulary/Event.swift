/// What an event says about its alert.
public enum EventStatus: UInt8, Sendable, BitwiseCopyable {
    /// The condition began, or is still there.
    case firing = 0
    /// The condition is over.
    case resolved = 1
}

/// What was found out about an event on its way in.
public struct EventFlags: OptionSet, Sendable, BitwiseCopyable {
    public let rawValue: UInt8
    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The event's own timestamp was implausible and was replaced.
    public static let clockReplaced = EventFlags(rawValue: 1)
    /// The event came later than the allowed lateness behind its partition's newest.
    public static let late = EventFlags(rawValue: 2)
    /// The severity was missing or unknown, and `warning` was assumed.
    public static let severityUnknown = EventFlags(rawValue: 4)
    /// A re-send of a standing alert; its time is that of the record (design: `input.resend_after`).
    public static let resend = EventFlags(rawValue: 8)
    /// The event has no timestamp of its own (`time` is then its record's).
    public static let noOwnTime = EventFlags(rawValue: 16)
}

/// One decoded event: a fixed-size value whose names are interned and whose texts lie in the batch's payload.
///
/// The payload of an event is, one after the other: the event id, the message, and the labels, each label as
/// key length (UInt16, little endian), value length (UInt16), key, value, in the order of the document.
/// These bytes, with the interned names and the severity, are the *normalised event* that breaks ties of the order.
public struct Event: Sendable, BitwiseCopyable {
    /// The event's own time (for a re-send, or where it has none: its record's).
    public var time: EventTime
    /// The time of the Kafka record (or envelope) that carried it; nil for a line of a plain file.
    public var recordTime: EventTime?
    /// Name of the resource, as the source calls it. Never `.none`.
    public var resource: NameID
    /// Name of the alert type. Never `.none`.
    public var type: NameID
    /// Name of the source; `.none` if unknown.
    public var source: NameID
    /// The values of the labels that `correlation.identity` names, joined by `/`; `.none` without such.
    public var identity: NameID
    public var status: EventStatus
    public var severity: Severity
    public var flags: EventFlags
    /// A 128-bit digest of (source, id, status, own timestamp), the same for a redelivery; (0, 0) without an id.
    public var redelivery: (UInt64, UInt64)
    /// Where its texts begin in `EventBatch.payload`.
    public var payloadStart: UInt32
    /// Bytes of the event id (0: the event has none), of the message, and of the labels.
    public var idLength: UInt32
    public var messageLength: UInt32
    public var labelsLength: UInt32
    /// The partition it came from: an index that the source hands out, dense from 0.
    public var partition: UInt32
    /// Offset in the partition, or line in the file (from 1).
    public var offset: Int64
    /// Which event of its message (an Alertmanager payload holds many), from 0.
    public var indexInMessage: UInt32

    @inlinable
    public init(time: EventTime, resource: NameID, type: NameID, status: EventStatus, severity: Severity) {
        self.time = time
        recordTime = nil
        self.resource = resource
        self.type = type
        source = .none
        identity = .none
        self.status = status
        self.severity = severity
        flags = []
        redelivery = (0, 0)
        payloadStart = 0
        idLength = 0
        messageLength = 0
        labelsLength = 0
        partition = 0
        offset = 0
        indexInMessage = 0
    }

    /// Bytes of the whole payload.
    @inlinable
    public var payloadLength: Int { Int(idLength) + Int(messageLength) + Int(labelsLength) }

    /// The labels in the event's payload.
    func labels(in payload: UnsafeRawBufferPointer) -> [(name: String, value: String)] {
        EventPayload.labels(UnsafeRawBufferPointer(rebasing: payload[(Int(idLength) + Int(messageLength))...]))
    }
}

/// Events decoded together, with the bytes of their texts. Reused: `removeAll` keeps the storage.
public struct EventBatch: Sendable {
    public var events: ContiguousArray<Event> = []
    /// The texts of all events, as `Event` describes.
    public var payload: ContiguousArray<UInt8> = []

    public init() {}

    /// Empties the batch and keeps its storage.
    public mutating func removeAll() {
        events.removeAll(keepingCapacity: true)
        payload.removeAll(keepingCapacity: true)
    }

    /// The id of an event as text (lossy where it is not UTF-8); nil without one.
    public func id(of event: Event) -> String? {
        event.idLength == 0 ? nil : text(event.payloadStart, event.idLength)
    }

    /// The message of an event as text.
    public func message(of event: Event) -> String {
        text(event.payloadStart + event.idLength, event.messageLength)
    }

    /// The labels of an event in the order of the document.
    public func labels(of event: Event) -> [(name: String, value: String)] {
        payload.withUnsafeBytes { bytes in
            let start = Int(event.payloadStart) + Int(event.idLength) + Int(event.messageLength)
            return EventPayload.labels(UnsafeRawBufferPointer(rebasing: bytes[start..<(start + Int(event.labelsLength))]))
        }
    }

    private func text(_ start: UInt32, _ length: UInt32) -> String {
        String(decoding: payload[Int(start)..<Int(start + length)], as: UTF8.self)
    }
}

/// The byte layout of an event's labels.
public enum EventPayload {
    /// Reads the labels of an event from their bytes.
    public static func labels(_ bytes: UnsafeRawBufferPointer) -> [(name: String, value: String)] {
        var result: [(name: String, value: String)] = []
        var at = 0
        while at + 4 <= bytes.count {
            let keyLength = Int(bytes[at]) | Int(bytes[at + 1]) << 8
            let valueLength = Int(bytes[at + 2]) | Int(bytes[at + 3]) << 8
            at += 4
            guard at + keyLength + valueLength <= bytes.count else { break }
            result.append(
                (
                    String(decoding: bytes[at..<(at + keyLength)], as: UTF8.self),
                    String(decoding: bytes[(at + keyLength)..<(at + keyLength + valueLength)], as: UTF8.self)
                ))
            at += keyLength + valueLength
        }
        return result
    }

    /// Appends one label; a key or value over 65,535 bytes is cut there.
    public static func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, to payload: inout ContiguousArray<UInt8>) {
        let keyLength = min(name.count, 0xFFFF)
        let valueLength = min(value.count, 0xFFFF)
        payload.append(UInt8(keyLength & 0xFF))
        payload.append(UInt8(keyLength >> 8))
        payload.append(UInt8(valueLength & 0xFF))
        payload.append(UInt8(valueLength >> 8))
        payload.append(contentsOf: UnsafeRawBufferPointer(rebasing: name.prefix(keyLength)))
        payload.append(contentsOf: UnsafeRawBufferPointer(rebasing: value.prefix(valueLength)))
    }
}
