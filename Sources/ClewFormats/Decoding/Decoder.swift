public import ClewEngine

/// What a decoder has counted since it was made.
public struct DecoderCounters: Sendable, Equatable {
    /// Labels left out or cut by the limits.
    public var labelsCut: UInt64 = 0
    /// Events whose severity was missing or unknown, and re-sends (as in `Event.flags`).
    public var severityUnknown: UInt64 = 0
    public var resends: UInt64 = 0

    public init() {}
}

/// Turns messages into events: one a topic, with that topic's rules.
///
/// A decoder keeps buffers, and the PagerDuty keys seen; nothing else of one message reaches the next. It takes no
/// clock, and the same messages give the same events. Reading a message whose names are known allocates nothing.
public struct Decoder: ~Copyable {
    let rules: DecoderRules
    let ruleNames: RuleNames
    /// Of the rules: whether resource and type are both taken from elsewhere, and whether there is a mapping.
    let isOverridden: Bool
    let hasMapping: Bool
    var document = JSONDocument()
    let texts: EmbeddedTexts
    var labels: LabelList
    var scratch = ScratchBuffer()
    var dedupKeys: DedupKeys
    /// Where in the batch the events of the current message begin.
    private var firstEvent = 0
    /// What the current message, or element of a batch, is read as.
    var format = EventFormat.native
    /// PagerDuty `dedup_key`s that are remembered, at most `limits.dedup_keys`.
    public var dedupKeyCount: Int { dedupKeys.count }
    /// What was counted since the decoder was made; refused messages count only in `labelsCut`.
    public internal(set) var counters = DecoderCounters()

    /// Creates a decoder for the messages of one topic.
    public init(rules: DecoderRules) {
        self.rules = rules
        ruleNames = RuleNames(rules)
        isOverridden = !rules.resource.isEmpty && !rules.type.isEmpty
        hasMapping = rules.mapping != nil
        texts = EmbeddedTexts(nesting: rules.limits.nesting)
        labels = LabelList(limits: rules.limits)
        dedupKeys = DedupKeys(limit: rules.limits.dedupKeys)
    }

    /// Decodes one message and appends its events to `batch`.
    ///
    /// All or nothing: a message that is refused appends no event, whatever part of it was good.
    public mutating func decode(_ message: MessageView, into batch: inout EventBatch, names: inout Names) -> DecodeOutcome {
        let events = batch.events.count
        firstEvent = events
        texts.removeAll()
        let payload = batch.payload.count
        let before = counters
        do throws(DecodeFailure) {
            let ignored = try dispatch(message, &batch, &names)
            counters.labelsCut = labels.cut
            let added = batch.events.count - events
            return added > 0 ? .events(added) : .ignored(ignored ?? .noEvents)
        } catch {
            batch.events.removeLast(batch.events.count - events)
            batch.payload.removeLast(batch.payload.count - payload)
            counters = before
            counters.labelsCut = labels.cut
            return .dead(error.reason, error.detail)
        }
    }

    /// Appends one event to the batch: overrides, times, names, payload, digest.
    ///
    /// `element` is the single alert or record that the event was read from, `root` the whole message.
    mutating func commit(
        _ raw: inout RawEvent, element: JSONValue?, root: JSONValue?, _ message: MessageView,
        _ batch: inout EventBatch, _ names: inout Names
    ) throws(DecodeFailure) {
        if raw.flags.contains(.severityUnknown) {
            counters.severityUnknown += 1
            if raw.unknownSeverity.count > 0 { labels.add(Bytes("severity"), raw.unknownSeverity, reserved: true) }
        }
        if !rules.resource.isEmpty { raw.resource = try overridden(rules.resource, "resource", element, root) ?? raw.resource }
        if !rules.type.isEmpty { raw.type = try overridden(rules.type, "type", element, root) ?? raw.type }
        if raw.resource.count == 0 { throw missing(.resourceMissing) }
        if raw.type.count == 0 { throw missing(.typeMissing) }
        guard let time = raw.time ?? message.recordTime else {
            throw DecodeFailure(.timestampMissing, "timestamp: expected a time, found none, and the record has none either")
        }
        if raw.time == nil { raw.flags.insert(.noOwnTime) }

        let index = try indexInMessage(batch.events.count)
        var event = Event(
            time: time, resource: try intern(raw.resource, "resource", &names), type: try intern(raw.type, "type", &names),
            status: raw.status, severity: raw.severity)
        event.source = try intern(raw.source, "source", &names)
        if !rules.identity.isEmpty { event.identity = try identity(raw, &names) }
        event.recordTime = message.recordTime
        event.flags = raw.flags
        event.partition = message.partition
        event.offset = message.offset
        event.indexInMessage = index
        if raw.id.count > 0 { event.redelivery = Decoder.digest(raw) }
        try writePayload(raw, &event, &batch)
        batch.events.append(event)
    }

