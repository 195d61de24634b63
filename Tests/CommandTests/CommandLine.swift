import Glibc

/// How a run of the program ended, and what it wrote.
struct Outcome {
    /// The exit code; 128 + the signal where one ended it, as a shell shows it.
    var code: Int32
    var signal: Int32?
    var out: String
    var err: String

    var outLines: [String] { out.split(separator: "\n").map(String.init) }
    var errLines: [String] { err.split(separator: "\n").map(String.init) }
}

struct Failure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

/// The built program and the repository it belongs to.
enum Repository {
    static let root: String = {
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(3)
        return parts.joined(separator: "/")
    }()

    /// `CLEW_BINARY`, else the release build in the repository.
    static func binary() throws -> String {
        if let path = getenv("CLEW_BINARY").map({ String(cString: $0) }), !path.isEmpty {
            guard access(path, X_OK) == 0 else { throw Failure("CLEW_BINARY is \(path), which cannot be run: \(errorText())") }
            return path
        }
        let path = root + "/.build/release/clew"
        guard access(path, X_OK) == 0 else {
            throw Failure("no clew to test: set CLEW_BINARY, or build it by `swift build -c release` (\(path): \(errorText()))")
        }
        return path
    }

    static func events(_ topology: String) -> String { "\(root)/topologies/\(topology)/events.ndjson" }
    static func topology(_ topology: String) -> String { "\(root)/topologies/\(topology)/topology.yaml" }

    private static func errorText() -> String { String(cString: strerror(errno)) }
}

/// A directory that is gone with its owner.
final class TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/clew-command-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure("no temporary directory: errno \(errno)") }
        path = String(cString: made)
    }

    deinit {
        _ = try? spawn("/bin/rm", ["-rf", path]).wait()
    }

    /// The path of a file in it, with that content.
    func file(_ name: String, _ content: String? = nil) throws -> String {
        let path = "\(self.path)/\(name)"
        if let content { try write(Array(content.utf8), to: path) }
        return path
    }
}

func read(_ path: String) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure("cannot read \(path): errno \(errno)") }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = Glibc.read(descriptor, &buffer, buffer.count), count > 0 { content += buffer[..<count] }
    return content
}

func text(_ path: String) throws -> String { String(decoding: try read(path), as: UTF8.self) }

func write(_ content: [UInt8], to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Failure("cannot write \(path): errno \(errno)") }
    defer { close(descriptor) }
    var at = 0
    while at < content.count {
        let count = content[at...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 else { throw Failure("cannot write \(path): errno \(errno)") }
        at += count
    }
}

/// A process that was started, with its standard streams in files (so that none of them can fill up).
final class RunningProcess {
    let pid: pid_t
    private let directory: TemporaryDirectory?

    init(pid: pid_t, directory: TemporaryDirectory?) {
        self.pid = pid
        self.directory = directory
    }

    /// What it has written to stderr so far.
    func errSoFar() -> String { directory.flatMap { try? text("\($0.path)/err") } ?? "" }
    func outSoFar() -> String { directory.flatMap { try? text("\($0.path)/out") } ?? "" }

    /// Waits for its end; kills it after so many seconds.
    func wait(seconds: Int = 60) throws -> Outcome {
        var status: Int32 = 0
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            let ended = waitpid(pid, &status, WNOHANG)
            if ended == pid { break }
            guard ended == 0 else { throw Failure("cannot wait: errno \(errno)") }
            if ContinuousClock.now > deadline {
                kill(pid, SIGKILL)
                waitpid(pid, &status, 0)
                throw Failure("not ended after \(seconds) s; stderr: \(errSoFar())")
            }
            usleep(1_000)
        }
        let signal = status & 0x7F
        return Outcome(
            code: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, signal: signal == 0 ? nil : signal, out: outSoFar(), err: errSoFar())
    }
}

/// Starts a program; `input` becomes its stdin (else it is empty), `environment` goes over ours without any `CLEW_…`.
func spawn(
    _ program: String, _ arguments: [String], input: [UInt8]? = nil, environment: [String: String] = [:], streams: TemporaryDirectory? = nil
) throws -> RunningProcess {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    var stdin = "/dev/null"
    if let streams {
        if let input {
            stdin = "\(streams.path)/in"
            try write(input, to: stdin)
        }
        posix_spawn_file_actions_addopen(&actions, 1, "\(streams.path)/out", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, "\(streams.path)/err", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    posix_spawn_file_actions_addopen(&actions, 0, stdin, O_RDONLY, 0)

    var variables: [String] = []
    var at = environ
    while let entry = at.pointee {
        let variable = String(cString: entry)
        if !variable.hasPrefix("CLEW_"), !environment.keys.contains(where: { variable.hasPrefix("\($0)=") }) { variables.append(variable) }
        at += 1
    }
    variables += environment.map { "\($0.key)=\($0.value)" }
    var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    var envp: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    // A signal that is ignored or blocked here is so in a child, too: SIGINT where tests run in the background, all of
    // them on a thread of the concurrency pool.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var defaults = sigset_t()
    sigemptyset(&defaults)
    for signal in [SIGINT, SIGTERM, SIGPIPE] { sigaddset(&defaults, signal) }
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    posix_spawnattr_setsigmask(&attributes, &unblocked)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var pid: pid_t = 0
    let status = posix_spawn(&pid, program, &actions, &attributes, &argv, &envp)
    guard status == 0 else { throw Failure("cannot start \(program): errno \(status)") }
    return RunningProcess(pid: pid, directory: streams)
}

/// Runs clew to its end.
func clew(_ arguments: [String], input: [UInt8]? = nil, environment: [String: String] = [:]) throws -> Outcome {
    let streams = try TemporaryDirectory()
    return try spawn(try Repository.binary(), arguments, input: input, environment: environment, streams: streams).wait()
}

func clew(_ arguments: String...) throws -> Outcome { try clew(arguments) }

/// Runs a line of shell, in which `$CLEW` is the program.
func shell(_ line: String, environment: [String: String] = [:]) throws -> Outcome {
    let streams = try TemporaryDirectory()
    let all = environment.merging(["CLEW": try Repository.binary()]) { _, new in new }
    return try spawn("/bin/bash", ["-c", line], environment: all, streams: streams).wait()
}
