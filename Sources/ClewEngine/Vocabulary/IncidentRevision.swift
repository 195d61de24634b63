/// The public id of an incident: the first 64 bits of SHA-256 over its founding alert key and time
/// (algorithm.md §7.4), shown as `INC-` and 16 hexadecimal digits.
public struct IncidentID: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var value: UInt64
    public init(value: UInt64) { self.value = value }
    public static func < (a: IncidentID, b: IncidentID) -> Bool { a.value < b.value }
    /// `INC-` and 16 hexadecimal digits.
    public var text: String {
        let digits = String(value, radix: 16)
        return "INC-" + String(repeating: "0", count: 16 - digits.count) + digits
    }
}

/// Where an incident stands, as published.
public enum IncidentStatus: UInt8, Sendable, BitwiseCopyable {
    case open, updated, resolved, reopened, merged, frozen
    /// The name in the record.
    public var name: String {
        switch self {
        case .open: "open"
        case .updated: "updated"
        case .resolved: "resolved"
        case .reopened: "reopened"
        case .merged: "merged"
        case .frozen: "frozen"
        }
    }
}

/// Why a revision was published.
public enum RevisionReason: UInt8, Sendable, BitwiseCopyable {
    /// The hold-back passed and two or more alerts belong together.
    case correlated
    /// The hold-back passed and one alert is severe enough alone.
    case loneAlert
    case alertJoined
    case severityRaised
    /// A major or critical alert joined.
    case majorAlertJoined
    /// Another incident was merged into this one.
    case absorbed
    /// This one was merged into another.
    case mergedInto
    /// All its alerts cleared and it stayed quiet.
    case allCleared
    /// It fell silent and none of its alerts is on.
    case silent
    /// A resolved one got another alert.
    case alertReturned
    case maximumAge
    case maximumAlerts
    case maximumQuiet
    /// Another resource is now the probable root cause.
    case rootCauseChanged
    /// The name in the record.
    public var name: String {
        switch self {
        case .correlated: "correlated"
        case .loneAlert: "lone_alert"
        case .alertJoined: "alert_joined"
        case .severityRaised: "severity_raised"
        case .majorAlertJoined: "major_alert_joined"
        case .absorbed: "absorbed"
        case .mergedInto: "merged_into"
        case .allCleared: "all_cleared"
        case .silent: "silent"
        case .alertReturned: "alert_returned"
        case .maximumAge: "maximum_age"
        case .maximumAlerts: "maximum_alerts"
        case .maximumQuiet: "maximum_quiet"
        case .rootCauseChanged: "root_cause_changed"
        }
    }
}

/// How two alerts are related (algorithm.md §5, §6).
public enum Relation: UInt8, Sendable, BitwiseCopyable {
    /// On the same resource.
    case same = 0
    /// The other is on a dependency.
    case up = 1
    /// Both depend on something that failed, perhaps silently.
    case sib = 2
    /// The same alert came back.
    case selfAgain = 3
    /// The whole component is in a burst.
    case far = 4
    /// The name in the record.
    public var name: String {
        switch self {
        case .same: "same"
        case .up: "up"
        case .sib: "sib"
        case .selfAgain: "self"
        case .far: "far"
        }
    }
}

/// An alert key by its names.
public struct AlertName: Hashable, Sendable, BitwiseCopyable {
    /// The resource's name (the topology's, where the event's was an alias).
    public var resource: NameID
    public var type: NameID
    /// Values of the identity labels, joined by `/`; `.none` without such.
    public var identity: NameID
    public init(resource: NameID, type: NameID, identity: NameID) {
        self.resource = resource
        self.type = type
        self.identity = identity
    }
}

/// The decision that made a link.
public enum LinkStage: UInt8, Sendable, BitwiseCopyable {
    /// On arrival of the alert.
    case arrival = 0
    /// By settling after the hold-back, later, or after a clear (algorithm.md §8).
    case settledEarly, settledLate, settledAfterClear
    /// It opened its incident: `Link` then holds the best rejected candidate.
    case opened
    public var name: String {
        switch self {
        case .arrival: "arrival"
        case .settledEarly: "settled"
        case .settledLate: "settled_late"
        case .settledAfterClear: "settled_after_clear"
        case .opened: "opened"
        }
    }
}

