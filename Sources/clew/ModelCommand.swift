import ClewCommandLine
import ClewConfig
import ClewModel

/// `clew model show MODEL`.
enum ModelCommand: Subcommand {
    static let command = Command(
        group: "model", "Look at model files",
        [
            Command(
                "show", "Show where a model comes from, its strongest pairs, and edges that the topology may lack",
                discussion: """
                    The file is checked as a whole: checksum, order, ranges. A pair's support is the weight of the links seen, its lift \
                    how much more that is than expected a priori, its direction the share of this order among both. Edges are \
                    suspected between resources that had unexplained alerts within 2 min of each other far more often than by chance.
                    """,
                options: [
                    Option.value(
                        "topology", short: "t", .file, placeholder: "FILE", repeatable: true,
                        "Leave out suspected edges between resources that are within 2 hops in this topology"),
                    Option.value("top", short: "n", .integer(0...1_000_000), default: "20", "Entries of each list"),
                    Option.flag("json", "As one JSON object"),
                ],
                operands: [Operand("MODEL", .one, .file, "Model file")],
                examples: [
                    Example("clew model show shop.model", "the twenty strongest pairs"),
                    Example("clew model show --json --top 100000 shop.model | jq .pairs", "all of them, for another tool"),
                ])
        ])

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard let path = arguments.operand("MODEL") else { throw arguments.usageError("MODEL is needed") }
        let loaded = try Inputs.model(path)
        let files = arguments.strings("topology")
        let nearby = files.isEmpty ? nil : TopologyNearness(try Inputs.topology(files))
        let report = ModelReport(loaded.file, digest: loaded.digest, top: arguments.integer("top") ?? 20, nearby: nearby)
        Output.write(arguments.flag("json") ? report.json() : report.text())
        return 0
    }
}
