/// A resource of the engine: an index, in the topology's order and then in the order of binding.
typealias ResourceIndex = Int

/// The topology as the engine walks it: cones, fan-out, exposures and components (algorithm.md §2.1).
///
/// Everything is an array by resource index. A resource that is bound later changes only its own cone and the cones of
/// those that reach it (`add`).
struct Graph: ~Copyable {
    /// What a resource may fail from: a resource within two hops, the affinity of the way, and its hops.
    struct ConeEntry: BitwiseCopyable {
        var resource: UInt32
        /// Index into `affinities`.
        var affinity: UInt8
        var hops: UInt8
    }

    /// A stored edge, as the cones follow it.
    struct Arc: BitwiseCopyable {
        var to: UInt32
        var isLink: Bool
    }

    /// An edge of the topology's own, seen from one of its ends.
    struct Neighbour: BitwiseCopyable, Equatable {
        var other: UInt32
        var kind: UInt16
        /// This end depends on the other.
        var outgoing: Bool
    }

    static let depth = 2
    static let linkCost = 2
    static let coneCap = 48
    static let hopAffinity = 0.6
    static let linkAffinity = 0.3
    static let largestUpdate = 256
    static let linkKind = "link"
    static let unknownKind = "?"

    var names: Table<NameID>
    var kinds: Table<UInt16>
    /// Kinds of resources and of edges by number; small and fixed but for edge kinds that binding adds.
    private(set) var kindNames: [String] = []
    private(set) var edgeKindNames: [String] = []
    private var spreads: [String: EdgeSpread] = [:]
    /// By kind of edge: failure travels along the arrow too.
    private(set) var spreadsAlong: [Bool] = []
    /// The number of the kind `link`, -1 if no edge has it.
    private(set) var linkKindIndex = -1
    /// So many edge kinds stand in the topology; those after them only binding has added.
    private var statedKinds = 0
    /// Resources of each kind.
    var kindCounts: Table<Double>
    var kindCount: Int { kindCounts.count }

    private var down: Table<ContiguousArray<Arc>>
    private var reverse: Table<ContiguousArray<UInt32>>
    /// Sorted by (outgoing, kind, other), each once.
    private(set) var neighbours: Lists<Neighbour>
    /// Those that depend on a resource, ascending, each once.
    private(set) var dependents: Lists<UInt32>

    /// Best first: by (-affinity, resource).
    private(set) var cones: Lists<ConeEntry>
    /// Scratch of `computeCone`: position in its list by resource, -1 outside.
    private var position: Table<Int32>
    private(set) var affinities: Table<Double>
    private(set) var affinityRoots: Table<Double>
    /// F[w][h] at 3 w + h.
    private(set) var fanOut: Table<Int32>
    /// under(w)[kind] at w * kinds + kind; nothing for the last resources where they stand alone (`hasExposures`).
    private(set) var under: Table<Double>
    private var siblingRow: Table<Int32>
    private var siblingVersion: Table<UInt32>
    private var siblingExposures: Table<Double>
    private var version: UInt32 = 1

    private(set) var components: Table<UInt32>
    private(set) var componentSizes: Table<Int32>

    var count: Int { kinds.count }

    /// Builds the graph: O(edges · cone). Fails only where `names` is full (nil name ids become `.none`).
    ///
    /// Without `cones` it is good for looking names up only.
    init(_ definition: TopologyDefinition, names table: inout Names, cones hasCones: Bool = true) {
        names = Table()
        kinds = Table()
        kindCounts = Table()
        down = Table()
        reverse = Table()
        neighbours = Lists()
        dependents = Lists()
        cones = Lists()
        position = Table()
        affinities = Table()
        affinityRoots = Table()
        fanOut = Table()
        under = Table()
        siblingRow = Table()
        siblingVersion = Table()
        siblingExposures = Table()
        components = Table()
        componentSizes = Table()
        spreads = definition.spreads
        registerKinds(definition)
        for node in definition.nodes {
            appendResource(name: table.intern(node.id) ?? .none, kind: kindIndex(node.kind))
        }
        addEdges(definition)
        if hasCones { for v in 0..<count { computeCone(v) } }
        computeComponents(definition)
    }

