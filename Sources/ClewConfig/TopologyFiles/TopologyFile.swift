public import ClewEngine
public import ClewYAML

/// Topology files: YAML or JSON, one or several, read into one checked `TopologyDefinition`.
///
/// ```yaml
/// nodes:
///   - {id: checkout, kind: service, labels: {team: payments}}
///   - {id: pg-tax, kind: database}
/// edges:
///   - {from: checkout, to: pg-tax, kind: uses}      # checkout depends on pg-tax
/// edge_kinds: {tunnel: link}                        # forward | both | link | uplink
/// ```
///
/// Strict: unknown or missing keys, wrong types, empty or duplicate ids, edges that repeat, that name an unknown node or
/// lead from a node to itself, unknown spreads. All mistakes are reported together, each with its place.
public enum TopologyFile {
    /// Reads files and joins them: an edge may name a node of another file.
    public static func load(_ paths: [String]) throws(Diagnostics) -> TopologyDefinition {
        var problems = Diagnostics()
        var roots: [YAMLNode] = []
        for path in paths {
            do throws(Diagnostic) {
                roots.append(try YAML.load(path))
            } catch {
                problems.append(error)
            }
        }
        // Ids of a file that could not be read would only show up as unknown ones.
        try problems.throwIfAny()
        return try read(roots)
    }

    /// Parses one text; `file` is the name for messages.
    public static func parse(_ text: String, file: String) throws(Diagnostics) -> TopologyDefinition {
        let root: YAMLNode
        do throws(Diagnostic) {
            root = try YAML.parse(text, file: file)
        } catch {
            throw Diagnostics(error)
        }
        return try read([root])
    }

    /// Reads parsed files as one topology, in their order.
    public static func read(_ roots: [YAMLNode]) throws(Diagnostics) -> TopologyDefinition {
        var reader = TopologyReader()
        for root in roots { reader.readNodesAndKinds(root) }
        for root in roots { reader.readEdges(root) }
        return try reader.finish()
    }
}
