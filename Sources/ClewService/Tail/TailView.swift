internal import ClewEngine
public import ClewFormats

/// What a person has been shown so far, and what is worth showing next: a new incident whole, of a known one what changed.
///
/// A revision that changes nothing a reader would act on (only repeats, only scores) shows nothing. Pure: the clock is
/// the caller's.
public struct TailView: Sendable {
    /// An incident's updates are shown at most so often, in seconds; what came between is shown at once then.
    public var interval = 2.0
    /// Incidents remembered; beyond, those that were silent for longest are forgotten (and shown whole if they come again).
    public var limit = 5_000
    public var block: IncidentBlock

    private struct Shown: Sendable {
        var incident: IncidentSummary
        /// When it was last shown, by the caller's clock.
        var at: Double
        var pending: IncidentSummary?
    }
    private var shown: [String: Shown] = [:]

    public init(block: IncidentBlock) { self.block = block }

    /// The lines for a revision; empty where there is nothing new, or where it is kept for ``due(now:)``.
    ///
    /// - Parameter now: monotonic seconds; nil shows each change at once (files).
    public mutating func take(_ incident: IncidentSummary, now: Double?) -> [StyledText] {
        guard var known = shown[incident.id] else {
            remember(incident, now)
            return block.whole(incident)
        }
        guard incident.revision > (known.pending ?? known.incident).revision else { return [] }
        if let now, incident.status == .updated, now - known.at < interval {
            known.pending = incident
            shown[incident.id] = known
            return []
        }
        remember(incident, now)
        return block.changes(from: known.incident, to: incident)
    }

    /// The lines for updates that were held back and may be shown by now, by time of the update.
    public mutating func due(now: Double) -> [StyledText] {
        var ready: [(before: IncidentSummary, after: IncidentSummary)] = []
        for (_, known) in shown {
            guard let pending = known.pending, now - known.at >= interval else { continue }
            ready.append((known.incident, pending))
        }
        ready.sort { ($0.after.updatedAt, $0.after.id) < ($1.after.updatedAt, $1.after.id) }
        var lines: [StyledText] = []
        for (before, after) in ready {
            remember(after, now)
            lines += block.changes(from: before, to: after)
        }
        return lines
    }

    private mutating func remember(_ incident: IncidentSummary, _ now: Double?) {
        shown[incident.id] = Shown(incident: incident, at: now ?? 0)
        guard shown.count > limit else { return }
        let oldest = shown.values.map { ($0.incident.updatedAt, $0.incident.id) }.sorted { $0 < $1 }.prefix(max(1, limit / 10))
        for (_, id) in oldest { shown[id] = nil }
    }
}

extension IncidentBlock {
    /// What changed between two revisions of an incident, in a few lines; empty if it is nothing to act on.
    public func changes(from before: IncidentSummary, to after: IncidentSummary) -> [StyledText] {
        switch after.status {
        case .resolved, .merged, .frozen: return before.status == after.status ? [] : ended(after)
        default: break
        }
        let was = Dictionary(before.alerts.map { ($0.key, $0.isFiring) }, uniquingKeysWith: { first, _ in first })
        let joined = after.alerts.filter { was[$0.key] == nil }
        let cleared = after.alerts.filter { !$0.isFiring && was[$0.key] == true }.count
        let again = after.alerts.filter { $0.isFiring && was[$0.key] == false }.count
        let raised = after.severity > before.severity
        let cause = after.rootCauses.first?.resource
        let causeChanged = cause != before.rootCauses.first?.resource
        let reopened = after.status == .reopened && before.status != .reopened
        let absorbed = after.mergedFrom.filter { !before.mergedFrom.contains($0) }
        // Beyond 200 alerts the record lists only some, so the counts tell more.
        let added = max(after.alertCount - before.alertCount, 0)
        guard added > 0 || !joined.isEmpty || cleared > 0 || again > 0 || raised || causeChanged || reopened || !absorbed.isEmpty else {
            return []
        }
        var facts = [after.id]
        if added > 0 { facts.append("+\(many(added, "alert")) (\(after.alertCount))") }
        if cleared > 0 { facts.append("\(cleared) cleared") }
        if again > 0 { facts.append("\(again) again") }
        if raised { facts.append("was \(before.severity.name)") }
        if let first = absorbed.first { facts.append("takes in " + first + (absorbed.count > 1 ? " and \(absorbed.count - 1) more" : "")) }
        facts.append("for " + WallTime.length(from: after.openedAt, to: after.updatedAt))
        var lines = [reopened ? head("●", after, word: "REOPENED") : head("↻", after), self.facts(facts)]
        if causeChanged, let first = after.rootCauses.first {
            var line = IncidentBlock.labelled("cause")
            line.add("now ")
            line.add(first.resource, .accent)
            line.add(" " + IncidentBlock.percent(first.score))
            if let old = before.rootCauses.first { line.add(", was " + old.resource, .faint) }
            lines.append(line)
        }
        for alert in joined.prefix(changeLimit) {
            var line = IncidentBlock.labelled("")
            line.add("+ ", .accent)
            line.add(WallTime.time(alert.firstSeen, on: after.openedAt) + " ", .faint)
            describe(alert, in: &line)
            lines.append(line)
            if showsReasons { lines += reason(alert) }
        }
        if joined.count > changeLimit { lines.append(more(joined.count - changeLimit)) }
        return lines
    }

    private func many(_ count: Int, _ word: String) -> String { IncidentBlock.many(count, word) }
}
