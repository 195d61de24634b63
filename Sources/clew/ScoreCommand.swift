import ClewArchive
import ClewCommandLine
import ClewFormats
import ClewScore

/// `clew score ASSIGNMENTS TRUTH`.
enum ScoreCommand: Subcommand {
    static let command = Command(
        "score", "Grade incidents against what had really happened",
        discussion: """
            ASSIGNMENTS is what replay --assignments wrote (or any tool: {"id": …, "incident": … or null} a line; of an id's lines the \
            last one that names an incident counts). TRUTH has {"events": {id: incident, or null for noise}, "rootCauses": \
            {incident: resource}}, as simulate writes it; its events are those that count. Root causes, revisions and delays are in the \
            incident records that the same replay wrote, every revision. Files may be plain, .zst or .gz; - is stdin.
            """,
        options: [
            Option.value("records", short: "r", .file, placeholder: "FILE", "Incident records, for what only they tell"),
            Option.value(
                "root-causes", .file, placeholder: "FILE",
                "Root causes from here: {\"incident\": …, \"rootCauses\": [best first]} a line"),
            Option.flag("json", "One JSON object"),
        ],
        operands: [
            Operand("ASSIGNMENTS", .one, .file, "Which incident each event came into"),
            Operand("TRUTH", .one, .file, "Which incident each event belongs to"),
        ],
        examples: [
            Example(
                "clew replay -t shop.yaml --assignments a.ndjson --out incidents.ndjson events.ndjson.zst",
                "then: clew score a.ndjson truth.json --records incidents.ndjson"),
            Example("clew score --json a.ndjson truth.json.zst | jq .macroBestF1", "one figure, for a script"),
        ])

    static func run(_ arguments: Arguments) throws -> Int32 {
        let paths = [
            arguments.operand("ASSIGNMENTS") ?? "-", arguments.operand("TRUTH") ?? "-", arguments.string("records"),
            arguments.string("root-causes"),
        ]
        if paths.filter({ $0 == "-" }).count > 1 { throw arguments.usageError("- (stdin) can be read only once") }
        var subject = ScoreSubject()
        try subject.readTruth(paths[1] ?? "-")
        try subject.readAssignments(paths[0] ?? "-")
        if let path = paths[2] { try subject.readRecords(path) }
        if let path = paths[3] { try subject.readRootCauses(path) }
        for warning in subject.warnings() { Output.writeError("clew: warning: \(Terminal.printable(warning))\n") }
        let report = subject.grade()
        Output.write(arguments.flag("json") ? report.json() : report.table())
        return 0
    }
}
