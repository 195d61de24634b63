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
}

/// One (resource, type) of an incident that is being ranked.
private struct RankedKey {
    var resource: UInt32
    var type: UInt32
    var events: Double
    var first: Double
}

/// Arrays by resource that one ranking fills and leaves for the next.
struct RankingScratch: ~Copyable {
    /// Serial of the ranking that wrote the resource's values; of the walk that reached it.
    var mark = Table<UInt32>()
    var candidate = Table<UInt32>()
    var walked = Table<UInt32>()
    var own = Table<Double>()
    var first = Table<Double>()
    var alerts = Table<UInt32>()
    var serial: UInt32 = 0
    var walk: UInt32 = 0
    var walkQueue = Table<Step>()

    /// A resource that a walk against the dependencies reached.
    struct Step: BitwiseCopyable {
        var resource: UInt32
        var hops: UInt8
        /// Silent resources in a row up to here.
        var silent: UInt8
    }

    mutating func resize(to count: Int) {
        mark.resize(to: count, filling: 0)
        candidate.resize(to: count, filling: 0)
        walked.resize(to: count, filling: 0)
        own.resize(to: count, filling: 0)
        first.resize(to: count, filling: 0)
        alerts.resize(to: count, filling: 0)
    }

    @inline(__always)
    func isAlerting(_ v: Int) -> Bool { mark[v] == serial }
}

/// A candidate with the parts of its score.
private struct RankedResource {
    var resource: Int
    /// Surprise of its own alerts, and with that of a group that it would explain.
    var surprise: Double
    var reach: Double
    var reached: UInt32
    var score: Double
}

extension Engine {
    private static let groupQuantile = 0.25
    private static let countWeight = 0.5
    private static let priorIncidents = 4.0
    private static let reachDepth: UInt8 = 7
    private static let hopFade = 0.8
    private static let mostCauses = 5
    private static let mostImpacted = 200

    /// Ranks the resources that may have caused an incident, best first, and tells what the first one reaches.
    ///
    /// Candidates: the alerting resources and their direct neighbours.
    mutating func rankCauses(_ slot: Int) -> (causes: [RootCause], impacted: [NameID]) {
        let keys = rankedKeys(slot)
        let alerting = weighOwnAlerts(keys)
        guard let earliest = alerting.map({ ranking.first[Int($0)] }).min(), let lowest = alerting.min() else { return ([], []) }
        var candidates: ContiguousArray<RankedResource> = []
        for v in causeCandidates(alerting) {
            let own = ranking.isAlerting(v) ? ranking.own[v] : 0
            var ranked = RankedResource(resource: v, surprise: own + groupSurprise(v), reach: 0, reached: 0, score: 0)
            walk(from: v, count: alerting.count, earliest: earliest, into: &ranked)
            candidates.append(ranked)
        }
        let size = Double(graph.componentSizes[Int(graph.components[Int(lowest)])])
        let share = min(0.9, 2 * Double(alerting.count) / size)
        let mostSurprise = candidates.map(\.surprise).max() ?? 0
        let mostReach = candidates.map(\.reach).max() ?? 0
        for at in candidates.indices {
            let s = candidates[at].surprise / (mostSurprise > 0 ? mostSurprise : 1)
            let r = candidates[at].reach / (mostReach > 0 ? mostReach : 1)
            candidates[at].score = share * Elementary.log(s + 0.01) + (1 - share) * Elementary.log(r + 0.3)
        }
        let scratch = firstTimes(candidates, earliest)
        let sorted = candidates.indices.sorted {
            (-candidates[$0].score, scratch[$0], candidates[$0].resource) < (-candidates[$1].score, scratch[$1], candidates[$1].resource)
        }
        return describe(sorted.map { candidates[$0] }, alerting: alerting.count, earliest)
    }

    private func firstTimes(_ candidates: ContiguousArray<RankedResource>, _ earliest: Double) -> [Double] {
        candidates.map { ranking.isAlerting($0.resource) ? ranking.first[$0.resource] : earliest }
    }

