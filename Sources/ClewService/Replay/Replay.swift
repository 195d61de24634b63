public import ClewArchive
public import ClewConfig
public import ClewEngine
import ClewFormats
import Glibc

/// Where the records of a replay go.
public protocol RecordOutput {
    /// Takes one record, without a line end; the bytes are valid within the call.
    mutating func take(_ revision: IncidentRevision, _ record: UnsafeRawBufferPointer) throws
    /// All records are there.
    mutating func finish() throws
}

/// Replays archived event files through the pipeline: the same incidents as live (design.md, *What must hold* 1).
public struct Replay<Output: RecordOutput>: ~Copyable {
    /// Events decoded before they are passed on.
    private static var batchSize: Int { 512 }
    /// The first events of a partition, from whose times it is judged which time is plausible.
    private static var sample: Int { 64 }
    private static var mergeBatch: Int { 64 }

    /// One partition with its place in the pipeline.
    private struct Partition {
        var stream: ArchiveStream
        var index: UInt32
        var topic: Int
        var hasStarted = false
        var hasEnded = false
    }

    private let options: ReplayOptions
    private let config: Config
    private var pipeline: Pipeline
    private var output: Output
    private var partitions: [Partition] = []
    private var assignments: AssignmentsFile?
    private var deadLetters: DeadLetterFile
    /// Place of each event in the batch: file and line.
    private var places: [(file: UInt32, line: UInt64, isOneOfMany: Bool)] = []
    private var pace: Pace?
    private var summary = ReplaySummary()
    private let report: (ReplayProgress) -> Void
    private let complain: (String) -> Void

    /// Prepares a replay; `report` is called now and then, `complain` with what goes wrong (a line each).
    public init(
        options: ReplayOptions, config: Config, topology: TopologyDefinition, output: consuming Output,
        report: @escaping (ReplayProgress) -> Void, complain: @escaping (String) -> Void
    ) throws(ArchiveError) {
        self.options = options
        self.config = config
        pipeline = Pipeline(config: config, topology: topology, recordsAssignments: options.assignments != nil)
        self.output = output
        assignments = options.assignments.map { AssignmentsFile(path: $0, files: options.files) }
        deadLetters = try DeadLetterFile(path: options.deadLetters, files: options.files, complain: complain)
        pace = options.speed.map { Pace(factor: $0) }
        self.report = report
        self.complain = complain
    }

    /// Runs it to the end. Throws if a file cannot be opened or the output cannot be written; a file that is damaged
    /// is replayed up to the damage, and named in the summary.
    public mutating func run() throws -> ReplaySummary {
        let begin = Pace.monotonicSeconds()
        let report = self.report
        let source = try ArchiveSource(files: options.files) { read in
            report(ReplayProgress(bytesRead: read, bytesTotal: nil, events: 0, isSplitting: true))
        }
        try addPartitions(source)
        while let at = nextPartition() {
            try read(at)
            let position = source.position
            report(ReplayProgress(
                bytesRead: position.read, bytesTotal: position.total, events: summary.events, isSplitting: false))
        }
        if !options.keepsOpen { pipeline.correlator.finish() }
        try deliver()
        try output.finish()
        try assignments?.write()
        try deadLetters.close()
        summarise(since: begin)
        return summary
    }

    private mutating func addPartitions(_ source: borrowing ArchiveSource) throws {
        let rules = TopicRules(config)
        var topics: [String: Int] = [:]
        for error in source.damaged { reportDamage(error) }
        for stream in source.streams {
            let entry = stream.isFromKafka ? rules.entry(for: stream.topicName) : nil
            let topic = topics[stream.topicName] ?? pipeline.addTopic(stream.topicName, rules: DecoderRules(config, topic: entry))
            topics[stream.topicName] = topic
            let index = pipeline.addPartition(topic: topic, number: max(0, stream.number))
            partitions.append(Partition(stream: stream, index: index, topic: topic))
        }
        for line in source.oversized {
            try deadLetters.add(.tooLarge, "a line of \(line.length) bytes", file: line.file, line: line.line, value: nil)
            summary.dead += 1
        }
    }

    /// The partition whose clock is furthest behind: it holds the watermark. nil when all have ended.
    private func nextPartition() -> Int? {
        var best: Int?
        var least = Int64.max
        for at in partitions.indices where !partitions[at].hasEnded {
            let clock = pipeline.correlator.clock(ofPartition: partitions[at].index)?.microseconds ?? .min
            if best == nil || clock < least {
                best = at
                least = clock
            }
        }
        return best
    }

    /// Reads one batch of a partition and passes it on.
    private mutating func read(_ at: Int) throws {
        var wanted = partitions.count > 1 ? Replay.mergeBatch : Replay.batchSize
        if pace != nil { wanted = 1 }
        if !partitions[at].hasStarted { wanted = max(wanted, Replay.sample) }
        while places.count < wanted, !partitions[at].hasEnded {
            switch partitions[at].stream.next() {
            case .message(let message): try take(message, at)
            case .oversized(let line, let length):
                pipeline.countDead(.tooLarge, topic: partitions[at].topic)
                try deadLetters.add(.tooLarge, "a line of \(length) bytes", file: 0, line: line, value: nil)
            case .damaged(let error):
                reportDamage(error)
                partitions[at].hasEnded = true
            case .end:
                partitions[at].hasEnded = true
            }
        }
        if !partitions[at].hasStarted {
            partitions[at].hasStarted = true
            giveHint(partitions[at].index)
        }
        try pass()
        if partitions[at].hasEnded { pipeline.correlator.setPartition(partitions[at].index, .ended) }
        try deliver()
    }

