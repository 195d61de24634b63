internal import ClewEngine

/// The members of a message's top level, sorted by what they say about its format.
///
/// One walk serves two ends: recognising the format by its shape, and reading a native event, by far the most
/// frequent, without a second walk.
struct TopLevel {
    /// Members that tell formats apart.
    struct Marks: OptionSet {
        let rawValue: UInt16
        /// CloudEvents: `specversion`.
        static let specVersion = Marks(rawValue: 1)
        /// OTLP: `resourceLogs`.
        static let resourceLogs = Marks(rawValue: 2)
        /// Alertmanager: `alerts`, with one of `groupKey`, `groupLabels`, `receiver`, or `labels` in the first of them.
        static let alerts = Marks(rawValue: 4)
        static let group = Marks(rawValue: 8)
        /// PagerDuty: `event_action`.
        static let eventAction = Marks(rawValue: 16)
        /// syslog: a host, with a program, facility or priority.
        static let host = Marks(rawValue: 32)
        static let program = Marks(rawValue: 64)
    }

    var id: JSONValue?
    var timestamp: JSONValue?
    var source: JSONValue?
    var resource: JSONValue?
    var type: JSONValue?
    var severity: JSONValue?
    var status: JSONValue?
    var message: JSONValue?
    var labels: JSONValue?
    var marks: Marks = []
    /// Native fields that stand twice, by name.
    var duplicate: StaticString?
    /// Native fields besides resource and type that are there.
    private var furtherFields: Int {
        (id != nil ? 1 : 0) + (timestamp != nil ? 1 : 0) + (source != nil ? 1 : 0) + (severity != nil ? 1 : 0) + (status != nil ? 1 : 0)
            + (message != nil ? 1 : 0) + (labels != nil ? 1 : 0)
    }

    /// Sorts the members of `root`, an object; every scalar that is no native field becomes a label.
    init(_ root: JSONValue, _ list: inout LabelList) {
        var name = root.first
        for _ in 0..<root.count {
            let value = JSONValue(name.node + 1)
            take(name.text, value, &list)
            name = value.following
        }
    }

    @inline(__always)
    private mutating func take(_ name: Bytes, _ value: JSONValue, _ list: inout LabelList) {
        switch name.count {
        case 2 where ByteHash.equal(name, Bytes("id")): if Self.taken(&id, value) { duplicate = "id" }
        case 4 where ByteHash.equal(name, Bytes("type")): if Self.taken(&type, value) { duplicate = "type" }
        case 6 where ByteHash.equal(name, Bytes("source")): if Self.taken(&source, value) { duplicate = "source" }
        case 6 where ByteHash.equal(name, Bytes("status")): if Self.taken(&status, value) { duplicate = "status" }
        case 6 where ByteHash.equal(name, Bytes("labels")):
            if Self.taken(&labels, value) { duplicate = "labels" }
            list.addMembers(of: value)
        case 7 where ByteHash.equal(name, Bytes("message")): if Self.taken(&message, value) { duplicate = "message" }
        case 8 where ByteHash.equal(name, Bytes("resource")): if Self.taken(&resource, value) { duplicate = "resource" }
        case 8 where ByteHash.equal(name, Bytes("severity")): if Self.taken(&severity, value) { duplicate = "severity" }
        case 9 where ByteHash.equal(name, Bytes("timestamp")): if Self.taken(&timestamp, value) { duplicate = "timestamp" }
        default:
            mark(name, value)
            list.add(name, value)
        }
    }

    /// Keeps a value that is not null; whether there was one before.
    @inline(__always)
    private static func taken(_ field: inout JSONValue?, _ value: JSONValue) -> Bool {
        if value.isNull { return false }
        let twice = field != nil
        field = value
        return twice
    }

    private mutating func mark(_ name: Bytes, _ value: JSONValue) {
        switch name.count {
        case 3 where Self.any(name, "pri", "tag"): marks.insert(.program)
        case 4 where Self.any(name, "host", "HOST"): marks.insert(.host)
        case 5 where ByteHash.equal(name, Bytes("ident")): marks.insert(.program)
        case 6 where ByteHash.equal(name, Bytes("alerts")) && value.isArray:
            marks.insert(.alerts)
            if value.count > 0, Self.hasLabels(value.first) { marks.insert(.group) }
        case 7 where Self.any(name, "program", "PROGRAM") || ByteHash.equal(name, Bytes("appname")): marks.insert(.program)
        case 8 where Self.any(name, "hostname", "fromhost"): marks.insert(.host)
        case 8 where Self.any(name, "facility", "FACILITY") || Self.any(name, "PRIORITY", "app-name"): marks.insert(.program)
        case 8 where Self.any(name, "groupKey", "receiver"): marks.insert(.group)
        case 9 where ByteHash.equal(name, Bytes("syslogtag")): marks.insert(.program)
        case 9 where ByteHash.equal(name, Bytes("_HOSTNAME")): marks.insert(.host)
        case 11 where ByteHash.equal(name, Bytes("specversion")) && value.isString: marks.insert(.specVersion)
        case 11 where ByteHash.equal(name, Bytes("groupLabels")): marks.insert(.group)
        case 11 where ByteHash.equal(name, Bytes("programname")): marks.insert(.program)
        case 12 where ByteHash.equal(name, Bytes("event_action")): marks.insert(.eventAction)
        case 12 where ByteHash.equal(name, Bytes("resourceLogs")) && value.isArray: marks.insert(.resourceLogs)
        case 17 where ByteHash.equal(name, Bytes("SYSLOG_IDENTIFIER")): marks.insert(.program)
        default: break
        }
    }

    private static func any(_ name: Bytes, _ a: StaticString, _ b: StaticString) -> Bool {
        ByteHash.equal(name, Bytes(a)) || ByteHash.equal(name, Bytes(b))
    }

    private static func hasLabels(_ alert: JSONValue) -> Bool {
        var found = false
        alert.forEachMember { name, value in
            if value.isObject, ByteHash.equal(name, Bytes("labels")) { found = true }
        }
        return found
    }

    /// The format of that shape, in this order; nil if it is none of them.
    ///
    /// - Parameters: whether the topic takes resource and type from elsewhere; whether it has a mapping.
    func recognise(overridden: Bool, hasMapping: Bool) -> EventFormat? {
        if marks.contains(.specVersion) { return .cloudevents }
        if marks.contains(.resourceLogs) { return .otlp }
        if marks.contains([.alerts, .group]) { return .alertmanager }
        if marks.contains(.eventAction) { return .pagerduty }
        if resource == nil, marks.contains([.host, .program]) { return .syslog }
        if overridden || resource != nil && type != nil { return .native }
        // Much is called `id` or `status`: who gives a mapping knows better.
        if !hasMapping, resource != nil || type != nil || furtherFields >= 2 { return .native }
        return nil
    }
}
