internal import ClewArchive
public import ClewConfig
public import ClewEngine
import ClewFormats
public import ClewModel
import Glibc

/// One partition with its place in the pipeline.
private struct Partition {
    var stream: ArchiveStream
    var index: UInt32
    var topic: Int
    var hasStarted = false
    var hasEnded = false
}

/// Where an event of the batch comes from.
private struct Place {
    var file: UInt32
    var line: UInt64
    var isOneOfMany: Bool
    /// The message, kept while its partition has no time by which an implausible one could be replaced.
    var message: [UInt8]?
}

/// Replays archived event files through the pipeline: the same incidents as live (ARCHITECTURE.md, *What must hold* 1).
public struct Replay<Output: RecordOutput>: ~Copyable {
    /// Events decoded before they are passed on.
    private static var batchSize: Int { 512 }
    /// The first events of a partition, from whose times it is judged which time is plausible.
    private static var sample: Int { 64 }
    private static var mergeBatch: Int { 64 }
    /// Batches from one report of the progress to the next.
    private static var reportInterval: UInt64 { 16 }

    private let options: ReplayOptions
    private let config: Config
    var pipeline: Pipeline
    var output: Output
    private var partitions: [Partition] = []
    private var assignments: AssignmentsFile?
    private var deadLetters: DeadLetterFile
    /// Where each event of the batch comes from.
    private var places: [Place] = []
    private var pace: Pace?
    /// Lines that were too long, found before the partitions were known.
    private var oversized: UInt64 = 0
    private var summary = ReplaySummary()
    private let report: (ReplayProgress) -> Void
    private let complain: (String) -> Void

    /// Prepares a replay; `report` is called now and then, `complain` with what goes wrong (a line each).
    public init(
        options: ReplayOptions, config: Config, topology: TopologyDefinition, model: LoadedModel? = nil, output: consuming Output,
        report: @escaping (ReplayProgress) -> Void, complain: @escaping (String) -> Void
    ) {
        self.options = options
        self.config = config
        pipeline = Pipeline(
            config: config, topology: topology, model: model,
            recordsAssignments: options.assignments != nil || options.keepsNumbers, makesRevisions: output.takesRecords)
        self.output = output
        assignments = options.assignments.map { AssignmentsFile(path: $0, files: options.files) }
        deadLetters = DeadLetterFile(path: options.deadLetters, files: options.files, complain: complain)
        pace = options.speed.map { Pace(factor: $0) }
        self.report = report
        self.complain = complain
    }

    /// What of the model does not fit the topology.
    public var modelFit: ModelFit { pipeline.modelFit }

    /// What was learned, after `run`, from these files.
    public func learned(from inputs: [Provenance.Input]) -> ModelFile { pipeline.learned(from: inputs) }

    /// Runs it to the end. Throws if a file cannot be opened or the output cannot be written; a file that is damaged
    /// is replayed up to the damage, and named in the summary.
    public mutating func run() throws -> ReplaySummary {
        let begin = Pace.monotonicSeconds()
        let report = self.report
        var source = try ArchiveSource(files: options.files, limits: DecoderRules(config).limits)
        // What cannot be written is found before the work, and what cannot be read before anything is overwritten.
        try output.begin()
        try assignments?.begin()
        try deadLetters.begin()
        try source.load { read, total in
            report(ReplayProgress(bytesRead: read, bytesTotal: total, events: 0, isSplitting: true))
        }
        try addPartitions(source)
        var batches: UInt64 = 0
        while isWanted, let at = nextPartition() {
            try read(at)
            batches += 1
            guard batches % Replay.reportInterval == 0 else { continue }
            let position = source.position
            report(ReplayProgress(bytesRead: position.read, bytesTotal: position.total, events: summary.events, isSplitting: false))
        }
        if !options.keepsOpen, isWanted { pipeline.correlator.finish() }
        pipeline.correlator.release()
        try deliver()
        try output.finish()
        summary.isCutShort = !output.isWanted
        try assignments?.write()
        try deadLetters.close()
        summarise(since: begin)
        return summary
    }

    /// Whether going on has a purpose: somebody reads the records, or another file is to be written.
    private var isWanted: Bool { output.isWanted || assignments != nil || deadLetters.isKept }

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
            oversized += 1
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
        if !partitions[at].hasStarted { wanted = max(wanted, Replay.sample) }
        while places.count < wanted, !partitions[at].hasEnded {
            switch partitions[at].stream.next() {
            case .message(let message): try take(message, at)
            case .oversized(let file, let line, let length):
                pipeline.countDead(.tooLarge, topic: partitions[at].topic)
                try deadLetters.add(.tooLarge, "a line of \(length) bytes", file: file, line: line, value: nil)
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
            let hasClock = pipeline.correlator.clock(ofPartition: partitions[at].index) != nil
            let kept = hasClock ? nil : message.value.map { Array($0) }
            for _ in 0..<count {
                places.append(Place(file: message.file, line: message.line, isOneOfMany: count > 1, message: kept))
            }
        case .ignored: break
        case .dead(let reason, let detail):
            try deadLetters.add(reason, detail, file: message.file, line: message.line, value: message.value)
        }
    }