/// The evidence that ties an alert to another (algorithm.md §10). The factors that apply multiply to `odds`.
public struct Link: Sendable, BitwiseCopyable {
    public var to: AlertName
    public var relation: Relation
    public var stage: LinkStage
    /// The dependency through which it goes (`same`, `self`: the resource; `far`: a resource of the component).
    public var via: NameID
    public var hops: UInt8
    /// From the other alert to this one, seconds; negative where it came first by its clock.
    public var lag: Double
    public var odds: Double
    /// 0.15, 0.15·g or 0.1·g·√g′; `far`: the share of the component's resources.
    public var topology: Double
    /// How likely the dependency itself has failed (`sib`; in `up` a prior inside `propagation`), 0…1.
    public var failing: Double
    /// Seen over expected propagation, ≤ 8; `self`: the recurrence factor.
    public var propagation: Double
    public var seen: Double
    public var expected: Double
    /// Hazard at this lag, 1/s; `far`: the burst's rate.
    public var lagDensity: Double
    /// Seconds between alerts of this kind by themselves (1/mu); `far`: 1 over the quiet-time rate.
    public var background: Double
    /// Seconds since the other alert ended; 0 while it is on.
    public var overFor: Double
    /// `settledAfterClear`: |difference of the clear times| s, the shorter length D s, and the factor; else 0.
    public var clearedApart: Double
    public var clearedLength: Double
    public var clearedFactor: Double
    /// The second best incident and its odds; odds 0 if there was none.
    public var runnerUp: IncidentID
    public var runnerUpOdds: Double

    public init(to: AlertName, relation: Relation, via: NameID) {
        self.to = to
        self.relation = relation
        self.via = via
        stage = .arrival
        hops = 0
        lag = 0
        odds = 0
        topology = 0
        failing = 1
        propagation = 1
        seen = 0
        expected = 0
        lagDensity = 0
        background = 0
        overFor = 0
        clearedApart = 0
        clearedLength = 0
        clearedFactor = 1
        runnerUp = IncidentID(value: 0)
        runnerUpOdds = 0
    }
}

/// A link that several revisions of an incident share.
public final class SharedLink: Sendable {
    public let link: Link
    public init(_ link: Link) { self.link = link }
}

/// What is worth knowing about an alert's behaviour.
public struct AlertFlags: OptionSet, Sendable, BitwiseCopyable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let flapping = AlertFlags(rawValue: 1)
    /// Still on, but its incident is too old to take part.
    public static let standing = AlertFlags(rawValue: 2)
    /// Always there; belongs to no incident any more.
    public static let chronic = AlertFlags(rawValue: 4)
}

/// How a resource that the topology does not know was placed (algorithm.md §2.2).
public enum BindingRule: UInt8, Sendable, BitwiseCopyable {
    /// The topology knows the name.
    case known = 0
    /// Another spelling of a known name; with scope labels before it; by its first domain part; by its last part.
    case aliasSpelling, aliasScope, aliasDomain, aliasSuffix
    /// A new resource with neighbours like its siblings', its parent's child, or known labels.
    case siblings, parent, labels
    /// Nothing was found: it stands alone.
    case isolated
    public var name: String {
        switch self {
        case .known: "known"
        case .aliasSpelling: "alias_spelling"
        case .aliasScope: "alias_scope"
        case .aliasDomain: "alias_domain"
        case .aliasSuffix: "alias_suffix"
        case .siblings: "siblings"
        case .parent: "parent"
        case .labels: "labels"
        case .isolated: "isolated"
        }
    }
}

/// One alert as part of an incident.
public struct AlertState: Sendable {
    public var name: AlertName
    public var severity: Severity
    public var status: EventStatus
    public var flags: AlertFlags
    public var firstSeen: EventTime
    public var lastSeen: EventTime
    /// Raises with repeats.
    public var events: UInt64
    /// Text of its first event, at most `Correlator` keeps; may be empty.
    public var message: ContiguousArray<UInt8>
    /// How the resource was placed, and the name that the event used where it was an alias.
    public var binding: BindingRule
    public var eventName: NameID
    /// nil: it opened the incident and nothing was near.
    public var sharedLink: SharedLink?
    /// A number for what does not change about the alert from one revision to the next (name, message, binding, link),
    /// unique within one correlator; 0: none. An encoder may keep what it made of it.
    public var constant: UInt64
    /// The link itself.
    public var link: Link? {
        get { sharedLink?.link }
        set { sharedLink = newValue.map { SharedLink($0) } }
    }

    public init(name: AlertName, severity: Severity, status: EventStatus, firstSeen: EventTime, lastSeen: EventTime, events: UInt64) {
        self.init(
            name: name, severity: severity, status: status, flags: [], firstSeen: firstSeen, lastSeen: lastSeen, events: events,
            message: [], binding: .known, eventName: .none, sharedLink: nil, constant: 0)
    }

