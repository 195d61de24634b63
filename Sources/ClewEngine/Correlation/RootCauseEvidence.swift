/// One (resource, type) of an incident that is being ranked.
struct RankedKey: BitwiseCopyable {
    var resource: UInt32
    var type: UInt32
    /// A key of that resource and type, -1 if the engine has forgotten it.
    var keyIndex: Int32
    var severity: Severity
    var events: Double
    var first: Double
    var explanation: Explanation

    init(_ entry: borrowing AlertEntry) {
        resource = entry.resource
        type = entry.type
        keyIndex = entry.keyIndex
        severity = entry.severity
        events = Double(entry.events)
        first = entry.first
        explanation = entry.explanation
    }

    mutating func unite(_ other: RankedKey) {
        events += other.events
        first = min(first, other.first)
        severity = max(severity, other.severity)
        explanation.odds = max(explanation.odds, other.explanation.odds)
        explanation.throughDependency = max(explanation.throughDependency, other.explanation.throughDependency)
        if explanation.shared < 0 { explanation.shared = other.explanation.shared }
        if keyIndex < 0 { keyIndex = other.keyIndex }
    }
}

/// Logarithms of small counts, made once.
final class CountLogarithms: Sendable {
    private static let most = 512
    private let more: ContiguousArray<Double>
    private let next: ContiguousArray<Double>

    init() {
        more = ContiguousArray((0..<CountLogarithms.most).map { Elementary.log(Double($0) + 0.3) })
        next = ContiguousArray((0..<CountLogarithms.most).map { Elementary.log(Double($0) + 1) })
    }

    /// ln(n + 0.3) and ln(n + 1) of n ≥ 0.
    func ofMore(_ n: Int) -> Double { n < CountLogarithms.most ? more[n] : Elementary.log(Double(n) + 0.3) }
    func ofNext(_ n: Int) -> Double { n < CountLogarithms.most ? next[n] : Elementary.log(Double(n) + 1) }
    /// ln(events) of a whole number ≥ 1.
    func ofEvents(_ events: Double) -> Double {
        events <= Double(CountLogarithms.most) ? next[Int(events) - 1] : Elementary.log(events)
    }
}

/// What an incident's alerts on one resource tell of it.
struct OwnAlerts: BitwiseCopyable {
    var count: UInt32 = 0
    var severity = Severity.info
    /// Surprise of all with their repeats, and the largest of one without.
    var surprise = 0.0
    var rarest = 0.0
    var first = Double.infinity
    /// The best odds with which others explain one of them, and with which a dependency does.
    var explained = 0.0
    var throughDependency = 0.0
    /// Mean ln(1 + seconds) by which the earliest of their types follows an incident's first alert.
    var lateness = Double.infinity
}

/// What one ranking works with and leaves for the next: no allocation a ranking.
struct RankingScratch: ~Copyable {
    /// Where a resource is found in the ranking of that serial; and the walk that last came to it.
    struct Mark: BitwiseCopyable {
        var serial: UInt32 = 0
        /// Place among the candidates.
        var place: UInt32 = 0
        var walk: UInt32 = 0
    }

    /// A resource that a walk against the dependencies reached.
    struct Step: BitwiseCopyable {
        var resource: UInt32
        var hops: UInt8
        var isSilent: Bool
    }

    /// By resource.
    private var marks = Table<Mark>()
    private var serial: UInt32 = 0
    private var walk: UInt32 = 0
    /// The keys of the incident, by (resource, type); as they were found, and where those of each resource end.
    var keys = Table<RankedKey>()
    var found = Table<RankedKey>()
    var ends = Table<Int>()
    /// First the alerting resources, ascending; of those the alerts in parallel.
    var candidates = Table<RankedResource>()
    var own = Table<OwnAlerts>()
    /// Places of the silent ones on which something alerting depends.
    var bridges = Table<UInt32>()
    var group = Table<Double>()
    var steps = Table<Step>()
    var reach = ReachSets()
    let logarithms = CountLogarithms()

    mutating func resize(to count: Int) { marks.resize(to: count, filling: Mark()) }

    /// Begins anew: nothing is a candidate.
    mutating func removeAll() {
        serial &+= 1
        keys.removeAll()
        candidates.removeAll()
        own.removeAll()
        bridges.removeAll()
        reach.removeAll()
    }

    /// The place of a resource among the candidates, or -1.
    @inline(__always)
    func place(_ v: Int) -> Int { marks[v].serial == serial ? Int(marks[v].place) : -1 }

    /// The same of an alerting resource.
    @inline(__always)
    func alertingPlace(_ v: Int) -> Int {
        let place = place(v)
        return place < own.count ? place : -1
    }

