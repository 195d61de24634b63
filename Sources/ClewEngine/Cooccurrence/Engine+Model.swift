/// What an engine keeps of the model that it began with, beside what went into its tables.
struct AdoptedModel: ~Copyable {
    /// Types of the model have the indices below this.
    var types = 0
    var firstEvent: EventTime?
    var lastEvent: EventTime?
    var events: UInt64 = 0
    var alerts: UInt64 = 0
    var incidents: UInt64 = 0
    /// The time that the background taken over stands for, seconds.
    var exposure = 0.0
    var held = HeldAlerts()
}

/// Incidents that held an alert before the engine began, by (resource, type): by the resource's name, as it may not be known
/// until its first event.
struct HeldAlerts: ~Copyable {
    private var index = IndexMap()
    private(set) var keys = Table<UInt64>()
    private var counts = Table<Double>()

    private static func key(_ resource: NameID, _ type: Int) -> UInt64 { UInt64(resource.index) << 32 | UInt64(type) }

    static func parts(_ key: UInt64) -> (resource: NameID, type: Int) { (NameID(index: UInt32(key >> 32)), Int(key & 0xFFFF_FFFF)) }

    /// The place in `keys`, or nil.
    @inline(__always)
    func find(_ resource: NameID, _ type: Int) -> Int? {
        guard keys.count > 0 else { return nil }
        let at = index.find(HeldAlerts.key(resource, type))
        return at < 0 ? nil : at
    }

    @inline(__always)
    func count(_ resource: NameID, _ type: Int) -> Double { find(resource, type).map { counts[$0] } ?? 0 }

    mutating func add(_ count: Double, _ resource: NameID, _ type: Int) {
        if let known = find(resource, type) {
            counts[known] += count
            return
        }
        index.insert(HeldAlerts.key(resource, type), keys.count)
        keys.append(HeldAlerts.key(resource, type))
        counts.append(count)
    }
}

extension Engine {
    /// Whether counts of how long alerts of a type last change: not those of a frozen model.
    @inline(__always)
    func learnsLife(_ type: Int) -> Bool { parameters.learns || type >= adopted.types }

    /// An alert that opened an incident, or that only a burst linked to one, may lack an edge.
    mutating func noteUnexplained(_ q: Question, joined: Bool) {
        var far = -1
        if joined {
            let best = candidates[Int(order[0])]
            guard best.relation == .far else { return }
            far = Int(incidents.details[Int(best.slot)].lastAlertResource)
        }
        resourcePairs.take(q.resource, at: q.time, far: far, weight: propagation.fading.inflation, graph)
    }

    /// The first event: what a model brought of background is as if it had been counted until now.
    mutating func begin(_ t: Double) {
        start = t
        backgroundStart = t
        guard adopted.exposure > 0 else { return }
        // E = tau (1 - e^(-age / tau)), solved for the age.
        backgroundStart += Engine.backgroundTau * Elementary.log(1 - adopted.exposure / Engine.backgroundTau)
        for at in 0..<adopted.types { types.all[at].backgroundTime = t }
    }

    // MARK: From a model

    /// Background of so much time at most is taken over, seconds: it may have changed since, and another estate differs. Of
    /// 0, 1/2, 1, 2 and 6 h this was the best on halves of the eight reference sets, and between estates.
    private static let mostExposure = 7200.0

    /// Begins with what a model knows; before the first event.
    ///
    /// Alert types and resources are found by name. What was expected of kinds that the topology lacks counts for each of its
    /// kinds that the model lacks: else the links seen would be compared with nothing, and look too strong.
    mutating func adopt(_ model: CorrelationModel, _ names: inout Names) -> ModelFit {
        var fit = ModelFit()
        var typeOf = Table<Int32>()
        for known in model.types {
            guard let name = names.intern(known.name), name != .none else {
                typeOf.append(-1)
                fit.leftOut += 1
                continue
            }
            let type = self.type(name)
            typeOf.append(Int32(type))
            types.adopt(known, as: type)
        }
        let kinds = kindMap(model.kinds, &fit)
        adoptPropagation(model, typeOf, kinds, &fit)
        adoptResourcePairs(model, &names, &fit)
        adoptCauses(model.causes, typeOf, kinds, &names, &fit)
        adopted.types = types.count
        (adopted.firstEvent, adopted.lastEvent) = (model.firstEvent, model.lastEvent)
        (adopted.events, adopted.alerts, adopted.incidents) = (model.events, model.alerts, model.incidents)
        if parameters.halfLife != nil, let last = model.lastEvent {
            propagation.fading.restart(at: last.seconds)
            types.fading.restart(at: last.seconds)
        }
        adoptBackground(model, typeOf)
        return fit
    }

