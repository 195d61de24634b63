import ClewConfig
import ClewEngine
import ClewYAML

/// The first line of a model file. What is read back is the provenance and the length of the body; the counts are for
/// people, as the body has them too.
struct Header {
    var provenance: Provenance
    /// Of the line, without its end.
    var bytes: Int
    var bodyBytes: Int

    static func line(_ provenance: Provenance, _ model: CorrelationModel, bodyBytes: Int) -> String {
        let inputs = provenance.inputs.map { input in
            "{\"name\":\(YAMLText.quoted(input.name)),\"bytes\":\(input.bytes.map { "\($0)" } ?? "null"),"
                + "\"sha256\":\(text(input.sha256))}"
        }
        let members = [
            "\"schema\":\"clew.model/\(ModelFile.version)\"", "\"clew\":\(text(provenance.clew))", "\"config\":\(text(provenance.config))",
            "\"topology\":\(text(provenance.topology))", "\"based_on\":\(text(provenance.basedOn))",
            "\"half_life_s\":\(provenance.halfLife.map { "\($0)" } ?? "null")", "\"inputs\":[\(inputs.joined(separator: ","))]",
            "\"events\":{\"count\":\(model.events),\"first\":\(time(model.firstEvent)),\"last\":\(time(model.lastEvent))}",
            "\"counts\":{\"alerts\":\(model.alerts),\"incidents\":\(model.incidents),\"types\":\(model.types.count),"
                + "\"kinds\":\(model.kinds.count),\"pairs\":\(model.pairs.count),\"resource_pairs\":\(model.resourcePairs.count)}",
            "\"body\":{\"bytes\":\(bodyBytes)}",
        ]
        return "{\(members.joined(separator: ","))}\n"
    }

    private static func text(_ text: String?) -> String { text.map { YAMLText.quoted($0) } ?? "null" }

    private static func time(_ time: EventTime?) -> String { time.map { "\"\($0.rfc3339)\"" } ?? "null" }

    init(_ line: ArraySlice<UInt8>, file: String) throws(Diagnostic) {
        let root = try YAML.parse(Array(line), file: file)
        func text(_ key: String) throws(Diagnostic) -> String {
            guard let node = root[key], !node.isNull, let text = node.text else { throw root.diagnostic("no text \"\(key)\"") }
            return text
        }
        func optional(_ node: YAMLNode?) -> String? { node.flatMap { $0.isNull ? nil : $0.text } }
        guard let length = root["body"]?["bytes"]?.text.flatMap({ Int($0) }), length >= 0, length <= ModelFile.maxBytes else {
            throw root.diagnostic("no length of the body")
        }
        let inputs = (root["inputs"].map { Array($0.elements) } ?? []).map { node in
            Provenance.Input(
                name: node["name"]?.text ?? "", bytes: optional(node["bytes"]).flatMap { UInt64($0) }, sha256: optional(node["sha256"]))
        }
        provenance = Provenance(
            clew: try text("clew"), config: try text("config"), topology: try text("topology"), basedOn: optional(root["based_on"]),
            halfLife: optional(root["half_life_s"]).flatMap { Double($0) }, inputs: inputs)
        bytes = line.count
        bodyBytes = length
    }
}
