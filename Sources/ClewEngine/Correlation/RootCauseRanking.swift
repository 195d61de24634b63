/// How often resources and types took part in incidents that have ended (algorithm.md §11).
struct CauseCounts: ~Copyable {
    private(set) var incidents = 0.0
    /// By (type, kind of resource).
    private var byKind = Table<Double>()
    private let kinds: Int

    init(kinds: Int) { self.kinds = kinds }

    mutating func addType() { for _ in 0..<kinds { byKind.append(0) } }

    mutating func countIncident() { incidents += 1 }

    mutating func countTaking(type: Int, kind: Int) { byKind[type * kinds + kind] += 1 }

    func count(type: Int, kind: Int) -> Double { byKind[type * kinds + kind] }

    // A model's, before the first event.

    mutating func adopt(incidents: Double) { self.incidents += incidents }

    mutating func adopt(_ count: Double, type: Int, kind: Int) { byKind[type * kinds + kind] += count }
}

/// One (resource, type) of an incident that is being ranked.
private struct RankedKey: BitwiseCopyable {
    var resource: UInt32
    var type: UInt32
    var events: Double
    var first: Double
}

/// A candidate with the parts of its score.
struct RankedResource: BitwiseCopyable {
    var resource: UInt32
    /// Alerting resources that it reaches.
    var reached: UInt32
    /// Surprise of its own alerts, and with that of a group that it would explain.
    var surprise: Double
    var reach: Double
    /// First alert on it; the incident's first if it is silent.
    var first: Double
    var score: Double
}

/// Arrays by resource that one ranking fills and leaves for the next: no allocation a ranking.
struct RankingScratch: ~Copyable {
    /// What a ranking found out about a resource; valid while `mark` is the ranking's serial.
    struct Finding: BitwiseCopyable {
        var mark: UInt32 = 0
        /// Serial of the ranking in which it is a candidate, and in which something that depends on it alerts.
        var candidate: UInt32 = 0
        var bridge: UInt32 = 0
        /// Edges from it to alerting resources.
        var near: UInt32 = 0
        /// Serial of the walk that reached it.
        var walked: UInt32 = 0
        var alerts: UInt32 = 0
        var own = 0.0
        var first = 0.0
    }

    /// A resource that a walk against the dependencies reached.
    struct Step: BitwiseCopyable {
        var resource: UInt32
        var hops: UInt8
        /// Silent resources in a row up to here.
        var silent: UInt8
    }

    var findings = Table<Finding>()
    var serial: UInt32 = 0
    var walk: UInt32 = 0
    var steps = Table<Step>()
    fileprivate var keys = Table<RankedKey>()
    var alerting = Table<UInt32>()
    var candidates = Table<RankedResource>()
    var group = Table<Double>()

    mutating func resize(to count: Int) { findings.resize(to: count, filling: Finding()) }

    @inline(__always)
    func isAlerting(_ v: Int) -> Bool { findings[v].mark == serial }
}

extension Engine {
    private static let groupQuantile = 0.25
    private static let countWeight = 0.5
    private static let priorIncidents = 4.0
    private static let reachDepth: UInt8 = 7
    private static let hopFades: [Double] = [1, 1, 0.8, 0.8 * 0.8, 0.8 * 0.8 * 0.8, 0.4096, 0.32768, 0.262144]
    private static let mostCauses = 5
    private static let mostImpacted = 200

    /// Ranks the resources that may have caused an incident, best first, and tells what the first one reaches.
    ///
    /// Candidates: the alerting resources and their direct neighbours.
    mutating func rankCauses(_ slot: Int) -> (causes: [RootCause], impacted: [NameID]) {
        collectKeys(slot)
        weighOwnAlerts()
        guard ranking.alerting.count > 0 else { return ([], []) }
        var earliest = Double.infinity
        for at in 0..<ranking.alerting.count { earliest = min(earliest, ranking.findings[Int(ranking.alerting[at])].first) }
        collectCandidates(earliest)
        for at in 0..<ranking.candidates.count { weigh(at, earliest) }
        scoreCandidates()
        return describe(earliest)
    }

    /// The (resource, type) pairs of an incident, ascending, each once.
    private mutating func collectKeys(_ slot: Int) {
        ranking.keys.removeAll()
        var at = incidents.details[slot].firstEntry
        while at >= 0 {
            let e = Int(at)
            ranking.keys.append(
                RankedKey(
                    resource: entries[e].resource, type: entries[e].type, events: Double(entries[e].events), first: entries[e].first))
            at = entries[e].next
        }
        let count = ranking.keys.count
        guard count > 1 else { return }
        ranking.keys.withMutableBuffer { keys in
            keys.sort { ($0.resource, $0.type) < ($1.resource, $1.type) }
        }
        var kept = 0
        for k in 1..<count {
            let key = ranking.keys[k]
            if key.resource == ranking.keys[kept].resource, key.type == ranking.keys[kept].type {
                ranking.keys[kept].events += key.events
                ranking.keys[kept].first = min(ranking.keys[kept].first, key.first)
            } else {
                kept += 1
                ranking.keys[kept] = key
            }
        }
        ranking.keys.shrink(to: kept + 1)
    }

