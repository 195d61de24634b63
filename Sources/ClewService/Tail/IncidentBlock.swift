internal import ClewEngine
public import ClewFormats

/// How an incident looks to a person: a block when it is first shown, a few lines for what changed since.
///
/// Pure: records in, lines out.
public struct IncidentBlock: Sendable {
    /// Columns, at least 40.
    public let width: Int
    /// Alerts listed of an incident; the rest is counted.
    public var alertLimit = 8
    /// New alerts listed of an update; the rest is counted.
    public var changeLimit = 4
    /// Whether each alert is followed by the reason for its link.
    public var showsReasons = false

    static let indent = 10

    public init(width: Int) { self.width = max(40, width) }

    // MARK: Whole incidents

    /// All that a reader wants to know of an incident, in a block.
    public func whole(_ incident: IncidentSummary) -> [StyledText] {
        if incident.status == .merged { return ended(incident) }
        let head: StyledText
        switch incident.status {
        case .resolved: head = self.head("✓", incident, word: "RESOLVED", .good)
        case .frozen: head = self.head("■", incident, word: "FROZEN", .faint)
        default: head = self.head("●", incident)
        }
        return [head, subhead(incident)] + cause(incident) + alertLines(incident)
    }

    /// That an incident is over, in two lines.
    func ended(_ incident: IncidentSummary) -> [StyledText] {
        switch incident.status {
        case .merged:
            var line = StyledText("  ")
            line.add("\(incident.id) is now part of \(incident.mergedInto ?? "another incident")", .faint)
            return [head("»", incident, word: "MERGED", .faint), line]
        case .frozen: return [head("■", incident, word: "FROZEN", .faint), subhead(incident)]
        default: return [head("✓", incident, word: "RESOLVED", .good), subhead(incident)]
        }
    }

    /// `● CRITICAL  HighErrorRate on checkout and 3 more, probably pg-tax`.
    func head(_ mark: String, _ incident: IncidentSummary, word: String? = nil, _ tone: StyledText.Tone? = nil) -> StyledText {
        let tone = tone ?? IncidentBlock.tone(incident.severity)
        var line = StyledText()
        line.add(mark + " ", tone)
        line.add(IncidentBlock.padded(word ?? IncidentBlock.upper(incident.severity), 8), tone)
        line.add("  ")
        line.add(DisplayText.clipped(DisplayText.safe(incident.title), to: width - 12), .strong)
        return line
    }

    /// `  INC-7f3a… · 2026-06-09 10:02:30 · for 3 min · 8 alerts, 17 events`; what does not fit is left out.
    private func subhead(_ incident: IncidentSummary) -> StyledText {
        let until = incident.resolvedAt ?? incident.updatedAt
        let length = (incident.resolvedAt == nil ? "for " : "after ") + WallTime.length(from: incident.openedAt, to: until)
        var parts = [incident.id, WallTime.dateAndTime(incident.openedAt), length]
        parts.append(IncidentBlock.many(incident.alertCount, "alert") + ", " + IncidentBlock.many(incident.eventCount, "event"))
        parts.append(IncidentBlock.many(incident.resourceCount, "resource"))
        return facts(parts)
    }

    /// Facts in a row below the head, as far as they fit.
    func facts(_ parts: [String]) -> StyledText {
        var line = StyledText("  ")
        for (index, part) in parts.enumerated() {
            let text = (index == 0 ? "" : " · ") + part
            guard index == 0 || line.width + DisplayText.width(text) <= width else { break }
            line.add(text, .faint)
        }
        return line
    }

    // MARK: Root cause and alerts