    /// All at once: setting one after the other copies the whole, and counts its references, more than once.
    @inline(__always)
    init(
        name: AlertName, severity: Severity, status: EventStatus, flags: AlertFlags, firstSeen: EventTime, lastSeen: EventTime,
        events: UInt64, message: ContiguousArray<UInt8>, binding: BindingRule, eventName: NameID, sharedLink: SharedLink?, constant: UInt64
    ) {
        self.name = name
        self.severity = severity
        self.status = status
        self.flags = flags
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.events = events
        self.message = message
        self.binding = binding
        self.eventName = eventName
        self.sharedLink = sharedLink
        self.constant = constant
    }
}

/// A resource that may be the cause (algorithm.md §11).
public struct RootCause: Sendable {
    public var resource: NameID
    public var alerting: Bool
    /// Share among the candidates, 0…1; they sum to 1 over all candidates.
    public var score: Double
    /// Alerts of its own in the incident.
    public var alerts: UInt32
    /// Seconds from the incident's first alert to its own first; nil if silent.
    public var delay: Double?
    /// Alerting resources that depend on it within reach, of all alerting others.
    public var reached: UInt32
    public var others: UInt32
    /// How unusual its own alerts are, and those of a group that it would explain, nats.
    public var surprise: Double
    /// The largest surprise of one of its own alerts, repeats not counted, nats.
    public var rarest: Double
    /// How much of the score the surprise makes up, 0…0.95: the more of a component alerts, the less its dependencies tell.
    public var crowding: Double
    /// The severity of its own alerts where it is the incident's worst.
    public var worst: Severity?
    /// Edges over which its failure would spread to alerting resources at once.
    public var neighbours: UInt32
    /// Alerts that were linked to others through it as their shared dependency.
    public var shared: UInt32
    /// The best odds with which others explain one of its own alerts, and with which a dependency does; 0: nothing does.
    public var explained: Double
    public var explainedByDependency: Double
    /// Seconds by which alerts of the earliest of its types usually follow their incident's first; nil if
    /// silent, or never seen in an incident that has ended.
    public var usualDelay: Double?
    /// A change of it shortly before the incident.
    public var change: SuspectedChange?

    public init(resource: NameID, alerting: Bool, score: Double) {
        self.resource = resource
        self.alerting = alerting
        self.score = score
        alerts = 0
        delay = nil
        reached = 0
        others = 0
        surprise = 0
        rarest = 0
        crowding = 0
        worst = nil
        neighbours = 0
        shared = 0
        explained = 0
        explainedByDependency = 0
        usualDelay = nil
        change = nil
    }
}

/// One published revision of an incident: whole, so that the newest alone tells all.
public struct IncidentRevision: Sendable {
    public var id: IncidentID
    /// From 1.
    public var revision: UInt32
    public var status: IncidentStatus
    public var reason: RevisionReason
    /// The worst ever.
    public var severity: Severity
    public var openedAt: EventTime
    public var updatedAt: EventTime
    public var resolvedAt: EventTime?
    /// Distinct alert keys, raises with repeats, distinct resources.
    public var alertCount: Int
    public var eventCount: UInt64
    public var resourceCount: Int
    /// By first seen, at most 200: beyond, the earliest and the most severe.
    public var alerts: [AlertState]
    /// Best first, at most 5.
    public var rootCauses: [RootCause]
    /// Alerting resources that reach the first root cause, at most 200.
    public var impacted: [NameID]
    public var mergedInto: IncidentID?
    /// Published ids only, in order of merging, at most 200: beyond, the newest.
    public var mergedFrom: [IncidentID]
    /// Published incidents that were merged into it.
    public var mergedCount: Int
    /// The frozen incident that this one continues.
    public var continues: IncidentID?
    /// The clock of the engine that made it: by it, revisions of several domains are put in order.
    var clock = 0.0

    public init(
        id: IncidentID, revision: UInt32, status: IncidentStatus, reason: RevisionReason, severity: Severity, openedAt: EventTime,
        updatedAt: EventTime
    ) {
        self.id = id
        self.revision = revision
        self.status = status
        self.reason = reason
        self.severity = severity
        self.openedAt = openedAt
        self.updatedAt = updatedAt
        resolvedAt = nil
        alertCount = 0
        eventCount = 0
        resourceCount = 0
        alerts = []
        rootCauses = []
        impacted = []
        mergedInto = nil
        mergedFrom = []
        mergedCount = 0
        continues = nil
    }
}