    /// Surprise of a key: -ln of the probability that it takes part in an incident.
    private func surprise(_ resource: Int, _ type: Int) -> Double {
        let kind = Int(graph.kinds[resource])
        let ofKind = causes.count(type: type, kind: kind)
        let prior = min(1, (ofKind + 0.5) / ((causes.incidents + 1) * graph.kindCounts[kind]))
        let owner = keys.owner(resource, type)
        let held = (owner >= 0 ? keys.all[owner].incidents : 0) + adopted.held.count(graph.names[resource], type)
        return max(0, -Elementary.log((held + Engine.priorIncidents * prior) / (causes.incidents + Engine.priorIncidents)))
    }

    /// Writes own surprise, first alert and count of each alerting resource, and marks what they depend on.
    private mutating func weighOwnAlerts() {
        ranking.serial &+= 1
        ranking.alerting.removeAll()
        var at = 0
        while at < ranking.keys.count {
            let v = Int(ranking.keys[at].resource)
            var sum = 0.0
            var first = Double.infinity
            var types = 0
            while at < ranking.keys.count, Int(ranking.keys[at].resource) == v {
                let key = ranking.keys[at]
                let often = key.events > 1 ? 1 + Engine.countWeight * Elementary.log(key.events) : 1
                sum += surprise(v, Int(key.type)) * often
                first = min(first, key.first)
                types += 1
                at += 1
            }
            ranking.findings[v].mark = ranking.serial
            ranking.findings[v].own = types > 1 ? sum / Double(types).squareRoot() : sum
            ranking.findings[v].first = first
            ranking.findings[v].alerts = UInt32(types)
            ranking.alerting.append(UInt32(v))
        }
    }

    private mutating func collectCandidates(_ earliest: Double) {
        ranking.candidates.removeAll()
        for at in 0..<ranking.alerting.count {
            let v = Int(ranking.alerting[at])
            addCandidate(v, ranking.findings[v].first)
            for position in graph.neighbours.range(v) {
                let neighbour = graph.neighbours[position]
                let other = Int(neighbour.other)
                if neighbour.outgoing { ranking.findings[other].bridge = ranking.serial }
                addCandidate(other, ranking.isAlerting(other) ? ranking.findings[other].first : earliest)
                ranking.findings[other].near += 1
            }
        }
    }

    @inline(__always)
    private mutating func addCandidate(_ v: Int, _ first: Double) {
        guard ranking.findings[v].candidate != ranking.serial else { return }
        ranking.findings[v].candidate = ranking.serial
        ranking.findings[v].near = 0
        ranking.candidates.append(RankedResource(resource: UInt32(v), reached: 0, surprise: 0, reach: 0, first: first, score: 0))
    }

    /// Surprise and reach of one candidate.
    private mutating func weigh(_ at: Int, _ earliest: Double) {
        let c = Int(ranking.candidates[at].resource)
        let isAlerting = ranking.isAlerting(c)
        ranking.candidates[at].surprise = (isAlerting ? ranking.findings[c].own : 0) + groupSurprise(c)
        var cover = isAlerting ? 1.0 : 0.0
        walk(from: c)
        for step in 1..<max(1, ranking.steps.count) where ranking.steps[step].silent == 0 {
            cover += Engine.hopFades[Int(ranking.steps[step].hops)]
            ranking.candidates[at].reached += 1
        }
        let delay = isAlerting ? ranking.findings[c].first - earliest : 0
        ranking.candidates[at].reach = cover / Double(ranking.alerting.count) * (isAlerting ? 1 - 0.7 * delay / (delay + 15) : 0.5)
    }

    /// The lower quartile of the surprise of the neighbours of one direction and kind, the largest over such groups:
    /// a resource takes over what nearly all of a group shows.
    private mutating func groupSurprise(_ c: Int) -> Double {
        // Three quarters of a group of at least two must alert.
        guard ranking.findings[c].near >= 2 else { return 0 }
        let range = graph.neighbours.range(c)
        var best = 0.0
        var at = range.lowerBound
        while at < range.upperBound {
            let first = graph.neighbours[at]
            ranking.group.removeAll()
            var size = 0
            while at < range.upperBound {
                let neighbour = graph.neighbours[at]
                guard neighbour.kind == first.kind, neighbour.outgoing == first.outgoing else { break }
                let other = Int(neighbour.other)
                if ranking.isAlerting(other) { ranking.group.append(ranking.findings[other].own) }
                size += 1
                at += 1
            }
            let index = Int(Engine.groupQuantile * Double(size)) - (size - ranking.group.count)
            guard size >= 2, index >= 0, Int(first.kind) != graph.linkKindIndex else { continue }
            ranking.group.withMutableBuffer { $0.sort() }
            best = max(best, ranking.group[index])
        }
        return best
    }

