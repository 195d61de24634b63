import ClewCommandLine
import ClewConfig
import ClewEngine
import ClewYAML

/// `clew topology check|show`.
enum TopologyCommand: Subcommand {
    static let command = Command(
        group: "topology", "Look at topology files",
        [
            Command(
                "check", "Validate topology files and tell what is in them",
                operands: [Operand("FILE", .oneOrMore, .file, "Topology file (YAML or JSON); several are read as one topology")],
                examples: [Example("clew topology check topologies/shop/topology.yaml", "counts, and what looks odd")]),
            Command(
                "show", "Show a topology, or what a resource depends on and what depends on it",
                options: [
                    Option.value("resource", short: "r", .string, placeholder: "ID", "Show this resource and its neighbourhood"),
                    Option.value("format", short: "f", .choice(["text", "dot", "json"]), default: "text", "Form of the output"),
                ],
                operands: [Operand("FILE", .oneOrMore, .file, "Topology file (YAML or JSON)")],
                examples: [
                    Example("clew topology show --resource checkout topologies/shop/topology.yaml", "its tree, two levels each way"),
                    Example("clew topology show --format dot topologies/shop/topology.yaml", "for Graphviz: … | dot -Tsvg"),
                ]),
        ])

    static func run(_ arguments: Arguments) throws -> Int32 {
        let topology = try Inputs.topology(arguments.operands("FILE"))
        if arguments.path.last == "check" {
            Output.write(TopologyReport.check(topology))
            return 0
        }
        if arguments.string("resource") != nil, arguments.string("format") != "text" {
            throw arguments.usageError("--resource goes with --format text: the other forms show the whole topology")
        }
        switch arguments.string("format") {
        case "dot": Output.write(TopologyOutput.dot(topology))
        case "json": Output.write(TopologyOutput.json(topology))
        default:
            guard let resource = arguments.string("resource") else {
                Output.write(TopologyReport.summary(topology))
                return 0
            }
            do {
                Output.write(try TopologyReport.show(resource, in: topology))
            } catch {
                throw CommandFailure.usage(error.description)
            }
        }
        return 0
    }
}
