/// The resources of a simulated installation and what depends on what.
struct Estate: Sendable {
    struct Resource: Sendable {
        var name: String
        var kind: ResourceKind
        /// Where it is and whom it belongs to: labels of its topology node and of its events.
        var labels: [(name: String, value: String)]
        /// Another name that some monitors use for it.
        var alias: String?
    }

    struct Edge: Sendable {
        var from: Int
        var to: Int
        var kind: EdgeKind
    }

    private(set) var resources: [Resource] = []
    private(set) var edges: [Edge] = []
    /// Edges by what is depended on, and by what depends.
    private(set) var dependents: [[(resource: Int, kind: EdgeKind)]] = []
    private(set) var dependencies: [[(resource: Int, kind: EdgeKind)]] = []

    @discardableResult
    mutating func add(_ name: String, _ kind: ResourceKind, labels: [(name: String, value: String)], alias: String? = nil) -> Int {
        resources.append(Resource(name: name, kind: kind, labels: labels, alias: alias))
        dependents.append([])
        dependencies.append([])
        return resources.count - 1
    }

    /// An edge onto itself or given twice is left out.
    mutating func connect(_ from: Int, _ kind: EdgeKind, _ to: Int) {
        guard from != to, !dependencies[from].contains(where: { $0 == (to, kind) }) else { return }
        edges.append(Edge(from: from, to: to, kind: kind))
        dependencies[from].append((to, kind))
        dependents[to].append((from, kind))
    }

    func resources(of kind: ResourceKind) -> [Int] { resources.indices.filter { resources[$0].kind == kind } }

    /// Appends another estate's resources and edges.
    mutating func merge(_ other: Estate) {
        let offset = resources.count
        for resource in other.resources { add(resource.name, resource.kind, labels: resource.labels, alias: resource.alias) }
        for edge in other.edges { connect(edge.from + offset, edge.kind, edge.to + offset) }
    }

    /// The topology file: JSON, one node or edge a line. Resources in `missing` and their edges are left out.
    func topologyJSON(missing: [Bool]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(text: "{\"nodes\":[")
        var separator = "\n"
        for (index, resource) in resources.enumerated() where !missing[index] {
            bytes.append(text: separator + "{\"id\":")
            bytes.append(jsonString: resource.name)
            bytes.append(text: ",\"kind\":")
            bytes.append(jsonString: resource.kind.rawValue)
            bytes.append(text: ",\"labels\":{")
            for (position, label) in resource.labels.enumerated() {
                if position > 0 { bytes.append(0x2C) }
                bytes.append(jsonString: label.name)
                bytes.append(0x3A)
                bytes.append(jsonString: label.value)
            }
            bytes.append(text: "}}")
            separator = ",\n"
        }
        bytes.append(text: "\n],\"edges\":[")
        separator = "\n"
        for edge in edges where !missing[edge.from] && !missing[edge.to] {
            bytes.append(text: separator + "{\"from\":")
            bytes.append(jsonString: resources[edge.from].name)
            bytes.append(text: ",\"to\":")
            bytes.append(jsonString: resources[edge.to].name)
            bytes.append(text: ",\"kind\":")
            bytes.append(jsonString: edge.kind.rawValue)
            bytes.append(text: "}")
            separator = ",\n"
        }
        bytes.append(text: "\n]}\n")
        return bytes
    }
}
