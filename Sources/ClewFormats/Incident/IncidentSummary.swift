public import ClewEngine

/// What an incident record tells a reader: read back from its JSON, so that any tool's copy of the topic will do.
public struct IncidentSummary: Sendable, Equatable {
    /// What became of the incident, as the record's `status` has it.
    public enum Status: String, Sendable, CaseIterable {
        case open, updated, resolved, reopened, merged, frozen
    }

    /// One alert of it.
    public struct Alert: Sendable, Equatable {
        public var key = ""
        public var resource = ""
        public var type = ""
        public var severity = Severity.warning
        public var isFiring = true
        public var firstSeen = EventTime.distantPast
        public var lastSeen = EventTime.distantPast
        /// Raises, repeats included.
        public var events = 0
        /// Why it belongs to the others, in words; empty for the alert that the incident began with.
        public var why = ""

        public init() {}
    }

    /// One candidate for the root cause.
    public struct Cause: Sendable, Equatable {
        public var resource = ""
        public var isAlerting = true
        /// 0...1 over all candidates.
        public var score = 0.0
        public var why: [String] = []

        public init() {}
    }

    public var id = ""
    public var revision = 0
    public var status = Status.open
    public var reason = ""
    public var severity = Severity.warning
    public var title = ""
    public var openedAt = EventTime.distantPast
    public var updatedAt = EventTime.distantPast
    public var resolvedAt: EventTime?
    public var alertCount = 0
    public var eventCount = 0
    public var resourceCount = 0
    /// By time; at most 200 of them are in a record.
    public var alerts: [Alert] = []
    /// Best first.
    public var rootCauses: [Cause] = []
    public var mergedInto: String?
    public var mergedFrom: [String] = []
    public var continues: String?

    public init() {}

    /// Whether it may still go on: neither resolved nor part of another one.
    public var isUnresolved: Bool { status != .resolved && status != .merged && resolvedAt == nil }
}

/// Why a text is no incident record.
public struct IncidentRecordError: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Reads incident records (`clew.incident/1`); keeps its buffers from one to the next.
public struct IncidentReader: ~Copyable {
    private static let maxDepth = 32
    private var document = JSONDocument()

    public init() {}

    /// Reads one record. Members that are not known are passed over, so that records of later versions can be read.
    public mutating func read(_ bytes: UnsafeRawBufferPointer) throws(IncidentRecordError) -> IncidentSummary {
        do throws(DecodeFailure) {
            return try IncidentReader.summary(try parse(bytes))
        } catch {
            throw IncidentRecordError("not an incident record: \(error.detail)")
        }
    }

    /// The record's object, if it is one that we know.
    mutating func parse(_ bytes: UnsafeRawBufferPointer) throws(DecodeFailure) -> JSONValue {
        let root = try document.parse(bytes, maxDepth: IncidentReader.maxDepth)
        guard root.isObject else { throw DecodeFailure.wrongType("record", expected: "an object", found: root) }
        let schema = try RecordFields.text(root, "schema")
        guard schema.hasPrefix("clew.incident/1") else {
            throw DecodeFailure(.unknownFormat, "schema: expected \"clew.incident/1\", found \"\(schema)\"")
        }
        return root
    }

    static func identity(_ root: JSONValue) throws(DecodeFailure) -> (id: String, status: IncidentSummary.Status) {
        let id = try RecordFields.text(root, "id")
        guard !id.isEmpty else { throw DecodeFailure(.wrongType, "id: expected a text, found none") }
        let status = try RecordFields.text(root, "status")
        guard let known = IncidentSummary.Status(rawValue: status) else {
            let all = IncidentSummary.Status.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodeFailure(.statusUnknown, "status: expected one of \(all), found \"\(status)\"")
        }
        return (id, known)
    }

