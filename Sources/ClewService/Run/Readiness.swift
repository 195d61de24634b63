/// Whether the service does its work, and what is in the way if not: the answer of `/readyz`.
package struct Readiness: Equatable {
    package enum Phase: Equatable {
        case starting
        /// Connected; the group has not given out partitions yet.
        case joining
        case running
        /// A stop was asked for.
        case draining
        case stopped
    }

    package var phase = Phase.starting
    /// Why no broker can be reached; nil if one can.
    package var unreachable: String?
    /// Why the group is not as it must be: other members, partitions that are not ours.
    package var group: String?

    package init() {}

    /// One sentence each; empty when ready.
    package var obstacles: [String] {
        var found: [String] = []
        switch phase {
        case .starting: found.append("starting: not connected to Kafka yet")
        case .joining: found.append("waiting for the consumer group to assign partitions")
        case .draining: found.append("draining: a stop was asked for")
        case .stopped: found.append("stopped")
        case .running: break
        }
        if let unreachable { found.append(unreachable) }
        if let group { found.append(group) }
        return found
    }

    package var isReady: Bool { obstacles.isEmpty }
}
