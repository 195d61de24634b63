package import ClewKafka

/// What one transaction will hold: incident records, dead letters, and the offsets of the input they come from.
///
/// It is kept until the transaction is committed, so that after an abort the same output can be sent again.
///
/// `@unchecked Sendable`: it belongs to one thread at a time, the pipeline's or the transactor's, and is handed to and fro. It is
/// an object, since a buffer of which a former owner still holds a copy would be copied, and megabytes of new memory touched, where
/// it is only to be filled again.
package final class TransactionBatch: @unchecked Sendable {
    package enum Kind: Sendable { case incident, deadLetter }

    package struct Header: Sendable {
        package var name: String
        package var value: Range<Int>
    }

    /// A record; its parts lie in the batch's bytes.
    package struct Entry: Sendable {
        package var kind: Kind
        /// nil: none, as the original had none.
        package var key: Range<Int>?
        package var value: Range<Int>?
        package var headers: Range<Int>
    }

    /// A batch is full, and due, at this size.
    package static let fullAtBytes = 8 << 20
    package static let fullAtEntries = 20_000
    /// What a topic with Kafka's default limit takes, whatever it holds.
    package static let safeBytes = 600_000
    private static let truncated = "clew.truncated"

    package private(set) var bytes = ContiguousArray<UInt8>()
    package private(set) var entries: [Entry] = []
    package private(set) var headers: [Header] = []
    package private(set) var incidents = 0
    /// The next record to read of each partition.
    package var offsets: [PartitionOffset] = []
    /// The group's offsets of the same partitions before it, ``PartitionOffset/none`` where there is none.
    package var before: [PartitionOffset] = []

    package var deadLetters: Int { entries.count - incidents }
    package var isEmpty: Bool { entries.isEmpty && offsets.isEmpty }
    package var isFull: Bool { bytes.count >= TransactionBatch.fullAtBytes || entries.count >= TransactionBatch.fullAtEntries }

    package init() {}

    package func removeAll() {
        // Room for the usual is kept, not what a burst took.
        bytes.removeAll(keepingCapacity: bytes.capacity <= 4 * TransactionBatch.fullAtBytes)
        entries.removeAll(keepingCapacity: true)
        headers.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
        before.removeAll(keepingCapacity: true)
        incidents = 0
    }

    /// Whether it was committed, if the group's offsets of its partitions are these; nil where they are neither those after it nor those
    /// before it.
    package func isCommitted(where committed: [PartitionOffset]) -> Bool? {
        if committed == offsets { return true }
        return committed == before ? false : nil
    }

    /// Adds the record of an incident.
    package func appendIncident(key: String, record: UnsafeRawBufferPointer) {
        let keyRange = append(key.utf8)
        let valueRange = append(record)
        entries.append(Entry(kind: .incident, key: keyRange, value: valueRange, headers: headers.count..<headers.count))
        incidents += 1
    }

    /// Adds a message as it came, with headers that say why it is dead and where it was.
    package func appendDeadLetter(
        key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, headers added: [(name: String, value: String)]
    ) {
        let first = headers.count
        for (name, value) in added { headers.append(Header(name: name, value: append(value.utf8))) }
        let keyRange = key.map { append($0) }
        let valueRange = value.map { append($0) }
        entries.append(Entry(kind: .deadLetter, key: keyRange, value: valueRange, headers: first..<headers.count))
    }

    private func append(_ part: some Collection<UInt8>) -> Range<Int> {
        let start = bytes.count
        bytes.append(contentsOf: part)
        return start..<bytes.count
    }

    /// Makes everything fit a topic that refuses larger records than `limit`: cuts dead letters (header `clew.truncated`: the
    /// original length) and takes out incident records. Returns how many were taken out.
    package func shrink(to limit: Int = safeBytes) -> Int {
        var kept: [Entry] = []
        var removed = 0
        for entry in entries {
            guard let value = entry.value, value.count > limit else {
                kept.append(entry)
                continue
            }
            guard entry.kind == .deadLetter else {
                removed += 1
                continue
            }
            var cut = entry
            cut.value = value.lowerBound..<value.lowerBound + limit
            // A second cut leaves the first one's header.
            if headers[entry.headers].last?.name != TransactionBatch.truncated {
                let first = headers.count
                headers.append(contentsOf: headers[entry.headers])
                headers.append(Header(name: TransactionBatch.truncated, value: append("\(value.count)".utf8)))
                cut.headers = first..<headers.count
            }
            kept.append(cut)
        }
        entries = kept
        incidents -= removed
        return removed
    }

    /// Hands records to a producer, in order: from entry `first` on, until some `limit` bytes are handed over or all entries are.
    /// Returns the entry to go on with.
    package func produce(
        with producer: Producer, incidents: String, deadLetters: String, from first: Int, limit: Int
    ) throws(KafkaError) -> Int {
        let result = bytes.withUnsafeBytes { all -> Result<Int, KafkaError> in
            func part(_ range: Range<Int>?) -> UnsafeRawBufferPointer? { range.map { UnsafeRawBufferPointer(rebasing: all[$0]) } }
            var next = first
            var taken = 0
            while next < entries.count, taken < limit {
                let entry = entries[next]
                do throws(KafkaError) {
                    try producer.produce(
                        topic: entry.kind == .incident ? incidents : deadLetters, key: part(entry.key), value: part(entry.value),
                        headers: headers[entry.headers].map { (name: $0.name, value: part($0.value)) })
                } catch {
                    return .failure(error)
                }
                taken += (entry.key?.count ?? 0) + (entry.value?.count ?? 0)
                next += 1
            }
            return .success(next)
        }
        return try result.get()
    }
}
