public import ClewEngine

/// What an incident record names as its origins (`versions`).
public struct RecordVersions: Sendable, Equatable {
    /// The program's version.
    public var clew: String
    /// `sha256:` and 64 hexadecimal digits of the canonical content.
    public var config: String
    public var topology: String
    /// The same of the loaded model file; nil if none is loaded.
    public var model: String?

    /// Creates the versions from texts that are printed as they are.
    public init(clew: String, config: String, topology: String, model: String?) {
        self.clew = clew
        self.config = config
        self.topology = topology
        self.model = model
    }
}

/// Writes incident records (`clew.incident/1`, docs/incident.schema.json): one JSON object in one line.
///
/// The bytes are a function of the revision, the names and the versions alone: members in a fixed order, numbers with
/// a fixed number of digits, texts escaped and valid UTF-8 whatever comes in. A record allocates nothing once the
/// buffers have grown.
public struct IncidentEncoder: ~Copyable {
    var out = RecordWriter()
    private var cache = FragmentCache()
    /// `,"versions":{…}}`: the end of every record.
    private let ending: ContiguousArray<UInt8>

    /// Creates an encoder; the versions stand in each of its records.
    public init(versions: RecordVersions) {
        var writer = RecordWriter()
        writer.put(",\"versions\":{\"clew\":")
        IncidentEncoder.put(versions.clew, &writer)
        writer.put(",\"config\":")
        IncidentEncoder.put(versions.config, &writer)
        writer.put(",\"topology\":")
        IncidentEncoder.put(versions.topology, &writer)
        writer.put(",\"model\":")
        if let model = versions.model { IncidentEncoder.put(model, &writer) } else { writer.put("null") }
        writer.put("}}")
        ending = ContiguousArray(writer.bytes)
    }

    private static func put(_ text: String, _ writer: inout RecordWriter) {
        var text = text
        text.withUTF8 { writer.put(string: Bytes($0)) }
    }

    /// Appends the record of one revision, without a line end.
    public mutating func append(_ revision: IncidentRevision, names: borrowing Names, to bytes: inout ContiguousArray<UInt8>) {
        out.removeAll()
        write(revision, names)
        bytes.append(contentsOf: out.bytes)
    }

    /// Calls `body` with the record's bytes, which are valid within it only.
    public mutating func withRecord<R>(
        of revision: IncidentRevision, names: borrowing Names, _ body: (UnsafeRawBufferPointer) throws -> R
    ) rethrows -> R {
        out.removeAll()
        write(revision, names)
        return try body(out.bytes)
    }

    private mutating func write(_ revision: IncidentRevision, _ names: borrowing Names) {
        writeHead(revision, names)
        out.put(",\"alerts\":[")
        // By pointer: else each element would be copied, and its references counted.
        revision.alerts.withUnsafeBufferPointer { alerts in
            guard let first = alerts.baseAddress else { return }
            for index in alerts.indices {
                if index > 0 { out.put(byte: 0x2C) }
                write(first + index, names)
            }
        }
        out.put("],\"root_causes\":[")
        revision.rootCauses.withUnsafeBufferPointer { causes in
            guard let first = causes.baseAddress else { return }
            for index in causes.indices {
                if index > 0 { out.put(byte: 0x2C) }
                write(first[index], names)
            }
        }
        out.put("],\"impacted\":[")
        for index in revision.impacted.indices {
            if index > 0 { out.put(byte: 0x2C) }
            string(revision.impacted[index], names)
        }
        out.put("],\"merged_into\":")
        optional(revision.mergedInto)
        out.put(",\"merged_from\":[")
        for index in revision.mergedFrom.indices {
            if index > 0 { out.put(byte: 0x2C) }
            quoted(revision.mergedFrom[index])
        }
        out.put("],\"continues\":")
        optional(revision.continues)
        ending.withUnsafeBytes { out.put(raw: $0) }
    }

