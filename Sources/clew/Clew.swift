import ClewCommandLine
import ClewService
import Glibc

/// The program: its commands are in the files of the same names.
@main
enum Clew {
    static let program = Program(
        "clew", "Groups related monitoring alerts into incidents and names the probable root cause.",
        version: ClewVersion.text,
        commands: subcommands.map { $0.command })

    /// In the order of `clew --help`: run, replay, learn, model, tail, play, demo, simulate, explain, score, baseline, topology, config,
    /// health.
    private static var subcommands: [any Subcommand.Type] {
        [
            RunCommand.self, ReplayCommand.self, LearnCommand.self, ModelCommand.self,
            TailCommand.self, PlayCommand.self, DemoCommand.self, SimulateCommand.self,
            ExplainCommand.self, ScoreCommand.self, BaselineCommand.self,
            TopologyCommand.self, ConfigCommand.self, HealthCommand.self,
        ]
    }

    static func main() {
        // A reader that goes away (`clew replay … | head`) is an error of the write, not a signal.
        signal(SIGPIPE, SIG_IGN)
        do {
            switch try program.parse(Array(CommandLine.arguments.dropFirst())) {
            case .print(let text):
                Output.write(text.hasSuffix("\n") ? text : text + "\n")
            case .run(let arguments):
                guard let command = subcommands.first(where: { $0.command.name == arguments.path.first }) else { exit(2) }
                exit(try command.run(arguments))
            }
        } catch let error as UsageError {
            fail(error.text, code: 2)
        } catch let error as CommandFailure {
            fail(error.message, code: error.code)
        } catch {
            fail("clew: \(error)\n", code: 1)
        }
    }

    private static func fail(_ message: String, code: Int32) -> Never {
        Output.writeError(message.hasSuffix("\n") ? message : message + "\n")
        exit(code)
    }
}

/// One command of the program.
protocol Subcommand {
    static var command: Command { get }
    /// Runs it; returns the exit code.
    static func run(_ arguments: Arguments) throws -> Int32
}

/// A failure with its exit code: 1 at run time, 2 bad usage or bad config.
struct CommandFailure: Error {
    var message: String
    var code: Int32

    /// A failure at run time.
    static func runtime(_ message: String) -> CommandFailure { CommandFailure(message: "clew: " + message, code: 1) }
    /// Bad usage or a bad file: the message stands for itself.
    static func usage(_ message: String) -> CommandFailure { CommandFailure(message: message, code: 2) }
}