    /// The root cause and its reasons, the other candidates in one line.
    private func cause(_ incident: IncidentSummary) -> [StyledText] {
        guard let first = incident.rootCauses.first else { return [] }
        let name = first.resource + " " + IncidentBlock.percent(first.score)
        let why = first.why.isEmpty ? "" : ": " + first.why.joined(separator: "; ")
        var lines: [StyledText] = []
        for (index, piece) in DisplayText.wrapped(DisplayText.safe(name + why), to: width - IncidentBlock.indent).enumerated() {
            var line = IncidentBlock.labelled(index == 0 ? "cause" : "")
            // The name leads the first line, unless it is so long that it was cut.
            if index == 0, piece.hasPrefix(DisplayText.safe(first.resource)) {
                line.add(first.resource, .accent)
                line.add(String(piece.dropFirst(DisplayText.safe(first.resource).count)))
            } else {
                line.add(piece)
            }
            lines.append(line)
        }
        let others = incident.rootCauses.dropFirst().prefix(3).filter { $0.score >= 0.01 }
        if !others.isEmpty {
            var line = IncidentBlock.labelled("")
            let text = "or " + others.map { $0.resource + " " + IncidentBlock.percent($0.score) }.joined(separator: ", ")
            line.add(DisplayText.clipped(DisplayText.safe(text), to: width - IncidentBlock.indent), .faint)
            lines.append(line)
        }
        return lines
    }

    private func alertLines(_ incident: IncidentSummary) -> [StyledText] {
        var lines: [StyledText] = []
        for alert in incident.alerts.prefix(alertLimit) {
            var line = IncidentBlock.labelled(lines.isEmpty ? "alerts" : "")
            line.add(WallTime.time(alert.firstSeen, on: incident.openedAt) + " ", .faint)
            describe(alert, in: &line)
            lines.append(line)
            if showsReasons { lines += reason(alert) }
        }
        let left = incident.alertCount - min(alertLimit, incident.alerts.count)
        if left > 0 { lines.append(more(left)) }
        return lines
    }

    /// `critical  checkout/HighErrorRate ×5`, clipped to the line.
    func describe(_ alert: IncidentSummary.Alert, in line: inout StyledText) {
        line.add(IncidentBlock.padded(alert.severity.name, 9), alert.isFiring ? IncidentBlock.tone(alert.severity) : .faint)
        let tail = (alert.events > 1 ? " ×\(alert.events)" : "") + (alert.isFiring ? "" : " cleared")
        let room = max(8, width - line.width - DisplayText.width(tail))
        line.add(DisplayText.clipped(DisplayText.safe(alert.key), to: room), alert.isFiring ? .plain : .faint)
        line.add(tail, .faint)
    }

    /// The reason for a link, below its alert.
    func reason(_ alert: IncidentSummary.Alert) -> [StyledText] {
        guard !alert.why.isEmpty else { return [] }
        let indent = IncidentBlock.indent + 9
        return DisplayText.wrapped(DisplayText.safe(alert.why), to: width - indent).map {
            var line = StyledText(String(repeating: " ", count: indent))
            line.add($0, .faint)
            return line
        }
    }

    func more(_ count: Int) -> StyledText {
        var line = IncidentBlock.labelled("")
        line.add("… and \(count) more", .faint)
        return line
    }

    /// `  cause   ` or as many blanks.
    static func labelled(_ label: String) -> StyledText {
        var line = StyledText("  ")
        line.add(padded(label, indent - 2), .faint)
        return line
    }

    // MARK: Words

    static func tone(_ severity: Severity) -> StyledText.Tone {
        switch severity {
        case .critical: .critical
        case .major: .major
        case .minor: .minor
        case .warning: .warning
        case .info: .info
        }
    }

    static func upper(_ severity: Severity) -> String { severity.name.uppercased() }

    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - DisplayText.width(text)))
    }

    static func many(_ count: Int, _ word: String) -> String { count == 1 ? "1 \(word)" : "\(count) \(word)s" }

    /// Below one percent `<1 %`.
    static func percent(_ share: Double) -> String {
        let share = share.isFinite ? min(1, max(0, share)) : 0
        return share > 0 && share < 0.01 ? "<1 %" : "\(Int((share * 100).rounded())) %"
    }
}
