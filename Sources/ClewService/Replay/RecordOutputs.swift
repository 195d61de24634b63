internal import ClewArchive
public import ClewEngine
public import ClewKafka

/// Where the records of a replay go.
public protocol RecordOutput {
    /// Whether somebody still reads: false once the reader of stdout has gone.
    var isWanted: Bool { get }
    /// False: no record is encoded.
    var takesRecords: Bool { get }
    /// Opens it; called once the input files are open.
    mutating func begin() throws
    /// Takes one record, without a line end; the bytes are valid within the call.
    mutating func take(_ revision: IncidentRevision, _ record: UnsafeRawBufferPointer) throws
    /// What was taken gets to the reader now, since nothing will follow for a while.
    mutating func flush() throws
    /// All records are there.
    mutating func finish() throws
}

extension RecordOutput {
    public var takesRecords: Bool { true }
}

/// Nowhere: for what else comes of a replay.
public struct NoOutput: RecordOutput {
    public let isWanted = true
    public let takesRecords = false

    public init() {}

    public func begin() {}
    public func take(_ revision: IncidentRevision, _ record: UnsafeRawBufferPointer) {}
    public func flush() {}
    public func finish() {}
}

/// Every record, or the last of each incident, as NDJSON to a file or stdout.
public struct FileOutput: RecordOutput {
    private let path: String
    private var writer: ArchiveWriter?
    private var newest: NewestRecords?
    public private(set) var isWanted = true

    /// `path`: a file (`.zst` and `.gz` are compressed) or `-`.
    public init(path: String, onlyFinal: Bool) {
        self.path = path
        newest = onlyFinal ? NewestRecords() : nil
    }

    public mutating func begin() throws { writer = try ArchiveWriter(path: path) }

    public mutating func take(_ revision: IncidentRevision, _ record: UnsafeRawBufferPointer) throws {
        if newest != nil {
            newest?.take(revision, record)
        } else {
            try put(record)
        }
    }

    public mutating func flush() throws {
        try writing { (writer) throws(ArchiveError) in try writer.flush() }
    }

    public mutating func finish() throws {
        if let newest { for record in newest.inOrder { try record.withUnsafeBytes { try put($0) } } }
        try writing { (writer) throws(ArchiveError) in try writer.close() }
    }

    private mutating func put(_ record: UnsafeRawBufferPointer) throws {
        try writing { (writer) throws(ArchiveError) in
            try writer.write(record)
            try writer.write(FileOutput.lineEnd)
        }
    }

    /// A reader of stdout that goes away has what it wanted (`… | head`): that is no failure.
    private mutating func writing(_ body: (ArchiveWriter) throws(ArchiveError) -> Void) throws(ArchiveError) {
        guard isWanted, let writer else { return }
        do throws(ArchiveError) {
            try body(writer)
        } catch  where error.code == .brokenPipe && path == "-" {
            isWanted = false
        }
    }

    private static let lineEnd: [UInt8] = [0x0A]
}

/// A topic that cannot be published to.
public struct TopicOutputError: Error, CustomStringConvertible {
    public let description: String
}

/// Every record, or the last of each incident, to a Kafka topic; key = incident id.
public struct TopicOutput: RecordOutput {
    /// Records between two looks for failed deliveries.
    private static let lookInterval = 256

    private let properties: KafkaProperties
    private let topic: String
    private var producer: Producer?
    private var newest: NewestRecords?
    private var produced = 0
    public var isWanted: Bool { true }

    /// `properties`: how to reach Kafka.
    public init(properties: KafkaProperties, topic: String, onlyFinal: Bool) {
        self.properties = properties
        self.topic = topic
        newest = onlyFinal ? NewestRecords() : nil
    }

    /// Throws if Kafka does not answer or has no such topic: a producer would only tell when its records time out.
    public mutating func begin() throws {
        guard try Admin(properties: properties).topic(topic, timeout: .seconds(15)) != nil else {
            throw TopicOutputError(description: "topic \(topic) does not exist at \(properties["bootstrap.servers"] ?? "the brokers")")
        }
        producer = try Producer(properties: properties)
    }

    public mutating func take(_ revision: IncidentRevision, _ record: UnsafeRawBufferPointer) throws {
        if newest != nil {
            newest?.take(revision, record)
        } else {
            try put(revision.id, record)
        }
    }

    public mutating func flush() throws { producer?.poll() }

    public mutating func finish() throws {
        if let newest { for (id, record) in newest.inOrderWithID { try record.withUnsafeBytes { try put(id, $0) } } }
        try producer?.flush(timeout: .seconds(60))
    }

    private mutating func put(_ id: IncidentID, _ record: UnsafeRawBufferPointer) throws {
        guard let producer else { return }
        let key = Array(id.text.utf8)
        try key.withUnsafeBytes { try producer.produce(topic: topic, key: $0, value: record) }
        produced += 1
        guard produced % TopicOutput.lookInterval == 0 else { return }
        producer.poll()
        if let failure = producer.takeFirstError() { throw failure }
    }
}

/// The newest record of each incident, in the order of their first; merged ones are left out.
struct NewestRecords {
    private var indexOf: [IncidentID: Int] = [:]
    private var records: [(id: IncidentID, isMerged: Bool, bytes: [UInt8])] = []

    mutating func take(_ revision: IncidentRevision, _ record: UnsafeRawBufferPointer) {
        let isMerged = revision.status == .merged
        // A merged record is never shown: its bytes need not be kept.
        let bytes = isMerged ? [] : Array(record)
        if let at = indexOf[revision.id] {
            records[at] = (revision.id, isMerged, bytes)
        } else {
            indexOf[revision.id] = records.count
            records.append((revision.id, isMerged, bytes))
        }
    }

    var inOrder: [[UInt8]] { records.filter { !$0.isMerged }.map(\.bytes) }
    var inOrderWithID: [(id: IncidentID, bytes: [UInt8])] { records.filter { !$0.isMerged }.map { ($0.id, $0.bytes) } }
}
