import ClewCommandLine
import ClewConfig
import ClewEngine
import ClewModel
import ClewYAML

/// What `clew model show` and `clew learn` print of a model.
struct ModelReport {
    private let file: ModelFile
    private let digest: String?
    private let pairs: [CorrelationModel.Strength]
    private let edges: [CorrelationModel.MissingEdge]
    private let nearby: TopologyNearness?

    /// `digest`: of the file, where it was read; `nearby`: the topology that edges may lack from.
    init(_ file: ModelFile, digest: String?, top: Int, nearby: TopologyNearness?) {
        self.file = file
        self.digest = digest
        self.nearby = nearby
        pairs = file.model.strongestPairs(top)
        edges = file.model.missingEdges(top) { nearby?.isWithinTwoHops($0, $1) ?? false }
    }

    // MARK: For people

    func text() -> String {
        let rows = pairs.map { pair in
            [
                fixed(pair.support, 1), fixed(pair.expected, 1), fixed(pair.lift, 1), lag(pair.medianLag), lag(pair.ninetiethLag),
                "\(Int((pair.direction * 100).rounded())) %", pair.relation.name, "\(shown(pair.cause)) → \(shown(pair.effect))",
            ]
        }
        let missing = edges.map { edge in
            [
                fixed(edge.support, 1), fixed(edge.expected, 2), fixed(edge.lift, 1), lag(edge.meanLag),
                "\(Int((edge.direction * 100).rounded())) %", fixed(edge.far, 1),
                "\(shown(edge.first)) → \(shown(edge.second))\(mark(edge))",
            ]
        }
        var out = origin()
        out += "\nStrongest pairs (\(pairs.count) of \(file.model.pairs.count)):\n"
        out += table(["support", "expected", "lift", "p50", "p90", "direction", "relation", "cause → effect"], rows)
        out += "\nEdges that the topology may lack (\(edges.count) of \(file.model.resourcePairs.count) pairs of resources seen):\n"
        out += table(["seen", "by chance", "lift", "mean lag", "direction", "by burst", "first → second"], missing)
        if edges.contains(where: { !mark($0).isEmpty }) { out += "  * not in the topology\n" }
        return out
    }

    private func origin() -> String {
        let (origin, model) = (file.provenance, file.model)
        var lines: [(String, String)] = []
        if let digest { lines.append(("model", digest)) }
        lines.append(("written by", "clew \(shown(origin.clew)), config \(short(origin.config)), topology \(short(origin.topology))"))
        if let basis = origin.basedOn { lines.append(("based on", basis)) }
        let times = [model.firstEvent, model.lastEvent].compactMap { $0?.rfc3339 }
        lines.append(("events", "\(model.events)" + (times.isEmpty ? "" : ", \(times.joined(separator: " to "))")))
        for input in origin.inputs.suffix(10) {
            let size = input.bytes.map { ", \($0) bytes, sha256 \(String((input.sha256 ?? "").prefix(16)))…" } ?? ""
            lines.append(("input", shown(input.name) + size))
        }
        if origin.inputs.count > 10 { lines.append(("", "and \(origin.inputs.count - 10) before them")) }
        lines.append(("half-life", origin.halfLife.map { "\(fixed($0 / 86_400, 2)) d" } ?? "none"))
        lines.append(
            ("knows", "\(model.types.count) types, \(model.kinds.count) kinds, \(model.pairs.count) pairs, \(model.incidents) incidents"))
        lines.append(("time scale", "\(fixed(model.lagSum / max(model.lagWeight, 1e-9), 1)) s"))
        return lines.map { "\($0.0)\(String(repeating: " ", count: max(1, 12 - $0.0.count)))\($0.1)\n" }.joined()
    }

    private func table(_ head: [String], _ rows: [[String]]) -> String {
        guard !rows.isEmpty else { return "  none\n" }
        let last = head.count - 1
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        return ([head] + rows).map { row in
            "  "
                + row.indices.map { column in
                    let pad = String(repeating: " ", count: widths[column] - row[column].count)
                    return column == last ? row[column] : pad + row[column]
                }.joined(separator: "  ") + "\n"
        }.joined()
    }

    private func mark(_ edge: CorrelationModel.MissingEdge) -> String {
        guard let nearby, !nearby.contains(edge.first) || !nearby.contains(edge.second) else { return "" }
        return " *"
    }

    private func shown(_ name: String) -> String { Terminal.printable(name) }

    private func short(_ digest: String) -> String { digest.count > 23 ? String(digest.prefix(23)) + "…" : shown(digest) }

    private func lag(_ seconds: Double?) -> String { seconds.map { "\(fixed($0, $0 < 10 ? 1 : 0)) s" } ?? "> 1280 s" }

    /// A number with so many digits after the point; at most 10^15, which no count reaches.
    private func fixed(_ value: Double, _ digits: Int) -> String {
        let scale = digits == 0 ? 1.0 : digits == 1 ? 10 : 100
        let scaled = Int((min(max(value, 0), 1e15) * scale).rounded())
        guard digits > 0 else { return "\(scaled)" }
        let rest = String(scaled % Int(scale))
        return "\(scaled / Int(scale)).\(String(repeating: "0", count: digits - rest.count))\(rest)"
    }

    // MARK: For programs

    func json() -> String {
        let (origin, model) = (file.provenance, file.model)
        func text(_ text: String?) -> String { text.map { YAMLText.quoted($0) } ?? "null" }
        func number(_ value: Double?) -> String { value.map { "\(($0 * 1e4).rounded() / 1e4)" } ?? "null" }
        let inputs = origin.inputs.map {
            "{\"name\":\(text($0.name)),\"bytes\":\($0.bytes.map { "\($0)" } ?? "null"),\"sha256\":\(text($0.sha256))}"
        }
        let strong = pairs.map { pair in
            "{\"relation\":\"\(pair.relation.name)\",\"cause\":\(text(pair.cause)),\"effect\":\(text(pair.effect)),"
                + "\"support\":\(number(pair.support)),\"expected\":\(number(pair.expected)),\"lift\":\(number(pair.lift)),"
                + "\"direction\":\(number(pair.direction)),\"lag_p50_s\":\(number(pair.medianLag)),"
                + "\"lag_p90_s\":\(number(pair.ninetiethLag)),\"score\":\(number(pair.score))}"
        }
        let missing = edges.map { edge in
            "{\"first\":\(text(edge.first)),\"second\":\(text(edge.second)),\"support\":\(number(edge.support)),"
                + "\"expected\":\(number(edge.expected)),\"lift\":\(number(edge.lift)),\"direction\":\(number(edge.direction)),"
                + "\"mean_lag_s\":\(number(edge.meanLag)),\"by_burst\":\(number(edge.far)),\"score\":\(number(edge.score))}"
        }
        let members = [
            "\"model\":\(text(digest))", "\"clew\":\(text(origin.clew))", "\"config\":\(text(origin.config))",
            "\"topology\":\(text(origin.topology))", "\"based_on\":\(text(origin.basedOn))", "\"half_life_s\":\(number(origin.halfLife))",
            "\"inputs\":[\(inputs.joined(separator: ","))]", "\"events\":\(model.events)",
            "\"first_event\":\(text(model.firstEvent?.rfc3339))",
            "\"last_event\":\(text(model.lastEvent?.rfc3339))", "\"incidents\":\(model.incidents)", "\"types\":\(model.types.count)",
            "\"pair_count\":\(model.pairs.count)", "\"pairs\":[\(strong.joined(separator: ","))]",
            "\"missing_edges\":[\(missing.joined(separator: ","))]",
        ]
        return "{\(members.joined(separator: ","))}\n"
    }
}
