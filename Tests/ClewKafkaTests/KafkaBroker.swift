import Glibc

/// A real Kafka broker for tests; this file stands alone, so that several test targets may share it.
///
/// `KAFKA_BOOTSTRAP` names one that runs already. Else one is started from the jars in `KAFKA_HOME/libs` (KRaft, one node,
/// loopback, free ports, Java 17 from `JAVA`, `JAVA_HOME` or the path), once a process, whichever target asks first.
/// Else tests that need it are skipped, and stderr says so.
///
/// A started broker hangs on a pipe held by this process: however the process ends, the broker is killed by its process id
/// and its directory removed.
final class KafkaBroker: @unchecked Sendable {
    /// `HOST:PORT` without authentication.
    let bootstrap: String
    /// `HOST:PORT` with SASL PLAIN (user `alice`, password `right-password`); nil for a broker that was only found.
    let saslBootstrap: String?

    private struct Ports {
        let plain: UInt16
        let sasl: UInt16
        let controller: UInt16
    }

    private let directory: String
    private let home: String
    private let ports: Ports?
    /// The end of the pipe whose closing ends the broker; -1 if there is none.
    private var lifeline: Int32 = -1
    private var guardian: pid_t = 0

    /// Whether tests on a real broker can run. Says on stderr why not, once.
    static let isAvailable: Bool = {
        if environment("KAFKA_BOOTSTRAP") != nil || environment("KAFKA_HOME") != nil { return true }
        warn("SKIPPED: tests on a real broker. Set KAFKA_BOOTSTRAP=HOST:PORT, or KAFKA_HOME to a Kafka with libs/.")
        return false
    }()

    /// Whether a broker of one's own can be started, to be stopped or broken.
    static var canStart: Bool { isAvailable && environment("KAFKA_HOME") != nil }

    /// The one broker of this process.
    static func shared() throws -> KafkaBroker { try sharedResult.get() }