    /// Where no record's time tells which first time is plausible, the median of the first events does; the first of them
    /// that is plausible beside it then stands for the ones that are not.
    private mutating func giveHint(_ partition: UInt32) {
        let events = pipeline.decoded.events.prefix(Replay.sample)
        guard events.allSatisfy({ $0.recordTime == nil }) else { return }
        let times = events.map(\.time).filter { $0 >= .earliestPlausible }
        guard !times.isEmpty else { return }
        // The lower one of two: a clock that is ahead does more harm than one that is behind.
        pipeline.correlator.setHint(times.sorted()[(times.count - 1) / 2], ofPartition: partition)
        if let first = events.first(where: { pipeline.correlator.plausibleTime(of: $0) == $0.time }) {
            pipeline.correlator.setHint(first.time, ofPartition: partition)
        }
    }

    /// Orders the decoded events and correlates those that are ready.
    private mutating func pass() throws {
        applyWindow()
        guard !places.isEmpty else { return }
        if pace != nil { startPace() }
        if assignments != nil { noteEvents() }
        summary.events += UInt64(places.count)
        for dead in pipeline.flush() {
            let place = places[dead.index]
            let detail = "expected a time after 2000-01-01 and near those around it; there is none to replace it by"
            if let message = place.message {
                try message.withUnsafeBytes {
                    try deadLetters.add(.timestampImplausible, detail, file: place.file, line: place.line, value: $0)
                }
            } else {
                try deadLetters.add(.timestampImplausible, detail, file: place.file, line: place.line, value: nil)
            }
        }
        places.removeAll(keepingCapacity: true)
    }

    /// The replayed time begins with the first events of the partitions, or where printing begins.
    private mutating func startPace() {
        for event in pipeline.decoded.events.prefix(Replay.sample) {
            guard let time = pipeline.correlator.plausibleTime(of: event) else { continue }
            pace?.begin(at: max(time, options.from ?? .distantPast))
        }
    }

    /// Leaves out what `--until` and `--cold` exclude, by the time that an event is going to have.
    private mutating func applyWindow() {
        let until = options.until ?? .distantFuture
        let from = options.isCold ? options.from ?? .distantPast : .distantPast
        guard options.until != nil || options.isCold else { return }
        let isWanted = pipeline.decoded.events.map { event in
            let time = pipeline.correlator.plausibleTime(of: event) ?? event.time
            return time < until && time >= from
        }
        places = places.indices.filter { isWanted[$0] }.map { places[$0] }
        pipeline.filterDecoded { isWanted[$0] }
    }

    private mutating func noteEvents() {
        let batch = pipeline.decoded
        for (at, event) in batch.events.enumerated() {
            // Partitions are numbered from 0 in the order they were added.
            let stream = partitions[Int(event.partition)].stream
            batch.payload.withUnsafeBytes { bytes in
                let start = Int(event.payloadStart)
                assignments?.note(
                    event, id: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + Int(event.idLength))]), file: places[at].file,
                    line: places[at].line, topic: stream.isFromKafka ? stream.topicName : nil, number: stream.number,
                    isOneOfMany: places[at].isOneOfMany)
            }
        }
    }

    /// Carries off the records made so far.
    private mutating func deliver() throws {
        assignments?.collect(&pipeline.correlator)
        guard output.takesRecords else {
            _ = pipeline.correlator.takeRevisions()
            return
        }
        let from = options.from ?? .distantPast
        var printed: UInt64 = 0
        try pipeline.publish { revision, record in
            guard revision.updatedAt >= from else { return }
            if let left = pace?.secondsUntil(revision.updatedAt), left > 0 {
                try output.flush()
                Pace.sleep(left)
            }
            printed += 1
            try output.take(revision, record)
        }
        if pace != nil, printed > 0 { try output.flush() }
        summary.records += printed
    }

    private mutating func reportDamage(_ error: ArchiveError) {
        complain(error.description)
        summary.damaged.append(error.file)
    }

    private mutating func summarise(since begin: Double) {
        summary.statistics = pipeline.correlator.statistics
        var byReason = [UInt64](repeating: 0, count: DeadReason.allCases.count)
        summary.dead = oversized
        for topic in 0..<pipeline.topicCount {
            let counters = pipeline.counters(ofTopic: topic)
            summary.ignored += counters.ignoredTotal
            summary.dead += counters.deadTotal
            for at in byReason.indices { byReason[at] += counters.dead[at] }
        }
        for (at, reason) in DeadReason.allCases.enumerated() {
            if reason == .tooLarge { byReason[at] += oversized }
            guard byReason[at] > 0 else { continue }
            summary.deadByReason.append((reason.rawValue, byReason[at]))
        }
        summary.severityUnknown = pipeline.decoderCounters.severityUnknown
        summary.resends = pipeline.decoderCounters.resends
        summary.seconds = Pace.monotonicSeconds() - begin
    }
}