    /// Of each type what it stands for in time, and in proportion to the resources. Of single resources there is none: there it
    /// was no gain, and it changes within hours.
    private mutating func adoptBackground(_ model: CorrelationModel, _ typeOf: borrowing Table<Int32>) {
        adopted.exposure = min(model.backgroundExposure, Engine.mostExposure)
        guard adopted.exposure > 0 else { return }
        var share = adopted.exposure / model.backgroundExposure
        if model.resourceCount > 0, graph.count > 0 { share *= Double(graph.count) / Double(model.resourceCount) }
        for (at, known) in model.types.enumerated() where typeOf[at] >= 0 {
            types.all[Int(typeOf[at])].background = known.background * share
        }
    }

    /// For each kind of the model the kinds of the topology that it stands for.
    private func kindMap(_ kinds: [String], _ fit: inout ModelFit) -> [[Int]] {
        let own = graph.kindNames
        let isKnown = own.map { name in kinds.contains { $0 == name } }
        let new = own.indices.filter { !isKnown[$0] && graph.kindCounts[$0] > 0 }
        var unknown: [String] = []
        let map = kinds.map { name in
            if let index = own.firstIndex(of: name) { return [index] }
            unknown.append(name)
            return new
        }
        fit.unknownKinds = unknown
        return map
    }

    private mutating func adoptPropagation(
        _ model: CorrelationModel, _ typeOf: borrowing Table<Int32>, _ kinds: [[Int]], _ fit: inout ModelFit
    ) {
        propagation.reserve(pairs: model.pairs.count)
        model.histograms.withUnsafeBufferPointer { histograms in
            adoptPairs(model.pairs, histograms, typeOf)
        }
        fit.leftOut += model.pairs.count - propagation.pairs.count
        for entry in model.expectations {
            let type = Int(typeOf[Int(entry.type)])
            guard type >= 0 else { continue }
            if entry.relation == .selfAgain {
                propagation.adopt(expected: Double(entry.amount), .selfAgain, type, kind: 0)
                continue
            }
            for kind in kinds[Int(entry.kind)] { propagation.adopt(expected: Double(entry.amount), entry.relation, type, kind: kind) }
        }
        propagation.adopt(lagSum: model.lagSum, lagWeight: model.lagWeight)
    }

    private mutating func adoptPairs(
        _ pairs: [CorrelationModel.Pair], _ histograms: UnsafeBufferPointer<Float>, _ typeOf: borrowing Table<Int32>
    ) {
        let bins = Propagation.bins
        for (at, pair) in pairs.enumerated() {
            let (cause, effect) = (Int(typeOf[Int(pair.cause)]), Int(typeOf[Int(pair.effect)]))
            guard cause >= 0, effect >= 0, pair.relation != .far else { continue }
            let lags = UnsafeBufferPointer(rebasing: histograms[(bins * at)..<(bins * at + bins)])
            propagation.adopt(pair.relation, cause, effect, seen: pair.seen, lags: lags)
        }
    }

    private mutating func adoptResourcePairs(_ model: CorrelationModel, _ names: inout Names, _ fit: inout ModelFit) {
        resourcePairs.adopt(coincidences: model.coincidences)
        let ids = model.resources.map { names.intern($0.name) ?? .none }
        for (at, resource) in model.resources.enumerated() where ids[at] != .none {
            resourcePairs.adopt(alerts: Double(resource.alerts), of: ids[at])
        }
        for pair in model.resourcePairs where ids[Int(pair.a)] != .none && ids[Int(pair.b)] != .none {
            resourcePairs.adopt(pair, ids[Int(pair.a)], ids[Int(pair.b)])
        }
        fit.leftOut += model.resourcePairs.count - resourcePairs.pairs.count
    }

    private mutating func adoptCauses(
        _ model: CauseModel, _ typeOf: borrowing Table<Int32>, _ kinds: [[Int]], _ names: inout Names, _ fit: inout ModelFit
    ) {
        causes.adopt(incidents: model.incidents)
        for taking in model.takings where typeOf[Int(taking.type)] >= 0 {
            for kind in kinds[Int(taking.kind)] {
                causes.adopt(Double(taking.count), type: Int(typeOf[Int(taking.type)]), kind: kind)
            }
        }
        for late in model.lateness where typeOf[Int(late.type)] >= 0 {
            causes.adopt(alerts: Double(late.alerts), lateness: Double(late.sum), type: Int(typeOf[Int(late.type)]))
        }
        for held in model.held where typeOf[Int(held.type)] >= 0 {
            guard let name = names.intern(held.resource), name != .none else {
                fit.leftOut += 1
                continue
            }
            adopted.held.add(Double(held.count), name, Int(typeOf[Int(held.type)]))
        }
    }