    private mutating func registerKinds(_ definition: TopologyDefinition) {
        var all = definition.nodes.map(\.kind)
        all.append(Graph.unknownKind)
        all.sort()
        for kind in all where kindNames.last != kind {
            kindNames.append(kind)
            kindCounts.append(0)
        }
    }

    /// The number of a kind of resource; an unknown one counts as "?".
    func kindIndex(_ name: String) -> UInt16 {
        var low = 0
        var high = kindNames.count
        while low < high {
            let middle = (low + high) / 2
            if kindNames[middle] < name { low = middle + 1 } else { high = middle }
        }
        if low < kindNames.count, kindNames[low] == name { return UInt16(low) }
        return name == Graph.unknownKind ? 0 : kindIndex(Graph.unknownKind)
    }

    /// The number of a kind of edge, registered now if it is new.
    mutating func edgeKindIndex(_ name: String) -> UInt16 {
        if let known = edgeKindNames.firstIndex(of: name) { return UInt16(known) }
        if name == Graph.linkKind { linkKindIndex = edgeKindNames.count }
        edgeKindNames.append(name)
        spreadsAlong.append(false)
        return UInt16(edgeKindNames.count - 1)
    }

    /// The spread of an edge kind: a kind of the topology has what was stated there, else it is forward; a kind that
    /// only binding adds has the built-in one.
    private func spread(of kind: String, isBound: Bool = false) -> EdgeSpread {
        if let stated = spreads[kind] { return stated }
        let isStated = !isBound || statedKinds > (edgeKindNames.firstIndex(of: kind) ?? .max)
        return isStated ? .forward : TopologyDefinition.builtInSpreads[kind] ?? .forward
    }

    /// `isAlone`: it has no edges, and never will.
    private mutating func appendResource(name: NameID, kind: UInt16, isAlone: Bool = false) {
        names.append(name)
        kinds.append(kind)
        kindCounts[Int(kind)] += 1
        down.append([])
        reverse.append([])
        neighbours.appendList()
        dependents.appendList()
        cones.appendList()
        for _ in 0...Graph.depth { fanOut.append(0) }
        if !isAlone { for _ in 0..<kindCount { under.append(0) } }
        siblingRow.append(-1)
        siblingVersion.append(0)
        position.append(-1)
        components.append(0)
        componentSizes.append(0)
    }

    private mutating func addEdges(_ definition: TopologyDefinition) {
        var near = [ContiguousArray<Neighbour>](repeating: [], count: count)
        for edge in definition.edges {
            let spread = self.spread(of: edge.kind)
            let kind = edgeKindIndex(spread == .link ? Graph.linkKind : edge.kind)
            store(from: edge.from, to: edge.to, kind: kind, spread: spread)
            near[edge.from].append(Neighbour(other: UInt32(edge.to), kind: kind, outgoing: true))
            near[edge.to].append(Neighbour(other: UInt32(edge.from), kind: kind, outgoing: false))
        }
        for v in 0..<count { setNeighbours(v, &near[v]) }
        statedKinds = edgeKindNames.count
    }

    /// Stores an edge as the cones follow it.
    private mutating func store(from: Int, to: Int, kind: UInt16, spread: EdgeSpread) {
        if spread != .forward { spreadsAlong[Int(kind)] = true }
        let isLink = edgeKindNames[Int(kind)] == Graph.linkKind
        down[from].append(Arc(to: UInt32(to), isLink: isLink))
        reverse[to].append(UInt32(from))
        if spread == .both || spread == .uplink {
            down[to].append(Arc(to: UInt32(from), isLink: spread == .uplink))
            reverse[from].append(UInt32(to))
        }
    }

