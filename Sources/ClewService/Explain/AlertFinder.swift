internal import ClewArchive
import ClewConfig
import ClewEngine
import ClewFormats

/// An alert key by its texts, as a first reading of the events found it.
struct FoundAlert: Equatable {
    var resource: [UInt8]
    var type: [UInt8]
    var identity: [UInt8]?
}

/// Finds what a person calls an alert among archived events: an event's id, or a key as records show it
/// (`resource/type`, with the identity labels' values where there are such).
struct AlertFinder {
    private let wanted: [[UInt8]]
    private(set) var found: [FoundAlert?]
    /// Keys seen, for a hint at what may have been meant; not all of a large file.
    private(set) var keys: Set<String> = []
    /// Messages that could not be decoded.
    private(set) var dead = 0
    private static let mostHints = 50_000
    /// Ids of the topology's nodes, and what follows the resource in keys seen (as many): records show an alias, which events
    /// use, by the node that it stands for.
    private let nodes: Set<[UInt8]>
    private var kinds: [[UInt8]: FoundAlert] = [:]

    init(_ texts: [String], nodes: Set<[UInt8]>) {
        self.nodes = nodes
        wanted = texts.map { Array($0.utf8) }
        found = texts.map { _ in nil }
    }

    /// Reads the files until both are found.
    mutating func search(_ files: [String], _ config: Config) throws {
        var source = try ArchiveSource(files: files, limits: DecoderRules(config).limits)
        try source.load { _, _ in }
        for stream in source.streams {
            if found.allSatisfy({ $0 != nil }) { return }
            read(stream, config)
        }
    }

    /// The alert as a node's that a text may stand for, where no event names it so; whether there is such tells the replay.
    func ofNode(_ index: Int) -> FoundAlert? {
        let text = wanted[index]
        for slash in text.indices where text[slash] == 0x2F && nodes.contains(Array(text[..<slash])) {
            guard var alert = kinds[Array(text[(slash + 1)...])] else { continue }
            alert.resource = Array(text[..<slash])
            return alert
        }
        return nil
    }

    private mutating func read(_ stream: ArchiveStream, _ config: Config) {
        let entry = stream.isFromKafka ? TopicRules(config).entry(for: stream.topicName) : nil
        var decoder = Decoder(rules: DecoderRules(config, topic: entry))
        var names = Names(limit: Int(Int32.max))
        var batch = EventBatch()
        while found.contains(where: { $0 == nil }) {
            switch stream.next() {
            case .message(let message):
                let view = ClewFormats.MessageView(
                    value: message.value, recordTime: message.recordTime, headers: message.headers, partition: 0, offset: message.offset)
                if case .dead = decoder.decode(view, into: &batch, names: &names) { dead += 1 }
                for event in batch.events { compare(event, batch, names) }
                batch.removeAll()
            case .oversized: dead += 1
            case .damaged, .end: return
            }
        }
    }

    private mutating func compare(_ event: Event, _ batch: EventBatch, _ names: borrowing Names) {
        let alert = FoundAlert(
            resource: AlertFinder.bytes(event.resource, names), type: AlertFinder.bytes(event.type, names),
            identity: event.identity == .none ? nil : AlertFinder.bytes(event.identity, names))
        let kind = alert.type + (alert.identity.map { [0x2F] + $0 } ?? [])
        let key = alert.resource + [0x2F] + kind
        let start = Int(event.payloadStart)
        let id = Array(batch.payload[start..<(start + Int(event.idLength))])
        for index in wanted.indices where found[index] == nil && (wanted[index] == key || !id.isEmpty && wanted[index] == id) {
            found[index] = alert
        }
        if kinds.count < AlertFinder.mostHints { kinds[kind] = alert }
        if keys.count < AlertFinder.mostHints { keys.insert(String(decoding: key, as: UTF8.self)) }
    }

    private static func bytes(_ name: NameID, _ names: borrowing Names) -> [UInt8] {
        names.withBytes(name) { Array($0) }
    }
}
