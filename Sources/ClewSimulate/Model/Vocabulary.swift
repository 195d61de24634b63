/// Kinds of resources. The raw value is the `kind` in the topology file.
enum ResourceKind: String, CaseIterable, Sendable {
    // Microservices on Kubernetes.
    case service, pod, node, zone, database, cache, queue, volume, ingress, url, certificate
    // Data centre.
    case host, vm, switchDevice = "switch", pdu, feed, cooling, array, datastore, application, balancer, firewall
    // Telecom access.
    case router, accessNode = "access-node", baseStation = "base-station", cell, site, microwave, fibre, clock, coreFunction =
        "core-function"

    var index: Int { Self.indices[self] ?? 0 }
    private static let indices = Dictionary(uniqueKeysWithValues: zip(allCases, 0...))
}

/// Kinds of edges; *from* depends on *to*. The raw value is the `kind` in the topology file.
enum EdgeKind: String, CaseIterable, Sendable {
    case uses
    case runsOn = "runs-on"
    case partOf = "part-of"
    case hasInstance = "has-instance"
    case poweredBy = "powered-by"
    case cooledBy = "cooled-by"
    case storedOn = "stored-on"
    case uplink
    case link
    case routesTo = "routes-to"
    case checks
    case clockedBy = "clocked-by"
    case routedOver = "routed-over"
}

/// What is wrong with a resource, as far as others can tell.
enum Impact: String, CaseIterable, Sendable {
    /// Gone: answers nothing.
    case down
    /// Runs, but answers with errors.
    case errors
    /// Runs and answers, too late.
    case slow
    /// Works, with its redundancy lost.
    case reduced

    var index: Int {
        switch self {
        case .down: 0
        case .errors: 1
        case .slow: 2
        case .reduced: 3
        }
    }
}

enum Severity: String, Sendable { case critical, major, minor, warning, info }

/// A monitoring system: how often it looks, how often it repeats what still fires. Seconds; 0 = at once, never.
struct MonitoringSource: Sendable, Equatable {
    let name: String
    let poll: Double
    let resend: Double
    /// Calls resources by their other name, where they have one.
    let usesAliases: Bool

    init(_ name: String, poll: Double, resend: Double, usesAliases: Bool = false) {
        (self.name, self.poll, self.resend, self.usesAliases) = (name, poll, resend, usesAliases)
    }

    static let prometheus = Self("prometheus", poll: 15, resend: 240)
    static let kubernetesEvents = Self("k8s-events", poll: 0, resend: 0)
    static let loki = Self("loki-ruler", poll: 30, resend: 300)
    static let blackbox = Self("blackbox", poll: 30, resend: 240)
    static let tracing = Self("tracing", poll: 60, resend: 600, usesAliases: true)
    static let deployments = Self("argocd", poll: 0, resend: 0)
    static let changes = Self("change-calendar", poll: 0, resend: 0)
    static let traps = Self("snmp-traps", poll: 0, resend: 0)
    static let syslog = Self("syslog", poll: 0, resend: 0, usesAliases: true)
    static let poller = Self("snmp-poller", poll: 60, resend: 0)
    static let vcenter = Self("vcenter", poll: 20, resend: 0)
    static let agents = Self("zabbix", poll: 30, resend: 0, usesAliases: true)
    static let redfish = Self("redfish", poll: 0, resend: 0)
    static let building = Self("building-mgmt", poll: 0, resend: 900)
    static let storage = Self("storage-mgmt", poll: 60, resend: 0)
    static let ran = Self("ran-oss", poll: 5, resend: 0)
    static let transport = Self("transport-ems", poll: 5, resend: 0)
    static let siteAlarms = Self("site-alarms", poll: 0, resend: 0)
    static let probes = Self("twamp-probes", poll: 60, resend: 300)
}
