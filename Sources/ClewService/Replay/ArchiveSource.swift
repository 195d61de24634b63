import ClewArchive
import ClewEngine
import ClewFormats

/// One archived message: where it stands, and its bytes (valid until the next read).
struct ArchivedMessage {
    var file: UInt32
    var line: UInt64
    /// Coordinates in Kafka; the line where there are none.
    var offset: Int64
    var recordTime: EventTime?
    var value: UnsafeRawBufferPointer?
    var headers: (any HeaderLookup)?
}

/// What reading a stream gave.
enum StreamItem {
    case message(ArchivedMessage)
    case oversized(file: UInt32, line: UInt64, length: UInt64)
    /// The file is damaged here: nothing more comes.
    case damaged(ArchiveError)
    case end
}

/// The messages of one partition, in order: a file without envelopes, or a spool that a dump was split into.
final class ArchiveStream {
    enum Content {
        case file(ArchiveReader, UInt32)
        case spool(SpoolFile)
    }

    let topicName: String
    let number: Int32
    /// Whether lines carry a Kafka topic, whose rules of the config then apply.
    let isFromKafka: Bool
    private let content: Content
    private var lines: LineBlock.Iterator?
    private var pending: LineBlock?
    private var envelopes: EnvelopeReader

    init(
        topicName: String, number: Int32, isFromKafka: Bool, content: Content, limits: DecoderLimits, first block: LineBlock? = nil
    ) {
        envelopes = EnvelopeReader(limits: limits)
        self.topicName = topicName
        self.number = number
        self.isFromKafka = isFromKafka
        self.content = content
        pending = block
    }

    /// Bytes of its content: read so far, and in all (nil for a pipe).
    var position: (read: UInt64, total: UInt64?) {
        switch content {
        case .file(let reader, _): return (reader.storedBytesRead, reader.storedBytesTotal)
        case .spool(let spool):
            let share = spool.recordCount == 0 ? 1 : Double(spool.recordsRead) / Double(spool.recordCount)
            return (UInt64(Double(spool.byteCount) * share), spool.byteCount)
        }
    }

    /// The next message, blank lines left out.
    func next() -> StreamItem {
        switch content {
        case .file(let reader, let file): nextLine(reader, file)
        case .spool(let spool): nextRecord(spool)
        }
    }

    private func nextLine(_ reader: ArchiveReader, _ file: UInt32) -> StreamItem {
        while true {
            while let line = lines?.next() {
                if ArchiveStream.isBlank(line.bytes) { continue }
                return .message(
                    ArchivedMessage(
                        file: file, line: line.number, offset: Int64(line.number), recordTime: nil, value: line.bytes, headers: nil))
            }
            do throws(ArchiveError) {
                if let block = pending {
                    pending = nil
                    lines = block.makeIterator()
                    continue
                }
                switch try reader.next() {
                case .lines(let block): lines = block.makeIterator()
                case .oversized(let report): return .oversized(file: file, line: report.number, length: report.length)
                case nil: return .end
                }
            } catch {
                lines = nil
                return .damaged(error)
            }
        }
    }

    private func nextRecord(_ spool: SpoolFile) -> StreamItem {
        do throws(ArchiveError) {
            guard let record = try spool.next() else { return .end }
            let header = SpoolHeader(record)
            let line = UnsafeRawBufferPointer(rebasing: record[SpoolHeader.size...])
            var message = ArchivedMessage(
                file: header.file, line: header.line, offset: header.offset, recordTime: nil, value: line, headers: nil)
            if let envelope = envelopes.read(line) {
                message.value = envelope.payload
                message.recordTime = envelope.recordTime
                if envelope.hasHeaders { message.headers = envelope }
            }
            return .message(message)
        } catch {
            return .damaged(error)
        }
    }

    static func isBlank(_ line: UnsafeRawBufferPointer) -> Bool {
        guard let first = line.first, first <= 0x20 else { return line.isEmpty }
        return line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    }
}

/// What a spooled line is preceded by.
struct SpoolHeader {
    static let size = 24
    var file: UInt32
    var line: UInt64
    var offset: Int64

    init(file: UInt32, line: UInt64, offset: Int64) {
        self.file = file
        self.line = line
        self.offset = offset
    }

    init(_ bytes: UnsafeRawBufferPointer) {
        file = bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self)
        line = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        offset = bytes.loadUnaligned(fromByteOffset: 16, as: Int64.self)
    }

    /// Puts the header before a line, into a reused buffer.
    func write(before line: UnsafeRawBufferPointer, into buffer: inout [UInt8]) {
        buffer.removeAll(keepingCapacity: true)
        withUnsafeBytes(of: UInt64(file)) { buffer.append(contentsOf: $0) }
        withUnsafeBytes(of: self.line) { buffer.append(contentsOf: $0) }
        withUnsafeBytes(of: offset) { buffer.append(contentsOf: $0) }
        buffer.append(contentsOf: line)
    }
}