    private mutating func setNeighbours(_ v: Int, _ near: inout ContiguousArray<Neighbour>) {
        func order(_ n: Neighbour) -> (UInt8, UInt16, UInt32) { (n.outgoing ? 1 : 0, n.kind, n.other) }
        near.sort { order($0) < order($1) }
        Graph.removeRepeats(&near)
        neighbours.replace(v, near)
        var above = ContiguousArray(near.filter { !$0.outgoing }.map(\.other))
        above.sort()
        Graph.removeRepeats(&above)
        dependents.replace(v, above)
    }

    private static func removeRepeats<E: Equatable>(_ sorted: inout ContiguousArray<E>) {
        var kept = 0
        for at in 0..<sorted.count where at == 0 || sorted[at] != sorted[kept - 1] {
            sorted[kept] = sorted[at]
            kept += 1
        }
        sorted.removeLast(sorted.count - kept)
    }
}

// MARK: - Cones

extension Graph {
    private struct Reached {
        var resource: UInt32
        var affinity: Double
        var hops: Int
    }

    /// Computes the cone of `v` anew and corrects fan-out and exposures by the difference.
    private mutating func computeCone(_ v: Int) {
        forget(v)
        var best: ContiguousArray<Reached> = [Reached(resource: UInt32(v), affinity: 1, hops: 0)]
        position[v] = 0
        var fringes: [ContiguousArray<UInt32>] = Array(repeating: [], count: Graph.depth + 1)
        fringes[0].append(UInt32(v))
        for h in 0..<Graph.depth {
            fringes[h].sort()
            Graph.removeRepeats(&fringes[h])
            for x in fringes[h] {
                let from = best[Int(position[Int(x)])].affinity
                for arc in down[Int(x)] {
                    let affinity = from * (arc.isLink ? Graph.linkAffinity : Graph.hopAffinity)
                    let hops = h + (arc.isLink ? Graph.linkCost : 1)
                    guard hops <= Graph.depth else { continue }
                    let known = Int(position[Int(arc.to)])
                    if known >= 0 {
                        guard best[known].affinity < affinity - 1e-12 else { continue }
                        best[known].affinity = affinity
                        best[known].hops = min(hops, best[known].hops)
                    } else {
                        position[Int(arc.to)] = Int32(best.count)
                        best.append(Reached(resource: arc.to, affinity: affinity, hops: hops))
                    }
                    fringes[hops].append(arc.to)
                }
            }
        }
        for reached in best { position[Int(reached.resource)] = -1 }
        best.sort { ($1.affinity, $0.resource) < ($0.affinity, $1.resource) }
        if best.count > Graph.coneCap { best.removeLast(best.count - Graph.coneCap) }
        store(best, for: v)
        remember(v)
    }

    private mutating func store(_ best: ContiguousArray<Reached>, for v: Int) {
        var cone: ContiguousArray<ConeEntry> = []
        cone.reserveCapacity(best.count)
        for reached in best {
            cone.append(
                ConeEntry(
                    resource: reached.resource, affinity: affinityIndex(reached.affinity), hops: UInt8(reached.hops)))
        }
        cones.replace(v, cone)
    }

    /// Affinities take few values (products of 0.6 and 0.3): they are kept once.
    private mutating func affinityIndex(_ affinity: Double) -> UInt8 {
        for at in 0..<affinities.count where affinities[at] == affinity { return UInt8(at) }
        affinities.append(affinity)
        affinityRoots.append(affinity.squareRoot())
        return UInt8(affinities.count - 1)
    }

    private mutating func remember(_ v: Int) { account(v, sign: 1) }

    private mutating func forget(_ v: Int) { account(v, sign: -1) }

    private mutating func account(_ v: Int, sign: Int32) {
        let kind = Int(kinds[v])
        for at in cones.range(v) {
            let entry = cones[at]
            let w = Int(entry.resource)
            for h in Int(entry.hops)...Graph.depth { fanOut[3 * w + h] += sign }
            if entry.hops > 0 { under[w * kindCount + kind] += Double(sign) * affinities[Int(entry.affinity)] }
        }
    }

