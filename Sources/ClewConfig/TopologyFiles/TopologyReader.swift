internal import ClewEngine
internal import ClewYAML

/// Reads topology files in two passes, nodes and kinds of all files before the edges, collecting every mistake.
struct TopologyReader {
    /// Where something was given first, to name both places of a duplicate.
    private struct Place {
        let file: String
        let line: Int
    }

    private struct EdgeKey: Hashable {
        let from: Int
        let to: Int
        let kind: Int
    }

    /// Kinds are few by nature: the engine keeps a number for each resource and kind. More are nearly always ids that
    /// stand in the wrong field.
    static let mostKinds = 1_000

    /// Looking for the nearest id walks all ids: not for every one of many mistakes.
    private static let maxSuggestions = 10

    private var problems = Diagnostics()
    private var nodes: [TopologyDefinition.Node] = []
    private var places: [Place] = []
    private var indexOf: [String: Int] = [:]
    private var spreads = TopologyDefinition.builtInSpreads
    private var spreadPlaces: [String: Place] = [:]
    private var nodeKinds: Set<String> = []
    private var kinds: [String] = []
    private var kindIndex: [String: Int] = [:]
    private var edges: [(key: EdgeKey, line: Int, file: Int)] = []
    private var files: [String] = []
    private var edgeIndex: [EdgeKey: Int] = [:]
    private var suggestions = 0

    // MARK: First pass

    mutating func readNodesAndKinds(_ root: YAMLNode) {
        guard root.kind == .mapping else {
            problems.append(root.diagnostic("expected a mapping with the keys nodes and edges, found \(root.found)"))
            return
        }
        checkKeys(of: root, ["nodes", "edges", "edge_kinds"], in: "a topology")
        if let kinds = root["edge_kinds"] { readSpreads(kinds) }
        if let list = root["nodes"] {
            for node in elements(of: list, "nodes") { readNode(node) }
        } else if root["edges"] == nil {
            problems.append(root.diagnostic("the key nodes is missing"))
        }
    }

    private mutating func readNode(_ node: YAMLNode) {
        var id: (text: String, node: YAMLNode)?
        var kind: String?
        var labels: [(name: String, value: String)] = []
        for (key, value) in node.entries {
            switch key.text {
            case "id":
                if let text = name(value, "id") { id = (text, value) }
            case "kind": kind = name(value, "kind")
            case "labels": labels = readLabels(value)
            default:
                unknown(key, ["id", "kind", "labels"], in: "a node")
            }
        }
        guard let id else {
            if node["id"] == nil { problems.append(node.diagnostic("a node has no id")) }
            return
        }
        if kind == nil, node["kind"] == nil {
            problems.append(node.diagnostic("node \"\(YAMLText.excerpt(id.text))\" has no kind, such as service, host or database"))
        }
        if let earlier = indexOf[id.text] {
            let place = places[earlier]
            problems.append(
                id.node.diagnostic("duplicate node id \"\(YAMLText.excerpt(id.text))\", already given at \(place.file):\(place.line)"))
            return
        }
        indexOf[id.text] = nodes.count
        if let kind, nodeKinds.insert(kind).inserted, nodeKinds.count == TopologyReader.mostKinds + 1 {
            problems.append(
                node.diagnostic("expected at most \(TopologyReader.mostKinds) kinds of nodes, found one more: \(YAMLText.excerpt(kind))"))
        }
        nodes.append(.init(id: id.text, kind: kind ?? "", labels: labels))
        places.append(Place(file: id.node.file, line: id.node.line))
    }

    private mutating func readLabels(_ node: YAMLNode) -> [(name: String, value: String)] {
        if node.isNull { return [] }
        guard node.kind == .mapping else {
            problems.append(node.diagnostic("labels: expected a mapping of names to scalars, found \(node.found)"))
            return []
        }
        var labels: [(name: String, value: String)] = []
        for (key, value) in node.entries {
            guard let text = value.text else {
                problems.append(value.diagnostic("label \"\(key.found)\": expected a scalar, found \(value.found)"))
                continue
            }
            labels.append((key.text ?? "", value.isNull ? "" : text))
        }
        return labels
    }

