package import ClewConfig
package import ClewKafka

/// What is to be read: topics by name and by pattern, never our own outputs.
package struct Subscription: Sendable {
    /// Kafka's own topics, which a wide pattern would match.
    package static let internalTopics = ["__consumer_offsets", "__transaction_state", "__share_group_state", "__cluster_metadata"]

    package let names: [String]
    package let patterns: [SubscriptionPattern]
    /// Never read, whatever a pattern says.
    package let excluded: [String]

    package init(_ config: Config) throws(RunFailure) {
        let topics = config.input.topics
        names = topics.filter { !$0.isPattern }.map(\.name)
        var patterns: [SubscriptionPattern] = []
        for topic in topics where topic.isPattern { patterns.append(try SubscriptionPattern(topic.name)) }
        self.patterns = patterns
        excluded =
            [config.output.incidents, config.output.deadLetters, config.output.state] + [config.topology.topic].compactMap { $0 }
            + Subscription.internalTopics
    }

    package func includes(_ topic: String) -> Bool {
        guard !excluded.contains(topic) else { return false }
        return names.contains(topic) || patterns.contains { $0.matches(topic) }
    }

    /// All partitions of these topics that are to be read.
    package func partitions(among cluster: [TopicInfo]) -> Set<TopicPartition> {
        var found: Set<TopicPartition> = []
        for topic in cluster where includes(topic.name) {
            for number in 0..<topic.partitionCount { found.insert(TopicPartition(topic: topic.name, partition: Int32(number))) }
        }
        return found
    }
}
