/// A simulated installation, what goes wrong in it, what its monitors report, and what had really happened.
///
/// Everything follows from the kind, the options and the seed: the same scenario gives the same bytes on every run.
///
///     let scenario = try Scenario(.kubernetes, options: options)
///     try scenario.forEachChunk { (bytes) throws(WriteError) in try file.write(bytes) }
public struct Scenario: Sendable {
    /// The installation that is simulated.
    public enum Kind: String, CaseIterable, Sendable {
        /// Microservices with pods, nodes, databases, caches, queues and ingress.
        case kubernetes
        /// Fat tree, racks with two power feeds, hosts, VMs, shared storage.
        case dataCentre = "datacentre"
        /// Core, aggregation, access rings, base stations, cells, site power, clock.
        case telecom
        /// All three beside each other; meant for ``ScenarioOptions/load``.
        case load
    }

    public let kind: Kind
    public let options: ScenarioOptions
    private let plan: Plan

    /// Builds the estate. Throws if an option is out of its range.
    public init(_ kind: Kind, options: ScenarioOptions = ScenarioOptions()) throws(ScenarioOptionError) {
        try options.check()
        self.kind = kind
        self.options = options
        plan = Plan(estate: Self.estate(kind, options), catalogue: Self.catalogue(kind), options: options)
    }

    /// The topology as the correlator would be given it: JSON, without the resources that ``ScenarioOptions/staleTopology`` takes out.
    public func topologyJSON() -> [UInt8] { plan.estate.topologyJSON(missing: plan.missing) }

    /// The events, one at a time, in order of arrival. Each call begins anew.
    public func events() -> EventStream { EventStream(plan: plan) }

    /// All events as native NDJSON, handed over in pieces of at least `size` bytes (the last may be shorter), whole lines each.
    public func forEachChunk<Failure: Error>(
        of size: Int = 1 << 16, _ body: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        var stream = events()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size + 4_096)
        while stream.next(appendingTo: &bytes) != nil {
            guard bytes.count >= size else { continue }
            try body(bytes)
            bytes.removeAll(keepingCapacity: true)
        }
        if !bytes.isEmpty { try body(bytes) }
    }

    /// The truth as JSON, in pieces: `events` (id of each firing event → fault, null for noise), `rootCauses` (fault → resource),
    /// `rootCauseSets` (where several names are right), `faults` (mode, begin, end, number of events).
    /// Runs the scenario once more.
    public func forEachTruthChunk<Failure: Error>(
        of size: Int = 1 << 16, _ body: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        var writer = TruthWriter(plan: plan)
        try writer.write(chunk: size, body)
    }

    /// The whole truth at once; see ``forEachTruthChunk(of:_:)``.
    public func truthJSON() -> [UInt8] {
        var all: [UInt8] = []
        forEachTruthChunk { all += $0 }
        return all
    }

    private static func estate(_ kind: Kind, _ options: ScenarioOptions) -> Estate {
        let random = { RandomSource(seed: options.seed, stream: $0) }
        let size = options.resources
        switch kind {
        case .kubernetes: return KubernetesEstate.build(resources: size, random: random(21), cluster: "eu1")
        case .dataCentre: return DataCentreEstate.build(resources: size, random: random(22), name: "ffm1")
        case .telecom: return TelecomEstate.build(resources: size, random: random(23), region: "west")
        case .load:
            var estate = KubernetesEstate.build(resources: size * 2 / 5, random: random(21), cluster: "eu1")
            estate.merge(DataCentreEstate.build(resources: size * 7 / 20, random: random(22), name: "ffm1"))
            // The last one makes up for what the others missed of their share.
            estate.merge(TelecomEstate.build(resources: max(20, size - estate.resources.count), random: random(23), region: "west"))
            return estate
        }
    }

    private static func catalogue(_ kind: Kind) -> Catalogue {
        switch kind {
        case .kubernetes: .kubernetes
        case .dataCentre: .dataCentre
        case .telecom: .telecom
        case .load: .kubernetes + .dataCentre + .telecom
        }
    }
}
