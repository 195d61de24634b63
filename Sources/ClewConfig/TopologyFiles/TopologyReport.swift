public import ClewEngine
public import ClewYAML

/// What `clew topology check` and `clew topology show` print.
public enum TopologyReport {
    /// A node with more direct dependents than this is worth a note.
    public static let hubDependents = 100
    /// Most nodes named in one note, and most neighbours listed under one node.
    private static let named = 5
    private static let listed = 50

    /// `ok: …`, then a line for each thing an author may want to know. Ends with a line break.
    public static func check(_ topology: TopologyDefinition) -> String {
        let shape = TopologyShape(topology)
        var lines = [
            "ok: \(count(topology.nodes.count, "resource")), \(count(shape.edgeCount, "edge")), \(count(shape.componentCount, "component"))"
        ]
        lines.append(contentsOf: kinds(topology, shape))
        let isolated = shape.isolated
        if !isolated.isEmpty {
            lines.append(
                "warning: \(count(isolated.count, "resource")) without edges (alerts there correlate with nothing else): "
                    + names(isolated, topology))
        }
        let hubs = topology.nodes.indices.filter { shape.dependents(of: $0) > hubDependents }
        for hub in hubs.prefix(named) {
            lines.append(
                "note: \(topology.nodes[hub].id) has \(shape.dependents(of: hub)) direct dependents: "
                    + "an alert there is weak evidence for each of them")
        }
        if hubs.count > named { lines.append("note: and \(hubs.count - named) more such hubs") }
        if let cycle = shape.firstForwardCycle() {
            let first = topology.nodes[cycle[0]].id
            let shown = cycle.prefix(8).map { topology.nodes[$0].id } + (cycle.count > 8 ? ["…"] : []) + [first]
            lines.append("note: resources depend on each other in a circle: \(shown.joined(separator: " → "))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The whole topology by kinds.
    public static func summary(_ topology: TopologyDefinition) -> String {
        let shape = TopologyShape(topology)
        let first =
            "\(count(topology.nodes.count, "resource")), \(count(shape.edgeCount, "edge")), \(count(shape.componentCount, "component"))"
        return ([first] + kinds(topology, shape)).joined(separator: "\n") + "\n"
    }

    /// What a resource depends on and what depends on it, two levels deep.
    ///
    /// - Throws: a diagnostic that names the nearest known resource, if there is none of that id.
    public static func show(_ id: String, in topology: TopologyDefinition) throws(Diagnostic) -> String {
        guard let node = topology.nodes.firstIndex(where: { $0.id == id }) else {
            let hint = NearestName.hint(for: id, among: topology.nodes.lazy.map(\.id))
            throw Diagnostic(file: "topology", message: "there is no resource \"\(YAMLText.excerpt(id))\"\(hint)")
        }
        let shape = TopologyShape(topology)
        let labels = topology.nodes[node].labels.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
        var lines = ["\(id) (\(topology.nodes[node].kind))" + (labels.isEmpty ? "" : "  \(labels)")]
        let sections: [(String, Direction)] = [("depends on", .dependencies), ("is needed by", .dependents), ("is adjacent to", .links)]
        for (title, direction) in sections {
            var tree: [String] = []
            append(&tree, shape, node, direction, indent: "    ", depth: 2, path: [node])
            if direction == .links, tree.isEmpty { continue }
            lines.append("  \(title):" + (tree.isEmpty ? " nothing" : ""))
            lines.append(contentsOf: tree)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private enum Direction {
        case dependencies, dependents, links
    }

    private static func append(
        _ lines: inout [String], _ shape: TopologyShape, _ node: Int, _ direction: Direction, indent: String, depth: Int, path: [Int]
    ) {
        guard depth > 0 else { return }
        let edges = (direction == .dependents ? shape.incoming[node] : shape.outgoing[node])
            .filter { shape.isLink($0) == (direction == .links) }
        for index in edges.prefix(listed) {
            let edge = shape.topology.edges[index]
            let other = direction == .dependents ? edge.from : edge.to
            guard !path.contains(other) else { continue }
            lines.append("\(indent)\(shape.topology.nodes[other].id) (\(shape.topology.nodes[other].kind), \(edge.kind))")
            append(&lines, shape, other, direction, indent: indent + "  ", depth: depth - 1, path: path + [other])
        }
        if edges.count > listed { lines.append("\(indent)and \(edges.count - listed) more") }
    }

    private static func kinds(_ topology: TopologyDefinition, _ shape: TopologyShape) -> [String] {
        let nodes = TopologyShape.tally(topology.nodes.lazy.map(\.kind))
        let edges = TopologyShape.tally(
            topology.edges.indices.lazy.filter { !shape.isLink($0) || topology.edges[$0].from < topology.edges[$0].to }
                .map { topology.edges[$0].kind })
        var lines: [String] = []
        if !nodes.isEmpty { lines.append("kinds: " + nodes.map { "\($0.name) \($0.count)" }.joined(separator: ", ")) }
        if !edges.isEmpty {
            let texts = edges.map { kind in
                "\(kind.name) \(kind.count)" + (topology.spreads[kind.name].map { " (\($0.word))" } ?? "")
            }
            lines.append("edge kinds: " + texts.joined(separator: ", "))
        }
        return lines
    }

    private static func names(_ nodes: [Int], _ topology: TopologyDefinition) -> String {
        nodes.prefix(named).map { topology.nodes[$0].id }.joined(separator: ", ") + (nodes.count > named ? ", …" : "")
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
