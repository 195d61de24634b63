/// One (resource, type) of an incident that is being ranked.
struct RankedKey: BitwiseCopyable {
    var resource: UInt32
    var type: UInt32
    var events: Double
    var first: Double
    var severity: Severity
    var explanation: Explanation

    mutating func unite(_ other: RankedKey) {
        events += other.events
        first = min(first, other.first)
        severity = max(severity, other.severity)
        explanation.odds = max(explanation.odds, other.explanation.odds)
        explanation.throughDependency = max(explanation.throughDependency, other.explanation.throughDependency)
        if explanation.shared < 0 { explanation.shared = other.explanation.shared }
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
}

/// Arrays by resource that one ranking fills and leaves for the next: no allocation a ranking.
struct RankingScratch: ~Copyable {
    /// Serials of the ranking in which a resource alerts, is a candidate, and has something alerting that depends on it;
    /// and of the walk that reached it. Apart from the findings: the walks read thousands of them.
    struct Marks: BitwiseCopyable {
        var alerting: UInt32 = 0
        var candidate: UInt32 = 0
        var bridge: UInt32 = 0
        var walked: UInt32 = 0
        /// Place among the candidates.
        var place: UInt32 = 0
    }

    /// What a ranking found out about a resource; valid while its marks are the ranking's serial.
    struct Finding: BitwiseCopyable {
        /// Edges between it and alerting resources, and those of them over which its failure would spread to them.
        var near: UInt32 = 0
        var spreading: UInt32 = 0
        /// Alerts that were linked to others through it as their shared dependency.
        var shared: UInt32 = 0
        // Of its own alerts:
        var alerts: UInt32 = 0
        var severity = Severity.info
        /// Surprise of all with their repeats, and the largest of one without.
        var own = 0.0
        var rarest = 0.0
        var first = 0.0
        /// The best odds with which others explain one of them, and with which a dependency does.
        var explained = 0.0
        var throughDependency = 0.0
        /// Mean ln(1 + seconds) by which the earliest of their types follows an incident's first alert.
        var lateness = 0.0
    }

    /// A resource that a walk against the dependencies reached.
    struct Step: BitwiseCopyable {
        var resource: UInt32
        var hops: UInt8
        /// Silent resources in a row up to here.
        var silent: UInt8
    }

    var marks = Table<Marks>()
    var findings = Table<Finding>()
    var serial: UInt32 = 0
    var walk: UInt32 = 0
    var steps = Table<Step>()
    var keys = Table<RankedKey>()
    var alerting = Table<UInt32>()
    var candidates = Table<RankedResource>()
    var group = Table<Double>()
    let logarithms = CountLogarithms()
    var reach = ReachSets()

    mutating func resize(to count: Int) {
        marks.resize(to: count, filling: Marks())
        findings.resize(to: count, filling: Finding())
    }

    @inline(__always)
    func isAlerting(_ v: Int) -> Bool { marks[v].alerting == serial }
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