    private mutating func take(_ message: ArchivedMessage, _ at: Int) throws {
        let view = ClewFormats.MessageView(
            value: message.value, recordTime: message.recordTime, headers: message.headers, partition: partitions[at].index,
            offset: message.offset)
        switch pipeline.decode(view, topic: partitions[at].topic) {
        case .events(let count):
            for _ in 0..<count { places.append((message.file, message.line, count > 1)) }
        case .ignored: break
        case .dead(let reason, let detail):
            try deadLetters.add(reason, detail, file: message.file, line: message.line, value: message.value)
        }
    }

    /// Where no record's time tells which first time is plausible, the median of the first events does.
    private mutating func giveHint(_ partition: UInt32) {
        let events = pipeline.decoded.events
        guard events.allSatisfy({ $0.recordTime == nil }) else { return }
        let times = events.prefix(Replay.sample).map(\.time).filter { $0 >= .earliestPlausible }.sorted()
        if !times.isEmpty { pipeline.correlator.setHint(times[times.count / 2], ofPartition: partition) }
    }

    /// Orders the decoded events and correlates those that are ready.
    private mutating func pass() throws {
        applyWindow()
        guard !places.isEmpty else { return }
        if pace != nil, let time = pipeline.decoded.events.first?.time { pace?.wait(until: time) }
        if assignments != nil { noteEvents() }
        summary.events += UInt64(places.count)
        let batchPlaces = places
        let events = pipeline.decoded.events
        for dead in pipeline.flush() {
            guard let at = events.firstIndex(where: {
                $0.partition == dead.partition && $0.offset == dead.offset && $0.indexInMessage == dead.indexInMessage
            }) else { continue }
            let detail = "expected a time after 2000-01-01 and near those around it; there is none to replace it by"
            try deadLetters.add(.timestampImplausible, detail, file: batchPlaces[at].file, line: batchPlaces[at].line, value: nil)
        }
        places.removeAll(keepingCapacity: true)
    }

    /// Leaves out what `--until` and `--cold` exclude.
    private mutating func applyWindow() {
        let until = options.until ?? .distantFuture
        let from = options.isCold ? options.from ?? .distantPast : .distantPast
        guard options.until != nil || options.isCold else { return }
        func isWanted(_ event: Event) -> Bool { event.time < until && event.time >= from }
        let events = pipeline.decoded.events
        places = places.indices.filter { isWanted(events[$0]) }.map { places[$0] }
        pipeline.filterDecoded(isWanted)
    }

    private mutating func noteEvents() {
        let batch = pipeline.decoded
        for (at, event) in batch.events.enumerated() {
            let partition = partitions.first { $0.index == event.partition }
            let stream = partition?.stream
            batch.payload.withUnsafeBytes { bytes in
                let start = Int(event.payloadStart)
                assignments?.note(
                    event, id: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + Int(event.idLength))]), file: places[at].file,
                    line: places[at].line, topic: stream?.isFromKafka == true ? stream?.topicName : nil, number: stream?.number ?? 0,
                    isOneOfMany: places[at].isOneOfMany)
            }
        }
    }

    /// Carries off the records made so far.
    private mutating func deliver() throws {
        assignments?.collect(&pipeline.correlator)
        let from = options.from ?? .distantPast
        var printed: UInt64 = 0
        try pipeline.publish { revision, record in
            guard revision.updatedAt >= from else { return }
            printed += 1
            try output.take(revision, record)
        }
        summary.records += printed
    }

    private mutating func reportDamage(_ error: ArchiveError) {
        complain(error.description)
        summary.damaged.append(error.file)
    }

    private mutating func summarise(since begin: Double) {
        summary.statistics = pipeline.correlator.statistics
        var byReason = [UInt64](repeating: 0, count: DeadReason.allCases.count)
        for topic in 0..<pipeline.topicCount {
            let counters = pipeline.counters(ofTopic: topic)
            summary.ignored += counters.ignoredTotal
            summary.dead += counters.deadTotal
            for at in byReason.indices { byReason[at] += counters.dead[at] }
        }
        for (at, reason) in DeadReason.allCases.enumerated() where byReason[at] > 0 {
            summary.deadByReason.append((reason.rawValue, byReason[at]))
        }
        summary.severityUnknown = pipeline.decoderCounters.severityUnknown
        summary.resends = pipeline.decoderCounters.resends
        summary.seconds = Pace.monotonicSeconds() - begin
    }
}

/// Keeps a replay to a multiple of real time.
struct Pace {
    let factor: Double
    private var origin: (event: EventTime, wall: Double)?

    init(factor: Double) { self.factor = factor }

    /// Waits until an event of that time is due.
    mutating func wait(until time: EventTime) {
        guard let origin else {
            self.origin = (time, Pace.monotonicSeconds())
            return
        }
        let due = origin.wall + (time.seconds - origin.event.seconds) / factor
        let left = due - Pace.monotonicSeconds()
        guard left > 0 else { return }
        var request = timespec(tv_sec: Int(left), tv_nsec: Int((left - Double(Int(left))) * 1e9))
        var rest = timespec()
        while nanosleep(&request, &rest) != 0, errno == EINTR { request = rest }
    }

    static func monotonicSeconds() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
    }
}
