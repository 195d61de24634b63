package import ClewKafka

/// Whether this member sees all of the input, as one engine must.
package struct GroupCheck {
    /// The consumer finds new topics and partitions after a while; only what is missing for longer is a fault. Seconds.
    package static let patience = 90.0

    package let group: String
    private var missingSince: Double?

    package init(group: String) { self.group = group }

    /// What is wrong, as a sentence; nil if nothing is.
    ///
    /// - Parameters:
    ///   - members: of the group; nil where the cluster does not tell.
    ///   - expected: all partitions of the subscribed topics.
    ///   - now: seconds of a monotonic clock.
    package mutating func judge(assigned: Set<TopicPartition>, expected: Set<TopicPartition>, members: Int?, now: Double) -> String? {
        let missing = expected.subtracting(assigned).sorted()
        if missing.isEmpty { missingSince = nil } else if missingSince == nil { missingSince = now }
        if let members, members > 1 {
            return "group \(group) has \(members) members, and one engine must see all partitions (this member has "
                + "\(assigned.count) of \(expected.count)): stop the others, or give each its own input.group"
        }
        guard let since = missingSince, now - since >= GroupCheck.patience else { return nil }
        let names = missing.prefix(5).map(\.description).joined(separator: ", ")
        return "\(missing.count) of \(expected.count) partitions are not assigned to this member: \(names)"
            + (missing.count > 5 ? " and more" : "")
    }
}
