public import ClewEngine

/// Whether resources of a topology are near each other, in whatever direction its edges lead.
public struct TopologyNearness: Sendable {
    private var indices: [String: Int] = [:]
    /// Neighbours of each node, ascending, each once.
    private var neighbours: [[Int]]

    public init(_ topology: TopologyDefinition) {
        var near = [Set<Int>](repeating: [], count: topology.nodes.count)
        for (index, node) in topology.nodes.enumerated() { indices[node.id] = index }
        for edge in topology.edges {
            near[edge.from].insert(edge.to)
            near[edge.to].insert(edge.from)
        }
        neighbours = near.map { $0.sorted() }
    }

    public func contains(_ id: String) -> Bool { indices[id] != nil }

    /// Whether two resources are one, or have an edge, or a neighbour in common. False for unknown ones.
    public func isWithinTwoHops(_ a: String, _ b: String) -> Bool {
        guard let i = indices[a], let j = indices[b] else { return false }
        if i == j { return true }
        let (x, y) = (neighbours[i], neighbours[j])
        var (p, q) = (0, 0)
        if x.contains(j) { return true }
        while p < x.count, q < y.count {
            if x[p] == y[q] { return true }
            if x[p] < y[q] { p += 1 } else { q += 1 }
        }
        return false
    }
}
