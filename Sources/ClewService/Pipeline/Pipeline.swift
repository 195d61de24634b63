public import ClewConfig
public import ClewEngine
public import ClewFormats
public import ClewModel

/// The way of every event, live or replayed: decode → order → correlate → encode (ARCHITECTURE.md).
///
/// A shell feeds it messages and carries off what comes out; it does no I/O itself and asks no clock.
///
///     let p = pipeline.addPartition(topic: t, number: 0)
///     switch pipeline.decode(message, topic: t) { case .dead(let reason, let detail): … }
///     for dead in pipeline.flush() { … }            // events without a usable timestamp
///     try pipeline.publish { revision, record in … } // the records, in order
public struct Pipeline: ~Copyable {
    /// One topic's decoder: a box, since decoders cannot be copied.
    private final class Topic {
        let name: String
        var decoder: Decoder
        var counters = TopicCounters()
        init(name: String, rules: DecoderRules) {
            self.name = name
            decoder = Decoder(rules: rules)
        }
    }

    /// An event whose timestamp is implausible, with nothing to replace it by: its message is a dead letter.
    public struct Implausible: Sendable, Equatable {
        public var partition: UInt32
        public var offset: Int64
        public var indexInMessage: UInt32
        /// Its place among the events that were decoded since the last `flush`.
        public var index: Int
    }

    /// The state machine behind it; `correlator.statistics` tells what it counted.
    public var correlator: Correlator
    private var topics: [Topic] = []
    private var topicOfPartition: [Int] = []
    private var encoder: IncidentEncoder
    private var batch = EventBatch()
    public let versions: RecordVersions
    /// The correlation domains, by number.
    public let domainNames: [String]
    /// What of the model does not fit the topology.
    public private(set) var modelFit = ModelFit()
    private let halfLife: Double?
    private let basis: [Provenance.Input]

    /// Creates a pipeline; `model` is what the engine begins with. Without `makesRevisions` nothing is to be published.
    public init(
        config: Config, topology: TopologyDefinition, model: LoadedModel? = nil, recordsAssignments: Bool = false,
        makesRevisions: Bool = true
    ) {
        correlator = Correlator(
            topology: topology, correlation: config.correlationParameters, intake: config.intakeParameters,
            nameLimit: config.limits.names, recordsAssignments: recordsAssignments, makesRevisions: makesRevisions)
        domainNames = topology.domains.names
        let threads = DomainThreads.count(wanted: config.correlation.threads, domains: correlator.domainCount)
        if threads > 1 { correlator.concurrently = { DomainThreads.run($0, threads: threads, $1) } }
        versions = RecordVersions(
            clew: ClewVersion.text, config: Pipeline.digest(config.canonicalBytes()),
            topology: Pipeline.digest(topology.canonicalBytes()), model: model?.digest)
        encoder = IncidentEncoder(versions: versions)
        halfLife = config.model.halfLife?.inSeconds
        basis = model?.file.provenance.inputs ?? []
        if let model { modelFit = correlator.adopt(model.file.model) }
    }

    private static func digest(_ bytes: [UInt8]) -> String {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update($0) }
        return "sha256:" + hash.finishHex()
    }

    /// What was learned so far, with where it comes from; `inputs` are what was read.
    public func learned(from inputs: [Provenance.Input]) -> ModelFile {
        let provenance = Provenance(
            clew: versions.clew, config: versions.config, topology: versions.topology, basedOn: versions.model, halfLife: halfLife,
            inputs: basis + inputs)
        return ModelFile(provenance: provenance, model: correlator.learned())
    }

    /// An alert's name by its texts; `.none` for what is longer than a name may be.
    mutating func intern(_ alert: FoundAlert) -> AlertName {
        func id(_ text: [UInt8]) -> NameID { text.withUnsafeBytes { correlator.names.intern($0) } ?? .none }
        return AlertName(
            resource: id(alert.resource), type: id(alert.type), identity: alert.identity.map { id($0) } ?? .none)
    }

    // MARK: Sources

    /// Makes a topic known, with the rules by which its messages are read; returns its index.
    public mutating func addTopic(_ name: String, rules: DecoderRules) -> Int {
        topics.append(Topic(name: name, rules: rules))
        return topics.count - 1
    }

    /// Makes a partition known; it holds the watermark from now on.
    public mutating func addPartition(topic: Int, number: Int32) -> UInt32 {
        topicOfPartition.append(topic)
        return correlator.addPartition(topic: topics[topic].name, number: number)
    }

    public var topicCount: Int { topics.count }
    public func topicName(_ topic: Int) -> String { topics[topic].name }
    public func counters(ofTopic topic: Int) -> TopicCounters { topics[topic].counters }

    /// PagerDuty `dedup_key`s that are remembered.
    public func dedupKeys(ofTopic topic: Int) -> Int { topics[topic].decoder.dedupKeyCount }

    /// Severities that were missing or unknown, and re-sends, over all topics.
    public var decoderCounters: DecoderCounters {
        var sum = DecoderCounters()
        for topic in topics {
            sum.labelsCut += topic.decoder.counters.labelsCut
            sum.severityUnknown += topic.decoder.counters.severityUnknown
            sum.resends += topic.decoder.counters.resends
        }
        return sum
    }

    // MARK: Events

    /// Decodes one message into the batch that the next `flush` takes.
    public mutating func decode(_ message: ClewFormats.MessageView, topic index: Int) -> DecodeOutcome {
        let topic = topics[index]
        let outcome = topic.decoder.decode(message, into: &batch, names: &correlator.names)
        topic.counters.messages += 1
        switch outcome {
        case .events(let count): topic.counters.events += UInt64(count)
        case .ignored(let reason): topic.counters.count(reason)
        case .dead(let reason, _): topic.counters.count(reason)
        }
        return outcome
    }

    /// Counts a message that its source already refused (a line too long to be read).
    public mutating func countDead(_ reason: DeadReason, topic index: Int) {
        topics[index].counters.messages += 1
        topics[index].counters.count(reason)
    }

    /// Events decoded since the last `flush`.
    public var decoded: EventBatch {
        _read { yield batch }
    }

    /// Removes the events that `keep` refuses, by their index in `decoded`, from those that the next `flush` takes.
    public mutating func filterDecoded(_ keep: (Int) -> Bool) {
        var kept = 0
        for at in batch.events.indices where keep(at) {
            batch.events[kept] = batch.events[at]
            kept += 1
        }
        batch.events.removeLast(batch.events.count - kept)
    }

    /// Orders the decoded events and passes on to the engine what the watermark has passed.
    ///
    /// Returns the events that are dead after all: no plausible timestamp. They are counted.
    public mutating func flush() -> [Implausible] {
        guard !batch.events.isEmpty else { return [] }
        let rejected = correlator.push(batch).map { at in
            let event = batch.events[at]
            topics[topicOfPartition[Int(event.partition)]].counters.count(DeadReason.timestampImplausible)
            return Implausible(partition: event.partition, offset: event.offset, indexInMessage: event.indexInMessage, index: at)
        }
        batch.removeAll()
        return rejected
    }

    /// Calls `body` with each revision made since the last call and its record (valid within the call), in order.
    public mutating func publish(_ body: (IncidentRevision, UnsafeRawBufferPointer) throws -> Void) rethrows {
        guard correlator.pendingRevisions > 0 else { return }
        for revision in correlator.takeRevisions() {
            try encoder.withRecord(of: revision, names: correlator.names) { try body(revision, $0) }
        }
    }
}
