/// Places resources that the topology does not know by their names (algorithm.md §2.2).
///
/// Separators in names: `/ . : - _`. Case is folded for ASCII letters.
struct NameBinding: ~Copyable {
    /// What became of a name.
    enum Outcome {
        /// Another name of a known resource.
        case alias(ResourceIndex, BindingRule)
        /// A new resource; without edges it stands alone.
        case new(kind: String, edges: [Graph.SuggestedEdge], BindingRule)
    }

    /// How resources hang on their parents-by-name of one kind.
    private struct Pattern {
        var parentKind: UInt16
        var edgeKind: UInt16
        var outgoing: Bool
        var childKind: UInt16
        var count: Int
    }

    private static let mostSiblings = 16
    private static let labelKind = "label"
    private static let scopeLabels = ["cluster", "site", "namespace"]

    private var exact = NameIndex()
    /// By canonical name, and by the canonical part after the last `/`; -1 where two resources share it.
    private var canonical = NameIndex()
    private var suffix = NameIndex()
    /// By stem: row of `siblings`.
    private var stems = NameIndex()
    private var siblings: Table<ContiguousArray<UInt32>>
    private var patterns: [Pattern] = []

    /// Indexes all resources of the graph.
    init(_ graph: borrowing Graph, _ names: borrowing Names) {
        siblings = Table()
        for v in 0..<graph.count { index(v, NameBinding.bytes(graph.names[v], names)) }
        for v in 0..<graph.count { learnPattern(v, graph, names) }
    }

    static func bytes(_ id: NameID, _ names: borrowing Names) -> [UInt8] {
        names.withBytes(id) { Array($0) }
    }

    /// Makes a bound resource known, so that children may bind to it.
    mutating func index(_ v: ResourceIndex, _ name: [UInt8]) {
        exact.set(name, v)
        canonical.setUnique(NameBinding.canonicalForm(name), v)
        if let slash = name.lastIndex(of: 0x2F) {
            suffix.setUnique(NameBinding.canonicalForm(Array(name[(slash + 1)...])), v)
        }
        let stem = NameBinding.stem(name)
        var row = stems.find(stem)
        if row < 0 {
            row = siblings.count
            siblings.append([])
            stems.set(stem, row)
        }
        if siblings[row].count < NameBinding.mostSiblings { siblings[row].append(UInt32(v)) }
    }

    /// The known resource of exactly this name, or -1.
    func known(_ name: [UInt8]) -> ResourceIndex { exact.find(name) }

    private mutating func learnPattern(_ v: ResourceIndex, _ graph: borrowing Graph, _ names: borrowing Names) {
        let parent = self.parent(NameBinding.bytes(graph.names[v], names))
        guard parent >= 0 else { return }
        for n in graph.neighbours.array(v) where Int(n.other) == parent {
            if let known = patterns.firstIndex(where: {
                $0.parentKind == graph.kinds[parent] && $0.edgeKind == n.kind && $0.outgoing == n.outgoing
                    && $0.childKind == graph.kinds[v]
            }) {
                patterns[known].count += 1
            } else {
                patterns.append(
                    Pattern(
                        parentKind: graph.kinds[parent], edgeKind: n.kind, outgoing: n.outgoing, childKind: graph.kinds[v], count: 1))
            }
        }
    }

