public import ClewEngine
internal import ClewYAML

/// A topology in the formats of other tools.
public enum TopologyOutput {
    /// Graphviz. An arrow leads to what is depended on; a link is a dashed line without arrow.
    public static func dot(_ topology: TopologyDefinition) -> String {
        let shape = TopologyShape(topology)
        var lines = ["digraph topology {", "  rankdir=LR;", "  node [shape=box];"]
        for node in topology.nodes {
            lines.append("  \(dotQuoted(node.id)) [label=\(dotQuoted(node.id + "\n" + node.kind))];")
        }
        var drawn: Set<TopologyDefinition.Edge> = []
        for (index, edge) in topology.edges.enumerated() {
            var style = ""
            if shape.isLink(index) {
                guard !drawn.contains(.init(from: edge.to, to: edge.from, kind: edge.kind)) else { continue }
                drawn.insert(edge)
                style = ", dir=none, style=dashed"
            }
            let (from, to) = (dotQuoted(topology.nodes[edge.from].id), dotQuoted(topology.nodes[edge.to].id))
            lines.append("  \(from) -> \(to) [label=\(dotQuoted(edge.kind))\(style)];")
        }
        return lines.joined(separator: "\n") + "\n}\n"
    }

    /// A topology file that reads back as the same topology, one node or edge a line.
    public static func json(_ topology: TopologyDefinition) -> String {
        let nodes = topology.nodes.map { node in
            let labels = node.labels.map { "\(YAMLText.quoted($0.name)):\(YAMLText.quoted($0.value))" }.joined(separator: ",")
            return "{\"id\":\(YAMLText.quoted(node.id)),\"kind\":\(YAMLText.quoted(node.kind)),\"labels\":{\(labels)}}"
        }
        let edges = topology.edges.map { edge in
            "{\"from\":\(YAMLText.quoted(topology.nodes[edge.from].id)),\"to\":\(YAMLText.quoted(topology.nodes[edge.to].id)),"
                + "\"kind\":\(YAMLText.quoted(edge.kind))}"
        }
        // A built-in spread that a file has overridden must stay overridden.
        let kinds = Set(topology.edges.lazy.map(\.kind)).sorted().compactMap { kind -> String? in
            let spread = topology.spreads[kind] ?? .forward
            guard spread != TopologyDefinition.builtInSpreads[kind] ?? .forward else { return nil }
            return "\(YAMLText.quoted(kind)):\"\(spread.word)\""
        }
        return "{\"nodes\":[\(block(nodes))],\n\"edges\":[\(block(edges))],\n\"edge_kinds\":{\(kinds.joined(separator: ","))}}\n"
    }

    private static func block(_ lines: [String]) -> String {
        lines.isEmpty ? "" : "\n" + lines.joined(separator: ",\n") + "\n"
    }

    private static func dotQuoted(_ text: String) -> String {
        var result = "\""
        for character in text.unicodeScalars {
            switch character {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(character)
            }
        }
        return result + "\""
    }
}
