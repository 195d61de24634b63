import ClewCommandLine
import ClewScore

/// All that `clew score` found, and how it is shown.
struct ScoreReport {
    /// Share of the truth's events that the assignments have.
    var known: Double
    var incidents: IncidentScore
    var all: Agreement?
    var labelled: Agreement?
    var rootCause: RootCauseScore?
    var publication: PublicationScore?

    // MARK: For a person

    func table() -> String {
        let i = incidents
        var lines = [
            "\(grouped(i.events)) events: \(grouped(i.labelled)) in \(grouped(i.trueIncidents)) true incidents, "
                + "\(grouped(i.noise)) noise" + (known < 1 ? "; \(ScoreReport.fixed(known * 100, 1)) % of them are in the assignments" : "")
        ]
        lines += ["", pad("", 26) + padLeft("labelled", 10) + padLeft("all", 10)] + agreementRows()
        lines += [""] + incidentRows()
        if let rootCause { lines += [""] + rootCauseRows(rootCause) }
        if let publication { lines += [""] + publicationRows(publication) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func agreementRows() -> [String] {
        let rows: [(String, (Agreement) -> Double, String)] = [
            ("adjusted Rand index", { $0.ari }, "pairs treated alike; 1 is perfect, 0 is chance"),
            ("adjusted mutual info", { $0.ami }, "what one tells of the other; likewise"),
            ("V-measure", { $0.vMeasure }, "homogeneity and completeness"),
            ("B-cubed F1", { $0.bcubed.f1 }, "for the mean event:"),
            ("  precision", { $0.bcubed.precision }, "  how much of its incident belongs with it"),
            ("  recall", { $0.bcubed.recall }, "  how much of what belongs with it is there"),
            ("pairwise F1", { $0.pairwise.f1 }, "for the mean pair: big incidents weigh most"),
            ("  precision", { $0.pairwise.precision }, "  put together, and rightly"),
            ("  recall", { $0.pairwise.recall }, "  belong together, and are"),
        ]
        return rows.map { name, figure, meaning in
            pad(name, 26) + padLeft(labelled.map { ScoreReport.fixed(figure($0), 4) } ?? "–", 10)
                + padLeft(all.map { ScoreReport.fixed(figure($0), 4) } ?? "–", 10) + "  " + meaning
        }
    }

    private func incidentRows() -> [String] {
        let i = incidents
        return [
            row("macro best F1", i.macroBestF1.map { ScoreReport.fixed($0, 4) }, "mean over true incidents of their best match"),
            row("incidents", grouped(i.predictedIncidents), "predicted; \(grouped(i.unassigned)) events are in none"),
            row("compression", ScoreReport.fixed(i.compression, 1), "events for each incident or event in none"),
            row("over-merge", grouped(i.overMerge), "hold several true ones; \(grouped(i.overMerge90)) without one that is 90 %"),
            row("over-split", grouped(i.overSplit), "true ones in parts; \(grouped(i.overSplit90)) without a part of 90 %"),
            row("exact", grouped(i.exact), "true incidents found to the event"),
            row("false incidents", grouped(i.falseIncidents), "predicted ones of nothing but noise"),
            row(
                "noise swallowed", i.noiseSwallowed.map { ScoreReport.fixed($0, 4) },
                "of the noise is beside labelled events: \(grouped(i.noiseInLabelled)) of \(grouped(i.noise))"),
        ]
    }

    private func rootCauseRows(_ r: RootCauseScore) -> [String] {
        let unnamed = r.unnamed > 0 ? "; for \(grouped(r.unnamed)) none is named" : ""
        return [
            row(
                "root cause top-1", r.top1.map { ScoreReport.fixed($0, 4) },
                "named first: \(grouped(r.top1Right)) of \(grouped(r.incidents))\(unnamed)"),
            row("  top-3", r.top3.map { ScoreReport.fixed($0, 4) }, "among the first three"),
            row("  top-5", r.top5.map { ScoreReport.fixed($0, 4) }, "among the first five"),
        ]
    }

    private func publicationRows(_ p: PublicationScore) -> [String] {
        let seconds = { (value: Double) in ScoreReport.fixed(value, 1) }
        let missing = p.incidents - p.incidentsWithFirst
        return [
            row("incidents shown", grouped(p.incidents), "have records, over \(ScoreReport.fixed(p.hours, 1)) h of event time"),
            row("  an hour", p.incidentsPerHour.map { ScoreReport.fixed($0, 2) }, "of event time"),
            row("  merged", p.mergedShare.map { ScoreReport.fixed($0, 4) }, "share that went into another one: \(grouped(p.merged))"),
            row(
                "revisions an incident", p.revisions.map { ScoreReport.fixed($0.mean, 2) },
                p.revisions.map { "mean; half up to \(Int($0.p50)), 95 % up to \(Int($0.p95)), at most \(Int($0.max))" } ?? ""),
            row(
                "first publication", p.delay.map { seconds($0.p50) + " s" },
                p.delay.map { "median, after the first alert; 95 % within \(seconds($0.p95)) s" }.map {
                    missing > 0 ? "\($0) (\(grouped(missing)) without a first revision here)" : $0
                } ?? "no first revision is here: give every revision, not the final ones"),
            row("records", grouped(p.records), "\(Progress.amount(Double(p.bytes)))B, \(grouped(p.bytes / max(1, p.records))) bytes each"),
        ]
    }

    private func row(_ name: String, _ value: String?, _ meaning: String) -> String {
        pad(name, 26) + padLeft(value ?? "–", 10) + "  " + meaning
    }

    private func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
    private func padLeft(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

    /// 1234567 as 1,234,567.
    private func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        return digits.indices.map { ($0 > 0 && (digits.count - $0) % 3 == 0 ? "," : "") + String(digits[$0]) }.joined()
    }

    static func fixed(_ value: Double, _ digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        guard value.isFinite, abs(value * scale) < 1e15 else { return "\(value)" }
        let scaled = Int((value * scale).rounded())
        let text = String(abs(scaled))
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return (scaled < 0 ? "-" : "") + padded.dropLast(digits) + "." + padded.suffix(digits)
    }
}
