/// Two alerts whose evidence for each other is wanted.
public struct AlertPair: Sendable, BitwiseCopyable {
    /// With the resource's name in the topology, or the one that the events use.
    public var first: AlertName
    public var second: AlertName
    public init(first: AlertName, second: AlertName) {
        self.first = first
        self.second = second
    }
}

/// Why an alert is no evidence for another, whatever their types and times.
public enum EvidenceObstacle: UInt8, Sendable, BitwiseCopyable {
    /// It had not been raised yet.
    case unknown
    /// Both are in the same incident already.
    case sameIncident
    /// Its incident began more than `correlation.max_age` before.
    case incidentTooOld
    /// Its incident takes nothing more: it is full, or was frozen.
    case incidentClosed
    /// It had ended more than half an hour before.
    case overForTooLong
    /// Its incident had fallen silent, and only alerts that are on may still be linked to such a one.
    case incidentSilent
    /// Within two hops neither depends on the other's resource, nor both on a third.
    case noPath
    /// The way goes through the alert's own resource: what depends on it is its effect, not its reason.
    case effectOnly
    /// Alerts of other incidents, or newer ones, have taken its place where the other looks for evidence.
    case forgotten
    /// The two did not clear within a minute of each other (settling after a clear).
    case notClearedTogether
}

/// What one of two alerts had to say for the other when a decision about it was made.
public struct EvidenceFinding: Sendable {
    /// When the decision was due; event time.
    public var time: EventTime
    /// The alert that was decided on, and when it was raised.
    public var alert: AlertName
    public var raised: EventTime
    public var other: AlertName
    /// On arrival, or the settlement.
    public var stage: LinkStage
    /// Numbers of their incidents after the decision (`Correlator.takeFoundings`, `takeMerges`).
    public var incident: UInt64
    public var otherIncident: UInt64?
    /// The evidence, if there was any.
    public var link: Link?
    public var obstacle: EvidenceObstacle?
    /// Odds that were needed.
    public var needed: Double
    /// The alert joined an incident, or its incident was merged with another.
    public var hasJoined: Bool
    /// The best evidence for any incident, by which it was decided, and the number of that incident.
    public var best: Link?
    public var bestIncident: UInt64?
}
