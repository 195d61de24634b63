internal import ClewArchive
public import ClewConfig
public import ClewEngine
import ClewFormats
public import ClewScore

/// Groups archived events by one of the simple methods, and writes the assignments file as `replay` does.
public struct BaselineReplay: ~Copyable {
    /// What it came to.
    public struct Summary: Sendable, Equatable {
        /// Events decoded, and those of them that fire and are no changes.
        public var events = 0
        public var firing = 0
        public var incidents = 0
        /// Messages that could not be decoded.
        public var dead = 0
        /// Resources that the topology does not name: each stands alone.
        public var unknownResources = 0
    }

    private let config: Config
    private let files: [String]
    private let groupBy: [String]
    private let edges: [(Int32, Int32)]
    private var assignments: AssignmentsFile
    private var names = Names(limit: Int(Int32.max))
    private var changeTypes: ChangeTypes
    private var resources: [NameID: Int32] = [:]
    private var labelSets = Names(limit: Int(Int32.max))
    /// What fires, and its place in the assignments.
    private var events: [Baseline.Event] = []
    private var sequences: [Int] = []
    private var summary = Summary()

    /// - Parameters:
    ///   - out: the assignments file; `-` is stdout.
    ///   - groupBy: for `labels`: `source`, `type`, `resource`, `severity`, or names of labels.
    public init(files: [String], out: String, config: Config, topology: TopologyDefinition, groupBy: [String]) {
        self.config = config
        self.files = files
        self.groupBy = groupBy
        changeTypes = ChangeTypes(config.correlation.changeTypes)
        edges = topology.edges.map { (Int32($0.from), Int32($0.to)) }
        assignments = AssignmentsFile(path: out, files: files)
        for (index, node) in topology.nodes.enumerated() {
            if let name = names.intern(node.id) { resources[name] = Int32(index) }
        }
        nodeCount = topology.nodes.count
    }

    private let nodeCount: Int

    /// Reads the files, groups, writes. Throws if a file cannot be read to its end, or the assignments cannot be written.
    public mutating func run(_ method: Baseline, quiet: Double?) throws -> Summary {
        var source = try ArchiveSource(files: files, limits: DecoderRules(config).limits)
        try assignments.begin()
        try source.load { _, _ in }
        if let error = source.damaged.first { throw error }
        summary.dead = source.oversized.count
        for stream in source.streams { try read(stream) }
        summary.unknownResources = resources.count - nodeCount
        let incidents = method.incidents(of: events, edges: edges, quiet: quiet)
        summary.incidents = Int(incidents.max() ?? -1) + 1
        for (sequence, incident) in zip(sequences, incidents) { assignments.assign(UInt32(incident), to: sequence) }
        try assignments.write()
        return summary
    }

    private mutating func read(_ stream: ArchiveStream) throws {
        let entry = stream.isFromKafka ? TopicRules(config).entry(for: stream.topicName) : nil
        var decoder = Decoder(rules: DecoderRules(config, topic: entry))
        var batch = EventBatch()
        while true {
            switch stream.next() {
            case .message(let message):
                let view = ClewFormats.MessageView(
                    value: message.value, recordTime: message.recordTime, headers: message.headers, partition: 0, offset: message.offset)
                if case .dead = decoder.decode(view, into: &batch, names: &names) { summary.dead += 1 }
                for event in batch.events { take(event, batch, message, stream) }
                batch.removeAll()
            case .oversized: summary.dead += 1
            case .damaged(let error): throw error
            case .end: return
            }
        }
    }

    private mutating func take(_ event: Event, _ batch: EventBatch, _ message: ArchivedMessage, _ stream: ArchiveStream) {
        batch.payload.withUnsafeBytes { bytes in
            let start = Int(event.payloadStart)
            assignments.note(
                event, id: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + Int(event.idLength))]), file: message.file,
                line: message.line, topic: stream.isFromKafka ? stream.topicName : nil, number: stream.number,
                isOneOfMany: batch.events.count > 1)
        }
        summary.events += 1
        guard event.status == .firing, !changeTypes.contains(event.type, names) else { return }
        summary.firing += 1
        sequences.append(summary.events - 1)
        let resource = resources[event.resource] ?? Int32(resources.count)
        resources[event.resource] = resource
        events.append(Baseline.Event(time: event.time.microseconds, resource: resource, labels: labels(event, batch)))
    }

    /// A number for the values that it is grouped by; a label that is missing is empty, as in Alertmanager.
    private mutating func labels(_ event: Event, _ batch: EventBatch) -> Int32 {
        let labels = batch.labels(of: event)
        let values = groupBy.map { name in
            switch name {
            case "source": names.string(event.source)
            case "type": names.string(event.type)
            case "resource": names.string(event.resource)
            case "severity": event.severity.name
            default: labels.first { $0.name == name }?.value ?? ""
            }
        }
        // Too long to be interned: grouped with what else is.
        return Int32(truncatingIfNeeded: labelSets.intern(values.joined(separator: "\u{0}"))?.index ?? UInt32(Int32.max))
    }
}