    /// The place among those of its message of the event that is the batch's next.
    @inline(__always)
    func indexInMessage(_ next: Int) throws(DecodeFailure) -> UInt32 {
        let index = next - firstEvent
        if index >= rules.limits.events {
            throw DecodeFailure(.tooManyEvents, "expected at most \(rules.limits.events) events in a message")
        }
        return UInt32(truncatingIfNeeded: index)
    }

    /// The digest of (source, id, status, own timestamp), 128 bits.
    private static func digest(_ raw: RawEvent) -> (UInt64, UInt64) {
        let time = UInt64(bitPattern: raw.time?.microseconds ?? .min)
        let rest = ByteHash.fold(time ^ 0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93 ^ UInt64(raw.status.rawValue))
        let low = ByteHash.hash64(raw.id, seed: ByteHash.hash64(raw.source, seed: 1) ^ rest)
        let high = ByteHash.hash64(raw.id, seed: ByteHash.hash64(raw.source, seed: 2) &+ rest)
        // (0, 0) means: no id.
        return (low | 1, high)
    }

    @inline(__always)
    private func intern(_ name: Bytes, _ field: StaticString, _ names: inout Names) throws(DecodeFailure) -> NameID {
        if let id = names.intern(name) { return id }
        if name.count > Names.longest {
            throw DecodeFailure(.nameTooLong, "\(field): expected at most \(Names.longest) bytes, found \(name.count)")
        }
        throw DecodeFailure(
            .tooManyNames, "\(field): \(names.count) names are known, which is the limit; found a new one, \"\(name.clipped)\"")
    }

    private func overridden(
        _ sources: [FieldSource], _ field: String, _ element: JSONValue?, _ root: JSONValue?
    ) throws(DecodeFailure) -> Bytes? {
        for source in sources {
            switch source {
            case .pointer(let pointer):
                var value: JSONValue?
                if let element { value = try pointer.resolve(element, texts) }
                if value == nil, let root { value = try pointer.resolve(root, texts) }
                let text = try Field.scalar(value, "\(field), taken from \(pointer.text)")
                if text.count > 0 { return text }
            case .label(let name):
                var name = name
                if let value = name.withUTF8({ labels.find(Bytes($0)) }), value.count > 0 { return value }
            }
        }
        return nil
    }

    /// The values of the identity labels, joined by `/`; `.none` if there is none of them.
    private mutating func identity(_ raw: RawEvent, _ names: inout Names) throws(DecodeFailure) -> NameID {
        scratch.removeAll()
        var found = false
        for (index, label) in ruleNames.identity.enumerated() {
            if index > 0 { scratch.append(Bytes("/")) }
            let value = ByteHash.equal(label, Bytes("source")) ? raw.source : labels.find(label) ?? .none
            if value.count > 0 { found = true }
            scratch.append(value)
        }
        return found ? try intern(scratch.bytes, "identity", &names) : .none
    }

    /// Id, message and labels, one after the other, at the end of the batch's payload.
    private mutating func writePayload(_ raw: RawEvent, _ event: inout Event, _ batch: inout EventBatch) throws(DecodeFailure) {
        let id = raw.id.cut(to: rules.limits.idBytes)
        let text = raw.message.cut(to: rules.limits.textBytes)
        let labelBytes = labels.payloadLength
        let total = id.count + text.count + labelBytes
        guard batch.payload.count + total <= Int(UInt32.max) else {
            throw DecodeFailure(.tooLarge, "the batch holds 4 GiB of texts already")
        }
        scratch.removeAll()
        let base = scratch.reserve(total)
        labels.write(to: text.copied(to: id.copied(to: base)))
        event.payloadStart = UInt32(batch.payload.count)
        event.idLength = UInt32(id.count)
        event.messageLength = UInt32(text.count)
        event.labelsLength = UInt32(labelBytes)
        batch.payload.append(contentsOf: Bytes(start: base, count: total))
    }
}

// One owner, nothing shared: it may move to another thread, though not be used by two at once.
extension Decoder: @unchecked Sendable {}
