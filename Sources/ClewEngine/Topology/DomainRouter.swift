/// Finds the domain of a name that the topology does not know.
///
/// A pure function of the name, its labels and the topology as it was read: what was bound at run time plays no part, so
/// that it gives the same wherever the domains are run.
final class DomainRouter {
    private let graph: Graph
    private let binding: NameBinding
    private let domains: CorrelationDomains

    init(_ topology: TopologyDefinition, names: inout Names) {
        graph = Graph(topology, names: &names, cones: false)
        binding = NameBinding(graph, names)
        domains = topology.domains
    }

    /// The domain of what the name is an alias of, else of its parent by name, else of its smallest neighbour by siblings,
    /// else by labels; else the default one.
    func domain(of name: [UInt8], labels: [(name: String, value: String)]) -> Int {
        let anchor = binding.anchor(of: name, labels: labels, graph)
        return anchor >= 0 ? domains.number(ofNode: anchor) : 0
    }
}
