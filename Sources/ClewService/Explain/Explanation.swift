public import ClewEngine

/// Why two alerts are, or are not, in the same incident.
public struct Explanation: Sendable {
    /// One decision about one of the two.
    public struct Decision: Sendable {
        public var time: EventTime
        public var raised: EventTime
        /// Keys of the alert that was decided on and of the other.
        public var alert: String
        public var other: String
        public var stage: LinkStage
        /// Ids of their incidents as they were after the decision; of the other: empty before it was raised.
        public var incident: String
        public var otherIncident: String
        public var needed: Double
        public var hasJoined: Bool
        /// What the other had to say; nil: nothing, for `obstacle`.
        public var evidence: Evidence?
        public var obstacle: EvidenceObstacle?
        /// The evidence by which it was decided, and the incident it spoke for.
        public var best: Evidence?
        public var bestIncident: String
    }

    /// A link with its words.
    public struct Evidence: Sendable {
        public var to: String
        public var odds: Double
        public var factors: [(name: String, value: Double)]
        public var why: String
        /// The link as a record shows it, JSON.
        public var json: String
    }

    /// One link of the chain that ties the two together.
    public struct Step: Sendable {
        public var alert: String
        public var evidence: Evidence
    }

    public var first: String
    public var second: String
    /// In order; an alert is decided on when it is raised, and again when its incident is settled.
    public var decisions: [Decision] = []
    /// Ids of the incidents that hold their last occurrences, merges followed; empty: none.
    public var incidents = (first: "", second: "")
    /// Ids of all incidents that at some time held both, merges followed, in order of their making.
    public var shared: [String] = []
    /// From the one to the other by the links of the newest record that shows both, if there is such, and its incident.
    public var chain: [Step] = []
    public var chainIncident = ""
    /// Names of their correlation domains where these are two: nothing of the one is ever weighed for the other.
    public var domains: (first: String, second: String)?

    public var areTogether: Bool { !incidents.first.isEmpty && incidents.first == incidents.second }
}

extension EvidenceObstacle {
    /// The reason in words, `%` standing for the other alert.
    public var words: String {
        switch self {
        case .unknown: "% had not been raised yet"
        case .sameIncident: "both are in the same incident already"
        case .incidentTooOld: "the incident of % began too long before (correlation.max_age)"
        case .incidentClosed: "the incident of % takes nothing more: it is frozen or full"
        case .overForTooLong: "% had been over for more than half an hour"
        case .incidentSilent: "the incident of % had fallen silent, and % was not on any more"
        case .noPath: "no path: within two hops neither depends on the other's resource, nor both on a third"
        case .effectOnly: "% is on something that depends on it: an effect is no reason for its cause"
        case .forgotten: "% is remembered no more where the other looks: newer alerts have taken its place"
        case .notClearedTogether: "the two did not clear within a minute of each other"
        }
    }

    /// The name in `--json`.
    public var name: String {
        switch self {
        case .unknown: "unknown"
        case .sameIncident: "same_incident"
        case .incidentTooOld: "incident_too_old"
        case .incidentClosed: "incident_closed"
        case .overForTooLong: "over_for_too_long"
        case .incidentSilent: "incident_silent"
        case .noPath: "no_path"
        case .effectOnly: "effect_only"
        case .forgotten: "forgotten"
        case .notClearedTogether: "not_cleared_together"
        }
    }
}
