import ClewConfig
import ClewEngine
import ClewFormats
import ClewKafka
import ClewModel
import ClewService
import ClewTelemetry
import Glibc
import Synchronization
import Testing

/// Waits until a condition holds; false if it does not within the time.
func eventually(seconds: Int = 30, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try !condition() {
        guard ContinuousClock.now < deadline else { return false }
        usleep(10_000)
    }
    return true
}

/// Topics and group of one test, with names that no other has.
struct RunPlace {
    let broker: String
    let input = uniqueName("alerts")
    let incidents = uniqueName("incidents")
    let dead = uniqueName("dead")
    let state = uniqueName("state")
    let group = uniqueName("group")

    var config: Config {
        var config = Config()
        config.kafka.bootstrapServers = [broker]
        config.input.topics = [Config.Topic(name: input)]
        config.input.group = group
        config.output.incidents = incidents
        config.output.deadLetters = dead
        config.output.state = state
        config.output.commitInterval = .milliseconds(50)
        config.http.listen = "127.0.0.1:0"
        return config
    }

    func createTopics(_ admin: Admin, partitions: Int = 1) throws {
        try createTopic(admin, input, partitions: partitions)
        for topic in [incidents, dead] { try createTopic(admin, topic) }
    }
}

/// A service on a thread of its own. Stopped at the end of its test, whatever happens.
final class RunningService: Sendable {
    let service: RunService
    private let sink = MemoryLogSink()
    private let result = Mutex<Result<Void, RunFailure>?>(nil)

    init(_ config: Config, topology: TopologyDefinition = TopologyDefinition(), model: LoadedModel? = nil) throws {
        service = try RunService(config: config, topology: topology, model: model, log: Log(level: .info, sink: sink))
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(self)
        let status = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let own = Unmanaged<RunningService>.fromOpaque(argument).takeRetainedValue()
                do throws(RunFailure) {
                    try own.service.run()
                    own.result.withLock { $0 = .success(()) }
                } catch {
                    own.result.withLock { $0 = .failure(error) }
                }
                return nil
            }, argument.toOpaque())
        guard status == 0 else { throw KafkaBroker.Failure("no thread: \(status)") }
        pthread_detach(thread)
    }

    var isEnded: Bool { result.withLock { $0 != nil } }

    /// Waits for the end by itself; nil if it has ended well, or not at all.
    func failure(seconds: Int = 60) -> RunFailure? {
        _ = eventually(seconds: seconds) { isEnded }
        return result.withLock { result in if case .failure(let failure) = result { failure } else { nil } }
    }

    func waitUntilReady(seconds: Int = 40) -> Bool { eventually(seconds: seconds) { service.status.isReady || isEnded } && !isEnded }

    /// Stops gracefully; throws what the run threw.
    func stop(seconds: Int = 40) throws {
        service.requestStop()
        guard eventually(seconds: seconds, { isEnded }) else { throw KafkaBroker.Failure("the service did not stop") }
        try result.withLock { try $0?.get() }
    }

    /// The log so far.
    var lines: [String] { sink.lines }

    func logged(_ text: String) -> Int { lines.filter { $0.contains(text) }.count }

    /// Status and body of a page.
    func page(_ path: String) throws -> (status: Int, body: String) {
        guard let port = service.httpPort else { throw KafkaBroker.Failure("no HTTP") }
        return try get(path, port: port)
    }

    /// The value of a metric, by its name with its labels.
    func metric(_ name: String) throws -> Double? {
        let text = try page("/metrics").body
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(name) ") }
        return line?.split(separator: " ").last.flatMap { Double($0) }
    }
}

/// A GET over loopback.
func get(_ path: String, port: UInt16) throws -> (status: Int, body: String) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
    guard connected else { throw KafkaBroker.Failure("nobody listens on \(port)") }
    let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
    guard write(descriptor, request, request.count) == request.count else { throw KafkaBroker.Failure("cannot send") }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { break }
        answer += buffer[..<count]
    }
    let text = String(decoding: answer, as: UTF8.self)
    guard let end = text.range(ofText: "\r\n\r\n"), let status = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { throw KafkaBroker.Failure("no HTTP answer: \(text)") }
    return (status, String(text[end...]))
}

extension String {
    /// The index after the first occurrence.
    func range(ofText wanted: String) -> String.Index? {
        var at = startIndex
        while at < endIndex {
            if self[at...].hasPrefix(wanted) { return index(at, offsetBy: wanted.count) }
            at = index(after: at)
        }
        return nil
    }
}

/// A small outage: `count` resources raise alerts, a second apart, from a moment on.
func alerts(
    _ count: Int, from start: Int = 1_772_409_600, step: Int = 1, severity: String = "critical", prefix: String = "svc"
) -> [String] {
    (0..<count).map { at in
        #"{"id":"\#(prefix)-\#(start)-\#(at)","timestamp":\#(start + at * step),"source":"t","resource":"\#(prefix)-\#(at % 7)","#
            + #""type":"Down\#(at % 3)","severity":"\#(severity)","status":"firing","message":"m"}"#
    }
}

/// The records that a pipeline gives for messages of one topic, without Kafka. Each element is a partition, taken one after the other
/// after all are known; `finish`: the end of input is the end of time.
func expectedRecords(
    _ config: Config, topology: TopologyDefinition = TopologyDefinition(), model: LoadedModel? = nil, partitions: [[String]], finish: Bool
) -> [String] {
    var pipeline = Pipeline(config: config, topology: topology, model: model)
    let topic = pipeline.addTopic("t", rules: DecoderRules(config, topic: config.input.topics.first))
    let numbers = partitions.indices.map { pipeline.addPartition(topic: topic, number: Int32($0)) }
    var records: [String] = []
    for (number, lines) in zip(numbers, partitions) {
        for (offset, line) in lines.enumerated() {
            Array(line.utf8).withUnsafeBytes { bytes in
                _ = pipeline.decode(ClewFormats.MessageView(value: bytes, partition: number, offset: Int64(offset)), topic: topic)
            }
            _ = pipeline.flush()
        }
    }
    if finish { pipeline.correlator.finish() }
    pipeline.publish { _, record in records.append(String(decoding: record, as: UTF8.self)) }
    return records
}

/// What a pipeline learns from messages, written to a file and read again as `--model` and `model.file` do.
func model(from events: [String]) throws -> LoadedModel {
    let config = Config()
    var pipeline = Pipeline(config: config, topology: TopologyDefinition())
    let topic = pipeline.addTopic("t", rules: DecoderRules(config, topic: nil))
    let number = pipeline.addPartition(topic: topic, number: 0)
    for (offset, line) in events.enumerated() {
        Array(line.utf8).withUnsafeBytes { bytes in
            _ = pipeline.decode(ClewFormats.MessageView(value: bytes, partition: number, offset: Int64(offset)), topic: topic)
        }
    }
    _ = pipeline.flush()
    pipeline.correlator.finish()
    let bytes = pipeline.learned(from: []).encoded()
    let path = "/tmp/\(uniqueName("clew-model")).clew"
    defer { unlink(path) }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    defer { close(descriptor) }
    guard write(descriptor, bytes, bytes.count) == bytes.count else { throw KafkaBroker.Failure("cannot write \(path): errno \(errno)") }
    return try ModelFile.load(path)
}