    // MARK: To a model

    /// What is known now, by name.
    func learned(_ names: borrowing Names, events: UInt64) -> CorrelationModel {
        var model = CorrelationModel()
        let (order, rank) = Engine.ranked(types.count, names) { types.all[$0].name }
        let silenceScale = types.fading.deflation
        model.types = order.map { type in
            let known = types.all[type]
            return CorrelationModel.TypeStatistics(
                name: names.string(known.name), alerts: known.newCount, clears: known.clearCount,
                background: known.background * Elementary.decay(latest - known.backgroundTime, over: Engine.backgroundTau),
                silences: types.silences(type).map { Float($0 * silenceScale) })
        }
        exportPairs(rank, to: &model)
        exportExpectations(order, to: &model)
        exportResourcePairs(names, to: &model)
        model.causes = exportCauses(order, rank, names)
        nameKinds(&model)
        model.lagSum = propagation.lagSum
        model.lagWeight = propagation.lagWeight
        exportTimes(events, to: &model)
        return model
    }

    /// Indices ordered by the bytes of their names, and the place of each in that order.
    private static func ranked(
        _ count: Int, _ names: borrowing Names, _ name: (Int) -> NameID
    ) -> (order: [Int], rank: [Int]) {
        var order = Array(0..<count)
        let ids = order.map(name)
        order.sort { names.precedes(ids[$0], ids[$1]) }
        var rank = [Int](repeating: 0, count: count)
        for (place, index) in order.enumerated() { rank[index] = place }
        return (order, rank)
    }

    private func exportPairs(_ rank: [Int], to model: inout CorrelationModel) {
        let scale = propagation.fading.deflation
        var found: [(relation: UInt8, cause: Int, effect: Int, at: Int)] = []
        found.reserveCapacity(propagation.pairs.count)
        for at in 0..<propagation.pairs.count where Float(propagation.pairs[at].seen * scale) > 0 {
            let parts = Propagation.parts(propagation.pairs[at].key)
            found.append((parts.relation, rank[parts.cause], rank[parts.effect], at))
        }
        found.sort { ($0.relation, $0.cause, $0.effect) < ($1.relation, $1.cause, $1.effect) }
        for pair in found {
            guard let relation = Relation(rawValue: pair.relation) else { continue }
            model.pairs.append(
                CorrelationModel.Pair(
                    relation: relation, cause: UInt32(pair.cause), effect: UInt32(pair.effect),
                    seen: Float(propagation.pairs[pair.at].seen * scale)))
            for bin in 0..<Propagation.bins {
                model.histograms.append(Float(propagation.histograms[pair.at * Propagation.bins + bin] * scale))
            }
        }
    }

    private func exportExpectations(_ order: [Int], to model: inout CorrelationModel) {
        for relation in [Relation.same, .up, .sib] {
            for (place, type) in order.enumerated() {
                for kind in 0..<graph.kindCount {
                    let amount = Float(propagation.expected(relation, type, kind: kind))
                    guard amount > 0 else { continue }
                    model.expectations.append(
                        CorrelationModel.Expectation(relation: relation, type: UInt32(place), kind: UInt32(kind), amount: amount))
                }
            }
        }
        for (place, type) in order.enumerated() {
            let amount = Float(propagation.expectedAgain(type))
            guard amount > 0 else { continue }
            model.expectations.append(CorrelationModel.Expectation(relation: .selfAgain, type: UInt32(place), kind: 0, amount: amount))
        }
    }

    /// Kinds by name instead of by number: those that something is known of.
    private func nameKinds(_ model: inout CorrelationModel) {
        var isUsed = [Bool](repeating: false, count: graph.kindCount)
        for entry in model.expectations where entry.relation != .selfAgain { isUsed[Int(entry.kind)] = true }
        for taking in model.causes.takings { isUsed[Int(taking.kind)] = true }
        var used = isUsed.indices.filter { isUsed[$0] }
        used.sort { graph.kindNames[$0].utf8.lexicographicallyPrecedes(graph.kindNames[$1].utf8) }
        model.kinds = used.map { graph.kindNames[$0] }
        var place = [UInt32](repeating: 0, count: graph.kindCount)
        for (at, kind) in used.enumerated() { place[kind] = UInt32(at) }
        for at in model.expectations.indices where model.expectations[at].relation != .selfAgain {
            model.expectations[at].kind = place[Int(model.expectations[at].kind)]
        }
        for at in model.causes.takings.indices { model.causes.takings[at].kind = place[Int(model.causes.takings[at].kind)] }
        model.expectations.sort { ($0.relation.rawValue, $0.type, $0.kind) < ($1.relation.rawValue, $1.type, $1.kind) }
        model.causes.takings.sort { ($0.type, $0.kind) < ($1.type, $1.kind) }
    }