    /// The (resource, type) pairs of an incident, ascending, each once.
    private func rankedKeys(_ slot: Int) -> ContiguousArray<RankedKey> {
        var keys: ContiguousArray<RankedKey> = []
        var at = incidents.details[slot].firstEntry
        while at >= 0 {
            let e = Int(at)
            keys.append(RankedKey(
                resource: entries[e].resource, type: entries[e].type, events: Double(entries[e].events), first: entries[e].first))
            at = entries[e].next
        }
        guard keys.count > 1 else { return keys }
        keys.sort { ($0.resource, $0.type) < ($1.resource, $1.type) }
        var kept = 0
        for k in 1..<keys.count {
            if keys[k].resource == keys[kept].resource, keys[k].type == keys[kept].type {
                keys[kept].events += keys[k].events
                keys[kept].first = min(keys[kept].first, keys[k].first)
            } else {
                kept += 1
                keys[kept] = keys[k]
            }
        }
        keys.removeLast(keys.count - kept - 1)
        return keys
    }

    /// Surprise of a key: -ln of the probability that it takes part in an incident.
    private func surprise(_ key: RankedKey) -> Double {
        let kind = Int(graph.kinds[Int(key.resource)])
        let ofKind = causes.count(type: Int(key.type), kind: kind)
        let prior = min(1, (ofKind + 0.5) / ((causes.incidents + 1) * graph.kindCounts[kind]))
        let owner = keys.owner(Int(key.resource), Int(key.type))
        let held = owner >= 0 ? keys.all[owner].incidents : 0
        return max(0, -Elementary.log((held + Engine.priorIncidents * prior) / (causes.incidents + Engine.priorIncidents)))
    }

    /// Writes own surprise, first alert and count of each alerting resource; returns the resources, ascending.
    private mutating func weighOwnAlerts(_ keys: ContiguousArray<RankedKey>) -> ContiguousArray<UInt32> {
        ranking.serial &+= 1
        var alerting: ContiguousArray<UInt32> = []
        var at = 0
        while at < keys.count {
            let v = Int(keys[at].resource)
            var sum = 0.0
            var first = Double.infinity
            var types = 0.0
            while at < keys.count, Int(keys[at].resource) == v {
                sum += surprise(keys[at]) * (1 + Engine.countWeight * Elementary.log(keys[at].events))
                first = min(first, keys[at].first)
                types += 1
                at += 1
            }
            ranking.mark[v] = ranking.serial
            ranking.own[v] = sum / types.squareRoot()
            ranking.first[v] = first
            ranking.alerts[v] = UInt32(types)
            alerting.append(UInt32(v))
        }
        return alerting
    }

    private mutating func causeCandidates(_ alerting: ContiguousArray<UInt32>) -> [Int] {
        var found: [Int] = []
        for v in alerting where ranking.candidate[Int(v)] != ranking.serial {
            ranking.candidate[Int(v)] = ranking.serial
            found.append(Int(v))
        }
        for v in alerting {
            for at in graph.neighbours.range(Int(v)) {
                let other = Int(graph.neighbours[at].other)
                if ranking.candidate[other] == ranking.serial { continue }
                ranking.candidate[other] = ranking.serial
                found.append(other)
            }
        }
        return found
    }

    /// The lower quartile of the surprise of the neighbours of one direction and kind, the largest over such groups:
    /// a resource takes over what nearly all of a group shows.
    private func groupSurprise(_ c: Int) -> Double {
        let range = graph.neighbours.range(c)
        var best = 0.0
        var at = range.lowerBound
        while at < range.upperBound {
            let group = graph.neighbours[at]
            var own: ContiguousArray<Double> = []
            var size = 0
            while at < range.upperBound {
                let neighbour = graph.neighbours[at]
                guard neighbour.kind == group.kind, neighbour.outgoing == group.outgoing else { break }
                let other = Int(neighbour.other)
                if ranking.isAlerting(other) { own.append(ranking.own[other]) }
                size += 1
                at += 1
            }
            let index = Int(Engine.groupQuantile * Double(size)) - (size - own.count)
            guard size >= 2, index >= 0, graph.edgeKindNames[Int(group.kind)] != Graph.linkKind else { continue }
            own.sort()
            best = max(best, own[index])
        }
        return best
    }

