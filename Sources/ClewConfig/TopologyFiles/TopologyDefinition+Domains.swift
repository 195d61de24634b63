public import ClewEngine
public import ClewYAML

extension TopologyDefinition {
    /// Puts each component into the domain that names one of its resources; the others are in the domain `default`.
    ///
    /// - Throws: each resource that the topology does not have, each pattern that fits none, and each that a component of
    ///   another domain has, with its place in the config.
    public mutating func divide(into wanted: [Config.Domain]) throws(Diagnostics) {
        guard !wanted.isEmpty else {
            domains = CorrelationDomains()
            return
        }
        var division = DomainDivision(self)
        for (index, domain) in wanted.enumerated() {
            for (place, pattern) in domain.resources.enumerated() {
                division.claim(pattern, for: index, domain.name, path: "correlation.domains.\(index).resources.\(place)")
            }
        }
        try division.problems.throwIfAny()
        domains = CorrelationDomains(names: wanted.map(\.name), numberOfNode: division.numbers())
    }
}

/// Which domain has claimed which component so far.
private struct DomainDivision {
    private struct Claim {
        var domain: Int
        var name: String
        var pattern: String
        var resource: String
    }

    private let ids: [String]
    private let roots: [Int]
    private let nodeOfID: [String: Int]
    /// By root of the component.
    private var claims: [Claim?]
    var problems = Diagnostics()

    init(_ topology: TopologyDefinition) {
        ids = topology.nodes.map(\.id)
        roots = topology.componentRoots()
        nodeOfID = Dictionary(zip(ids, ids.indices), uniquingKeysWith: { first, _ in first })
        claims = Array(repeating: nil, count: ids.count)
    }

    mutating func claim(_ pattern: Config.ResourcePattern, for domain: Int, _ name: String, path: String) {
        var matches = nodeOfID[pattern.text].map { [$0] } ?? []
        if matches.isEmpty, pattern.isPattern { matches = ids.indices.filter { pattern.matches(ids[$0]) } }
        if matches.isEmpty {
            let what = pattern.isPattern ? "no resource of the topology fits" : "the topology has no resource"
            let hint = pattern.isPattern ? "" : NearestName.hint(for: pattern.text, among: ids)
            report(pattern, "\(path): \(what) \"\(YAMLText.excerpt(pattern.text))\"\(hint)")
        }
        for node in matches {
            guard let other = claims[roots[node]] else {
                claims[roots[node]] = Claim(domain: domain, name: name, pattern: pattern.text, resource: ids[node])
                continue
            }
            guard other.domain != domain else { continue }
            let (here, there) = (YAMLText.excerpt(ids[node]), YAMLText.excerpt(other.resource))
            let subject = here == there ? "\(here) is" : "\(here) is joined by edges to \(there), which is"
            report(
                pattern,
                "\(path): \(subject) in the domain \(other.name) already, by \"\(YAMLText.excerpt(other.pattern))\"; "
                    + "a component belongs to one domain")
            // One is enough to see it.
            return
        }
    }

    func numbers() -> [Int] { roots.map { root in claims[root].map { $0.domain + 1 } ?? 0 } }

    private mutating func report(_ pattern: Config.ResourcePattern, _ message: String) {
        let origin = pattern.origin
        problems.append(Diagnostic(file: origin.file, line: origin.line, column: origin.column, message: message))
    }
}
