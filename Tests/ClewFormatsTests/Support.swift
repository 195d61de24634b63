import ClewEngine
import ClewFormats
import Glibc
import Testing

/// A decoded event with its names spelled out.
struct Decoded: Equatable {
    var id: String?
    var time: EventTime
    var source: String
    var resource: String
    var type: String
    var identity: String
    var severity: Severity
    var status: EventStatus
    var flags: EventFlags
    var message: String
    var labels: [String: String]
    var index: UInt32
}

/// A decoder with its batch and names, for tests.
final class Bench {
    var decoder: Decoder
    var batch = EventBatch()
    /// Behind a pointer, so that nothing of its layout is needed here.
    private let table: UnsafeMutablePointer<Names>

    init(_ rules: DecoderRules = DecoderRules(), names limit: Int = 10_000) {
        decoder = Decoder(rules: rules)
        table = .allocate(capacity: 1)
        table.initialize(to: Names(limit: limit))
    }

    deinit {
        table.deinitialize(count: 1)
        table.deallocate()
    }

    /// Decodes bytes on top of what is in the batch.
    func decode(
        _ bytes: [UInt8], at recordTime: EventTime? = nil, headers: (any HeaderLookup)? = nil, offset: Int64 = 0
    ) -> DecodeOutcome {
        bytes.withUnsafeBytes { value in
            decoder.decode(
                MessageView(value: value, recordTime: recordTime, headers: headers, partition: 3, offset: offset), into: &batch,
                names: &table.pointee)
        }
    }

    func decode(_ text: String, at recordTime: EventTime? = nil, headers: (any HeaderLookup)? = nil) -> DecodeOutcome {
        decode(Array(text.utf8), at: recordTime, headers: headers)
    }

    /// Decodes one message, of which nothing but the outcome is of interest.
    func decode(_ message: MessageView) -> DecodeOutcome {
        decoder.decode(message, into: &batch, names: &table.pointee)
    }

    func state() -> ContiguousArray<UInt8> {
        var bytes: ContiguousArray<UInt8> = []
        decoder.appendState(names: table.pointee, to: &bytes)
        return bytes
    }

    func restore(_ bytes: ContiguousArray<UInt8>) -> Bool {
        bytes.withUnsafeBytes { decoder.restoreState($0, names: &table.pointee) }
    }

    /// All events in the batch.
    var events: [Decoded] { batch.events.map { spelled($0) } }

    func spelled(_ event: Event) -> Decoded {
        var labels: [String: String] = [:]
        for label in batch.labels(of: event) { labels[label.name] = label.value }
        return Decoded(
            id: batch.id(of: event), time: event.time, source: table.pointee.string(event.source),
            resource: table.pointee.string(event.resource),
            type: table.pointee.string(event.type), identity: table.pointee.string(event.identity), severity: event.severity,
            status: event.status,
            flags: event.flags, message: batch.message(of: event), labels: labels, index: event.indexInMessage)
    }

    /// Decodes one message that must give exactly one event.
    func one(_ text: String, at recordTime: EventTime? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws -> Decoded {
        batch.removeAll()
        let outcome = decode(text, at: recordTime)
        #expect(outcome == .events(1), sourceLocation: sourceLocation)
        return try #require(events.first, sourceLocation: sourceLocation)
    }

    /// Decodes one message that must be refused, and returns the reason; the batch must stay as it was.
    func refused(_ text: String, at recordTime: EventTime? = nil, sourceLocation: SourceLocation = #_sourceLocation) -> DeadReason? {
        refusedDetail(Array(text.utf8), at: recordTime, sourceLocation: sourceLocation)?.0
    }

    func refusedDetail(
        _ bytes: [UInt8], at recordTime: EventTime? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) -> (DeadReason, String)? {
        let events = batch.events.count
        let payload = batch.payload.count
        let outcome = decode(bytes, at: recordTime)
        #expect(batch.events.count == events && batch.payload.count == payload, sourceLocation: sourceLocation)
        guard case .dead(let reason, let detail) = outcome else {
            Issue.record("not refused: \(outcome)", sourceLocation: sourceLocation)
            return nil
        }
        #expect(!detail.isEmpty, sourceLocation: sourceLocation)
        return (reason, detail)
    }
}

/// Headers for tests; names are compared byte by byte.
struct TestHeaders: HeaderLookup {
    private let values: [(name: String, value: UnsafeRawBufferPointer)]

    /// The values live as long as the process: tests have few.
    init(_ values: [(String, String)]) {
        self.values = values.map { name, value in
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: value.utf8.count, alignment: 1)
            copy.copyBytes(from: value.utf8)
            return (name, UnsafeRawBufferPointer(copy))
        }
    }

    func header(_ name: StaticString) -> UnsafeRawBufferPointer? {
        let wanted = name.withUTF8Buffer { String(decoding: $0, as: UTF8.self) }
        return values.last { $0.name == wanted }?.value
    }
}

/// Seconds of CPU of this thread.
func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// A small seeded generator (SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension EventTime {
    /// From milliseconds since the epoch.
    init(ms: Int64) { self.init(microseconds: ms * 1000) }
}

extension String {
    /// The first occurrence of a text at or after an index.
    func range(of text: String, startingAt start: String.Index? = nil) -> Range<String.Index>? {
        var at = start ?? startIndex
        while at < endIndex {
            if self[at...].hasPrefix(text) { return at..<index(at, offsetBy: text.count) }
            at = index(after: at)
        }
        return nil
    }
}

/// A file of the repository, by its path from the top.
func fileText(_ path: String, _ here: String = #filePath) -> String? {
    let top = here.split(separator: "/").dropLast(3).joined(separator: "/")
    guard let file = fopen("/\(top)/\(path)", "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        if count == 0 { break }
        bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
}
