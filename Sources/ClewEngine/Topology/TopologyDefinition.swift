/// How failure spreads along an edge kind (algorithm.md §2.1).
public enum EdgeSpread: UInt8, Sendable, BitwiseCopyable {
    /// From what is depended on to what depends on it.
    case forward
    /// Both ways: an instance and what it is an instance of.
    case both
    /// Adjacency without direction.
    case link
    /// Forward as an ordinary edge, backward as a link.
    case uplink
}

/// A topology as it was read and checked: node and edge order are those of the files.
///
/// Valid by construction of its readers: ids are unique, every edge names two different known nodes.
public struct TopologyDefinition: Sendable {
    public struct Node: Sendable {
        public var id: String
        public var kind: String
        public var labels: [(name: String, value: String)]
        public init(id: String, kind: String, labels: [(name: String, value: String)] = []) {
            self.id = id
            self.kind = kind
            self.labels = labels
        }
    }
    /// `from` depends on `to`: indices of `nodes`.
    public struct Edge: Sendable, Hashable {
        public var from: Int
        public var to: Int
        public var kind: String
        public init(from: Int, to: Int, kind: String) {
            self.from = from
            self.to = to
            self.kind = kind
        }
    }
    public var nodes: [Node]
    /// A link edge stands here once for each direction.
    public var edges: [Edge]
    /// Spread of the kinds that occur and differ from `forward`.
    public var spreads: [String: EdgeSpread]
    /// Which domain each node is in; by default there is one.
    public var domains = CorrelationDomains()

    public init(nodes: [Node] = [], edges: [Edge] = [], spreads: [String: EdgeSpread] = [:]) {
        self.nodes = nodes
        self.edges = edges
        self.spreads = spreads
    }

    /// The spreads that need not be stated. Kinds are written with `-` (a `_` equals it).
    public static let builtInSpreads: [String: EdgeSpread] = [
        "has-instance": .both, "part-of": .both, "member-of": .both, "adjacent": .link, "link": .link, "uplink": .uplink,
    ]
}
