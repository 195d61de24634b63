internal import ClewEngine

// What a record says in words: titles and reasons, within a string.

extension IncidentEncoder {
    /// The most severe alert, how many more there are, and what is probably the cause.
    mutating func title(_ revision: IncidentRevision, _ names: borrowing Names) {
        guard let leading = IncidentEncoder.leading(revision.alerts) else {
            out.put("no alerts")
            return
        }
        text(leading.type, names)
        out.put(" on ")
        text(leading.resource, names)
        guard revision.alertCount > 1 else { return }
        out.put(" and ")
        out.put(integer: revision.alertCount - 1)
        out.put(" more")
        guard let cause = revision.rootCauses.first else { return }
        out.put(cause.score >= 0.4 ? ", probably " : ", perhaps ")
        text(cause.resource, names)
        if let change = cause.change, change.isLikely { titled(change, names) }
    }

    /// " (Deployment 3 min before)".
    private mutating func titled(_ suspected: SuspectedChange, _ names: borrowing Names) {
        out.put(" (")
        text(suspected.change.type, names)
        if suspected.lag > 0 {
            out.put(byte: 0x20)
            duration(suspected.lag)
            out.put(" before)")
        } else {
            out.put(" at that time)")
        }
    }

    /// The first of the most severe alerts.
    private static func leading(_ alerts: [AlertState]) -> AlertName? {
        var best: AlertName?
        var severity = Severity.info
        let alerts = alerts.span
        for index in alerts.indices where best == nil || alerts[index].severity > severity {
            best = alerts[index].name
            severity = alerts[index].severity
        }
        return best
    }

    /// Why the alert is where it is, in words.
    mutating func why(_ link: Link, of alert: AlertName, _ names: borrowing Names) {
        if link.stage == .opened { out.put("not joined: best was ") }
        switch link.relation {
        case .far:
            out.put("the whole component is in a burst: ")
            amount(link.lagDensity * 60)
            out.put(" alerts a minute, where otherwise one comes every ")
            duration(link.background)
            out.put("; ")
            amount(link.topology * 100)
            out.put(" % of its resources alert")
        case .selfAgain:
            out.put("the same alert again, ")
            duration(link.lag)
            out.put(" after the incident's last")
            seen(link)
        case .same, .up, .sib:
            whenAndWhere(link, names)
            path(link, of: alert, names)
            seen(link)
        }
        if link.stage == .settledAfterClear {
            out.put("; cleared within ")
            duration(link.clearedApart)
            out.put(" of each other after ")
            duration(link.clearedLength)
        }
        out.put(link.stage == .opened ? "; only " : "; ")
        amount(link.odds)
        out.put(" x the usual rate")
    }

    /// "4 min after ConnectionsHigh on pg-tax, which is still on".
    private mutating func whenAndWhere(_ link: Link, _ names: borrowing Names) {
        if link.lag.magnitude < 0.0005 {
            out.put("at the same time as ")
        } else {
            duration(link.lag.magnitude)
            out.put(link.lag > 0 ? " after " : " before ")
        }
        text(link.to.type, names)
        out.put(" on ")
        text(link.to.resource, names)
        guard link.lag >= 0 else { return }
        if link.overFor > 0 {
            out.put(", which was over for ")
            duration(link.overFor)
        } else {
            out.put(", which is still on")
        }
    }

    /// "; checkout uses pg-tax (1 hop)".
    private mutating func path(_ link: Link, of alert: AlertName, _ names: borrowing Names) {
        out.put("; ")
        switch link.relation {
        case .up:
            text(alert.resource, names)
            out.put(link.hops > 1 ? " depends on " : " uses ")
            text(link.via, names)
            out.put(" (")
            out.put(integer: UInt64(link.hops))
            out.put(link.hops == 1 ? " hop)" : " hops)")
        case .sib:
            out.put("both depend on ")
            text(link.via, names)
        default: out.put("the same resource")
        }
    }

    /// "; seen 41 of 45 expected", if anything was.
    private mutating func seen(_ link: Link) {
        guard link.seen >= 0.05 else { return }
        out.put("; seen ")
        amount(link.seen)
        out.put(" of ")
        amount(link.expected)
        out.put(" expected")
    }

    /// The reasons for a root cause, as strings: what its score is made of (algorithm.md §11).
    mutating func reasons(_ cause: borrowing RootCause, _ names: borrowing Names) {
        if let change = cause.change { changed(change, names) }
        if cause.alerting { ownAlerts(cause) } else { out.put("\"silent: no alert of its own\"") }
        if cause.others > 0 {
            out.put(",\"")
            out.put(integer: UInt64(cause.reached))
            out.put(" of ")
            out.put(integer: UInt64(cause.others))
            out.put(cause.alerting ? " other alerting resources depend on it" : " alerting resources depend on it")
            if cause.shared > 0 {
                out.put("; ")
                out.put(integer: UInt64(cause.shared))
                out.put(cause.shared == 1 ? " alert is linked through it" : " alerts are linked through it")
            }
            out.put(byte: 0x22)
        }
        if cause.neighbours > 0 {
            out.put(",\"its failure would reach ")
            out.put(integer: UInt64(cause.neighbours))
            out.put(cause.neighbours == 1 ? " alerting neighbour directly\"" : " alerting neighbours directly\"")
        }
        if cause.alerting { explained(cause) }
        if cause.surprise >= 0.05 { unusual(cause) }
    }

