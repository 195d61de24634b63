/// The scenario's fixed part: the estate, the catalogue looked up by number, and what the seed decides for each resource.
struct Plan: Sendable {
    let options: ScenarioOptions
    let estate: Estate
    let symptoms: [Symptom]
    let sources: [MonitoringSource]
    /// By symptom.
    let sourceOf: [Int]
    let typeOf: [Int]
    let typeCount: Int
    /// By kind and impact (`kind.index * 4 + impact.index`): symptoms.
    let reactions: [[Int]]
    let spreads: [Spread]
    let modes: [Mode]
    /// Resources that have noise, with their symptoms.
    let noisy: [(resource: Int, symptoms: [Int])]
    /// What tells of a deployment; nil without such.
    let deployment: Int?
    /// Resources that are deployed to.
    let deployable: [Int]
    /// By resource.
    let monitored: [Bool]
    let missing: [Bool]
    let aliased: [Bool]
    let clockSkew: [Int64]

    struct Mode: Sendable {
        let mode: FailureMode
        let symptoms: [Int]
        let roots: [Int]
    }

    init(estate: Estate, catalogue: Catalogue, options: ScenarioOptions) {
        var registry = SymptomRegistry()
        var reactions: [[Int]] = Array(repeating: [], count: ResourceKind.allCases.count * 4)
        for reaction in catalogue.reactions {
            reactions[reaction.kind.index * 4 + reaction.impact.index] += reaction.symptoms.map { registry.add($0) }
        }
        modes = catalogue.modes.map { mode in
            Mode(mode: mode, symptoms: mode.symptoms.map { registry.add($0) }, roots: estate.resources(of: mode.kind))
        }.filter { !$0.roots.isEmpty }
        noisy = catalogue.noise.flatMap { noise in
            let numbers = noise.symptoms.map { registry.add($0) }
            return estate.resources(of: noise.kind).map { (resource: $0, symptoms: numbers) }
        }
        deployment = options.deploymentsPerDay > 0 ? registry.add(Plan.deploymentSymptom) : nil
        let kinds = modes.filter { $0.mode.role == .fault && Plan.isDeployed($0.mode.kind) }.map(\.mode.kind)
        deployable = estate.resources.indices.filter { kinds.contains(estate.resources[$0].kind) }
        self.options = options
        self.estate = estate
        self.reactions = reactions
        spreads = catalogue.spreads
        symptoms = registry.symptoms
        sources = registry.sources
        sourceOf = registry.sourceOf
        typeOf = registry.typeOf
        typeCount = registry.typeCount
        var random = RandomSource(seed: options.seed, stream: 2)
        var traits = ResourceTraits()
        for resource in estate.resources { traits.draw(for: resource, options: options, random: &random) }
        (monitored, missing, aliased, clockSkew) = (traits.monitored, traits.missing, traits.aliased, traits.clockSkew)
    }

    private static let deploymentSymptom = Symptom(
        "Deployment", .deployments, .info, "{r} v{1-9}.{0-60}.{0-20} deployed", chance: 1, delay: 0...0, clears: false)

    /// Whether resources of a kind get new versions or configurations now and then.
    private static func isDeployed(_ kind: ResourceKind) -> Bool {
        switch kind {
        case .service, .database, .cache, .queue, .host, .vm, .switchDevice, .application, .balancer, .firewall, .router, .accessNode,
            .baseStation, .coreFunction:
            true
        default: false
        }
    }

    /// Other names of the root that are as right: its alias, and neighbours that the failure mode names (two at most, else none).
    func accepted(root: Int, mode: FailureMode) -> [String] {
        var names = [estate.resources[root].name]
        if aliased[root], let alias = estate.resources[root].alias { names.append(alias) }
        if let edge = mode.alsoRight {
            let neighbours = estate.dependents[root].filter { $0.kind == edge }.map { estate.resources[$0.resource].name }
            if neighbours.count <= 2 { names += neighbours }
        }
        return names
    }
}

/// Numbers symptoms, types and sources in the order in which they are met.
private struct SymptomRegistry {
    var symptoms: [Symptom] = []
    var sources: [MonitoringSource] = []
    var sourceOf: [Int] = []
    var typeOf: [Int] = []
    private var types: [String: Int] = [:]
    var typeCount: Int { types.count }

    mutating func add(_ symptom: Symptom) -> Int {
        if let known = sources.firstIndex(of: symptom.source) {
            sourceOf.append(known)
        } else {
            sourceOf.append(sources.count)
            sources.append(symptom.source)
        }
        let type = types[symptom.type] ?? types.count
        types[symptom.type] = type
        typeOf.append(type)
        symptoms.append(symptom)
        return symptoms.count - 1
    }
}

/// What the seed decides for each resource, once.
private struct ResourceTraits {
    var monitored: [Bool] = []
    var missing: [Bool] = []
    var aliased: [Bool] = []
    var clockSkew: [Int64] = []

    mutating func draw(for resource: Estate.Resource, options: ScenarioOptions, random: inout RandomSource) {
        monitored.append(!random.chance(options.silentResources))
        let stale = random.chance(options.staleTopology)
        missing.append(stale && Self.comesAndGoes(resource.kind))
        aliased.append(random.chance(options.aliases) && resource.alias != nil)
        clockSkew.append(Int64(random.between(-1...1) * options.clockSkew * 1_000))
    }

    private static func comesAndGoes(_ kind: ResourceKind) -> Bool {
        switch kind {
        case .pod, .vm, .host, .node, .cell, .baseStation, .microwave, .application: true
        default: false
        }
    }
}
