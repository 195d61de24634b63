internal import ClewArchive
internal import ClewEngine
public import ClewFormats
public import ClewKafka
internal import Glibc

/// What became of the lines of a play.
public struct PlaySummary: Sendable, Equatable {
    /// Messages published.
    public var messages: UInt64 = 0
    /// Of these, messages of which no event could be read: published as they are, without a key.
    public var unreadable: UInt64 = 0
    /// Lines longer than the reader takes: left out.
    public var oversized: UInt64 = 0
    /// Bytes of messages published.
    public var bytes: UInt64 = 0

    public init() {}
}

/// How far a play has come, in bytes of the file as stored.
public struct PlayProgress: Sendable {
    public var file: String
    public var bytesRead: UInt64
    /// nil for a pipe.
    public var bytesTotal: UInt64?
    public var messages: UInt64

    init(_ reader: ArchiveReader, messages: UInt64) {
        file = reader.name
        bytesRead = reader.storedBytesRead
        bytesTotal = reader.storedBytesTotal
        self.messages = messages
    }
}

/// Publishes event files to a topic, line by line in the order of the files, at a multiple of real time or as fast as it goes.
///
/// A line of a dump (kcat -J, Kafka Connect) is unpacked: its message is published. Keys are resources, so that a resource
/// stays on one partition; record timestamps are the wall clock. One thread owns a player.
public struct EventPlayer: ~Copyable {
    /// Names are only looked at, so they are forgotten now and then.
    private static let nameLimit = 100_000
    private let producer: Producer
    private let topic: String
    private let isKeyed: Bool
    private var decoder: Decoder
    private var envelopes = EnvelopeReader()
    private var names = Names(limit: EventPlayer.nameLimit * 2)
    private var batch = EventBatch()
    private var pace: PlayPace?
    private var summary = PlaySummary()

    /// - Parameters:
    ///   - rules: how messages are read for their time and resource.
    ///   - speed: multiple of real time; nil for no pause at all.
    ///   - isKeyed: key each record by its first event's resource.
    public init(producer: Producer, topic: String, rules: DecoderRules = DecoderRules(), speed: Double? = nil, isKeyed: Bool = true) {
        self.producer = producer
        self.topic = topic
        self.isKeyed = isKeyed
        decoder = Decoder(rules: rules)
        pace = speed.map { PlayPace(speed: $0) }
    }

    /// Publishes the files and waits until all is delivered. Ends early, without an error, when `shouldStop` says so.
    ///
    /// - Throws: `ArchiveError` where a file cannot be read, `KafkaError` where a record cannot be delivered.
    public mutating func play(
        _ files: [String], shouldStop: () -> Bool = { false }, report: (PlayProgress) -> Void = { _ in }
    ) throws -> PlaySummary {
        for path in files where !shouldStop() {
            let reader = try ArchiveReader(path: path, options: ArchiveReader.Options(unfoldsJSON: true))
            while !shouldStop(), let item = try reader.next() {
                switch item {
                case .oversized: summary.oversized += 1
                case .lines(let block):
                    for line in block where !EventPlayer.isBlank(line.bytes) {
                        guard try publish(line.bytes, shouldStop, { report(PlayProgress(reader, messages: $0)) }) else { break }
                    }
                }
                report(PlayProgress(reader, messages: summary.messages))
            }
        }
        try producer.flush(timeout: .seconds(60))
        return summary
    }

    /// Publishes one line when it is due; false if it was to stop before.
    private mutating func publish(
        _ line: UnsafeRawBufferPointer, _ shouldStop: () -> Bool, _ report: (UInt64) -> Void
    ) throws -> Bool {
        let envelope = envelopes.read(line)
        let message = envelope.map { $0.payload } ?? line
        let (time, key) = look(at: message, recordTime: envelope?.recordTime)
        while let left = time.flatMap({ pace?.secondsUntil($0) }), left > 0 {
            if shouldStop() { return false }
            report(summary.messages)
            producer.poll()
            usleep(UInt32(min(left, 0.05) * 1e6))
        }
        try producer.produce(topic: topic, key: key, value: message.map { Array($0) })
        summary.messages += 1
        summary.bytes += UInt64(message?.count ?? 0)
        if summary.messages % 256 == 0 {
            producer.poll()
            if let error = producer.takeFirstError() { throw error }
            if shouldStop() { return false }
        }
        return true
    }

    /// The time and the resource of a message's first event.
    private mutating func look(at message: UnsafeRawBufferPointer?, recordTime: EventTime?) -> (time: EventTime?, key: [UInt8]?) {
        if names.count > EventPlayer.nameLimit { names = Names(limit: EventPlayer.nameLimit * 2) }
        batch.removeAll()
        let view = ClewFormats.MessageView(value: message, recordTime: recordTime)
        if case .dead = decoder.decode(view, into: &batch, names: &names) { summary.unreadable += 1 }
        guard let event = batch.events.first else { return (nil, nil) }
        let key = isKeyed ? names.withBytes(event.resource) { Array($0) } : nil
        return (event.time, key)
    }

    private static func isBlank(_ line: UnsafeRawBufferPointer) -> Bool { line.allSatisfy { $0 == 0x20 || $0 == 0x09 } }
}

/// When an event is due, if event time runs at a multiple of real time from the first event on.
struct PlayPace {
    /// A step of more than this is a silence nobody wants to wait through, or a broken clock: time goes on from there.
    private static let longestStep = 3_600.0
    private let speed: Double
    private var origin: (event: Double, wall: Double)?
    private var last = 0.0

    init(speed: Double) { self.speed = speed }

    /// Seconds to wait until an event of that time is due; 0 or less where it is.
    mutating func secondsUntil(_ time: EventTime, now: Double = PlayPace.now()) -> Double {
        let seconds = time.seconds
        guard let origin, abs(seconds - last) <= PlayPace.longestStep else {
            self.origin = (seconds, now)
            last = seconds
            return 0
        }
        last = seconds
        return origin.wall + (seconds - origin.event) / speed - now
    }

    /// Monotonic seconds.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
