internal import ClewEngine

extension Decoder {
    /// OpenTelemetry log records (OTLP/JSON, `ExportLogsServiceRequest`): one event a record.
    mutating func otlp(
        _ root: JSONValue, _ message: MessageView, _ batch: inout EventBatch, _ names: inout Names
    ) throws(DecodeFailure) {
        guard let resources = try Field.array(root.member("resourceLogs"), "resourceLogs") else {
            throw DecodeFailure(.wrongType, "resourceLogs: expected an array, found none")
        }
        try resources.forEachElement { (groupIndex, group) throws(DecodeFailure) in
            let resource = try Field.object(group.member("resource"), "resourceLogs/resource")
            let attributes = try Field.array(resource?.member("attributes"), "resource/attributes")
            try Field.array(group.member("scopeLogs"), "scopeLogs")?.forEachElement { (scopeIndex, scope) throws(DecodeFailure) in
                let name = try Field.string(Field.object(scope.member("scope"), "scope")?.member("name"), "scope/name")
                try Field.array(scope.member("logRecords"), "logRecords")?.forEachElement { (index, record) throws(DecodeFailure) in
                    do throws(DecodeFailure) {
                        guard record.isObject else { throw .wrongType("record", expected: "an object", found: record) }
                        var raw = RawEvent()
                        raw.source = name.count > 0 ? name : Bytes("opentelemetry")
                        try otlpRecord(record, attributes, &raw)
                        try commit(&raw, element: record, root: root, message, &batch, &names)
                    } catch {
                        let place = "resourceLogs/\(groupIndex)/scopeLogs/\(scopeIndex)/logRecords/\(index)"
                        throw DecodeFailure(error.reason, "\(place)/\(error.detail)")
                    }
                }
            }
        }
    }

    private mutating func otlpRecord(_ record: JSONValue, _ resource: JSONValue?, _ raw: inout RawEvent) throws(DecodeFailure) {
        labels.removeAll()
        try addAttributes(resource)
        let attributes = try Field.array(record.member("attributes"), "attributes")
        try addAttributes(attributes)
        raw.resource = labels.find("service.name") ?? labels.find("k8s.pod.name") ?? labels.find("host.name") ?? .none
        raw.id = labels.find("log.record.uid") ?? .none
        raw.type = try Field.string(record.member("eventName"), "eventName")
        if raw.type.count == 0 { raw.type = labels.find("event.name") ?? .none }
        let severityText = try Field.string(record.member("severityText"), "severityText")
        if raw.type.count == 0 { raw.type = severityText }
        if let body = try record.member("body"), body.isObject { raw.message = Decoder.anyValue(body) ?? .none }
        if let word = labels.find("status"), let status = StatusWords.find(word) { raw.status = status }
        raw.time = try Decoder.nanoseconds(record.member("timeUnixNano"), "timeUnixNano")
        if raw.time == nil { raw.time = try Decoder.nanoseconds(record.member("observedTimeUnixNano"), "observedTimeUnixNano") }

        let number = try Field.scalar(record.member("severityNumber"), "severityNumber")
        raw.setOTelSeverity(number, severityText)
        if raw.type.count == 0 { raw.type = SeverityWords.otelName(number) }
    }

    /// Adds attributes, `[{"key": …, "value": {"stringValue": …}}]`, whose values are scalars.
    private mutating func addAttributes(_ attributes: JSONValue?) throws(DecodeFailure) {
        guard let attributes else { return }
        try attributes.forEachElement { (_, attribute) throws(DecodeFailure) in
            guard attribute.isObject, let key = try attribute.member("key"), key.isString,
                let value = try attribute.member("value"), let text = Decoder.anyValue(value)
            else { return }
            labels.add(key.text, text)
        }
    }

    private static let scalarKinds: [StaticString] = ["stringValue", "intValue", "doubleValue", "boolValue"]

    /// The scalar of an `AnyValue`; nil for lists and bytes.
    private static func anyValue(_ value: JSONValue) -> Bytes? {
        var text: Bytes?
        value.forEachMember { name, member in
            guard member.isScalar else { return }
            if scalarKinds.contains(where: { ByteHash.equal(name, Bytes($0)) }) { text = member.text }
        }
        return text
    }

    /// Nanoseconds since the epoch as a string or number; nil if missing or 0.
    private static func nanoseconds(_ value: JSONValue?, _ field: StaticString) throws(DecodeFailure) -> EventTime? {
        let text = try Field.scalar(value, "\(field)")
        guard text.count > 0 else { return nil }
        guard let nanoseconds = Decimal(text), let microseconds = nanoseconds.scaled(by: -3) else {
            throw DecodeFailure(.timestampInvalid, "\(field): expected nanoseconds since 1970, found \"\(text.clipped)\"")
        }
        return microseconds == 0 ? nil : EventTime(microseconds: microseconds)
    }
}