    private static func summary(_ root: JSONValue) throws(DecodeFailure) -> IncidentSummary {
        var result = IncidentSummary()
        (result.id, result.status) = try identity(root)
        result.revision = try RecordFields.integer(root, "revision")
        result.reason = try RecordFields.text(root, "reason")
        result.severity = try RecordFields.severity(root)
        result.title = try RecordFields.text(root, "title")
        result.openedAt = try RecordFields.time(root, "opened_at") ?? .distantPast
        result.updatedAt = try RecordFields.time(root, "updated_at") ?? .distantPast
        result.resolvedAt = try RecordFields.time(root, "resolved_at")
        if let counts = try root.member("counts") {
            result.alertCount = try RecordFields.integer(counts, "alerts")
            result.eventCount = try RecordFields.integer(counts, "events")
            result.resourceCount = try RecordFields.integer(counts, "resources")
        }
        try root.member("alerts")?.forEachElement { (_, value) throws(DecodeFailure) in
            result.alerts.append(try alert(value))
        }
        try root.member("root_causes")?.forEachElement { (_, value) throws(DecodeFailure) in
            result.rootCauses.append(try cause(value))
        }
        result.mergedInto = try root.member("merged_into").map { RecordFields.string($0) }
        result.mergedFrom = RecordFields.strings(try root.member("merged_from"))
        result.continues = try root.member("continues").map { RecordFields.string($0) }
        return result
    }

    private static func alert(_ value: JSONValue) throws(DecodeFailure) -> IncidentSummary.Alert {
        var alert = IncidentSummary.Alert()
        alert.key = try RecordFields.text(value, "key")
        alert.resource = try RecordFields.text(value, "resource")
        alert.type = try RecordFields.text(value, "type")
        alert.severity = try RecordFields.severity(value)
        alert.isFiring = try RecordFields.text(value, "status") != "resolved"
        alert.firstSeen = try RecordFields.time(value, "first_seen") ?? .distantPast
        alert.lastSeen = try RecordFields.time(value, "last_seen") ?? .distantPast
        alert.events = try RecordFields.integer(value, "events")
        if let link = try value.member("link") { alert.why = try RecordFields.text(link, "why") }
        return alert
    }

    private static func cause(_ value: JSONValue) throws(DecodeFailure) -> IncidentSummary.Cause {
        var cause = IncidentSummary.Cause()
        cause.resource = try RecordFields.text(value, "resource")
        if let alerting = try value.member("alerting") { cause.isAlerting = RecordFields.string(alerting) != "false" }
        if let score = try value.member("score") { cause.score = Double(RecordFields.string(score)) ?? 0 }
        cause.why = RecordFields.strings(try value.member("why"))
        return cause
    }
}

/// Members of an object by type; what is missing or null is the type's zero.
enum RecordFields {
    static func string(_ value: JSONValue) -> String { value.isScalar ? String(decoding: value.text, as: UTF8.self) : "" }

    static func text(_ object: JSONValue, _ name: StaticString) throws(DecodeFailure) -> String {
        guard let value = try object.member(name) else { return "" }
        guard value.isString else { throw DecodeFailure.wrongType("\(name)", expected: "a text", found: value) }
        return string(value)
    }

    static func integer(_ object: JSONValue, _ name: StaticString) throws(DecodeFailure) -> Int {
        guard let value = try object.member(name) else { return 0 }
        guard let number = Int(string(value)), number >= 0 else {
            throw DecodeFailure(.wrongType, "\(name): expected a whole number of at least 0, found \"\(value.text.clipped)\"")
        }
        return number
    }

    static func severity(_ object: JSONValue) throws(DecodeFailure) -> Severity {
        let name = try text(object, "severity")
        guard let severity = Severity(name: name) else {
            throw DecodeFailure(.wrongType, "severity: expected critical, major, minor, warning or info, found \"\(name)\"")
        }
        return severity
    }

    static func time(_ object: JSONValue, _ name: StaticString) throws(DecodeFailure) -> EventTime? {
        guard let value = try object.member(name) else { return nil }
        guard let time = Timestamp.parse(value.text) else {
            let found = value.text.clipped
            throw DecodeFailure(.timestampInvalid, "\(name): expected a time such as 2026-11-23T10:15:30.123Z, found \"\(found)\"")
        }
        return time
    }

    static func strings(_ array: JSONValue?) -> [String] {
        var result: [String] = []
        array?.forEachElement { _, value in result.append(string(value)) }
        return result
    }
}

// One owner, nothing shared.
extension IncidentReader: @unchecked Sendable {}