    /// Decides what a name that the topology does not know means, with the labels of its first event.
    func bind(_ name: [UInt8], labels: [(name: String, value: String)], _ graph: borrowing Graph) -> Outcome {
        let alias = self.alias(name, labels)
        if alias.0 >= 0 { return .alias(alias.0, alias.1) }
        let parent = self.parent(name)
        var edges: [Graph.SuggestedEdge] = []
        var kind = ""
        var rule = BindingRule.isolated
        let row = stems.find(NameBinding.stem(name))
        if row >= 0 {
            kind = addSiblingEdges(siblings[row], parent: parent, graph, &edges)
            if !edges.isEmpty { rule = .siblings }
        }
        if parent >= 0, !edges.contains(where: { $0.other == parent }) {
            if edges.isEmpty { rule = .parent }
            let pattern = bestPattern(ofParentKind: graph.kinds[parent], graph)
            edges.append(
                Graph.SuggestedEdge(
                    other: parent, kind: pattern.map { graph.edgeKindNames[Int($0.edgeKind)] } ?? "part-of",
                    outgoing: pattern?.outgoing ?? true))
            if kind.isEmpty { kind = graph.kindNames[Int(pattern?.childKind ?? graph.kinds[parent])] }
        }
        for label in labels.sorted(by: { ($0.name, $0.value) < ($1.name, $1.value) }) {
            let other = exact.find(Array(label.value.utf8))
            guard other >= 0, !edges.contains(where: { $0.other == other }) else { continue }
            if edges.isEmpty { rule = .labels }
            edges.append(Graph.SuggestedEdge(other: other, kind: NameBinding.labelKind, outgoing: true))
        }
        edges.sort { ($0.other, $0.kind, $0.outgoing ? 1 : 0) < ($1.other, $1.kind, $1.outgoing ? 1 : 0) }
        return .new(kind: kind.isEmpty ? Graph.unknownKind : kind, edges: edges, rule)
    }

    /// The known resource that a name belongs to more than to any other: what it is an alias of, else its parent, else the
    /// smallest neighbour that it has from its siblings, else from its labels; -1 if there is none.
    func anchor(of name: [UInt8], labels: [(name: String, value: String)], _ graph: borrowing Graph) -> ResourceIndex {
        let parent = self.parent(name)
        switch bind(name, labels: labels, graph) {
        case .alias(let v, _): return v
        case .new(_, let edges, _):
            if parent >= 0 { return parent }
            let bySiblings = edges.filter { $0.kind != NameBinding.labelKind }.map(\.other).min()
            return bySiblings ?? edges.map(\.other).min() ?? -1
        }
    }

    /// Adds the edges that the siblings of the most frequent kind share; returns that kind.
    private func addSiblingEdges(
        _ all: ContiguousArray<UInt32>, parent: Int, _ graph: borrowing Graph, _ edges: inout [Graph.SuggestedEdge]
    ) -> String {
        var counts: [(kind: UInt16, count: Int)] = []
        for v in all {
            if let at = counts.firstIndex(where: { $0.kind == graph.kinds[Int(v)] }) {
                counts[at].count += 1
            } else {
                counts.append((graph.kinds[Int(v)], 1))
            }
        }
        guard let most = counts.max(by: { ($0.count, graph.kindNames[Int($1.kind)]) < ($1.count, graph.kindNames[Int($0.kind)]) })
        else { return "" }
        let same = all.filter { graph.kinds[Int($0)] == most.kind }
        var shared: [(edge: Graph.Neighbour, count: Int)] = []
        for v in same {
            for n in graph.neighbours.array(Int(v)) {
                if let at = shared.firstIndex(where: { $0.edge == n }) { shared[at].count += 1 } else { shared.append((n, 1)) }
            }
        }
        for (edge, count) in shared {
            let taken = same.count >= 3 ? count * 3 >= same.count * 2 : parent >= 0 && Int(edge.other) == parent
            if taken {
                edges.append(
                    Graph.SuggestedEdge(
                        other: Int(edge.other), kind: graph.edgeKindNames[Int(edge.kind)], outgoing: edge.outgoing))
            }
        }
        return graph.kindNames[Int(most.kind)]
    }

    private func bestPattern(ofParentKind kind: UInt16, _ graph: borrowing Graph) -> Pattern? {
        var best: Pattern?
        for pattern in patterns where pattern.parentKind == kind {
            guard let b = best else {
                best = pattern
                continue
            }
            let x = (
                -pattern.count, graph.edgeKindNames[Int(pattern.edgeKind)], pattern.outgoing ? 1 : 0,
                graph.kindNames[Int(pattern.childKind)]
            )
            let y = (-b.count, graph.edgeKindNames[Int(b.edgeKind)], b.outgoing ? 1 : 0, graph.kindNames[Int(b.childKind)])
            if x < y { best = pattern }
        }
        return best
    }

