import ClewEngine
import ClewFormats
import ClewService

/// Incidents and records for the tests of `tail`.
enum TailFixtures {
    static func time(_ text: String) -> EventTime { EventTime(rfc3339: text) ?? .distantPast }

    static func alert(
        _ resource: String, _ type: String, _ clock: String, _ severity: Severity = .major, firing: Bool = true, events: Int = 1,
        why: String = ""
    ) -> IncidentSummary.Alert {
        var alert = IncidentSummary.Alert()
        alert.key = resource + "/" + type
        alert.resource = resource
        alert.type = type
        alert.severity = severity
        alert.isFiring = firing
        alert.firstSeen = time("2026-06-09T\(clock)Z")
        alert.lastSeen = alert.firstSeen
        alert.events = events
        alert.why = why
        return alert
    }

    static func cause(_ resource: String, _ score: Double, _ why: [String] = []) -> IncidentSummary.Cause {
        var cause = IncidentSummary.Cause()
        cause.resource = resource
        cause.score = score
        cause.why = why
        return cause
    }

    /// A database and what depends on it, two alerts so far.
    static func incident() -> IncidentSummary {
        var incident = IncidentSummary()
        incident.id = "INC-154deda5466386b9"
        incident.revision = 1
        incident.reason = "correlated"
        incident.severity = .critical
        incident.title = "PostgresConnectionsHigh on pg-orders and 1 more, probably pg-orders"
        incident.openedAt = time("2026-06-09T10:02:00.639Z")
        incident.updatedAt = time("2026-06-09T10:02:35Z")
        incident.alerts = [
            alert("pg-orders", "PostgresConnectionsHigh", "10:02:00", .critical, events: 3),
            alert("orders", "HighErrorRate", "10:02:31", why: "31 s after PostgresConnectionsHigh on pg-orders, which is still on"),
        ]
        incident.alertCount = 2
        incident.eventCount = 4
        incident.resourceCount = 2
        incident.rootCauses = [
            cause("pg-orders", 0.93, ["1 alert of its own, among them the first", "1 of 1 other alerting resources depend on it"]),
            cause("worker-05", 0.05),
        ]
        return incident
    }

    static func record(
        _ revision: Int, id: String = "INC-0000000000000001", status: String = "open", severity: String = "major",
        resource: String = "orders", title: String = "HighErrorRate on orders", at clock: String = "10:02:30"
    ) -> String {
        """
        {"schema":"clew.incident/1","id":"\(id)","revision":\(revision),"status":"\(status)","reason":"correlated","severity":"\(severity)",\
        "title":"\(title)","opened_at":"2026-06-09T10:02:00.000Z","updated_at":"2026-06-09T\(clock).000Z",\
        "resolved_at":\(status == "resolved" ? "\"2026-06-09T\(clock).000Z\"" : "null"),"counts":{"alerts":1,"events":2,"resources":1},\
        "alerts":[{"key":"\(resource)/HighErrorRate","resource":"\(resource)","type":"HighErrorRate","severity":"\(severity)",\
        "status":"\(status == "resolved" ? "resolved" : "firing")","first_seen":"2026-06-09T10:02:00.000Z",\
        "last_seen":"2026-06-09T10:02:10.000Z","events":2,"link":null}],\
        "root_causes":[{"resource":"pg-\(resource)","alerting":false,"score":0.5123,"why":["silent: no alert of its own"]}],\
        "impacted":[],"merged_into":null,"merged_from":[],"continues":null,"later":{"unknown":[1,2]}}
        """
    }
}

extension Array where Element == StyledText {
    /// The lines as a file would have them.
    var text: String { map(\.plain).joined(separator: "\n") }
}

extension TailSession {
    /// Takes a record given as text.
    mutating func take(_ record: String, now: Double? = nil) {
        Array(record.utf8).withUnsafeBytes { take($0, now: now) }
    }

    /// What came out, as a file would have it: blocks one after the other, records as they are.
    mutating func text() -> String {
        takeOutput().map { output in
            switch output {
            case .lines(let lines): lines.text
            case .record(let bytes): String(decoding: bytes, as: UTF8.self)
            }
        }.joined(separator: "\n\n")
    }
}