    /// "Deployment 3 min before the incident's first alert (v1.42 by jane); changed 2 times within 2.0 h; 72 x as likely as by chance",
    /// and a comma: other reasons follow.
    private mutating func changed(_ suspected: SuspectedChange, _ names: borrowing Names) {
        out.put(byte: 0x22)
        text(suspected.change.type, names)
        out.put(byte: 0x20)
        if suspected.lag.magnitude < 0.0005 {
            out.put("at the time of")
        } else {
            duration(suspected.lag)
            out.put(suspected.lag > 0 ? " before" : " after")
        }
        out.put(" the incident's first alert")
        if let endLag = suspected.endLag, endLag > 0 {
            out.put(", and over ")
            duration(endLag)
            out.put(" before it")
        } else if suspected.endLag != nil {
            out.put(", and still going on then")
        }
        if !suspected.change.message.isEmpty {
            out.put(" (")
            suspected.change.message.withUnsafeBytes { out.put(text: $0) }
            out.put(byte: 0x29)
        }
        if suspected.count > 1 {
            out.put("; changed ")
            out.put(integer: UInt64(suspected.count))
            out.put(suspected.count < SuspectedChange.mostCounted ? " times within " : " times or more within ")
            duration(suspected.window)
        }
        out.put("; ")
        amount(suspected.odds)
        out.put(" x as likely as by chance\",")
    }

    /// "unusual: surprise 5.1, of its rarest alert 4.2".
    private mutating func unusual(_ cause: borrowing RootCause) {
        out.put(cause.alerting ? ",\"unusual: surprise " : ",\"a group of its neighbours is unusual: surprise ")
        out.put(cause.surprise, fraction: 1)
        if cause.alerting, (cause.surprise - cause.rarest).magnitude >= 0.05 {
            out.put(", of its rarest alert ")
            out.put(cause.rarest, fraction: 1)
        }
        if cause.crowding >= 0.1 {
            out.put("; weighs ")
            out.put(cause.crowding * 100, fraction: 0)
            out.put(" %, as so much of the component alerts")
        }
        out.put(byte: 0x22)
    }

    /// "2 alerts of its own, one critical: none here is worse; the first 3 s after the incident's first".
    private mutating func ownAlerts(_ cause: borrowing RootCause) {
        out.put(byte: 0x22)
        out.put(integer: UInt64(cause.alerts))
        out.put(cause.alerts == 1 ? " alert of its own" : " alerts of its own")
        if let worst = cause.worst {
            out.put(cause.alerts == 1 ? ", " : ", one ")
            out.put(worst.literal)
            out.put(": none here is worse")
        }
        if let delay = cause.delay {
            if delay < 0.0005 {
                out.put(cause.alerts == 1 ? "; the incident's first" : "; among them the incident's first")
            } else {
                out.put(cause.alerts == 1 ? "; " : "; the first ")
                duration(delay)
                out.put(" after the incident's first")
            }
        }
        if let usual = cause.usualDelay {
            out.put("; such alerts usually come ")
            duration(usual)
            out.put(" after an incident's first")
        }
        out.put(byte: 0x22)
    }

    /// Whether other alerts explain those of the candidate: the less they do, the more likely it is a cause.
    private mutating func explained(_ cause: borrowing RootCause) {
        guard cause.explained > 0 else {
            out.put(",\"nothing here explains its alerts\"")
            return
        }
        out.put(",\"")
        out.put(cause.alerts == 1 ? "its alert follows from others: " : "its alerts follow from others: ")
        amount(cause.explained)
        out.put(" x the usual rate")
        if cause.explainedByDependency > 0 {
            out.put(", through a dependency ")
            amount(cause.explainedByDependency)
            out.put(" x")
        }
        out.put(byte: 0x22)
    }

    /// A count or ratio for a reader: whole from 10 on, else with one digit after the point.
    private mutating func amount(_ value: Double) {
        out.put(value, fraction: value.magnitude >= 9.95 ? 0 : 1)
    }

    /// A length of time for a reader, in its largest sensible unit.
    private mutating func duration(_ seconds: Double) {
        let amount = seconds.magnitude
        switch amount {
        case ..<0.9995:
            out.put(amount * 1000, fraction: 0)
            out.put(" ms")
        case ..<9.95:
            out.put(amount, fraction: 1)
            out.put(" s")
        case ..<119.5:
            out.put(amount, fraction: 0)
            out.put(" s")
        case ..<7_170:
            out.put(amount / 60, fraction: 0)
            out.put(" min")
        case ..<172_800:
            out.put(amount / 3600, fraction: 1)
            out.put(" h")
        default:
            out.put(amount / 86_400, fraction: 1)
            out.put(" d")
        }
    }
}
