internal import ClewEngine

/// What can be seen of a topology by looking at its graph.
struct TopologyShape {
    let topology: TopologyDefinition
    /// Indices of edges by their `from`, and by their `to`.
    private(set) var outgoing: [[Int]]
    private(set) var incoming: [[Int]]

    init(_ topology: TopologyDefinition) {
        self.topology = topology
        outgoing = Array(repeating: [], count: topology.nodes.count)
        incoming = outgoing
        for (index, edge) in topology.edges.enumerated() {
            outgoing[edge.from].append(index)
            incoming[edge.to].append(index)
        }
    }

    func isLink(_ edge: Int) -> Bool { topology.spreads[topology.edges[edge].kind] == .link }

    /// Edges as an author counts them: a link once.
    var edgeCount: Int {
        topology.edges.indices.count { !isLink($0) || topology.edges[$0].from < topology.edges[$0].to }
    }

    /// Number of connected components; an isolated node is one of its own.
    var componentCount: Int {
        var parents = Array(topology.nodes.indices)
        func root(_ node: Int) -> Int {
            var at = node
            while parents[at] != at {
                parents[at] = parents[parents[at]]
                at = parents[at]
            }
            return at
        }
        var count = topology.nodes.count
        for edge in topology.edges {
            let (a, b) = (root(edge.from), root(edge.to))
            if a != b {
                parents[a] = b
                count -= 1
            }
        }
        return count
    }

    /// Nodes without any edge.
    var isolated: [Int] { topology.nodes.indices.filter { outgoing[$0].isEmpty && incoming[$0].isEmpty } }

    /// Distinct nodes that depend on a node directly; links don't count.
    func dependents(of node: Int) -> Int {
        Set(incoming[node].lazy.filter { !isLink($0) }.map { topology.edges[$0].from }).count
    }

    /// One cycle of forward edges, as nodes in their order; nil without any. Iterative: a chain may be as long as the topology.
    func firstForwardCycle() -> [Int]? {
        enum State { case new, open, done }
        var states = [State](repeating: .new, count: topology.nodes.count)
        for start in topology.nodes.indices where states[start] == .new {
            var path: [(node: Int, next: Int)] = [(start, 0)]
            states[start] = .open
            while let (node, next) = path.last {
                guard next < outgoing[node].count else {
                    states[node] = .done
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let edge = topology.edges[outgoing[node][next]]
                guard topology.spreads[edge.kind] == nil else { continue }
                switch states[edge.to] {
                case .new:
                    states[edge.to] = .open
                    path.append((edge.to, 0))
                case .open:
                    let from = path.firstIndex { $0.node == edge.to } ?? 0
                    return path[from...].map(\.node)
                case .done: break
                }
            }
        }
        return nil
    }

    /// Names with how often they occur, the most frequent first.
    static func tally(_ names: some Sequence<String>) -> [(name: String, count: Int)] {
        var counts: [String: Int] = [:]
        for name in names { counts[name, default: 0] += 1 }
        return counts.map { ($0.key, $0.value) }.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
    }
}
