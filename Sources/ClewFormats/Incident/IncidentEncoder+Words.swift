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
    }

    /// The first of the most severe alerts.
    private static func leading(_ alerts: [AlertState]) -> AlertName? {
        var best: AlertName?
        var severity = Severity.info
        alerts.withUnsafeBufferPointer { all in
            for index in all.indices where best == nil || all[index].severity > severity {
                best = all[index].name
                severity = all[index].severity
            }
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

    /// The reasons for a root cause, as strings.
    mutating func reasons(_ cause: RootCause) {
        if cause.alerting {
            out.put(byte: 0x22)
            out.put(integer: UInt64(cause.alerts))
            out.put(cause.alerts == 1 ? " alert of its own" : " alerts of its own")
            if let delay = cause.delay {
                if delay < 0.0005 {
                    out.put(", among them the first")
                } else {
                    out.put(", the first ")
                    duration(delay)
                    out.put(" after the incident's first")
                }
            }
            out.put(byte: 0x22)
        } else {
            out.put("\"silent: no alert of its own\"")
        }
        if cause.others > 0 {
            out.put(",\"")
            out.put(integer: UInt64(cause.reached))
            out.put(" of ")
            out.put(integer: UInt64(cause.others))
            out.put(cause.alerting ? " other alerting resources depend on it\"" : " alerting resources depend on it\"")
        }
        if cause.alerting, cause.surprise >= 0.05 {
            out.put(",\"unusual: surprise ")
            out.put(cause.surprise, fraction: 1)
            out.put(byte: 0x22)
        }
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
