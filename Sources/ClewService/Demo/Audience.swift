import ClewFormats

/// Reads the incidents topic, shows it, and remembers it for the summary.
struct Audience: ~Copyable {
    private let follower: IncidentFollower
    private var session: TailSession
    private var reader = IncidentReader()
    private(set) var incidents: [String: IncidentSummary] = [:]
    private(set) var records: [[UInt8]] = []

    init(follower: IncidentFollower, block: IncidentBlock) {
        self.follower = follower
        session = TailSession(view: TailView(block: block))
    }

    /// Incidents that are neither resolved nor merged.
    var unresolved: Int { incidents.values.reduce(0) { $1.isUnresolved ? $0 + 1 : $0 } }

    /// Takes what has come within a moment; false if the reader has gone.
    mutating func look(_ show: ([TailOutput]) -> Bool) throws -> Bool {
        var taken: [[UInt8]] = []
        try follower.poll(timeout: .milliseconds(50)) { taken.append(Array($0)) }
        let now = PlayPace.now()
        for record in taken {
            record.withUnsafeBytes { bytes in
                session.take(bytes, now: now)
                if let incident = try? reader.read(bytes) { incidents[incident.id] = incident }
            }
        }
        records += taken
        session.tick(now: now)
        let output = session.takeOutput()
        return output.isEmpty || show(output)
    }

    /// After the service has stopped: what is still on its way, and what was held back.
    mutating func lookAtLast(_ show: ([TailOutput]) -> Bool) throws -> Bool {
        var quiet = 0
        while quiet < 6 {
            let before = records.count
            guard try look(show) else { return false }
            quiet = records.count == before ? quiet + 1 : 0
        }
        session.tick(now: .infinity)
        let output = session.takeOutput()
        return output.isEmpty || show(output)
    }
}
