import ClewScore

extension ScoreReport {
    /// One JSON object, its members in a fixed order; shares with six digits, null where there is no figure.
    func json() -> String {
        let i = incidents
        var members: [(String, Figure)] = [
            ("events", .count(i.events)), ("labelled", .count(i.labelled)), ("noise", .count(i.noise)),
            ("trueIncidents", .count(i.trueIncidents)), ("predictedIncidents", .count(i.predictedIncidents)),
            ("unassigned", .count(i.unassigned)), ("known", .number(known)), ("compression", .number(i.compression)),
            ("all", Figure(all)), ("labelledOnly", Figure(labelled)), ("macroBestF1", .number(i.macroBestF1)),
            ("overMerge", .count(i.overMerge)), ("overMerge90", .count(i.overMerge90)), ("overSplit", .count(i.overSplit)),
            ("overSplit90", .count(i.overSplit90)), ("exact", .count(i.exact)), ("noiseInLabelled", .count(i.noiseInLabelled)),
            ("noiseSwallowed", .number(i.noiseSwallowed)), ("falseIncidents", .count(i.falseIncidents)),
        ]
        if let r = rootCause {
            members.append(
                (
                    "rootCause",
                    .object([
                        ("incidents", .count(r.incidents)), ("top1", .number(r.top1)), ("top3", .number(r.top3)), ("top5", .number(r.top5)),
                        ("top1Right", .count(r.top1Right)), ("top3Right", .count(r.top3Right)), ("top5Right", .count(r.top5Right)),
                        ("unnamed", .count(r.unnamed)),
                    ])
                ))
        }
        if let p = publication { members.append(("records", Figure(p))) }
        return Figure.object(members).text(indent: 0) + "\n"
    }
}

/// A value of the output.
private indirect enum Figure {
    case count(Int)
    case number(Double?)
    case object([(String, Figure)])

    init(_ agreement: Agreement?) {
        guard let a = agreement else {
            self = .number(nil)
            return
        }
        self = .object([
            ("ari", .number(a.ari)), ("ami", .number(a.ami)), ("vMeasure", .number(a.vMeasure)), ("homogeneity", .number(a.homogeneity)),
            ("completeness", .number(a.completeness)), ("bcubed", Figure(a.bcubed)), ("pairwise", Figure(a.pairwise)),
        ])
    }

    init(_ value: PrecisionRecall) {
        self = .object([("precision", .number(value.precision)), ("recall", .number(value.recall)), ("f1", .number(value.f1))])
    }

    init(_ p: PublicationScore) {
        self = .object([
            ("incidents", .count(p.incidents)), ("merged", .count(p.merged)), ("mergedShare", .number(p.mergedShare)),
            ("records", .count(p.records)), ("bytes", .count(p.bytes)), ("hours", .number(p.hours)),
            ("incidentsPerHour", .number(p.incidentsPerHour)), ("revisionsPerIncident", Figure(p.revisions)),
            ("firstPublicationSeconds", Figure(p.delay)), ("incidentsWithFirstRevision", .count(p.incidentsWithFirst)),
        ])
    }

    init(_ spread: PublicationScore.Spread?) {
        guard let s = spread else {
            self = .number(nil)
            return
        }
        self = .object([("mean", .number(s.mean)), ("p50", .number(s.p50)), ("p95", .number(s.p95)), ("max", .number(s.max))])
    }

    func text(indent: Int) -> String {
        switch self {
        case .count(let value): return String(value)
        case .number(let value): return value.map { ScoreReport.fixed($0, 6) } ?? "null"
        case .object(let members):
            let blanks = String(repeating: " ", count: indent + 1)
            let lines = members.map { "\(blanks)\"\($0.0)\": \($0.1.text(indent: indent + 1))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n" + String(repeating: " ", count: indent) + "}"
        }
    }
}
