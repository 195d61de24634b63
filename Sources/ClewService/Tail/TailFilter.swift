public import ClewEngine
public import ClewFormats
internal import Glibc

/// Which incidents a reader wants to see.
public struct TailFilter: Sendable {
    /// The least severity (of the worst alert ever).
    public var severity: Severity?
    /// A resource that alerts or may be the root cause; `*`, `?` and `[…]` as in a shell.
    public var resource: String?
    /// Only revisions that were due at this event time or later.
    public var since: EventTime?

    public init(severity: Severity? = nil, resource: String? = nil, since: EventTime? = nil) {
        self.severity = severity
        self.resource = resource
        self.since = since
    }

    /// Whether the incident is one of them.
    public func accepts(_ incident: IncidentSummary) -> Bool {
        if let severity, incident.severity < severity { return false }
        if let since, incident.updatedAt < since { return false }
        guard let resource else { return true }
        return incident.alerts.contains { TailFilter.matches(resource, $0.resource) }
            || incident.rootCauses.contains { TailFilter.matches(resource, $0.resource) }
    }

    private static func matches(_ pattern: String, _ name: String) -> Bool { pattern == name || fnmatch(pattern, name, 0) == 0 }
}