    private func exportResourcePairs(_ names: borrowing Names, to model: inout CorrelationModel) {
        let scale = propagation.fading.deflation
        model.coincidences = resourcePairs.coincidences * scale
        let (order, rank) = Engine.ranked(resourcePairs.rows.count, names) { resourcePairs.rows[$0].name }
        model.resources = order.map { row in
            CorrelationModel.ResourceStatistics(
                name: names.string(resourcePairs.rows[row].name), alerts: Float(resourcePairs.rows[row].alerts * scale))
        }
        for at in 0..<resourcePairs.pairs.count {
            let pair = resourcePairs.pairs[at]
            let (high, low) = resourcePairs.rowsOf(pair)
            let seen = Float(pair.seen * scale)
            guard high >= 0, low >= 0, seen > 0 else { continue }
            let isSwapped = rank[high] > rank[low]
            let first = isSwapped ? pair.seen - pair.highFirst : pair.highFirst
            model.resourcePairs.append(
                CorrelationModel.ResourcePair(
                    a: UInt32(min(rank[high], rank[low])), b: UInt32(max(rank[high], rank[low])), seen: seen,
                    aFirst: min(seen, Float(max(0, first) * scale)), far: min(seen, Float(pair.far * scale)),
                    lagSum: Float(pair.lagSum * scale)))
        }
        model.resourcePairs.sort { ($0.a, $0.b) < ($1.a, $1.b) }
    }

    private func exportCauses(_ order: [Int], _ rank: [Int], _ names: borrowing Names) -> CauseModel {
        var model = CauseModel()
        model.incidents = causes.incidents
        for (place, type) in order.enumerated() {
            for kind in 0..<graph.kindCount {
                let count = Float(causes.count(type: type, kind: kind))
                if count > 0 { model.takings.append(CauseModel.Taking(type: UInt32(place), kind: UInt32(kind), count: count)) }
            }
            let late = causes.lateness(type: type)
            if late.alerts > 0 {
                model.lateness.append(CauseModel.Lateness(type: UInt32(place), alerts: Float(late.alerts), sum: Float(late.sum)))
            }
        }
        var found: [(resource: NameID, type: Int, count: Double)] = []
        var isFound = [Bool](repeating: false, count: adopted.held.keys.count)
        for at in 0..<keys.count where Int(keys.all[at].owner) == at {
            let (name, type) = (graph.names[Int(keys.all[at].resource)], Int(keys.all[at].type))
            let count = keys.all[at].incidents + adopted.held.count(name, type)
            if let place = adopted.held.find(name, type) { isFound[place] = true }
            if count > 0 { found.append((name, type, count)) }
        }
        for at in isFound.indices where !isFound[at] {
            let (name, type) = HeldAlerts.parts(adopted.held.keys[at])
            found.append((name, type, adopted.held.count(name, type)))
        }
        found.sort { a, b in
            if a.count != b.count { return a.count > b.count }
            return a.resource == b.resource ? rank[a.type] < rank[b.type] : names.precedes(a.resource, b.resource)
        }
        found.removeLast(max(0, found.count - CauseModel.mostHeld))
        found.sort { a, b in
            a.resource == b.resource ? rank[a.type] < rank[b.type] : names.precedes(a.resource, b.resource)
        }
        model.held = found.map {
            CauseModel.Held(resource: names.string($0.resource), type: UInt32(rank[$0.type]), count: Float($0.count))
        }
        return model
    }

    private func exportTimes(_ events: UInt64, to model: inout CorrelationModel) {
        model.firstEvent = adopted.firstEvent
        model.backgroundExposure = adopted.exposure
        model.resourceCount = UInt64(graph.count)
        model.lastEvent = adopted.lastEvent
        if !start.isNaN {
            let (first, last) = (EventTime(seconds: start), EventTime(seconds: latest))
            model.firstEvent = min(adopted.firstEvent ?? first, first)
            model.backgroundExposure =
                Engine.backgroundTau * (1 - Elementary.decay(latest - backgroundStart, over: Engine.backgroundTau))
            model.lastEvent = max(adopted.lastEvent ?? last, last)
        }
        model.events = adopted.events + events
        model.alerts = adopted.alerts + alertsMade
        model.incidents = adopted.incidents + opened
    }
}