    /// Walks from a candidate against the dependencies, with at most one silent resource in a row.
    private mutating func walk(from c: Int, count: Int, earliest: Double, into ranked: inout RankedResource) {
        let isAlerting = ranking.isAlerting(c)
        var cover = isAlerting ? 1.0 : 0.0
        walkAll(from: c)
        for at in 1..<max(1, ranking.walkQueue.count) where ranking.isAlerting(Int(ranking.walkQueue[at].resource)) {
            var fade = 1.0
            for _ in 1..<max(1, Int(ranking.walkQueue[at].hops)) { fade *= Engine.hopFade }
            cover += fade
            ranked.reached += 1
        }
        let delay = isAlerting ? ranking.first[c] - earliest : 0
        ranked.reach = cover / Double(count) * (isAlerting ? 1 - 0.7 * delay / (delay + 15) : 0.5)
    }

    private mutating func walkAll(from c: Int) {
        ranking.walk &+= 1
        ranking.walkQueue.removeAll()
        ranking.walkQueue.append(RankingScratch.Step(resource: UInt32(c), hops: 0, silent: 0))
        ranking.walked[c] = ranking.walk
        var at = 0
        while at < ranking.walkQueue.count {
            let step = ranking.walkQueue[at]
            at += 1
            guard step.hops < Engine.reachDepth else { continue }
            for position in graph.dependents.range(Int(step.resource)) {
                let y = graph.dependents[position]
                if ranking.walked[Int(y)] == ranking.walk { continue }
                let silent = ranking.isAlerting(Int(y)) ? 0 : step.silent + 1
                guard silent <= 1 else { continue }
                ranking.walked[Int(y)] = ranking.walk
                ranking.walkQueue.append(RankingScratch.Step(resource: y, hops: step.hops + 1, silent: silent))
            }
        }
    }

    private mutating func describe(
        _ sorted: [RankedResource], alerting: Int, _ earliest: Double
    ) -> (causes: [RootCause], impacted: [NameID]) {
        guard let best = sorted.first else { return ([], []) }
        let total = sorted.reduce(0) { $0 + Elementary.exp($1.score - best.score) }
        var result: [RootCause] = []
        for ranked in sorted.prefix(Engine.mostCauses) {
            let isAlerting = ranking.isAlerting(ranked.resource)
            var cause = RootCause(
                resource: graph.names[ranked.resource], alerting: isAlerting,
                score: Elementary.exp(ranked.score - best.score) / total)
            cause.alerts = isAlerting ? ranking.alerts[ranked.resource] : 0
            cause.delay = isAlerting ? ranking.first[ranked.resource] - earliest : nil
            cause.reached = ranked.reached
            cause.others = UInt32(alerting - (isAlerting ? 1 : 0))
            cause.surprise = isAlerting ? ranking.own[ranked.resource] : 0
            result.append(cause)
        }
        walkAll(from: best.resource)
        var impacted: [NameID] = []
        for at in 1..<max(1, ranking.walkQueue.count) where impacted.count < Engine.mostImpacted {
            let v = Int(ranking.walkQueue[at].resource)
            if ranking.isAlerting(v) { impacted.append(graph.names[v]) }
        }
        return (result, impacted)
    }

    /// Counts an incident of at least three alert keys that has ended.
    mutating func learnCauses(_ slot: Int) {
        let ended = rankedKeys(slot)
        guard ended.count >= 3 else { return }
        causes.countIncident()
        for key in ended {
            causes.countTaking(type: Int(key.type), kind: Int(graph.kinds[Int(key.resource)]))
            let owner = keys.owner(Int(key.resource), Int(key.type))
            if owner >= 0 { keys.all[owner].incidents += 1 }
        }
    }
}