/// Opens archive files and makes every partition in them known before the first message is read.
///
/// A file without envelopes is one partition. A dump (`kcat -J`, Kafka Connect) is first split into one spool file a
/// (topic, partition), over all files given: its partitions may come as blocks, and they must be merged by time with
/// bounded memory.
struct ArchiveSource: ~Copyable {
    private(set) var streams: [ArchiveStream] = []
    /// Files that could not be read to their end while they were looked at or split.
    private(set) var damaged: [ArchiveError] = []
    /// Lines that were too long, of the same files.
    private(set) var oversized: [(file: UInt32, line: UInt64, length: UInt64)] = []
    private let files: [String]
    private let limits: DecoderLimits
    private var readers: [ArchiveReader] = []
    private var spools: [String: (spool: SpoolFile, topic: String, number: Int32)] = [:]
    private var order: [String] = []
    private var envelopes: EnvelopeReader
    private var buffer: [UInt8] = []

    private static let sampledLines = 16

    /// Opens the files. Throws for one that cannot be opened; damage is found when it is read.
    init(files: [String], limits: DecoderLimits) throws {
        self.files = files
        self.limits = limits
        envelopes = EnvelopeReader(limits: limits)
        // A message within an envelope may be escaped throughout.
        let options = ArchiveReader.Options(maximumLineLength: max(16 << 20, limits.messageBytes * 6 + 65_536), unfoldsJSON: true)
        for path in files { readers.append(try ArchiveReader(path: path, options: options)) }
    }

    /// Finds the streams: looks at the first lines of each file, and splits dumps. `progress`: bytes read, and in all.
    mutating func load(progress: (UInt64, UInt64?) -> Void) throws {
        for (index, reader) in readers.enumerated() {
            let first: LineBlock?
            do throws(ArchiveError) {
                first = try firstLines(reader, UInt32(index))
            } catch {
                damaged.append(error)
                continue
            }
            if let block = first, looksLikeDump(block) {
                try split(reader, block, file: UInt32(index), progress)
            } else {
                streams.append(
                    ArchiveStream(
                        topicName: files[index], number: 0, isFromKafka: false, content: .file(reader, UInt32(index)), limits: limits,
                        first: first))
            }
        }
        for key in order {
            guard let entry = spools[key] else { continue }
            try entry.spool.rewind()
            streams.append(
                ArchiveStream(
                    topicName: entry.topic, number: entry.number, isFromKafka: entry.number >= 0, content: .spool(entry.spool),
                    limits: limits))
        }
    }

    /// Bytes of what is replayed: read so far, and in all (nil if a pipe is among them).
    var position: (read: UInt64, total: UInt64?) {
        var read: UInt64 = 0
        var total: UInt64? = 0
        for stream in streams {
            let position = stream.position
            read += position.read
            if let size = position.total { total? += size } else { total = nil }
        }
        return (read, total)
    }

    private mutating func firstLines(_ reader: ArchiveReader, _ file: UInt32) throws(ArchiveError) -> LineBlock? {
        while let item = try reader.next() {
            switch item {
            case .lines(let block): return block
            case .oversized(let report): oversized.append((file, report.number, report.length))
            }
        }
        return nil
    }

    private mutating func looksLikeDump(_ block: LineBlock) -> Bool {
        var seen = 0
        for line in block where !ArchiveStream.isBlank(line.bytes) {
            if envelopes.read(line.bytes) != nil { return true }
            seen += 1
            if seen == ArchiveSource.sampledLines { return false }
        }
        return false
    }

    private mutating func split(
        _ reader: ArchiveReader, _ first: LineBlock, file: UInt32, _ progress: (UInt64, UInt64?) -> Void
    ) throws {
        var next: LineBlock? = first
        while true {
            if let block = next {
                for line in block where !ArchiveStream.isBlank(line.bytes) { try spool(line, file) }
                progress(reader.storedBytesRead, reader.storedBytesTotal)
            }
            next = nil
            let item: ArchiveReader.Item?
            do throws(ArchiveError) {
                item = try reader.next()
            } catch {
                damaged.append(error)
                return
            }
            switch item {
            case .lines(let block): next = block
            case .oversized(let report): oversized.append((file, report.number, report.length))
            case nil: return
            }
        }
    }

    private mutating func spool(_ line: ArchiveLine, _ file: UInt32) throws {
        var topic = files[Int(file)]
        var number: Int32 = -1
        var offset = Int64(line.number)
        if let envelope = envelopes.read(line.bytes), let bytes = envelope.topic, let partition = envelope.partition {
            topic = String(decoding: bytes, as: UTF8.self)
            number = partition
            offset = envelope.offset ?? offset
        }
        let key = "\(number)/\(topic)"
        if spools[key] == nil {
            spools[key] = (try SpoolFile(), topic, number)
            order.append(key)
        }
        SpoolHeader(file: file, line: line.number, offset: offset).write(before: line.bytes, into: &buffer)
        guard let spool = spools[key]?.spool else { return }
        try buffer.withUnsafeBytes { bytes in try spool.append(bytes) }
    }
}
