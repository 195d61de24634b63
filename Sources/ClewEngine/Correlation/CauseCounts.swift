/// How often resources and types took part in incidents that have ended (algorithm.md §11).
struct CauseCounts: ~Copyable {
    private(set) var incidents = 0.0
    /// By (type, kind of resource).
    private var byKind = Table<Double>()
    /// By type: alerts, and the sum of ln(1 + seconds from their incident's first alert).
    private var taken = Table<Double>()
    private var lateness = Table<Double>()
    private let kinds: Int

    /// What a type's lateness is taken to be before anything is known of it, with the weight of one alert.
    static let usualLateness = 3.0

    init(kinds: Int) { self.kinds = kinds }

    mutating func addType() {
        for _ in 0..<kinds { byKind.append(0) }
        taken.append(0)
        lateness.append(0)
    }

    mutating func countIncident() { incidents += 1 }

    /// - Parameter delay: Seconds from the incident's first alert to this one.
    mutating func countTaking(type: Int, kind: Int, delay: Double) {
        byKind[type * kinds + kind] += 1
        taken[type] += 1
        lateness[type] += Elementary.log(1 + max(0, delay))
    }

    func count(type: Int, kind: Int) -> Double { byKind[type * kinds + kind] }

    /// Alerts of the type, and the sum of ln(1 + seconds) by which they followed their incident's first.
    func lateness(type: Int) -> (alerts: Double, sum: Double) { (taken[type], lateness[type]) }

    // A model's, before the first event.

    mutating func adopt(incidents: Double) { self.incidents += incidents }

    mutating func adopt(_ count: Double, type: Int, kind: Int) { byKind[type * kinds + kind] += count }

    mutating func adopt(alerts: Double, lateness sum: Double, type: Int) {
        taken[type] += alerts
        lateness[type] += sum
    }

    /// Mean of ln(1 + seconds) by which alerts of the type follow their incident's first.
    func meanLateness(type: Int) -> Double { (lateness[type] + CauseCounts.usualLateness) / (taken[type] + 1) }
}

/// How well an alert is explained by the link by which it came into its incident, as the ranking reads it.
struct Explanation: BitwiseCopyable {
    /// Odds of the link; 0 for the alert that the incident began with.
    var odds = 0.0
    /// The same where a dependency, its own or a shared one, explains it; else 0.
    var throughDependency = 0.0
    /// The shared dependency (`sib`), or -1.
    var shared: Int32 = -1
}