    /// Walks from a candidate against the dependencies, with at most one silent resource in a row; a silent one that
    /// leads to no alert is left out.
    private mutating func walk(from c: Int) {
        ranking.walk &+= 1
        ranking.steps.removeAll()
        ranking.steps.append(RankingScratch.Step(resource: UInt32(c), hops: 0, silent: 0))
        ranking.findings[c].walked = ranking.walk
        var at = 0
        while at < ranking.steps.count {
            let step = ranking.steps[at]
            at += 1
            guard step.hops < Engine.reachDepth else { continue }
            for position in graph.dependents.range(Int(step.resource)) {
                let y = graph.dependents[position]
                let finding = ranking.findings[Int(y)]
                if finding.walked == ranking.walk { continue }
                let isSilent = finding.mark != ranking.serial
                if isSilent, step.silent > 0 || finding.bridge != ranking.serial { continue }
                ranking.findings[Int(y)].walked = ranking.walk
                ranking.steps.append(RankingScratch.Step(resource: y, hops: step.hops + 1, silent: isSilent ? 1 : 0))
            }
        }
    }

    private mutating func scoreCandidates() {
        let size = Double(graph.componentSizes[Int(graph.components[Int(ranking.alerting[0])])])
        let share = min(0.9, 2 * Double(ranking.alerting.count) / size)
        var mostSurprise = 0.0
        var mostReach = 0.0
        for at in 0..<ranking.candidates.count {
            mostSurprise = max(mostSurprise, ranking.candidates[at].surprise)
            mostReach = max(mostReach, ranking.candidates[at].reach)
        }
        if mostSurprise <= 0 { mostSurprise = 1 }
        if mostReach <= 0 { mostReach = 1 }
        let logOfNothing = (Elementary.log(0.01), Elementary.log(0.3))
        for at in 0..<ranking.candidates.count {
            let s = ranking.candidates[at].surprise / mostSurprise
            let r = ranking.candidates[at].reach / mostReach
            ranking.candidates[at].score =
                share * (s > 0 ? Elementary.log(s + 0.01) : logOfNothing.0)
                + (1 - share) * (r > 0 ? Elementary.log(r + 0.3) : logOfNothing.1)
        }
    }

    /// Moves the best of the remaining candidates, by (-score, first alert, resource), to `place`.
    private mutating func bringForward(_ place: Int) {
        var best = place
        for at in (place + 1)..<max(place + 1, ranking.candidates.count) {
            let a = ranking.candidates[at]
            let b = ranking.candidates[best]
            if a.score != b.score {
                if a.score > b.score { best = at }
            } else if (a.first, a.resource) < (b.first, b.resource) {
                best = at
            }
        }
        ranking.candidates.swapAt(place, best)
    }

    /// Sum of e^(score - best) over the candidates; many silent ones have the same score.
    private func totalWeight(_ best: Double) -> Double {
        var total = 0.0
        var last = (score: Double.nan, weight: 0.0)
        for at in 0..<ranking.candidates.count {
            let score = ranking.candidates[at].score
            if score != last.score { last = (score, Elementary.exp(score - best)) }
            total += last.weight
        }
        return total
    }

    private mutating func describe(_ earliest: Double) -> (causes: [RootCause], impacted: [NameID]) {
        let listed = min(Engine.mostCauses, ranking.candidates.count)
        for place in 0..<listed { bringForward(place) }
        let best = ranking.candidates[0]
        let total = totalWeight(best.score)
        var result: [RootCause] = []
        result.reserveCapacity(listed)
        for at in 0..<listed {
            let ranked = ranking.candidates[at]
            let v = Int(ranked.resource)
            let isAlerting = ranking.isAlerting(v)
            var cause = RootCause(
                resource: graph.names[v], alerting: isAlerting, score: Elementary.exp(ranked.score - best.score) / total)
            cause.alerts = isAlerting ? ranking.findings[v].alerts : 0
            cause.delay = isAlerting ? ranking.findings[v].first - earliest : nil
            cause.reached = ranked.reached
            cause.others = UInt32(ranking.alerting.count - (isAlerting ? 1 : 0))
            cause.surprise = isAlerting ? ranking.findings[v].own : 0
            result.append(cause)
        }
        walk(from: Int(best.resource))
        var impacted: [NameID] = []
        for at in 1..<max(1, ranking.steps.count) where ranking.steps[at].silent == 0 && impacted.count < Engine.mostImpacted {
            impacted.append(graph.names[Int(ranking.steps[at].resource)])
        }
        return (result, impacted)
    }

    /// Counts an incident of at least three alert keys that has ended.
    mutating func learnCauses(_ slot: Int) {
        guard parameters.learns else { return }
        collectKeys(slot)
        guard ranking.keys.count >= 3 else { return }
        causes.countIncident()
        for at in 0..<ranking.keys.count {
            let resource = Int(ranking.keys[at].resource)
            let type = Int(ranking.keys[at].type)
            causes.countTaking(type: type, kind: Int(graph.kinds[resource]))
            let owner = keys.owner(resource, type)
            if owner >= 0 { keys.all[owner].incidents += 1 }
        }
    }
}