    private mutating func readSpreads(_ node: YAMLNode) {
        if node.isNull { return }
        guard node.kind == .mapping else {
            problems.append(
                node.diagnostic("edge_kinds: expected a mapping of edge kinds to forward, both, link or uplink, found \(node.found)"))
            return
        }
        for (key, value) in node.entries {
            guard let kind = name(key, "edge_kinds: a kind") else { continue }
            do throws(Diagnostic) {
                define(Self.canonicalKind(kind), try value.scalar(.edgeSpread), at: key)
            } catch {
                var located = error
                located.message = "edge kind \"\(YAMLText.excerpt(kind))\": \(error.message)"
                problems.append(located)
            }
        }
    }

    private mutating func define(_ kind: String, _ spread: EdgeSpread, at key: YAMLNode) {
        if let earlier = spreadPlaces[kind] {
            let name = YAMLText.excerpt(kind)
            if earlier.file == key.file {
                problems.append(
                    key.diagnostic("edge kind \"\(name)\" is given twice, first in line \(earlier.line) (\"_\" equals \"-\")"))
            } else if let known = spreads[kind], known != spread {
                problems.append(
                    key.diagnostic(
                        "edge kind \"\(name)\" is \(spread.word) here, but \(known.word) at \(earlier.file):\(earlier.line)"))
            }
            return
        }
        spreadPlaces[kind] = Place(file: key.file, line: key.line)
        spreads[kind] = spread
    }

    // MARK: Second pass

    mutating func readEdges(_ root: YAMLNode) {
        guard root.kind == .mapping, let list = root["edges"], !list.isNull else { return }
        files.append(root.file)
        for edge in elements(of: list, "edges") { readEdge(edge) }
    }

    private mutating func readEdge(_ edge: YAMLNode) {
        var from: YAMLNode?
        var to: YAMLNode?
        var kind: YAMLNode?
        for (key, value) in edge.entries {
            switch key.text {
            case "from": from = value
            case "to": to = value
            case "kind": kind = value
            default: unknown(key, ["from", "to", "kind"], in: "an edge")
            }
        }
        let missing = [from == nil ? "from" : nil, to == nil ? "to" : nil, kind == nil ? "kind" : nil].compactMap { $0 }
        guard let from, let to, let kind else {
            problems.append(edge.diagnostic("an edge has no \(missing.joined(separator: " and no "))"))
            return
        }
        let source = endpoint(from, "from")
        let target = endpoint(to, "to")
        guard let kindName = name(kind, "kind"), let source, let target else { return }
        guard source != target else {
            problems.append(edge.diagnostic("an edge leads from \"\(YAMLText.excerpt(nodes[source].id))\" to itself"))
            return
        }
        let key = EdgeKey(from: source, to: target, kind: index(ofKind: Self.canonicalKind(kindName)))
        if let earlier = edgeIndex[key] {
            let first = edges[earlier]
            problems.append(
                edge.diagnostic(
                    "duplicate edge \"\(YAMLText.excerpt(nodes[source].id))\" → \"\(YAMLText.excerpt(nodes[target].id))\" of kind "
                        + "\"\(YAMLText.excerpt(kinds[key.kind]))\", already given at \(files[first.file]):\(first.line)"))
            return
        }
        edgeIndex[key] = edges.count
        edges.append((key, edge.line, files.count - 1))
    }

    private mutating func endpoint(_ node: YAMLNode, _ key: String) -> Int? {
        guard let id = name(node, key) else { return nil }
        if let index = indexOf[id] { return index }
        var hint = ""
        if suggestions < Self.maxSuggestions {
            suggestions += 1
            hint = NearestName.hint(for: id, among: nodes.lazy.map(\.id))
        }
        problems.append(node.diagnostic("\(key): there is no node \"\(YAMLText.excerpt(id))\"\(hint)"))
        return nil
    }

