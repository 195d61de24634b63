/// Why a message could not be decoded: the code of the header `clew.reason` of a dead letter.
public enum DeadReason: String, Sendable, CaseIterable {
    /// No bytes, or blanks only.
    case empty
    /// No value at all (a Kafka tombstone).
    case tombstone
    case notUTF8 = "not_utf8"
    case notJSON = "not_json"
    /// The message ends inside a value.
    case truncated
    /// Longer than the limit on a message.
    case tooLarge = "too_large"
    /// More containers within each other than the limit.
    case tooDeep = "too_deep"
    /// Something follows the message's value.
    case trailingBytes = "trailing_bytes"
    /// A field that decides about the event stands twice.
    case duplicateKey = "duplicate_key"
    /// A field has another type than it must have.
    case wrongType = "wrong_type"
    case resourceMissing = "resource_missing"
    case typeMissing = "type_missing"
    case timestampMissing = "timestamp_missing"
    case timestampInvalid = "timestamp_invalid"
    /// Decided where events are ordered: implausible, and nothing to replace it by.
    case timestampImplausible = "timestamp_implausible"
    case statusUnknown = "status_unknown"
    /// No format's shape.
    case unknownFormat = "unknown_format"
    /// A resource, type, source or identity longer than 1,024 bytes.
    case nameTooLong = "name_too_long"
    /// The limit on distinct names is reached.
    case tooManyNames = "too_many_names"
    /// More events in one message than the limit.
    case tooManyEvents = "too_many_events"
}

/// Why a message is neither events nor a dead letter.
public enum IgnoreReason: String, Sendable, CaseIterable {
    /// A PagerDuty `acknowledge`: it says nothing about the condition.
    case acknowledge
    /// A PagerDuty `resolve` of a `dedup_key` that was not seen, or is forgotten.
    case unknownDedupKey = "unknown_dedup_key"
    /// An Alertmanager payload or an OTLP export without a single alert or record.
    case noEvents = "no_events"
}

/// What became of one message.
public enum DecodeOutcome: Sendable, Equatable {
    /// So many events were appended to the batch; at least one.
    case events(Int)
    /// Nothing was appended, and nothing is wrong.
    case ignored(IgnoreReason)
    /// Nothing was appended. The text names the field, what was expected and what was found.
    case dead(DeadReason, String)
}

/// Thrown within the decoder; leaves it as `DecodeOutcome.dead`.
struct DecodeFailure: Error {
    var reason: DeadReason
    var detail: String

    init(_ reason: DeadReason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }

    static func duplicate(_ name: Bytes) -> DecodeFailure {
        DecodeFailure(.duplicateKey, "\(name.clipped): expected once, found twice")
    }

    static func wrongType(_ field: String, expected: String, found: JSONValue) -> DecodeFailure {
        DecodeFailure(.wrongType, "\(field): expected \(expected), found \(found.kind.name)")
    }
}
