import ClewCommandLine
import Testing

@Suite struct HelpTests {
    @Test func programHelp() throws {
        #expect(
            try printed("--help") == """
                Usage: tool COMMAND [OPTIONS] [OPERANDS]

                Does things with files

                Commands:
                  replay          Archived files in, results out
                  score           Compare two files
                  topology check  Check files
                  topology show   Show a file
                  completion      Print a completion script for a shell
                  help            Show the help of the program or of a command

                Options:
                  -h, --help     Show this help
                  -V, --version  Show the version

                Help on a command, with examples: tool COMMAND --help
                """)
    }

    @Test func commandHelp() throws {
        #expect(
            try printed("replay", "--help") == """
                Usage: tool replay [OPTIONS] FILE...

                Archived files in, results out

                First paragraph.

                Second paragraph.

                Operands:
                  FILE...  Files to read, - for standard input

                Options:
                  -o, --out FILE          Write results to FILE (default: -)
                      --speed FACTOR      Play back at FACTOR times real time
                  -n, --limit N           Stop after N events
                      --every DURATION    Report so often (default: 30s)
                      --format json|text  How to write (default: json)
                  -l, --label NAME=VALUE  Keep only what has the label (may be repeated)
                      --from DAY          Start here
                  -f, --final             Only the last of each
                  -s, --strict            Fail on what cannot be decoded
                      --[no-]progress     Show progress (default: on)
                  -h, --help              Show this help

                Common options:
                  -c, --config FILE      Read the configuration from FILE
                      --log-level LEVEL  Log from this level on (error, warning, info, debug;
                                         default: info)

                Examples:
                  # The last of each
                  tool replay day.ndjson.zst --final > out.ndjson
                  # From a pipe
                  cat a | tool replay --label 'team=a b' -
                """)
    }

    @Test func requiredOptionsStandInTheUsage() throws {
        #expect(try printed("score", "--help").hasPrefix("Usage: tool score --records FILE [OPTIONS] A B\n"))
    }

    @Test func linesAreWrapped() throws {
        let help = try #require(sample.help(path: ["replay"], width: 60))
        for line in help.split(separator: "\n") where !line.hasPrefix("  tool") && !line.hasPrefix("  cat") {
            #expect(line.count <= 60, "\(line)")
        }
        #expect(sample.help(path: ["nothing"]) == nil)
    }
}

@Suite struct MarkdownTests {
    @Test func pageHasEveryCommandAndOption() {
        let page = sample.markdownPage()
        #expect(page.hasPrefix("# tool\n\nDoes things with files\n"))
        #expect(page.contains("| [`tool topology check`](#tool-topology-check) | Check files |"))
        #expect(page.contains("## tool topology check\n"))
        #expect(page.contains("| `--format json\\|text` | How to write (default: json) |"))
        #expect(page.contains("| `-c, --config FILE` | Read the configuration from FILE |"))
        #expect(page.contains("```sh\n# The last of each\ntool replay day.ndjson.zst --final > out.ndjson\n"))
        #expect(page.hasSuffix("\n") && !page.hasSuffix("\n\n"))
    }
}