    /// The (resource, type) pairs of an incident, ascending, each once.
    mutating func collectKeys(_ slot: Int) {
        ranking.keys.removeAll()
        var at = incidents.details[slot].firstEntry
        while at >= 0 {
            let e = Int(at)
            ranking.keys.append(
                RankedKey(
                    resource: entries[e].resource, type: entries[e].type, events: Double(entries[e].events), first: entries[e].first,
                    severity: entries[e].severity, explanation: entries[e].explanation))
            at = entries[e].next
        }
        let count = ranking.keys.count
        guard count > 1 else { return }
        ranking.keys.withMutableBuffer { keys in
            keys.sort { ($0.resource, $0.type, $0.first) < ($1.resource, $1.type, $1.first) }
        }
        var kept = 0
        for k in 1..<count {
            let key = ranking.keys[k]
            if key.resource == ranking.keys[kept].resource, key.type == ranking.keys[kept].type {
                ranking.keys[kept].unite(key)
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

    /// Writes what the own alerts of each alerting resource tell.
    mutating func weighOwnAlerts() {
        ranking.serial &+= 1
        ranking.alerting.removeAll()
        var at = 0
        while at < ranking.keys.count {
            let v = Int(ranking.keys[at].resource)
            var finding = ranking.findings[v]
            ranking.marks[v].alerting = ranking.serial
            finding.alerts = 0
            finding.severity = .info
            finding.own = 0
            finding.rarest = 0
            finding.first = .infinity
            finding.explained = 0
            finding.throughDependency = 0
            finding.lateness = .infinity
            while at < ranking.keys.count, Int(ranking.keys[at].resource) == v {
                let key = ranking.keys[at]
                let often = key.events > 1 ? 1 + Engine.countWeight * Elementary.log(key.events) : 1
                let rarity = surprise(v, Int(key.type))
                finding.own += rarity * often
                finding.rarest = max(finding.rarest, rarity)
                finding.first = min(finding.first, key.first)
                finding.severity = max(finding.severity, key.severity)
                finding.explained = max(finding.explained, key.explanation.odds)
                finding.throughDependency = max(finding.throughDependency, key.explanation.throughDependency)
                finding.lateness = min(finding.lateness, causes.meanLateness(type: Int(key.type)))
                finding.alerts += 1
                at += 1
            }
            if finding.alerts > 1 { finding.own /= Double(finding.alerts).squareRoot() }
            ranking.findings[v] = finding
            ranking.alerting.append(UInt32(v))
        }
    }

    /// Makes candidates of the alerting resources and their neighbours, and counts what touches each.
    mutating func collectCandidates(_ earliest: Double) {
        ranking.candidates.removeAll()
        for at in 0..<ranking.alerting.count {
            let v = Int(ranking.alerting[at])
            addCandidate(v, ranking.findings[v].first)
            for position in graph.neighbours.range(v) {
                let neighbour = graph.neighbours[position]
                let other = Int(neighbour.other)
                if neighbour.outgoing { ranking.marks[other].bridge = ranking.serial }
                addCandidate(other, ranking.isAlerting(other) ? ranking.findings[other].first : earliest)
                ranking.findings[other].near += 1
                if neighbour.outgoing || graph.spreadsAlong[Int(neighbour.kind)] { ranking.findings[other].spreading += 1 }
            }
        }
        if !changes.isEmpty { addChangedCandidates(earliest) }
        for at in 0..<ranking.keys.count {
            let shared = Int(ranking.keys[at].explanation.shared)
            if shared >= 0, ranking.marks[shared].candidate == ranking.serial { ranking.findings[shared].shared += 1 }
        }
    }

    @inline(__always)
    mutating func addCandidate(_ v: Int, _ first: Double) {
        guard ranking.marks[v].candidate != ranking.serial else { return }
        ranking.marks[v].candidate = ranking.serial
        ranking.marks[v].place = UInt32(ranking.candidates.count)
        ranking.findings[v].near = 0
        ranking.findings[v].spreading = 0
        ranking.findings[v].shared = 0
        ranking.candidates.append(RankedResource(resource: UInt32(v), reached: 0, surprise: 0, first: first, score: 0))
    }

    /// The lower quartile of the surprise of the neighbours of one direction and kind, the largest over such groups:
    /// a resource takes over what nearly all of a group shows.
    mutating func groupSurprise(_ c: Int) -> Double {
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
    mutating func walk(from c: Int) {
        ranking.walk &+= 1
        ranking.steps.removeAll()
        ranking.steps.append(RankingScratch.Step(resource: UInt32(c), hops: 0, silent: 0))
        ranking.marks[c].walked = ranking.walk
        let serial = ranking.serial
        let walk = ranking.walk
        var at = 0
        while at < ranking.steps.count {
            let step = ranking.steps[at]
            at += 1
            guard step.hops < Engine.reachDepth else { continue }
            for position in graph.dependents.range(Int(step.resource)) {
                let y = graph.dependents[position]
                let marks = ranking.marks[Int(y)]
                if marks.walked == walk { continue }
                let isSilent = marks.alerting != serial
                if isSilent, step.silent > 0 || marks.bridge != serial { continue }
                ranking.marks[Int(y)].walked = walk
                ranking.steps.append(RankingScratch.Step(resource: y, hops: step.hops + 1, silent: isSilent ? 1 : 0))
            }
        }
    }
}
