public import ClewArchive
public import ClewEngine
public import ClewKafka

/// Every record, or the last of each incident, as NDJSON to a file or stdout.
public struct FileOutput: RecordOutput {
    private let writer: ArchiveWriter
    private var newest: NewestRecords?

    /// `path`: a file (`.zst` and `.gz` are compressed) or `-`.
    public init(path: String, onlyFinal: Bool) throws(ArchiveError) {
        writer = try ArchiveWriter(path: path)
        newest = onlyFinal ? NewestRecords() : nil
    }

    public mutating func take(_ revision: IncidentRevision, _ record: UnsafeRawBufferPointer) throws {
        if newest != nil {
            newest?.take(revision, record)
        } else {
            try put(record)
        }
    }

    public mutating func finish() throws {
        if let newest { for record in newest.inOrder { try record.withUnsafeBytes { try put($0) } } }
        try writer.close()
    }

    private func put(_ record: UnsafeRawBufferPointer) throws {
        try writer.write(record)
        try writer.write(FileOutput.lineEnd)
    }

    private static let lineEnd: [UInt8] = [0x0A]
}

/// Every record, or the last of each incident, to a Kafka topic; key = incident id.
public struct TopicOutput: RecordOutput {
    private let producer: Producer
    private let topic: String
    private var newest: NewestRecords?

    public init(producer: Producer, topic: String, onlyFinal: Bool) {
        self.producer = producer
        self.topic = topic
        newest = onlyFinal ? NewestRecords() : nil
    }

    public mutating func take(_ revision: IncidentRevision, _ record: UnsafeRawBufferPointer) throws {
        if newest != nil {
            newest?.take(revision, record)
        } else {
            try put(revision.id, record)
        }
    }

    public mutating func finish() throws {
        if let newest { for (id, record) in newest.inOrderWithID { try record.withUnsafeBytes { try put(id, $0) } } }
        try producer.flush(timeout: .seconds(60))
    }

    private func put(_ id: IncidentID, _ record: UnsafeRawBufferPointer) throws {
        let key = Array(id.text.utf8)
        try key.withUnsafeBytes { try producer.produce(topic: topic, key: $0, value: record) }
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