    private mutating func index(ofKind kind: String) -> Int {
        if let index = kindIndex[kind] { return index }
        if kinds.count == TopologyReader.mostKinds, let file = files.last {
            problems.append(
                Diagnostic(
                    file: file,
                    message: "expected at most \(TopologyReader.mostKinds) kinds of edges, found one more: \(YAMLText.excerpt(kind))"))
        }
        kindIndex[kind] = kinds.count
        kinds.append(kind)
        return kinds.count - 1
    }

    // MARK: Result

    consuming func finish() throws(Diagnostics) -> TopologyDefinition {
        try problems.throwIfAny()
        let isLink = kinds.map { spreads[$0] == .link }
        var stored: [TopologyDefinition.Edge] = []
        stored.reserveCapacity(edges.count)
        for (key, _, _) in edges {
            stored.append(.init(from: key.from, to: key.to, kind: kinds[key.kind]))
            // The reverse that a file gives itself stands where the file has it.
            if isLink[key.kind], edgeIndex[EdgeKey(from: key.to, to: key.from, kind: key.kind)] == nil {
                stored.append(.init(from: key.to, to: key.from, kind: kinds[key.kind]))
            }
        }
        var used: [String: EdgeSpread] = [:]
        for kind in kinds {
            if let spread = spreads[kind], spread != .forward { used[kind] = spread }
        }
        return TopologyDefinition(nodes: nodes, edges: stored, spreads: used)
    }

    // MARK: Parts

    /// `_` equals `-` in an edge kind; it is kept with `-`.
    static func canonicalKind(_ kind: String) -> String {
        guard kind.utf8.contains(UInt8(ascii: "_")) else { return kind }
        return String(decoding: kind.utf8.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }, as: UTF8.self)
    }

    /// The mappings of a list; anything else in it is reported and left out.
    private mutating func elements(of list: YAMLNode, _ key: String) -> [YAMLNode] {
        if list.isNull { return [] }
        guard list.kind == .sequence else {
            problems.append(list.diagnostic("\(key): expected a list, found \(list.found)"))
            return []
        }
        var mappings: [YAMLNode] = []
        mappings.reserveCapacity(list.count)
        for element in list.elements {
            if element.kind == .mapping {
                mappings.append(element)
            } else {
                problems.append(element.diagnostic("\(key): expected a mapping, found \(element.found)"))
            }
        }
        return mappings
    }

    private mutating func name(_ node: YAMLNode, _ key: String) -> String? {
        if node.isPlain, !node.isNull, let text = node.text, !text.isEmpty { return text }
        do throws(Diagnostic) {
            return try node.scalar(.name("a string"))
        } catch {
            problems.append(node.diagnostic("\(key): \(error.message)"))
            return nil
        }
    }

    private mutating func checkKeys(of node: YAMLNode, _ known: [String], in what: String) {
        for (key, _) in node.entries where !known.contains(key.text ?? "") { unknown(key, known, in: what) }
    }

    private mutating func unknown(_ key: YAMLNode, _ known: [String], in what: String) {
        let text = key.text ?? ""
        let hint = NearestName.hint(for: text, among: known)
        let all = hint.isEmpty ? "; the keys of \(what) are \(known.joined(separator: ", "))" : hint
        problems.append(key.diagnostic("unknown key \"\(YAMLText.excerpt(text))\" of \(what)\(all)"))
    }
}

extension EdgeSpread {
    /// The word for it in topology files.
    var word: String {
        switch self {
        case .forward: "forward"
        case .both: "both"
        case .link: "link"
        case .uplink: "uplink"
        }
    }
}

extension ScalarFormat where Value == EdgeSpread {
    static var edgeSpread: Self {
        .choice([EdgeSpread.forward, .both, .link, .uplink].map { ($0.word, $0) })
    }
}
