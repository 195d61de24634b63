internal import ClewEngine

extension Decoder {
    /// Finds the format of a message and hands it on. Returns why there are no events, where there may be none.
    mutating func dispatch(
        _ message: MessageView, _ batch: inout EventBatch, _ names: inout Names
    ) throws(DecodeFailure) -> IgnoreReason? {
        if let headers = message.headers, rules.format == .auto || rules.format == .cloudevents,
            headers.header("ce_specversion") != nil, !Decoder.isStructured(headers.header("content-type"))
        {
            format = .cloudevents
            try cloudEventBinary(headers, message, &batch, &names)
            return nil
        }
        guard let value = message.value else { throw DecodeFailure(.tombstone, "expected a value, found none") }
        var root = try parse(value)
        if root.isObject, root.count == 2 { root = try Decoder.withoutSchema(root, texts) }
        // A mapping may point into an array; otherwise it is a batch, each element of it like a message of its own.
        guard root.isArray, root.count > 0, rules.format != .mapping else { return try dispatch(root, message, &batch, &names) }
        var ignored: IgnoreReason?
        var element = root.first
        for index in 0..<root.count {
            do throws(DecodeFailure) {
                ignored = try dispatch(element, message, &batch, &names) ?? ignored
            } catch {
                throw DecodeFailure(error.reason, "\(index)/\(error.detail)")
            }
            element = element.following
        }
        return ignored
    }

    private mutating func dispatch(
        _ root: JSONValue, _ message: MessageView, _ batch: inout EventBatch, _ names: inout Names
    ) throws(DecodeFailure) -> IgnoreReason? {
        labels.removeAll()
        guard root.isObject || rules.format == .mapping else {
            throw .wrongType("message", expected: "an object", found: root)
        }
        if rules.format == .auto || rules.format == .native {
            let top = TopLevel(root, &labels)
            let found = rules.format == .native ? .native : top.recognise(overridden: isOverridden, hasMapping: hasMapping)
            if found == .native {
                format = .native
                try native(top, root, message, &batch, &names)
                return nil
            }
            labels.removeAll()
            return try decode(root, as: found ?? .mapping, message, &batch, &names)
        }
        return try decode(root, as: rules.format, message, &batch, &names)
    }

    /// The value within what Kafka Connect's JsonConverter makes of one: exactly `schema` and `payload`.
    private static func withoutSchema(_ root: JSONValue, _ texts: EmbeddedTexts) throws(DecodeFailure) -> JSONValue {
        var payload: JSONValue?
        var hasSchema = false
        root.forEachMember { name, value in
            if ByteHash.equal(name, Bytes("schema")) { hasSchema = true }
            if ByteHash.equal(name, Bytes("payload")) { payload = value }
        }
        guard hasSchema, let payload else { return root }
        if payload.isNull { throw DecodeFailure(.tombstone, "payload: expected a value, found null") }
        return texts.root(of: payload) ?? payload
    }

    /// Parses a message within the limits.
    mutating func parse(_ value: Bytes) throws(DecodeFailure) -> JSONValue {
        if value.count > rules.limits.messageBytes {
            throw DecodeFailure(.tooLarge, "expected at most \(rules.limits.messageBytes) bytes, found \(value.count)")
        }
        return try document.parse(value, maxDepth: rules.limits.nesting)
    }

    private mutating func decode(
        _ root: JSONValue, as found: EventFormat, _ message: MessageView, _ batch: inout EventBatch, _ names: inout Names
    ) throws(DecodeFailure) -> IgnoreReason? {
        format = found
        switch found {
        case .cloudevents: try cloudEvent(root, message, &batch, &names)
        case .alertmanager: try alertmanager(root, message, &batch, &names)
        case .pagerduty: return try pagerDuty(root, message, &batch, &names)
        case .otlp: try otlp(root, message, &batch, &names)
        case .syslog: try syslog(root, message, &batch, &names)
        case .mapping, .auto, .native:
            guard let mapping = rules.mapping else {
                throw DecodeFailure(.unknownFormat, Decoder.unknownShape(root))
            }
            try mapped(root, mapping, message, &batch, &names)
        }
        return nil
    }

    private static func unknownShape(_ root: JSONValue) -> String {
        var found: [String] = []
        root.forEachMember { name, _ in
            if found.count < 8 { found.append(name.clipped) }
        }
        let list = found.isEmpty ? "no member" : found.joined(separator: ", ")
        return "message: expected a native event (resource, type, …) or another known shape, found an object with \(list)"
    }
}
