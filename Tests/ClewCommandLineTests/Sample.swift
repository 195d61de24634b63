import ClewCommandLine

/// A program with everything that the declarations offer.
let sample = Program(
    "tool", "Does things with files", version: "1.2.3",
    commonOptions: [
        .value("config", short: "c", .file, "Read the configuration from FILE"),
        .value(
            "log-level", .choice(["error", "warning", "info", "debug"]), placeholder: "LEVEL", default: "info", "Log from this level on"),
    ],
    commands: [
        Command(
            "replay", "Archived files in, results out", discussion: "First paragraph.\n\nSecond paragraph.",
            options: [
                .value("out", short: "o", .file, default: "-", "Write results to FILE"),
                .value("speed", .number(0.1...1_000), placeholder: "FACTOR", "Play back at FACTOR times real time"),
                .value("limit", short: "n", .integer(1...(.max)), "Stop after N events"),
                .value("every", .duration, default: "30s", "Report so often"),
                .value("format", .choice(["json", "text"]), default: "json", "How to write"),
                .value("label", short: "l", placeholder: "NAME=VALUE", repeatable: true, "Keep only what has the label"),
                .value(
                    "from", .checked(expected: "a day such as 2026-11-23", isValid: { $0.utf8.count == 10 }), placeholder: "DAY",
                    "Start here"),
                .flag("final", short: "f", "Only the last of each"),
                .flag("strict", short: "s", "Fail on what cannot be decoded"),
                .flag("progress", negatable: true, default: true, "Show progress"),
            ],
            operands: [Operand("FILE", .oneOrMore, .file, "Files to read, - for standard input")],
            examples: [
                Example("tool replay day.ndjson.zst --final > out.ndjson", "The last of each"),
                Example("cat a | tool replay --label 'team=a b' -", "From a pipe"),
            ]),
        Command(
            "score", "Compare two files",
            options: [.value("records", .file, required: true, "Records to compare")],
            operands: [Operand("A", .one, .file, "The one"), Operand("B", .one, .file, "The other")],
            examples: [Example("tool score --records r.ndjson a b", "Two files")]),
        Command(
            group: "topology", "Works on topologies",
            [
                Command(
                    "check", "Check files", operands: [Operand("FILE", .any, .file, "Files")],
                    examples: [Example("tool topology check shop.yaml", "One file")]),
                Command("show", "Show a file", examples: [Example("tool topology show", "All of it")]),
            ]),
    ])

/// The arguments of a line that is right.
func arguments(_ line: String...) throws -> Arguments {
    guard case .run(let arguments) = try sample.parse(line) else { throw Unexpected() }
    return arguments
}

/// The message of a line that is wrong.
func message(_ line: String...) -> String {
    do throws(UsageError) {
        return "no error: \(try sample.parse(line))"
    } catch {
        return error.message
    }
}

/// The text that a line prints.
func printed(_ line: String...) throws -> String {
    guard case .print(let text) = try sample.parse(line) else { throw Unexpected() }
    return text
}

struct Unexpected: Error {}
