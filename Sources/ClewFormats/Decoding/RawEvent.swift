internal import ClewEngine

/// What a format found of one event, before names are interned: slices of the message.
struct RawEvent {
    var id = Bytes.none
    var source = Bytes.none
    var resource = Bytes.none
    var type = Bytes.none
    var message = Bytes.none
    /// The event's own time; nil without one.
    var time: EventTime?
    var severity = Severity.warning
    var status = EventStatus.firing
    var flags: EventFlags = []
    /// The severity as it was written, where it is not known.
    var unknownSeverity = Bytes.none

    /// Takes a severity by its word: unknown is a warning, kept as it was written.
    @inline(__always)
    mutating func setSeverity(_ word: Bytes) {
        if let known = SeverityWords.find(word) {
            severity = known
        } else {
            severity = .warning
            flags.insert(.severityUnknown)
            unknownSeverity = word
        }
    }

    /// Takes a severity that may be missing.
    mutating func setSeverity(_ value: JSONValue?, _ field: String) throws(DecodeFailure) {
        guard let value else {
            flags.insert(.severityUnknown)
            return
        }
        guard value.isScalar else { throw .wrongType(field, expected: "a string", found: value) }
        setSeverity(value.text)
    }

    /// Takes OpenTelemetry's severity: its number, else its text.
    mutating func setOTelSeverity(_ number: Bytes, _ text: Bytes) {
        if let known = SeverityWords.otel(number) {
            severity = known
        } else if text.count > 0 {
            setSeverity(text)
        } else {
            flags.insert(.severityUnknown)
        }
    }

    /// Takes a status that may be missing: then the event is firing.
    mutating func setStatus(_ value: JSONValue?, _ field: String) throws(DecodeFailure) {
        guard let value else { return }
        guard value.isString else { throw .wrongType(field, expected: "a string", found: value) }
        try setStatus(value.text, field)
    }

    /// Takes a status by its word.
    mutating func setStatus(_ word: Bytes, _ field: @autoclosure () -> String) throws(DecodeFailure) {
        guard let known = StatusWords.find(word) else {
            throw DecodeFailure(.statusUnknown, "\(field()): expected firing, resolved or a synonym, found \"\(word.clipped)\"")
        }
        status = known
    }

    /// Takes the event's own time, which may be missing.
    mutating func setTime(_ value: JSONValue?, _ field: String) throws(DecodeFailure) {
        guard let value else { return }
        time = try Field.time(value, field)
    }
}

/// Reading of single fields, with what is expected of them.
enum Field {
    /// A string; empty if the field is missing.
    @inline(__always)
    static func string(_ value: JSONValue?, _ field: @autoclosure () -> String) throws(DecodeFailure) -> Bytes {
        guard let value else { return .none }
        guard value.isString else { throw .wrongType(field(), expected: "a string", found: value) }
        return value.text
    }

    /// A string, number or boolean, as text; empty if the field is missing.
    @inline(__always)
    static func scalar(_ value: JSONValue?, _ field: @autoclosure () -> String) throws(DecodeFailure) -> Bytes {
        guard let value else { return .none }
        guard value.isScalar else { throw .wrongType(field(), expected: "a string or number", found: value) }
        return value.text
    }

    /// A point in time, RFC 3339 or an epoch number.
    static func time(_ value: JSONValue, _ field: @autoclosure () -> String) throws(DecodeFailure) -> EventTime {
        switch value.kind {
        case .string, .number:
            if let time = Timestamp.parse(value.text) { return time }
            throw DecodeFailure(
                .timestampInvalid,
                "\(field()): expected RFC 3339 with an offset, or an epoch number, found \"\(value.text.clipped)\"")
        default: throw .wrongType(field(), expected: "a string or number", found: value)
        }
    }

    /// An object; nil if the field is missing.
    static func object(_ value: JSONValue?, _ field: @autoclosure () -> String) throws(DecodeFailure) -> JSONValue? {
        guard let value else { return nil }
        guard value.isObject else { throw .wrongType(field(), expected: "an object", found: value) }
        return value
    }

    /// An array; nil if the field is missing.
    static func array(_ value: JSONValue?, _ field: @autoclosure () -> String) throws(DecodeFailure) -> JSONValue? {
        guard let value else { return nil }
        guard value.isArray else { throw .wrongType(field(), expected: "an array", found: value) }
        return value
    }
}
