import ClewArchive
import ClewCommandLine
import ClewConfig
import ClewEngine
import ClewScore
import ClewService

/// `clew baseline METHOD FILE…`.
enum BaselineCommand: Subcommand {
    static let command = Command(
        "baseline", "Group archived events by a simple rule, to compare with",
        discussion: """
            Writes which incident each event came into, as replay --assignments does, for clew score. Events are taken in the order of \
            their own times, as if none came late.

              session    an incident goes on while the next event comes within 60 s
              component  the same for each connected component of the topology, 120 s
              hop        joins the latest event within 120 s on the same resource or one that an edge ties to it
              labels     events with equal labels until none comes for 5 minutes, as Alertmanager's group_by
            """,
        options: [
            Inputs.configOption, Inputs.topologyOption,
            Option.value("out", short: "o", .file, placeholder: "FILE", default: "-", "Write the assignments here"),
            Option.value("quiet-after", .duration, "How long without an event ends an incident, in place of the method's"),
            Option.value(
                "group-by", .string, placeholder: "NAMES", default: "type,cluster,service",
                "For labels: source, type, resource, severity, or names of labels"),
            Option.flag("quiet", short: "q", "No summary"),
        ],
        operands: [
            Operand("METHOD", .one, .choice(Baseline.allCases.map(\.rawValue)), "session, component, hop or labels"),
            Operand("FILE", .oneOrMore, .file, "Event files"),
        ],
        examples: [
            Example(
                "clew baseline hop -t topologies/shop/topology.yaml -o hop.ndjson topologies/shop/events.ndjson",
                "then: clew score hop.ndjson topologies/shop/truth.json")
        ])

    static func run(_ arguments: Arguments) throws -> Int32 {
        guard let method = arguments.operand("METHOD").flatMap({ Baseline(rawValue: $0) }) else {
            throw arguments.usageError("METHOD expects one of " + Baseline.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let config = try Inputs.config(arguments.string("config"))
        let given = arguments.strings("topology")
        let topology = try Inputs.topology(given.isEmpty ? config.topology.files : given)
        if topology.nodes.isEmpty, method == .component || method == .hop {
            throw arguments.usageError("\(method.rawValue) needs a topology: give --topology FILE")
        }
        let (files, out) = (arguments.operands("FILE"), arguments.string("out") ?? "-")
        if let mistake = ReplayPaths(inputs: files, outputs: [("--out", out)]).mistake() { throw arguments.usageError(mistake) }
        ReplayPaths.allowManyFiles()
        let groupBy = (arguments.string("group-by") ?? "").split(separator: ",").map { String($0.drop { $0 == " " }) }
        do {
            var replay = BaselineReplay(files: files, out: out, config: config, topology: topology, groupBy: groupBy)
            let summary = try replay.run(method, quiet: arguments.seconds("quiet-after"))
            if !arguments.flag("quiet") {
                let lone = method == .component || method == .hop ? ", \(summary.unknownResources) resources are not in the topology" : ""
                Output.writeError(
                    "clew: \(summary.firing) of \(summary.events) events fire: \(summary.incidents) incidents; "
                        + "\(summary.dead) dead\(lone)\n")
            }
            return 0
        } catch let error as ArchiveError {
            throw CommandFailure.runtime(error.description)
        }
    }
}
