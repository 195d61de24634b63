import ClewEngine
import ClewFormats
import Testing

/// Who is with whom, in a form that can be kept: two partitions of the same events are equal if their digests are.
struct PartitionDigest {
    /// Redeliveries left out.
    var events: Int
    var clusters: Int
    /// Events of the largest cluster.
    var largest: Int
    /// SHA-256 over a line `id TAB first LF` for each event in input order (redeliveries left out), `first` being the
    /// number of the first event of its cluster, or `-`.
    var digest: String
}

/// Runs native events of one partition through a correlator with the parameters as they are by default.
struct PartitionReplay: ~Copyable {
    private var correlator: Correlator
    private let partition: UInt32
    private var decoder = Decoder(rules: DecoderRules())
    private var batch = EventBatch()
    private var ids: [String] = []
    private var lines: Int64 = 0

    init(topology: TopologyDefinition) {
        correlator = Correlator(topology: topology, recordsAssignments: true)
        partition = correlator.addPartition(topic: "events", number: 0)
    }

    /// Decodes one line; what is no event is left out.
    mutating func add(_ line: UnsafeRawBufferPointer) {
        lines += 1
        _ = decoder.decode(MessageView(value: line, partition: partition, offset: lines), into: &batch, names: &correlator.names)
    }

    /// Decodes and passes on whole lines.
    mutating func addLines(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes {
            for line in $0.split(separator: UInt8(ascii: "\n")) { add(UnsafeRawBufferPointer(rebasing: line)) }
        }
        push()
    }

    /// Passes on what was decoded.
    mutating func push() {
        for event in batch.events { ids.append(batch.id(of: event) ?? "") }
        #expect(correlator.push(batch).isEmpty)
        batch.removeAll()
        _ = correlator.takeRevisions()
    }

    /// The end of the events.
    mutating func finish() -> PartitionDigest {
        push()
        correlator.finish()
        var parent: [UInt64: UInt64] = [:]
        for merge in correlator.takeMerges() { parent[merge.from] = merge.into }
        func root(_ incident: UInt64) -> UInt64 {
            var incident = incident
            while let next = parent[incident] { incident = next }
            return incident
        }
        var first: [UInt64: Int] = [:]
        var sizes: [UInt64: Int] = [:]
        var hash = SHA256()
        var events = 0
        for assignment in correlator.takeAssignments().sorted(by: { $0.sequence < $1.sequence }) where assignment.sameAs == nil {
            let id = ids[Int(assignment.sequence)]
            if let incident = assignment.incident.map(root) {
                let number = first[incident] ?? events
                first[incident] = number
                sizes[incident, default: 0] += 1
                hash.update("\(id)\t\(number)\n")
            } else {
                hash.update("\(id)\t-\n")
            }
            events += 1
        }
        return PartitionDigest(events: events, clusters: first.count, largest: sizes.values.max() ?? 0, digest: hash.finishHex())
    }
}
