/// What the published records of incidents tell beside the clustering: how many an operator is shown, how often they change, how soon
/// they come.
public struct PublicationScore: Sendable, Equatable {
    /// Numbers of a distribution; a percentile is the value of that rank (the least one that p % of all do not exceed).
    public struct Spread: Sendable, Equatable {
        public var mean: Double
        public var p50: Double
        public var p95: Double
        public var max: Double

        /// nil without values.
        init?(_ values: [Double]) {
            guard let last = values.max() else { return nil }
            let sorted = values.sorted()
            mean = values.reduce(0, +) / Double(values.count)
            p50 = sorted[(sorted.count + 1) / 2 - 1]
            p95 = sorted[(sorted.count * 95 + 99) / 100 - 1]
            max = last
        }
    }

    /// Incidents shown, and those of them that were merged into others later.
    public let incidents: Int
    public let merged: Int
    public let records: Int
    /// Bytes of all records with their line ends.
    public let bytes: Int
    /// Event time from the first alert of the first incident to the last revision, hours.
    public let hours: Double
    /// Revisions an incident: the number of its newest one. nil without incidents.
    public let revisions: Spread?
    /// Event time from an incident's first alert to its first revision, seconds, over the incidents whose first revision is there.
    public let delay: Spread?
    /// How many those are.
    public let incidentsWithFirst: Int

    public var mergedShare: Double? { incidents > 0 ? Double(merged) / Double(incidents) : nil }
    public var incidentsPerHour: Double? { hours > 0 ? Double(incidents) / hours : nil }

    /// One record; times in microseconds.
    public struct Record: Sendable {
        public var id: String
        public var revision: Int
        public var isMerged: Bool
        public var opened: Int64
        public var updated: Int64
        public var bytes: Int
        /// Best first.
        public var rootCauses: [String]

        public init(id: String, revision: Int, isMerged: Bool, opened: Int64, updated: Int64, bytes: Int, rootCauses: [String]) {
            self.id = id
            self.revision = revision
            self.isMerged = isMerged
            self.opened = opened
            self.updated = updated
            self.bytes = bytes
            self.rootCauses = rootCauses
        }
    }

    /// Takes records in any order; keeps the newest of each incident.
    public struct Collector: Sendable {
        private struct Incident {
            var revision = 0
            var isMerged = false
            var delay: Double?
            var rootCauses: [String] = []
        }

        private var incidents: [Incident] = []
        private var numbers: [String: Int] = [:]
        private var records = 0
        private var bytes = 0
        private var first = Int64.max
        private var last = Int64.min

        public init() {}

        public var isEmpty: Bool { records == 0 }

        public mutating func add(_ record: Record) {
            records += 1
            bytes += record.bytes
            first = min(first, record.opened)
            last = max(last, record.updated)
            let at = numbers[record.id] ?? incidents.count
            if at == incidents.count {
                numbers[record.id] = at
                incidents.append(Incident())
            }
            if record.revision == 1 { incidents[at].delay = max(0, Double(record.updated) - Double(record.opened)) / 1e6 }
            // A record that is there twice says the same twice.
            guard record.revision >= incidents[at].revision else { return }
            incidents[at].revision = record.revision
            incidents[at].isMerged = record.isMerged
            incidents[at].rootCauses = record.rootCauses
        }

        /// What the newest record of an incident names, best first; nil if there is none.
        public func rootCauses(of incident: String) -> [String]? { numbers[incident].map { incidents[$0].rootCauses } }

        public func score() -> PublicationScore {
            let delays = incidents.compactMap(\.delay)
            return PublicationScore(
                incidents: incidents.count, merged: incidents.reduce(0) { $0 + ($1.isMerged ? 1 : 0) }, records: records, bytes: bytes,
                hours: first < last ? (Double(last) - Double(first)) / 3.6e9 : 0,
                revisions: Spread(incidents.map { Double($0.revision) }), delay: Spread(delays), incidentsWithFirst: delays.count)
        }
    }
}
