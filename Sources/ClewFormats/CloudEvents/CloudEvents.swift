internal import ClewEngine

extension Decoder {
    /// A CloudEvent in structured mode: attributes and `data` in one object.
    mutating func cloudEvent(
        _ root: JSONValue, _ message: MessageView, _ batch: inout EventBatch, _ names: inout Names
    ) throws(DecodeFailure) {
        labels.removeAll()
        var raw = RawEvent()
        guard let version = try root.member("specversion") else {
            throw DecodeFailure(.unknownFormat, "specversion: expected \"1.0\", found none")
        }
        guard version.isString else { throw .wrongType("specversion", expected: "a string", found: version) }
        raw.id = try Field.scalar(root.member("id"), "id")
        raw.source = try Field.string(root.member("source"), "source")
        let type = try Field.string(root.member("type"), "type")
        let subject = try Field.string(root.member("subject"), "subject")
        try raw.setTime(root.member("time"), "time")
        // What is no attribute of the specification is an extension, and a label.
        root.forEachMember { name, value in
            if !Decoder.isAttribute(name) { labels.add(name, value) }
        }
        let data = try root.member("data")
        try cloudEventData(data, &raw, severity: root.member("severity"), status: root.member("status"))
        if raw.flags.contains(.severityUnknown), raw.unknownSeverity.count == 0 {
            // The extension of the specification: the numbers and names of OpenTelemetry.
            raw.flags.remove(.severityUnknown)
            try raw.setOTelSeverity(
                Field.scalar(root.member("severitynumber"), "severitynumber"), Field.scalar(root.member("severitytext"), "severitytext"))
        }
        if raw.resource.count == 0 { raw.resource = subject.count > 0 ? subject : raw.source }
        if raw.type.count == 0 { raw.type = type }
        try commit(&raw, element: data, root: root, message, &batch, &names)
    }

    /// A CloudEvent in binary mode: attributes in the headers `ce_…`, the message is its data.
    mutating func cloudEventBinary(
        _ headers: any HeaderLookup, _ message: MessageView, _ batch: inout EventBatch, _ names: inout Names
    ) throws(DecodeFailure) {
        labels.removeAll()
        for name in Decoder.headerNames {
            if let value = headers.header(name), !value.isUTF8 { throw DecodeFailure(.notUTF8, "header \(name): expected UTF-8") }
        }
        var raw = RawEvent()
        raw.id = headers.header("ce_id") ?? .none
        raw.source = headers.header("ce_source") ?? .none
        if let time = headers.header("ce_time") {
            guard let parsed = Timestamp.parse(time) else {
                throw DecodeFailure(.timestampInvalid, "header ce_time: expected RFC 3339 with an offset, found \"\(time.clipped)\"")
            }
            raw.time = parsed
        }
        var root: JSONValue?
        if let value = message.value, value.count > 0 {
            if Decoder.isJSON(headers.header("content-type")) {
                root = try parse(value)
            } else if value.count > rules.limits.messageBytes {
                throw DecodeFailure(.tooLarge, "expected at most \(rules.limits.messageBytes) bytes, found \(value.count)")
            } else if value.isUTF8 {
                raw.message = value
            }
        }
        try cloudEventData(root, &raw, severity: nil, status: nil)
        if raw.flags.contains(.severityUnknown), raw.unknownSeverity.count == 0, let word = headers.header("ce_severity") {
            raw.flags.remove(.severityUnknown)
            raw.setSeverity(word)
        }
        if let word = headers.header("ce_status") {
            try raw.setStatus(word, "header ce_status")
        }
        if raw.resource.count == 0 { raw.resource = headers.header("ce_subject") ?? .none }
        if raw.resource.count == 0 { raw.resource = raw.source }
        if raw.type.count == 0 { raw.type = headers.header("ce_type") ?? .none }
        try commit(&raw, element: root, root: root, message, &batch, &names)
    }

    /// What `data` says: the fields of a native event, where they are there; its other scalars become labels.
    ///
    /// It is anybody's JSON: a member with the name of a field but not its type (`"status": 200`) is something else.
    private mutating func cloudEventData(
        _ data: JSONValue?, _ raw: inout RawEvent, severity: JSONValue?, status: JSONValue?
    ) throws(DecodeFailure) {
        guard let data, data.isObject else {
            if let data, data.isString { raw.message = data.text }
            try raw.setSeverity(severity, "severity")
            try raw.setStatus(status, "status")
            return
        }
        raw.resource = try Decoder.string(data, "resource")?.text ?? .none
        raw.type = try Decoder.string(data, "type")?.text ?? .none
        raw.message = try Decoder.string(data, "message")?.text ?? .none
        try raw.setSeverity(Decoder.string(data, "severity") ?? severity, "data/severity")
        try raw.setStatus(Decoder.string(data, "status") ?? status, "data/status")
        if raw.time == nil { try raw.setTime(data.member("timestamp"), "data/timestamp") }
        data.forEachMember { name, value in
            if !value.isString || !Decoder.isDataField(name) { labels.add(name, value) }
        }
        if let own = try data.member("labels") { labels.addMembers(of: own) }
    }

    private static func string(_ data: JSONValue, _ name: StaticString) throws(DecodeFailure) -> JSONValue? {
        guard let value = try data.member(name), value.isString else { return nil }
        return value
    }

    private static let attributes: [StaticString] = [
        "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data", "data_base64",
        "severity", "status", "severitynumber", "severitytext",
    ]
    private static let headerNames: [StaticString] = [
        "ce_id", "ce_source", "ce_type", "ce_subject", "ce_severity", "ce_status", "ce_time",
    ]
    private static let dataFields: [StaticString] = ["resource", "type", "message", "severity", "status", "timestamp"]

    private static func isAttribute(_ name: Bytes) -> Bool {
        attributes.contains { ByteHash.equal(name, Bytes($0)) }
    }

    private static func isDataField(_ name: Bytes) -> Bool {
        dataFields.contains { ByteHash.equal(name, Bytes($0)) }
    }

    /// Whether a content type says structured mode, which may have the headers of binary mode too.
    static func isStructured(_ type: Bytes?) -> Bool {
        let prefix = Bytes("application/cloudevents")
        return type.map { ByteHash.equal($0.slice(0, prefix.count), prefix) } ?? false
    }

    /// Whether a content type is JSON; without one it is.
    private static func isJSON(_ type: Bytes?) -> Bool {
        guard let type, type.count > 0 else { return true }
        let end = type.firstIndex { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: " ") } ?? type.count
        let kind = type.slice(0, end)
        return [Bytes("/json"), Bytes("+json")].contains { kind.count >= 5 && ByteHash.equal(kind.slice(kind.count - 5, kind.count), $0) }
    }
}
