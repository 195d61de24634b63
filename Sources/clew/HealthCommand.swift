import ClewCommandLine
import ClewConfig
import ClewTelemetry

/// `clew health`.
enum HealthCommand: Subcommand {
    /// Less than the interval of any orchestrator's checks.
    private static let timeout = Duration.seconds(2)

    static let command = Command(
        "health", "Ask a running clew whether it is well",
        discussion: """
            For health checks of containers, which need no shell and no other program then. Asks /healthz, with --ready /readyz, of the \
            config's http.listen or of a given address. The exit code is 0 for an answer of 2xx within 2 s, else 1. Healthy is a process \
            that answers; ready is one that is connected to Kafka and takes part in its group.
            """,
        options: [
            Inputs.configOption,
            Option.flag("ready", short: "r", "Ask /readyz: does it work, rather than is it alive"),
            Option.flag("quiet", short: "q", "Print nothing unless it is unwell"),
        ],
        operands: [Operand("URL", .optional, .string, "http://HOST:PORT/PATH or HOST:PORT, in place of the config's http.listen")],
        examples: [
            Example("clew health --config /etc/clew/clew.yaml", "as the image's HEALTHCHECK does"),
            Example("clew health --ready 127.0.0.1:9464", "whether it is ready, with the reason where it is not"),
        ])

    static func run(_ arguments: Arguments) throws -> Int32 {
        let probe = try probe(arguments)
        do throws(HTTPProbeError) {
            let answer = try probe.ask(timeout: timeout)
            let said = answer.body.split(separator: "\n").map { Terminal.printable(String($0)) }.joined(separator: "; ")
            guard answer.isSuccess else {
                throw HTTPProbeError(description: "status \(answer.status)\(said.isEmpty ? "" : ": " + said)")
            }
            if !arguments.flag("quiet") { Output.write(said + "\n") }
            return 0
        } catch {
            throw CommandFailure.runtime("\(probe): \(error.description)")
        }
    }

    private static func probe(_ arguments: Arguments) throws -> HTTPProbe {
        let path = arguments.flag("ready") ? "/readyz" : "/healthz"
        if let url = arguments.operand("URL") {
            guard let probe = HTTPProbe(url: url, path: path) else {
                throw arguments.usageError("\"\(url)\" is neither http://HOST:PORT/PATH nor HOST:PORT")
            }
            return probe
        }
        let config = try Inputs.config(arguments.string("config"))
        guard let listen = config.http.listen else {
            throw CommandFailure.runtime("http.listen is null: there is nobody to ask")
        }
        guard let address = ListenAddress(listen), address.port != 0 else {
            throw arguments.usageError("http.listen is \"\(listen)\": give the address to ask, as in clew health 127.0.0.1:9464")
        }
        return HTTPProbe(address, path: path)
    }
}