    private func alias(_ name: [UInt8], _ labels: [(name: String, value: String)]) -> (ResourceIndex, BindingRule) {
        let form = NameBinding.canonicalForm(name)
        let spelled = canonical.find(form)
        if spelled >= 0 { return (spelled, .aliasSpelling) }
        let hasSlash = name.contains(0x2F)
        if !hasSlash {
            let scopes = NameBinding.scopeLabels.compactMap { key in labels.last { $0.name == key }?.value }
            for first in scopes.indices {
                let full = Array((scopes[first...] + [String(decoding: name, as: UTF8.self)]).joined(separator: "/").utf8)
                let scoped = canonical.find(NameBinding.canonicalForm(full))
                if scoped >= 0 { return (scoped, .aliasScope) }
            }
        }
        if !hasSlash, !name.contains(0x3A), let dot = name.firstIndex(of: 0x2E) {
            let host = canonical.find(NameBinding.canonicalForm(Array(name[..<dot])))
            if host >= 0 { return (host, .aliasDomain) }
        }
        if !hasSlash {
            let last = suffix.find(form)
            if last >= 0 { return (last, .aliasSuffix) }
        }
        return (-1, .isolated)
    }

    /// Longest known proper prefix of at least two characters that ends at a separator, or -1.
    private func parent(_ name: [UInt8]) -> ResourceIndex {
        var at = name.count - 1
        while at > 1 {
            if NameBinding.isSeparator(name[at]) {
                let found = exact.find(Array(name[..<at]))
                if found >= 0 { return found }
            }
            at -= 1
        }
        return -1
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == 0x2F || byte == 0x2E || byte == 0x3A || byte == 0x2D || byte == 0x5F
    }

    private static func lower(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

    /// Case folded, all separators equal.
    private static func canonicalForm(_ name: [UInt8]) -> [UInt8] {
        name.map { isSeparator($0) ? 0x2D : lower($0) }
    }

    /// The name with its last token reduced: letters before trailing digits (`esx02` → `esx#`), else any token (`*`).
    private static func stem(_ name: [UInt8]) -> [UInt8] {
        let folded = name.map(lower)
        let start = (folded.lastIndex(where: isSeparator) ?? -1) + 1
        let token = folded[start...]
        func isLetter(_ b: UInt8) -> Bool { b >= 0x61 && b <= 0x7A }
        func isDigit(_ b: UInt8) -> Bool { b >= 0x30 && b <= 0x39 }
        let letters = token.prefix(while: isLetter)
        let digits = token.dropFirst(letters.count).prefix(while: isDigit)
        let rest = token.dropFirst(letters.count + digits.count)
        if !digits.isEmpty, rest.isEmpty || rest.count == 1 && rest.allSatisfy(isLetter) {
            return Array(folded[..<start]) + letters + [0x23] + rest
        }
        return Array(folded[..<start]) + [0x2A]
    }
}

/// Byte strings to indices; -1 where there is none, or where a unique entry was asked for and two claim it.
private struct NameIndex: ~Copyable {
    private var names = Names(limit: .max - 1)
    private var values = Table<Int32>()

    init() { values.append(-1) }

    func find(_ name: [UInt8]) -> Int {
        name.withUnsafeBytes { bytes in
            guard let id = names.find(bytes) else { return -1 }
            return Int(values[Int(id.index)])
        }
    }

    mutating func set(_ name: [UInt8], _ value: Int) {
        let at = slot(name)
        if at >= 0 { values[at] = Int32(value) }
    }

    mutating func setUnique(_ name: [UInt8], _ value: Int) {
        let before = names.count
        let at = slot(name)
        if at >= 0 { values[at] = names.count > before ? Int32(value) : -1 }
    }

    private mutating func slot(_ name: [UInt8]) -> Int {
        guard let id = name.withUnsafeBytes({ names.intern($0) }), id != .none else { return -1 }
        if Int(id.index) == values.count { values.append(-1) }
        return Int(id.index)
    }
}
