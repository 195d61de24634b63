import ClewCommandLine
import ClewConfig
import ClewEngine
import ClewFormats
import ClewService
import ClewYAML

/// An explanation as text for a person, or as JSON lines.
enum ExplainReport {
    static func text(_ result: Explanation, left: Int) -> String {
        var lines = [verdict(result), ""]
        if !result.chain.isEmpty {
            let links = result.chain.count == 1 ? "this link" : "these \(result.chain.count) links"
            lines.append("Tied in \(result.chainIncident) by \(links):")
            for step in result.chain {
                lines.append("  \(step.alert) → \(step.evidence.to)")
                lines.append("      \(step.evidence.why)")
            }
            lines.append("")
        }
        if let (a, b) = result.domains {
            lines.append(
                "\(result.first) is in the correlation domain \(a), \(result.second) in \(b): nothing is weighed across domains "
                    + "(correlation.domains).")
        } else if result.decisions.isEmpty {
            lines.append("No decision was made about either in that time.")
        }
        if left > 0 { lines.append("(\(left) earlier decisions: --last N shows more, --from and --until choose)") }
        for decision in result.decisions { lines += text(decision) }
        return lines.map { Terminal.printable($0) + "\n" }.joined()
    }

    private static func verdict(_ result: Explanation) -> String {
        let (a, b) = result.incidents
        if result.areTogether { return "\(result.first) and \(result.second) are in the same incident, \(a)." }
        func place(_ alert: String, _ id: String) -> String { id.isEmpty ? "\(alert) in none" : "\(alert) in \(id)" }
        let now = "\(place(result.first, a)), \(place(result.second, b))"
        if result.shared.isEmpty { return "Never in the same incident; last seen: \(now)." }
        return "\(result.first) and \(result.second) were together in \(result.shared.joined(separator: ", ")); last seen: \(now)."
    }

    private static func text(_ decision: Explanation.Decision) -> [String] {
        var lines = ["\(decision.time.rfc3339)  \(occasion(decision))"]
        if let evidence = decision.evidence {
            let verdict = evidence.odds >= decision.needed ? "linked" : "not linked"
            lines.append(
                "    \(decision.other) \(verdict): odds \(number(evidence.odds)) of \(number(decision.needed)) needed; "
                    + evidence.factors.map { "\($0.name) \(number($0.value))" }.joined(separator: " × "))
            lines.append("      \(evidence.why)")
        } else if let obstacle = decision.obstacle {
            lines.append(
                "    no evidence: "
                    + obstacle.words.split(separator: "%", omittingEmptySubsequences: false).joined(separator: decision.other))
        }
        lines.append("    → \(outcome(decision))")
        return lines
    }

    private static func occasion(_ decision: Explanation.Decision) -> String {
        switch decision.stage {
        case .arrival, .opened: "\(decision.alert) was raised"
        case .settledEarly: "\(decision.alert) was settled after the hold-back"
        case .settledLate: "\(decision.alert) was settled once more"
        case .settledAfterClear: "\(decision.alert) was settled after it cleared"
        }
    }

    private static func outcome(_ decision: Explanation.Decision) -> String {
        let isArrival = decision.stage == .arrival || decision.stage == .opened
        guard let best = decision.best else {
            return isArrival ? "opened \(decision.incident): nothing was near" : "stays in \(decision.incident)"
        }
        let isThis = decision.evidence.map { $0.to == best.to && $0.odds == best.odds } ?? false
        let by = isThis ? "by this link" : "by the link to \(best.to), odds \(number(best.odds)): \(best.why)"
        if decision.hasJoined { return (isArrival ? "joined" : "merged with") + " \(decision.bestIncident) " + by }
        let rejected = isThis ? "this was the best" : "best rejected: \(best.to), odds \(number(best.odds)): \(best.why)"
        return "opened \(decision.incident); \(rejected)"
    }

    /// Three significant digits.
    private static func number(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return "0" }
        var scale = 0
        var amount = value.magnitude
        while amount < 100, scale < 12 {
            amount *= 10
            scale += 1
        }
        var digits = String(Int(amount.rounded()))
        guard scale > 0 else { return (value < 0 ? "-" : "") + digits }
        while digits.count <= scale { digits = "0" + digits }
        var text = digits.dropLast(scale) + "." + digits.suffix(scale)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return (value < 0 ? "-" : "") + text
    }

    // MARK: JSON

    static func json(_ result: Explanation) -> String {
        var lines = result.decisions.map { json($0) }
        let (a, b) = result.incidents
        let chain = result.chain.map { "{\"alert\":\"\($0.alert)\",\"link\":\($0.evidence.json)}" }.joined(separator: ",")
        let domains = result.domains.map { "[\(YAMLText.quoted($0.first)),\(YAMLText.quoted($0.second))]" } ?? "null"
        lines.append(
            "{\"first\":\"\(result.first)\",\"second\":\"\(result.second)\",\"together\":\(result.areTogether),"
                + "\"incidents\":[\(id(a)),\(id(b))],\"shared\":[\(result.shared.map { id($0) }.joined(separator: ","))],"
                + "\"domains\":\(domains),\"chain\":[\(chain)]}")
        return lines.map { $0 + "\n" }.joined()
    }

    private static func json(_ decision: Explanation.Decision) -> String {
        let obstacle = decision.obstacle.map { "\"\($0.name)\"" } ?? "null"
        return "{\"time\":\"\(decision.time.rfc3339)\",\"raised\":\"\(decision.raised.rfc3339)\",\"alert\":\"\(decision.alert)\","
            + "\"other\":\"\(decision.other)\",\"stage\":\"\(decision.stage.name)\",\"incident\":\(id(decision.incident)),"
            + "\"other_incident\":\(id(decision.otherIncident)),\"needed\":\(number(decision.needed)),\"joined\":\(decision.hasJoined),"
            + "\"evidence\":\(decision.evidence?.json ?? "null"),\"obstacle\":\(obstacle),"
            + "\"best\":\(decision.best?.json ?? "null"),\"best_incident\":\(id(decision.bestIncident))}"
    }

    private static func id(_ text: String) -> String { text.isEmpty ? "null" : "\"\(text)\"" }
}
