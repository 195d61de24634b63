import ClewConfig
import ClewEngine
import ClewFormats
import ClewService
import Glibc
import Testing

/// Records in memory, as they were published.
final class RecordList {
    var lines: [String] = []
    var revisions: [IncidentRevision] = []
    var isFinished = false
}

struct MemoryOutput: RecordOutput {
    let list: RecordList
    var isWanted: Bool { true }

    func begin() throws {}
    func flush() throws {}
    func finish() throws { list.isFinished = true }
    func take(_ revision: IncidentRevision, _ record: UnsafeRawBufferPointer) throws {
        list.lines.append(String(decoding: record, as: UTF8.self))
        list.revisions.append(revision)
    }
}

/// What a replay gave.
struct Replayed {
    var lines: [String]
    var revisions: [IncidentRevision]
    var summary: ReplaySummary
    var complaints: [String]
}

/// Directory, topology and events of one test.
final class ReplayPlace {
    let directory: String

    init() throws {
        var template = Array("/tmp/clew-replay-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw KafkaBroker.Failure("no temporary directory: errno \(errno)") }
        directory = String(cString: made)
    }

    deinit {
        guard let entries = opendir(directory) else { return }
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            unlink("\(directory)/\(name)")
        }
        closedir(entries)
        rmdir(directory)
    }

    static let root: String = {
        var parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast(3)
        return parts.joined(separator: "/")
    }()

    static func events(_ name: String) -> String { "\(root)/topologies/\(name)/events.ndjson" }

    static func topology(_ name: String) throws -> TopologyDefinition {
        try TopologyFile.load(["\(root)/topologies/\(name)/topology.yaml"])
    }

    func write(_ name: String, _ lines: [String]) throws -> String {
        try write(name, bytes: Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    func write(_ name: String, bytes: [UInt8]) throws -> String {
        let path = "\(directory)/\(name)"
        guard let file = fopen(path, "w") else { throw KafkaBroker.Failure("cannot write \(path): errno \(errno)") }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        return path
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw KafkaBroker.Failure("cannot read \(path): errno \(errno)") }
        defer { fclose(file) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { content += buffer[..<count] }
        return content
    }

    static func lines(_ path: String) throws -> [String] {
        String(decoding: try bytes(path), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    static func replay(
        _ files: [String], topology: TopologyDefinition, config: Config = Config(), _ change: (inout ReplayOptions) -> Void = { _ in }
    ) throws -> Replayed {
        var options = ReplayOptions()
        options.files = files
        change(&options)
        let list = RecordList()
        var complaints: [String] = []
        var replay = Replay(
            options: options, config: config, topology: topology, output: MemoryOutput(list: list), report: { _ in },
            complain: { complaints.append($0) })
        let summary = try replay.run()
        #expect(list.isFinished)
        #expect(summary.records == UInt64(list.lines.count))
        return Replayed(lines: list.lines, revisions: list.revisions, summary: summary, complaints: complaints)
    }

    /// The newest record of each incident, merged ones left out, as `--final` prints them.
    static func final(_ files: [String], topology: TopologyDefinition, _ place: ReplayPlace) throws -> [String] {
        let path = "\(place.directory)/final.ndjson"
        var options = ReplayOptions()
        options.files = files
        options.onlyFinal = true
        var replay = Replay(
            options: options, config: Config(), topology: topology, output: FileOutput(path: path, onlyFinal: true), report: { _ in },
            complain: { _ in })
        _ = try replay.run()
        return try lines(path)
    }
}

/// Event lines as dumps hold them.
enum Dump {
    /// The text of a string field of a flat JSON line.
    static func field(_ name: String, _ line: String) -> String {
        guard let start = line.firstRange(of: "\"\(name)\":\"") else { return "" }
        return String(line[start.upperBound...].prefix { $0 != "\"" })
    }

    static func sorted(_ lines: [String]) -> [String] {
        lines.enumerated().sorted { (field("timestamp", $0.element), $0.offset) < (field("timestamp", $1.element), $1.offset) }
            .map(\.element)
    }

    /// The records of a topic of four partitions, keyed by resource, in the order of their production: `kcat -J` lines, or
    /// Kafka Connect's, whose message is an object.
    static func records(_ lines: [String], topic: String = "alerts", connect: Bool = false) -> [(partition: Int, line: String)] {
        var offsets = [Int](repeating: 0, count: 4)
        return lines.map { line in
            let resource = field("resource", line)
            let partition = resource.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % 4
            let milliseconds = (EventTime(rfc3339: field("timestamp", line))?.microseconds ?? 0) / 1000 + 40
            defer { offsets[partition] += 1 }
            let place = "{\"topic\":\"\(topic)\",\"partition\":\(partition),\"offset\":\(offsets[partition] + 100),"
            if connect {
                return (partition, place + "\"timestamp\":\(milliseconds),\"key\":\"\(resource)\",\"value\":\(line)}")
            }
            let payload = line.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            let rest = "\"tstype\":\"create\",\"ts\":\(milliseconds),\"broker\":1,\"key\":\"\(resource)\",\"payload\":\"\(payload)\"}"
            return (partition, place + rest)
        }
    }
}
