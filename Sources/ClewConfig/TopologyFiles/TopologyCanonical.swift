public import ClewEngine

extension TopologyDefinition {
    /// The content that changes incidents, as bytes that are equal exactly if it is: the input of `versions.topology`.
    ///
    /// Node and edge order count, as they break ties. Node labels don't: correlation never reads them. Texts carry their length,
    /// so no two topologies give the same bytes.
    public func canonicalBytes() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(nodes.count * 32 + edges.count * 24)
        func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
        func appendCounted(_ text: String) {
            append("\(text.utf8.count):")
            append(text)
        }
        append("clew.topology/1\n")
        for node in nodes {
            append("n ")
            appendCounted(node.id)
            append(" ")
            appendCounted(node.kind)
            append("\n")
        }
        for edge in edges {
            append("e \(edge.from) \(edge.to) ")
            appendCounted(edge.kind)
            append("\n")
        }
        for (kind, spread) in spreads.sorted(by: { $0.key < $1.key }) where spread != .forward {
            append("s ")
            appendCounted(kind)
            append(" \(spread.word)\n")
        }
        return bytes
    }
}