    private static let sharedResult: Result<KafkaBroker, Failure> = {
        if let given = environment("KAFKA_BOOTSTRAP") { return .success(KafkaBroker(found: given)) }
        // Each test target has its own copy of this code: the lock and the variable make them share one broker.
        let lock = open("/tmp/clew-test-broker-\(getpid()).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        flock(lock, LOCK_EX)
        defer {
            unlink("/tmp/clew-test-broker-\(getpid()).lock")
            close(lock)
        }
        let variable = "CLEW_TEST_BROKER_\(getpid())"
        if let running = environment(variable) { return .success(KafkaBroker(found: running)) }
        do {
            let broker = try start()
            setenv(variable, broker.bootstrap, 1)
            return .success(broker)
        } catch let failure as Failure {
            return .failure(failure)
        } catch {
            return .failure(Failure("\(error)"))
        }
    }()

    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    /// Starts a broker of one's own and waits until it listens.
    static func start() throws -> KafkaBroker {
        guard let home = environment("KAFKA_HOME") else { throw Failure("KAFKA_HOME is not set") }
        let free = try freePorts(3)
        let broker = try KafkaBroker(home: home, ports: Ports(plain: free[0], sasl: free[1], controller: free[2]))
        try broker.format()
        try broker.resume()
        return broker
    }

    private init(found bootstrap: String) {
        self.bootstrap = bootstrap
        saslBootstrap = nil
        directory = ""
        home = ""
        ports = nil
    }

    private init(home: String, ports: Ports) throws {
        var template = Array("/tmp/clew-kafka-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure("no temporary directory: errno \(errno)") }
        directory = String(cString: made)
        self.home = home
        self.ports = ports
        bootstrap = "127.0.0.1:\(ports.plain)"
        saslBootstrap = "127.0.0.1:\(ports.sasl)"
    }

    deinit {
        guard ports != nil else { return }
        stop()
        _ = try? Self.run(["/bin/rm", "-rf", directory])
    }

    /// Kills the broker for good (SIGKILL, by process id) and waits until it and its data are gone.
    func stop() {
        guard lifeline >= 0 else { return }
        close(lifeline)
        lifeline = -1
        var status: Int32 = 0
        waitpid(guardian, &status, 0)
    }

    /// Starts the broker again, on the same ports and data.
    func resume(timeoutSeconds: Int = 60) throws {
        guard let ports else { throw Failure("a broker that was found cannot be started") }
        unlink("\(directory)/exited")
        var pipe: [Int32] = [-1, -1]
        guard Glibc.pipe(&pipe) == 0 else { throw Failure("no pipe: errno \(errno)") }
        _ = fcntl(pipe[1], F_SETFD, FD_CLOEXEC)
        // The guardian waits for the end of its input, which comes with our end, then kills the broker.
        let script = """
            (sh -c 'echo $$ >"$0/pid"; exec "$@" >"$0/stdout.log" 2>&1 </dev/null' "$@"; echo $? >"$1/exited") &
            cat >/dev/null
            kill -9 "$(cat "$1/pid")"
            wait
            if [ "$(cat "$1/keep" 2>/dev/null)" != yes ]; then rm -rf "$1"; fi
            """
        try Self.write("yes", to: "\(directory)/keep")
        let command = ["/bin/sh", "-c", script, "guardian", directory] + java + ["kafka.Kafka", "\(directory)/server.properties"]
        guardian = try Self.spawn(command, input: pipe[0])
        close(pipe[0])
        lifeline = pipe[1]
        let deadline = ContinuousClock.now + .seconds(timeoutSeconds)
        while !Self.isListening(ports.plain) || !Self.isListening(ports.sasl) {
            if access("\(directory)/exited", F_OK) == 0 {
                throw Failure("Kafka stopped:\n\(Self.tail("\(directory)/stdout.log"))\n\(Self.tail("\(directory)/server.log"))")
            }
            guard ContinuousClock.now < deadline else { throw Failure("Kafka did not listen within \(timeoutSeconds) s") }
            usleep(50_000)
        }
        // From now on the directory goes with us, however we end; only `pause` keeps it.
        unlink("\(directory)/keep")
    }

    /// Kills the broker, but keeps its data for `resume`.
    func pause() {
        try? Self.write("yes", to: "\(directory)/keep")
        stop()
    }

    /// Stops the broker where it is (SIGSTOP): its connections stay open, and nothing is answered until `thaw`.
    func freeze() throws { try signal(SIGSTOP) }

    func thaw() throws { try signal(SIGCONT) }

    private func signal(_ number: Int32) throws {
        let digits = Self.tail("\(directory)/pid").filter(\.isNumber)
        guard let pid = pid_t(digits), kill(pid, number) == 0 else { throw Failure("no signal \(number) to broker \(digits)") }
    }

    private var java: [String] {
        let program =
            Self.environment("JAVA") ?? Self.environment("JAVA_HOME").map { "\($0)/bin/java" } ?? "java"
        return [
            program, "-Xms384m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
            "-Dlog4j2.configurationFile=\(directory)/log4j2.yaml", "-cp", "\(home)/libs/*",
        ]
    }

    private func format() throws {
        guard let ports else { return }
        let clients = "PLAINTEXT://127.0.0.1:\(ports.plain),SASL_PLAINTEXT://127.0.0.1:\(ports.sasl)"
        let sasl = "listener.name.sasl_plaintext.plain.sasl.jaas.config"
        try Self.write(
            """
            process.roles=broker,controller
            node.id=1
            controller.quorum.voters=1@127.0.0.1:\(ports.controller)
            listeners=\(clients),CONTROLLER://127.0.0.1:\(ports.controller)
            advertised.listeners=\(clients)
            listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT
            inter.broker.listener.name=PLAINTEXT
            controller.listener.names=CONTROLLER
            sasl.enabled.mechanisms=PLAIN
            \(sasl)=org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="right-password";
            log.dirs=\(directory)/data
            num.partitions=1
            offsets.topic.num.partitions=4
            offsets.topic.replication.factor=1
            transaction.state.log.num.partitions=4
            transaction.state.log.replication.factor=1
            transaction.state.log.min.isr=1
            share.coordinator.state.topic.replication.factor=1
            share.coordinator.state.topic.min.isr=1
            group.initial.rebalance.delay.ms=0
            group.min.session.timeout.ms=1000
            auto.create.topics.enable=false
            broker.session.timeout.ms=2000
            broker.heartbeat.interval.ms=500
            log.cleaner.dedupe.buffer.size=16777216
            transaction.abort.timed.out.transaction.cleanup.interval.ms=1000

            """, to: "\(directory)/server.properties")
        try Self.write(
            """
            Configuration:
              Properties: {Property: []}
              Appenders: {File: {name: F, fileName: "\(directory)/server.log", PatternLayout: {pattern: "%d %p %m (%c)%n"}}}
              Loggers: {Root: {level: warn, AppenderRef: {ref: F}}}

            """, to: "\(directory)/log4j2.yaml")
        let status = try Self.run(
            java + ["kafka.tools.StorageTool", "format", "-t", "4L6g3nShT-eMCtK--X86sw", "-c", "\(directory)/server.properties"])
        guard status == 0 else { throw Failure("Kafka's storage cannot be formatted with \(java[0]): status \(status)") }
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func warn(_ text: String) {
        let line = Array("\(text)\n".utf8)
        _ = Glibc.write(STDERR_FILENO, line, line.count)
    }

    private static func write(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure("cannot write \(path): errno \(errno)") }
    }

    private static func tail(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        lseek(descriptor, -min(2000, lseek(descriptor, 0, SEEK_END)), SEEK_END)
        var bytes = [UInt8](repeating: 0, count: 2000)
        return String(decoding: bytes[..<max(0, read(descriptor, &bytes, bytes.count))], as: UTF8.self)
    }

    /// Starts a program found on the path; `input` becomes its standard input.
    private static func spawn(_ command: [String], input: Int32?) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input { posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) }
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var arguments = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let result = posix_spawnp(&pid, command[0], &actions, nil, &arguments, environ)
        guard result == 0 else { throw Failure("cannot start \(command[0]): errno \(result)") }
        return pid
    }

    private static func run(_ command: [String]) throws -> Int32 {
        let pid = try spawn(command, input: nil)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        return status
    }

    /// Binds to port 0 as often as needed, all at once, so that the ports differ.
    private static func freePorts(_ count: Int) throws -> [UInt16] {
        var sockets: [Int32] = []
        defer { for each in sockets { close(each) } }
        return try (0..<count).map { _ in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            sockets.append(descriptor)
            var address = loopback(port: 0)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let bound = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
                }
            }
            guard bound else { throw Failure("no free port: errno \(errno)") }
            return UInt16(bigEndian: address.sin_port)
        }
    }

    private static func isListening(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = loopback(port: port)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