    private mutating func writeHead(_ revision: IncidentRevision, _ names: borrowing Names) {
        out.put("{\"schema\":\"clew.incident/1\",\"id\":")
        quoted(revision.id)
        out.put(",\"revision\":")
        out.put(integer: UInt64(revision.revision))
        out.put(",\"status\":\"")
        out.put(revision.status.literal)
        out.put("\",\"reason\":\"")
        out.put(revision.reason.literal)
        out.put("\",\"severity\":\"")
        out.put(revision.severity.literal)
        out.put("\",\"title\":\"")
        title(revision, names)
        out.put("\",\"opened_at\":")
        out.put(time: revision.openedAt)
        out.put(",\"updated_at\":")
        out.put(time: revision.updatedAt)
        out.put(",\"resolved_at\":")
        if let resolved = revision.resolvedAt { out.put(time: resolved) } else { out.put("null") }
        out.put(",\"counts\":{\"alerts\":")
        out.put(integer: revision.alertCount)
        out.put(",\"events\":")
        out.put(integer: revision.eventCount)
        out.put(",\"resources\":")
        out.put(integer: revision.resourceCount)
        if revision.mergedCount > revision.mergedFrom.count {
            out.put(",\"merged\":")
            out.put(integer: revision.mergedCount)
        }
        out.put(byte: 0x7D)
    }

    /// An alert; where a record showed it before, with what has not changed since from the cache.
    private mutating func write(_ alert: UnsafePointer<AlertState>, _ names: borrowing Names) {
        let standing = FragmentCache.Standing(alert)
        let number = alert.pointee.constant
        let known = cache.find(number)
        if let known, known.standing == standing { return out.put(raw: known.bytes) }
        let start = out.count
        var layout = FragmentCache.Layout()
        if let known { out.put(raw: known.head) } else { writeHead(alert.pointee, names) }
        layout.headEnd = out.count - start
        writeState(standing)
        layout.middleStart = out.count - start
        if let known { out.put(raw: known.middle) } else { writeMiddle(alert.pointee, names) }
        layout.middleEnd = out.count - start
        if !standing.flags.isEmpty { write(standing.flags) }
        layout.tailStart = out.count - start
        if let known { out.put(raw: known.tail) } else { writeTail(alert.pointee, names) }
        cache.store(number, FragmentCache.Fragment(bytes: out.slice(start..<out.count), layout: layout, standing: standing))
    }

    private mutating func writeHead(_ alert: borrowing AlertState, _ names: borrowing Names) {
        out.put("{\"key\":\"")
        key(alert.name, names)
        out.put("\",\"resource\":")
        string(alert.name.resource, names)
        out.put(",\"type\":")
        string(alert.name.type, names)
        out.put(",\"severity\":\"")
    }

    /// What changes from one revision to the next.
    private mutating func writeState(_ standing: FragmentCache.Standing) {
        out.put(standing.severity.literal)
        out.put("\",\"status\":\"")
        out.put(standing.status == .firing ? "firing" : "resolved")
        out.put("\",\"first_seen\":")
        out.put(time: standing.firstSeen)
        out.put(",\"last_seen\":")
        out.put(time: standing.lastSeen)
        out.put(",\"events\":")
        out.put(integer: standing.events)
    }

    private mutating func writeMiddle(_ alert: borrowing AlertState, _ names: borrowing Names) {
        if alert.name.identity != .none {
            out.put(",\"identity\":")
            string(alert.name.identity, names)
        }
        if !alert.message.isEmpty {
            out.put(",\"message\":")
            alert.message.withUnsafeBytes { out.put(string: $0) }
        }
    }

    private mutating func writeTail(_ alert: borrowing AlertState, _ names: borrowing Names) {
        if alert.binding != .known {
            out.put(",\"binding\":{\"rule\":\"")
            out.put(alert.binding.literal)
            out.put("\",\"name\":")
            string(alert.eventName == .none ? alert.name.resource : alert.eventName, names)
            out.put(byte: 0x7D)
        }
        out.put(",\"link\":")
        guard let link = alert.link else {
            out.put("null}")
            return
        }
        if link.stage == .opened { out.put("null,\"rejected\":") }
        write(link, of: alert.name, names)
        out.put(byte: 0x7D)
    }

    private mutating func write(_ flags: AlertFlags) {
        out.put(",\"flags\":[")
        var first = true
        if flags.contains(.flapping) { flag("\"flapping\"", &first) }
        if flags.contains(.standing) { flag("\"standing\"", &first) }
        if flags.contains(.chronic) { flag("\"chronic\"", &first) }
        out.put(byte: 0x5D)
    }

