package import ClewKafka

/// The partitions that were ever ours, by their number in the pipeline, and how far each was read and committed.
package struct Sources {
    package struct Source {
        package let partition: TopicPartition
        /// Number of its topic in the pipeline.
        package let topic: Int
        package var isAssigned = false
        /// Taken away, but the group has not given out partitions since: it may come back to us.
        package var isRevoked = false
        package var isPaused = false
        /// The next record to take; nil where that is for the broker to say.
        package var position: Int64?
        /// The group's committed offset as far as we know; nil for none.
        package var committed: Int64?
        /// In the transaction under way.
        package var offered: Int64?
        package var isEndKnown = false
        /// Whether a record of it came since it was assigned.
        package var hasRead = false
    }

    package private(set) var all: [Source] = []
    private var numbers: [TopicPartition: Int] = [:]
    /// By the consumer's topic index and the partition's number: where messages are looked up.
    private var byIndex: [[Int32]] = []

    package init() {}

    package subscript(number: Int) -> Source {
        get { all[number] }
        set { all[number] = newValue }
    }

    package var indices: Range<Int> { all.indices }
    package var assigned: [Int] { all.indices.filter { all[$0].isAssigned } }
    package var assignedPartitions: Set<TopicPartition> { Set(all.lazy.filter(\.isAssigned).map(\.partition)) }

    package var isAnyPaused: Bool { all.contains { $0.isAssigned && $0.isPaused } }
    /// Whether partitions were taken away of which the group has not said yet whose they are: what was read of them cannot be
    /// committed.
    package var isGroupUndecided: Bool { all.contains { $0.isRevoked } }

    package func number(of partition: TopicPartition) -> Int? { numbers[partition] }

    /// Adds a partition; its number is the next one.
    package mutating func add(_ partition: TopicPartition, topic: Int) -> Int {
        all.append(Source(partition: partition, topic: topic))
        numbers[partition] = all.count - 1
        return all.count - 1
    }

    /// The number for a message's topic index and partition; nil for one that is not known.
    package mutating func number(topicIndex: Int, partition: Int32, topics: @autoclosure () -> [String]) -> Int? {
        let at = Int(partition)
        if topicIndex < byIndex.count, at < byIndex[topicIndex].count, byIndex[topicIndex][at] >= 0 { return Int(byIndex[topicIndex][at]) }
        let names = topics()
        guard names.indices.contains(topicIndex), at >= 0,
            let number = numbers[TopicPartition(topic: names[topicIndex], partition: partition)]
        else { return nil }
        while byIndex.count <= topicIndex { byIndex.append([]) }
        while byIndex[topicIndex].count <= at { byIndex[topicIndex].append(-1) }
        byIndex[topicIndex][at] = Int32(number)
        return number
    }

    /// Where a partition that the group gives us begins, if the group says `offered`: our own position where we had it before
    /// and nobody has gone on from our last commit meanwhile; what was read since is still in the engine.
    package func start(of number: Int, groupSays offset: Int64?) -> Int64? {
        let source = all[number]
        guard let position = source.position, offset == source.committed || (offset != nil && offset == source.offered) else { return nil }
        return position
    }
}
