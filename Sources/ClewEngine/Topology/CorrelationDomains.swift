/// The correlation domains of a topology and which of them each resource is in (algorithm.md §14).
///
/// A domain is a set of whole components. Correlation never crosses its border: what is learned, counted and due belongs
/// to one domain, so that domains give the same incidents together and apart.
public struct CorrelationDomains: Sendable, Equatable {
    /// Where everything is that no other domain takes, and every name that leads nowhere.
    public static let defaultName = "default"

    /// By number; the first is the default one, the others are in the order of the configuration.
    public private(set) var names = [CorrelationDomains.defaultName]
    /// The domain of each node; empty where there is one domain only.
    private var numbers: [UInt32] = []

    /// One domain for everything.
    public init() {}

    /// Domains beside the default one. `numberOfNode` gives each node's: 0 for the default, else 1 for the first of `names`
    /// and so on. Nodes of one component must have the same.
    public init(names: [String], numberOfNode: [Int]) {
        self.names += names
        guard !names.isEmpty else { return }
        numbers = numberOfNode.map { UInt32(clamping: min($0, names.count)) }
    }

    public var count: Int { names.count }

    /// The number of a node's domain.
    public func number(ofNode node: Int) -> Int { node < numbers.count ? Int(numbers[node]) : 0 }
}

extension TopologyDefinition {
    /// Of each node the first node of its component: nodes are in one if edges join them, whatever their direction.
    public func componentRoots() -> [Int] {
        var parents = Array(0..<nodes.count)
        func root(_ node: Int) -> Int {
            var node = node
            while parents[node] != node {
                parents[node] = parents[parents[node]]
                node = parents[node]
            }
            return node
        }
        for edge in edges {
            let a = root(edge.from)
            let b = root(edge.to)
            if a != b { parents[max(a, b)] = min(a, b) }
        }
        return nodes.indices.map(root)
    }

    /// The topology of each domain by itself, in the order of the domains. O(nodes + edges).
    public func parts() -> [TopologyDefinition] {
        guard domains.count > 1 else { return [self] }
        var parts = domains.names.map { _ in TopologyDefinition(spreads: spreads) }
        var place: [Int] = []
        for (at, node) in nodes.enumerated() {
            let domain = domains.number(ofNode: at)
            place.append(parts[domain].nodes.count)
            parts[domain].nodes.append(node)
        }
        for edge in edges {
            let domain = domains.number(ofNode: edge.from)
            guard domain == domains.number(ofNode: edge.to) else { continue }
            parts[domain].edges.append(Edge(from: place[edge.from], to: place[edge.to], kind: edge.kind))
        }
        return parts
    }
}
