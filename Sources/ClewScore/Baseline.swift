/// Simple ways to group alerts, to compare with: what somebody would have without a correlation engine.
///
/// Each sees the events in the order of their own times, as if none came late.
public enum Baseline: String, Sendable, CaseIterable {
    /// Time-gap sessions: an incident goes on while the next event comes within 60 s, whatever it is about.
    case session
    /// The same a connected component of the topology, with 120 s.
    case component
    /// An event joins the incident of the latest event within 120 s on its own resource or one that an edge of the topology ties to
    /// it (on a tie its own); incidents that meet are not merged.
    case hop
    /// Alertmanager's grouping: events with equal labels, until none comes for 5 minutes.
    case labels

    /// How long without an event ends an incident, seconds.
    public var quiet: Double {
        switch self {
        case .session: 60
        case .component, .hop: 120
        case .labels: 300
        }
    }

    /// An event that fires.
    public struct Event: Sendable {
        /// Microseconds.
        public var time: Int64
        /// From 0; those of the topology are below its count, others stand alone.
        public var resource: Int32
        /// Number of the label values that it is grouped by, from 0.
        public var labels: Int32

        public init(time: Int64, resource: Int32, labels: Int32) {
            self.time = time
            self.resource = resource
            self.labels = labels
        }
    }

    /// The incident of each event, numbered from 0 by first event.
    ///
    /// O(n log n) for n events, and for `hop` the resource's edges an event.
    /// - Parameters:
    ///   - edges: pairs of resources, in either direction.
    ///   - quiet: seconds in place of those of the method.
    public func incidents(of events: [Event], edges: [(Int32, Int32)], quiet: Double? = nil) -> [Int32] {
        // Longer than all time is as good as for ever.
        let gap = Int64((min(quiet ?? self.quiet, 1e12) * 1e6).rounded())
        let order = events.indices.sorted { (events[$0].time, $0) < (events[$1].time, $1) }
        let resources = 1 + Int(max(events.map(\.resource).max() ?? -1, edges.map { max($0.0, $0.1) }.max() ?? -1))
        switch self {
        case .session: return Baseline.byKey(events, order, gap) { _ in 0 }
        case .labels: return Baseline.byKey(events, order, gap) { Int($0.labels) }
        case .component:
            let component = Baseline.components(resources, edges)
            return Baseline.byKey(events, order, gap) { component[Int($0.resource)] }
        case .hop: return Baseline.byNeighbours(events, order, gap, resources, edges)
        }
    }

    private struct Latest {
        var time: Int64
        var incident: Int32
    }

    private static func byKey(_ events: [Event], _ order: [Int], _ gap: Int64, _ key: (Event) -> Int) -> [Int32] {
        var latest: [Int: Latest] = [:]
        var result = [Int32](repeating: 0, count: events.count)
        var count: Int32 = 0
        for at in order {
            let (time, key) = (events[at].time, key(events[at]))
            if let last = latest[key], time - last.time <= gap {
                result[at] = last.incident
            } else {
                result[at] = count
                count += 1
            }
            latest[key] = Latest(time: time, incident: result[at])
        }
        return result
    }

    private static func byNeighbours(
        _ events: [Event], _ order: [Int], _ gap: Int64, _ resources: Int, _ edges: [(Int32, Int32)]
    ) -> [Int32] {
        var neighbours = [[Int32]](repeating: [], count: resources)
        for (a, b) in edges {
            neighbours[Int(a)].append(b)
            neighbours[Int(b)].append(a)
        }
        var latest = [Latest?](repeating: nil, count: resources)
        var result = [Int32](repeating: 0, count: events.count)
        var count: Int32 = 0
        for at in order {
            let (time, resource) = (events[at].time, Int(events[at].resource))
            var best = latest[resource]
            for other in neighbours[resource] {
                guard let last = latest[Int(other)] else { continue }
                if best.map({ last.time > $0.time }) ?? true { best = last }
            }
            if let best, time - best.time <= gap {
                result[at] = best.incident
            } else {
                result[at] = count
                count += 1
            }
            latest[resource] = Latest(time: time, incident: result[at])
        }
        return result
    }

    /// A number of the connected component by resource.
    private static func components(_ resources: Int, _ edges: [(Int32, Int32)]) -> [Int] {
        var parent = Array(0..<resources)
        func root(_ resource: Int) -> Int {
            var at = resource
            while parent[at] != at {
                parent[at] = parent[parent[at]]
                at = parent[at]
            }
            return at
        }
        for (a, b) in edges { parent[root(Int(a))] = root(Int(b)) }
        return (0..<resources).map { root($0) }
    }
}
