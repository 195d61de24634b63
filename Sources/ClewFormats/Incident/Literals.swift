internal import ClewEngine

// The names of `ClewEngine` as literals, which are written without making a String.

extension Severity {
    var literal: StaticString {
        switch self {
        case .info: "info"
        case .warning: "warning"
        case .minor: "minor"
        case .major: "major"
        case .critical: "critical"
        }
    }
}

extension IncidentStatus {
    var literal: StaticString {
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

extension RevisionReason {
    var literal: StaticString {
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

extension Relation {
    var literal: StaticString {
        switch self {
        case .same: "same"
        case .up: "up"
        case .sib: "sib"
        case .selfAgain: "self"
        case .far: "far"
        }
    }
}

extension LinkStage {
    var literal: StaticString {
        switch self {
        case .arrival: "arrival"
        case .settledEarly: "settled"
        case .settledLate: "settled_late"
        case .settledAfterClear: "settled_after_clear"
        case .opened: "opened"
        }
    }
}

extension BindingRule {
    var literal: StaticString {
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