    /// Makes a resource a candidate, if it is none yet; returns its place.
    @inline(__always)
    @discardableResult
    mutating func addCandidate(_ v: Int, _ first: Double) -> Int {
        let known = place(v)
        if known >= 0 { return known }
        marks[v].serial = serial
        marks[v].place = UInt32(candidates.count)
        candidates.append(RankedResource(resource: UInt32(v), first: first))
        return candidates.count - 1
    }

    mutating func beginWalk() {
        walk &+= 1
        steps.removeAll()
    }

    /// Whether the walk had not come to the resource before.
    @inline(__always)
    mutating func isNew(_ v: Int) -> Bool {
        guard marks[v].walk != walk else { return false }
        marks[v].walk = walk
        return true
    }
}

/// What a ranking reads off an incident and the graph around it (algorithm.md §11).
extension Engine {
    private static let groupQuantile = 0.25
    private static let countWeight = 0.5
    private static let priorIncidents = 4.0
    static let reachDepth: UInt8 = 7

    /// What a link says of the alert that it brought into an incident.
    func explanation(_ link: Candidate) -> Explanation {
        switch link.relation {
        case .up: Explanation(odds: link.odds, throughDependency: link.odds)
        case .sib:
            Explanation(
                odds: link.odds, throughDependency: link.odds, shared: Int32(graph.cones[Int(link.cone)].resource))
        case .same, .selfAgain, .far: Explanation(odds: link.odds)
        }
    }

    /// The (resource, type) pairs of an incident, ascending, each once; its resources are the first candidates.
    mutating func collectKeys(_ slot: Int) {
        ranking.removeAll()
        ranking.found.removeAll()
        ranking.ends.removeAll()
        for at in incidents.details[slot].resources.indices {
            ranking.addCandidate(Int(incidents.details[slot].resources[at]), .infinity)
        }
        ranking.ends.resize(to: ranking.candidates.count, filling: 0)
        var at = Int(incidents.details[slot].firstEntry)
        while at >= 0 {
            ranking.ends[ranking.place(Int(entries[at].resource))] += 1
            ranking.found.append(RankedKey(entries[at]))
            at = Int(entries[at].next)
        }
        ranking.orderKeys()
        ranking.uniteKeys()
    }

    /// Surprise of a key: -ln of the probability that it takes part in an incident.
    private func surprise(_ key: RankedKey) -> Double {
        let resource = Int(key.resource)
        let type = Int(key.type)
        let kind = Int(graph.kinds[resource])
        let ofKind = causes.count(type: type, kind: kind)
        let prior = min(1, (ofKind + 0.5) / ((causes.incidents + 1) * graph.kindCounts[kind]))
        let owner = key.keyIndex >= 0 ? Int(keys.all[Int(key.keyIndex)].owner) : keys.owner(resource, type)
        let held = (owner >= 0 ? keys.all[owner].incidents : 0) + adopted.held.count(graph.names[resource], type)
        return max(0, -Elementary.log((held + Engine.priorIncidents * prior) / (causes.incidents + Engine.priorIncidents)))
    }

    /// Writes what the own alerts of each alerting resource tell.
    mutating func weighOwnAlerts() {
        var at = 0
        for place in 0..<ranking.candidates.count {
            let resource = ranking.candidates[place].resource
            var own = OwnAlerts()
            while at < ranking.keys.count, ranking.keys[at].resource == resource {
                let key = ranking.keys[at]
                let often = key.events > 1 ? 1 + Engine.countWeight * ranking.logarithms.ofEvents(key.events) : 1
                let rarity = surprise(key)
                own.surprise += rarity * often
                own.rarest = max(own.rarest, rarity)
                own.first = min(own.first, key.first)
                own.severity = max(own.severity, key.severity)
                own.explained = max(own.explained, key.explanation.odds)
                own.throughDependency = max(own.throughDependency, key.explanation.throughDependency)
                own.lateness = min(own.lateness, causes.meanLateness(type: Int(key.type)))
                own.count += 1
                at += 1
            }
            if own.count > 1 { own.surprise /= Double(own.count).squareRoot() }
            ranking.candidates[place].first = own.first
            ranking.own.append(own)
        }
    }