    /// Expected a-priori effects on siblings of an alert on `u`, by kind (Esib of algorithm.md §2.1): the index of the
    /// first of `kindCount` values in `siblingExposure`.
    mutating func siblingExposureRow(_ u: Int) -> Int {
        if siblingRow[u] < 0 {
            siblingRow[u] = Int32(siblingExposures.count / kindCount)
            for _ in 0..<kindCount { siblingExposures.append(0) }
        }
        let row = Int(siblingRow[u]) * kindCount
        if siblingVersion[u] == version { return row }
        siblingVersion[u] = version
        for kind in 0..<kindCount { siblingExposures[row + kind] = 0 }
        let own = Int(kinds[u])
        for at in cones.range(u) where cones[at].hops > 0 {
            let entry = cones[at]
            let w = Int(entry.resource)
            let g = affinities[Int(entry.affinity)]
            let scale = 0.1 * affinityRoots[Int(entry.affinity)]
            let spread = 1 + 0.25 * Double(fanOut[3 * w + Graph.depth])
            for kind in 0..<kindCount {
                let below = under[w * kindCount + kind]
                if below != 0 || kind == own {
                    siblingExposures[row + kind] += scale * (below - (kind == own ? g : 0)) / spread
                }
            }
        }
        return row
    }

    /// Whether alerts on others may be expected after one on `v`: not where it was added to stand alone.
    @inline(__always)
    func hasExposures(_ v: Int) -> Bool { (v + 1) * kindCount <= under.count }

    func siblingExposure(_ index: Int) -> Double { siblingExposures[index] }
}

// MARK: - Components and binding

extension Graph {
    private mutating func computeComponents(_ definition: TopologyDefinition) {
        for (v, root) in definition.componentRoots().enumerated() {
            components[v] = UInt32(root)
            componentSizes[root] += 1
        }
    }

    /// An edge that the name of a new resource suggests.
    struct SuggestedEdge {
        var other: Int
        var kind: String
        /// The new resource depends on the other.
        var outgoing: Bool
    }

    /// Adds a resource that the topology does not know, with the edges its name suggests (algorithm.md §2.2).
    ///
    /// Only its own cone and those of at most 256 resources that reach it change. One that is added to stand alone takes no room
    /// by kind; all those after it stand alone, too.
    mutating func add(name: NameID, kind: UInt16, edges: [SuggestedEdge], isAlone: Bool = false) -> Int {
        let v = count
        appendResource(name: name, kind: kind, isAlone: isAlone)
        var near: ContiguousArray<Neighbour> = []
        for edge in edges {
            let index = edgeKindIndex(edge.kind)
            let (from, to) = edge.outgoing ? (v, edge.other) : (edge.other, v)
            store(from: from, to: to, kind: index, spread: spread(of: edge.kind, isBound: true))
            near.append(Neighbour(other: UInt32(edge.other), kind: index, outgoing: edge.outgoing))
            var others = ContiguousArray(neighbours.array(edge.other))
            others.append(Neighbour(other: UInt32(v), kind: index, outgoing: !edge.outgoing))
            setNeighbours(edge.other, &others)
        }
        setNeighbours(v, &near)
        let component = edges.map(\.other).min().map { Int(components[$0]) } ?? v
        components[v] = UInt32(component)
        componentSizes[component] += 1
        var reached: ContiguousArray<UInt32> = [UInt32(v)]
        var fringe: ContiguousArray<UInt32> = [UInt32(v)]
        for _ in 0..<Graph.depth where reached.count < Graph.largestUpdate {
            var next: ContiguousArray<UInt32> = []
            for x in fringe { next.append(contentsOf: reverse[Int(x)]) }
            next.sort()
            Graph.removeRepeats(&next)
            let known = reached.sorted()
            fringe = ContiguousArray(next.filter { !Graph.contains(known, $0) })
            reached.append(contentsOf: fringe)
        }
        for x in reached.prefix(Graph.largestUpdate) { computeCone(Int(x)) }
        version &+= 1
        return v
    }

    private static func contains(_ sorted: [UInt32], _ x: UInt32) -> Bool {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < x { low = middle + 1 } else { high = middle }
        }
        return low < sorted.count && sorted[low] == x
    }
}