    private mutating func flag(_ name: StaticString, _ first: inout Bool) {
        if !first { out.put(byte: 0x2C) }
        first = false
        out.put(name)
    }

    private mutating func write(_ cause: borrowing RootCause, _ names: borrowing Names) {
        out.put("{\"resource\":")
        string(cause.resource, names)
        out.put(cause.alerting ? ",\"alerting\":true,\"score\":" : ",\"alerting\":false,\"score\":")
        out.put(cause.score, fraction: 4)
        out.put(",\"alerts\":")
        out.put(integer: UInt64(cause.alerts))
        out.put(",\"delay_s\":")
        if let delay = cause.delay { out.put(delay, fraction: 3) } else { out.put("null") }
        out.put(",\"reached\":")
        out.put(integer: UInt64(cause.reached))
        out.put(",\"others\":")
        out.put(integer: UInt64(cause.others))
        out.put(",\"neighbours\":")
        out.put(integer: UInt64(cause.neighbours))
        out.put(",\"linked_through\":")
        out.put(integer: UInt64(cause.shared))
        out.put(",\"explained_odds\":")
        if cause.alerting { out.put(cause.explained, fraction: 3) } else { out.put("null") }
        out.put(",\"surprise\":")
        out.put(cause.surprise, fraction: 3)
        if let change = cause.change { write(change, names) }
        out.put(",\"why\":[")
        reasons(cause, names)
        out.put("]}")
    }
}

// MARK: Changes

extension IncidentEncoder {
    private mutating func write(_ suspected: borrowing SuspectedChange, _ names: borrowing Names) {
        out.put(",\"change\":{\"type\":")
        string(suspected.change.type, names)
        out.put(",\"at\":")
        out.put(time: suspected.began)
        out.put(",\"ended_at\":")
        if let ended = suspected.ended { out.put(time: ended) } else { out.put("null") }
        out.put(",\"lag_s\":")
        out.put(suspected.lag, fraction: 3)
        out.put(",\"odds\":")
        out.put(suspected.odds, fraction: 3)
        out.put(",\"id\":")
        optional(suspected.change.id)
        out.put(",\"message\":")
        optional(suspected.change.message)
        out.put(",\"source\":")
        if suspected.change.source == .none { out.put("null") } else { string(suspected.change.source, names) }
        out.put(byte: 0x7D)
    }

    private mutating func optional(_ text: ContiguousArray<UInt8>) {
        if text.isEmpty { out.put("null") } else { text.withUnsafeBytes { out.put(string: $0) } }
    }
}

// MARK: Names and ids

extension IncidentEncoder {
    /// A name as a string.
    @inline(__always)
    mutating func string(_ name: NameID, _ names: borrowing Names) {
        names.withBytes(name) { out.put(string: $0) }
    }

    /// A name within a string.
    @inline(__always)
    mutating func text(_ name: NameID, _ names: borrowing Names) {
        names.withBytes(name) { out.put(text: $0) }
    }

    /// `resource/type` or `resource/type/identity`, within a string.
    mutating func key(_ name: AlertName, _ names: borrowing Names) {
        text(name.resource, names)
        out.put(byte: 0x2F)
        text(name.type, names)
        guard name.identity != .none else { return }
        out.put(byte: 0x2F)
        text(name.identity, names)
    }

    mutating func quoted(_ id: IncidentID) { out.put(id: id) }

    mutating func optional(_ id: IncidentID?) {
        if let id { out.put(id: id) } else { out.put("null") }
    }
}

extension RecordWriter {
    /// `"INC-0123456789abcdef"`.
    mutating func put(id: IncidentID) {
        put("\"INC-")
        var shift: UInt64 = 64
        while shift > 0 {
            shift -= 4
            put(byte: RecordWriter.hexDigit(UInt8(truncatingIfNeeded: id.value >> shift & 15)))
        }
        put(byte: 0x22)
    }
}

// One owner, nothing shared.
extension IncidentEncoder: @unchecked Sendable {}

extension IncidentEncoder {
    /// What `body` writes, as a string.
    mutating func plain(_ body: (inout IncidentEncoder) -> Void) -> String {
        out.removeAll()
        body(&self)
        return String(decoding: out.bytes, as: UTF8.self)
    }
}
