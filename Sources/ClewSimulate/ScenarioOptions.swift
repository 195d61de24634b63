/// What a scenario looks like. Rates are per hour of event time, shares are 0 ... 1, times are seconds unless the name says otherwise.
public struct ScenarioOptions: Sendable, Equatable {
    /// The same seed and options give the same bytes.
    public var seed: UInt64 = 1
    /// Event time of the beginning, milliseconds since 1970. Default 2026-03-02T00:00:00Z.
    public var start: Int64 = 1_772_409_600_000
    /// Event time that faults begin in; alerts of the last ones may clear later. 60 ... 31,536,000.
    public var duration: Double = 21_600
    /// About how many resources, 20 ... 200,000.
    public var resources: Int = 400
    /// Stop after exactly this many events, and pace the faults so that they fill `duration`; the rates are then not used.
    /// Nil: as many as the rates give. 1 ... 1,000,000,000.
    public var eventLimit: Int?
    /// Mean number of faults that begin in an hour, 0 ... 3,600.
    public var faultsPerHour: Double = 3
    /// Share of faults that may begin while others go on; the rest waits until all is well.
    public var overlap: Double = 0.4
    /// Alerts an hour that no fault causes, 0 ... 360,000.
    public var noisePerHour: Double = 40
    /// Share of alerts that go off and on again while their cause lasts.
    public var flapping: Double = 0.06
    /// Share of resources that nothing monitors.
    public var silentResources: Double = 0.05
    /// How often monitors look, for all that poll; nil = each in its own rhythm. 1 ... 3,600.
    public var pollingInterval: Double?
    /// How often what still fires is sent again, for all that do; nil = each in its own rhythm, 0 = never. 0 ... 86,400.
    public var resendInterval: Double?
    /// Mean number of re-sends of an alert; sets how long alerts last. Nil: their cause decides. 0 ... 1,000.
    public var resendsPerAlert: Double?
    /// Bursts of one message on one resource, a day.
    public var stormsPerDay: Double = 1
    /// Planned work a day: announced, and it shows like a fault.
    public var plannedWorkPerDay: Double = 2
    /// Deployments a day, of one resource each; one in ten is the beginning of a fault of it. They are no part of the truth's events.
    public var deploymentsPerDay: Double = 0
    /// Largest difference of a resource's clock, either way. 0 ... 3,600.
    public var clockSkew: Double = 1
    /// Share of events that arrive late, and by how much at most (0 ... 86,400).
    public var lateShare: Double = 0.01
    public var maximumLateness: Double = 90
    /// Share of events delivered twice (same id).
    public var duplicates: Double = 0.01
    /// Share of alerts whose clear never comes.
    public var missingClears: Double = 0.05
    /// Share of leaf resources (pods, VMs, cells, hosts …) that the topology file lacks.
    public var staleTopology: Double = 0.03
    /// Share of resources that some monitors call by another name (their full domain name).
    public var aliases: Double = 0.02
    /// More labels an event (job, runbook): about 350 bytes a line.
    public var verboseLabels: Bool = false

    public init() {}

    /// The load for benchmarks: 1,000,000 events over 30 days on 2,000 resources, about 30 % re-sends and 25 % clears.
    public static var load: ScenarioOptions {
        var options = ScenarioOptions()
        options.duration = 30 * 86_400
        options.resources = 2_000
        options.staleTopology = 0
        options.eventLimit = 1_000_000
        options.resendsPerAlert = 0.34
        options.missingClears = 0.38
        options.flapping = 0.02
        options.duplicates = 0.002
        options.lateShare = 0.005
        options.verboseLabels = true
        return options
    }

    func check() throws(ScenarioOptionError) {
        let ranges: [(name: String, value: Double, range: ClosedRange<Double>)] = [
            ("start", Double(start), 0...253_402_300_799_000),
            ("duration", duration, 60...31_536_000),
            ("resources", Double(resources), 20...200_000),
            ("eventLimit", Double(eventLimit ?? 1), 1...1_000_000_000),
            ("faultsPerHour", faultsPerHour, 0...3_600),
            ("overlap", overlap, 0...1),
            ("noisePerHour", noisePerHour, 0...360_000),
            ("flapping", flapping, 0...1),
            ("silentResources", silentResources, 0...1),
            ("pollingInterval", pollingInterval ?? 1, 1...3_600),
            ("resendInterval", resendInterval ?? 0, 0...86_400),
            ("resendsPerAlert", resendsPerAlert ?? 0, 0...1_000),
            ("stormsPerDay", stormsPerDay, 0...86_400),
            ("plannedWorkPerDay", plannedWorkPerDay, 0...86_400),
            ("deploymentsPerDay", deploymentsPerDay, 0...86_400),
            ("clockSkew", clockSkew, 0...3_600),
            ("lateShare", lateShare, 0...1),
            ("maximumLateness", maximumLateness, 0...86_400),
            ("duplicates", duplicates, 0...1),
            ("missingClears", missingClears, 0...1),
            ("staleTopology", staleTopology, 0...1),
            ("aliases", aliases, 0...1),
        ]
        for (name, value, range) in ranges where !range.contains(value) {
            throw ScenarioOptionError(option: name, value: value, expected: range)
        }
    }
}

/// An option out of its range.
public struct ScenarioOptionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The property of ``ScenarioOptions``.
    public let option: String
    public let value: Double
    public let expected: ClosedRange<Double>

    public var description: String {
        "\(option) is \(value), expected \(expected.lowerBound) to \(expected.upperBound)"
    }
}