    /// Makes candidates of the neighbours of the alerting resources, and counts what touches each.
    mutating func collectCandidates(_ earliest: Double) {
        for alerting in 0..<ranking.own.count {
            for position in graph.neighbours.range(Int(ranking.candidates[alerting].resource)) {
                let neighbour = graph.neighbours[position]
                let place = ranking.addCandidate(Int(neighbour.other), earliest)
                ranking.candidates[place].near += 1
                if neighbour.outgoing || graph.spreadsAlong[Int(neighbour.kind)] { ranking.candidates[place].spreading += 1 }
                guard neighbour.outgoing else { continue }
                ranking.reach.add(dependency: place, dependent: alerting)
                if place >= ranking.own.count, !ranking.candidates[place].isBridge {
                    ranking.candidates[place].isBridge = true
                    ranking.bridges.append(UInt32(place))
                }
            }
        }
        if !changes.isEmpty { addChangedCandidates(earliest) }
        for at in 0..<ranking.keys.count {
            let shared = Int(ranking.keys[at].explanation.shared)
            guard shared >= 0 else { continue }
            let place = ranking.place(shared)
            if place >= 0 { ranking.candidates[place].shared += 1 }
        }
    }

    /// The lower quartile of the surprise of the neighbours of one direction and kind, the largest over such groups:
    /// a resource takes over what nearly all of a group shows.
    mutating func groupSurprise(_ candidate: RankedResource) -> Double {
        // Three quarters of a group of at least two must alert.
        guard candidate.near >= 2 else { return 0 }
        let range = graph.neighbours.range(Int(candidate.resource))
        var best = 0.0
        var at = range.lowerBound
        while at < range.upperBound {
            let group = at..<endOfGroup(at, range.upperBound)
            at = group.upperBound
            let mayBeSilent = Int(Engine.groupQuantile * Double(group.count))
            guard group.count >= 2, group.count - mayBeSilent <= Int(candidate.near),
                Int(graph.neighbours[group.lowerBound].kind) != graph.linkKindIndex
            else { continue }
            ranking.group.removeAll()
            for position in group {
                let other = ranking.alertingPlace(Int(graph.neighbours[position].other))
                if other >= 0 { ranking.group.append(ranking.own[other].surprise) }
            }
            let index = mayBeSilent - (group.count - ranking.group.count)
            guard index >= 0 else { continue }
            ranking.group.sort(0..<ranking.group.count) { $0 < $1 }
            best = max(best, ranking.group[index])
        }
        return best
    }

    /// Where the neighbours of one direction and kind end that begin at `start`: they stand together.
    private func endOfGroup(_ start: Int, _ end: Int) -> Int {
        let first = graph.neighbours[start]
        var low = start + 1
        var high = end
        while low < high {
            let middle = (low + high) / 2
            let neighbour = graph.neighbours[middle]
            if neighbour.kind == first.kind, neighbour.outgoing == first.outgoing { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Walks from a candidate against the dependencies, with at most one silent resource in a row; a silent one that
    /// leads to no alert is left out.
    mutating func walk(from candidate: RankedResource) {
        ranking.beginWalk()
        ranking.steps.append(RankingScratch.Step(resource: candidate.resource, hops: 0, isSilent: false))
        _ = ranking.isNew(Int(candidate.resource))
        var at = 0
        while at < ranking.steps.count {
            let step = ranking.steps[at]
            at += 1
            guard step.hops < Engine.reachDepth else { continue }
            for position in graph.dependents.range(Int(step.resource)) {
                let y = graph.dependents[position]
                let place = ranking.place(Int(y))
                guard place >= 0 else { continue }
                let isSilent = place >= ranking.own.count
                if isSilent, step.isSilent || !ranking.candidates[place].isBridge { continue }
                if ranking.isNew(Int(y)) {
                    ranking.steps.append(RankingScratch.Step(resource: y, hops: step.hops + 1, isSilent: isSilent))
                }
            }
        }
    }
}

extension RankingScratch {
    /// Puts the keys found into the order of (resource, type, first), `ends` telling how many each resource has.
    mutating func orderKeys() {
        guard let some = found.first else { return }
        keys.resize(to: found.count, filling: some)
        var start = 0
        for place in 0..<ends.count {
            let count = ends[place]
            ends[place] = start
            start += count
        }
        for at in 0..<found.count {
            let place = place(Int(found[at].resource))
            keys[ends[place]] = found[at]
            ends[place] += 1
        }
        start = 0
        for place in 0..<ends.count {
            keys.sort(start..<ends[place]) { $0.type != $1.type ? $0.type < $1.type : $0.first < $1.first }
            start = ends[place]
        }
    }

    /// Makes one of the keys of the same resource and type.
    mutating func uniteKeys() {
        guard keys.count > 1 else { return }
        var kept = 0
        for at in 1..<keys.count {
            let key = keys[at]
            if key.resource == keys[kept].resource, key.type == keys[kept].type {
                keys[kept].unite(key)
            } else {
                kept += 1
                keys[kept] = key
            }
        }
        keys.shrink(to: kept + 1)
    }
}
