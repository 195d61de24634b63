internal import ClewEngine

extension Decoder {
    /// A PagerDuty event (Events API v2; the payload is its Common Event Format).
    ///
    /// The routing key is a secret: it tells alerts of different services apart here, and goes nowhere else.
    mutating func pagerDuty(
        _ root: JSONValue, _ message: MessageView, _ batch: inout EventBatch, _ names: inout Names
    ) throws(DecodeFailure) -> IgnoreReason? {
        labels.removeAll()
        let action = try root.member("event_action")
        // Without an action it is an event in the Common Event Format alone: its fields may stand at the top.
        let payload = try Field.object(root.member("payload"), "payload") ?? (action == nil ? root : nil)
        let dedup = try Field.scalar(root.member("dedup_key"), "dedup_key")
        let routing = try Field.scalar(root.member("routing_key"), "routing_key")
        let key = DedupKeys.key(routing: routing, dedup: dedup)
        var raw = RawEvent()
        if let action {
            guard action.isString else { throw .wrongType("event_action", expected: "a string", found: action) }
            if ByteHash.equal(action.text, Bytes("acknowledge")) { return .acknowledge }
            if ByteHash.equal(action.text, Bytes("resolve")) {
                raw.status = .resolved
            } else if !ByteHash.equal(action.text, Bytes("trigger")) {
                throw DecodeFailure(
                    .statusUnknown, "event_action: expected trigger, acknowledge or resolve, found \"\(action.text.clipped)\"")
            }
        }
        if let payload { try raw.setTime(payload.member("timestamp"), "payload/timestamp") }
        if raw.status == .resolved {
            if dedup.count > 0, let known = dedupKeys.find(key) {
                try resolve(known, raw, message, &batch)
                return nil
            }
            guard let payload, try payload.member("source") != nil || !rules.resource.isEmpty else { return .unknownDedupKey }
        }
        try commonEvent(payload, root, &raw)
        try commit(&raw, element: payload, root: root, message, &batch, &names)
        if raw.status == .firing, dedup.count > 0, let event = batch.events.last {
            dedupKeys.store(
                key,
                DedupEntry(
                    resource: event.resource, type: event.type, source: event.source, identity: event.identity, severity: event.severity))
        }
        return nil
    }

    private static let typeMembers: [StaticString] = ["class", "component", "summary"]
    private static let labelMembers: [StaticString] = ["class", "component", "group"]

    /// The fields of the Common Event Format.
    private mutating func commonEvent(_ payload: JSONValue?, _ root: JSONValue, _ raw: inout RawEvent) throws(DecodeFailure) {
        raw.source = try Field.string(root.member("client"), "client")
        if raw.source.count == 0 { raw.source = Bytes("pagerduty") }
        guard let payload else {
            raw.flags.insert(.severityUnknown)
            return
        }
        raw.resource = try Field.string(payload.member("source"), "payload/source")
        raw.type = try Decoder.firstText(of: payload, Decoder.typeMembers, "payload")
        raw.message = try Field.scalar(payload.member("summary"), "payload/summary")
        try raw.setSeverity(payload.member("severity"), "payload/severity")
        for name in Decoder.labelMembers {
            if let value = try payload.member(name) { labels.add(Bytes(name), value) }
        }
        if let details = try payload.member("custom_details"), details.isObject { labels.addMembers(of: details) }
    }

    /// The end of an alert known by its `dedup_key`.
    private func resolve(
        _ known: DedupEntry, _ raw: RawEvent, _ message: MessageView, _ batch: inout EventBatch
    ) throws(DecodeFailure) {
        guard let time = raw.time ?? message.recordTime else {
            throw DecodeFailure(.timestampMissing, "payload/timestamp: expected a time, found none, and the record has none either")
        }
        var event = Event(time: time, resource: known.resource, type: known.type, status: .resolved, severity: known.severity)
        event.source = known.source
        event.identity = known.identity
        event.recordTime = message.recordTime
        if raw.time == nil { event.flags.insert(.noOwnTime) }
        event.partition = message.partition
        event.offset = message.offset
        event.indexInMessage = try indexInMessage(batch.events.count)
        event.payloadStart = UInt32(clamping: batch.payload.count)
        batch.events.append(event)
    }
}
