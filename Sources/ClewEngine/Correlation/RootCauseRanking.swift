/// A candidate with the parts of its score that the ranking works out for it.
struct RankedResource: BitwiseCopyable {
    var resource: UInt32
    /// Alerting resources that it reaches.
    var reached: UInt32 = 0
    /// Edges between it and alerting resources, and those of them over which its failure would spread to them.
    var near: UInt32 = 0
    var spreading: UInt32 = 0
    /// Alerts that were linked to others through it as their shared dependency.
    var shared: UInt32 = 0
    /// It is silent, and something alerting depends on it.
    var isBridge = false
    /// First alert on it; the incident's first if it is silent.
    var first: Double
    /// Surprise of its own alerts, and with that of a group that it would explain.
    var surprise = 0.0
    var score = 0.0

    init(resource: UInt32, first: Double) {
        self.resource = resource
        self.first = first
    }

    /// The better by (-score, first alert, resource).
    @inline(__always)
    func isBetter(than other: RankedResource) -> Bool {
        if score != other.score { return score > other.score }
        return first != other.first ? first < other.first : resource < other.resource
    }
}

/// What each sign of a root cause weighs: the coefficients of a conditional logit (McFadden 1974), fitted once on the
/// development sets, the same for every estate (algorithm.md §11). Each adds to the logarithm of a candidate's odds.
private enum Sign {
    /// Where much of a component alerts, only the surprise tells; `share` of it counts, and the others 1 - `share`.
    static let crowdedSurprise = 1.8
    static let surprise = 0.45
    static let rarest = 0.25
    static let reach = 1.2
    static let explained = -0.27
    static let throughDependency = -0.18
    static let worst = 2.0
    static let shared = 0.6
    static let spreading = 1.2
    static let lateness = -0.65
    /// Share of the component that alerts × this is how crowded it is, at most `mostCrowded`.
    static let crowding = 2.0
    static let mostCrowded = 0.95
}

extension Engine {
    private static let mostCauses = 5
    private static let mostImpacted = 200

    /// Ranks the resources that may have caused an incident, best first, and tells what the first one reaches.
    ///
    /// Candidates: the alerting resources, their direct neighbours, and changed resources that they depend on.
    mutating func rankCauses(_ slot: Int) -> (causes: [RootCause], impacted: [NameID]) {
        collectKeys(slot)
        guard ranking.keys.count > 0 else { return ([], []) }
        weighOwnAlerts()
        var earliest = Double.infinity
        var worst = Severity.info
        for at in 0..<ranking.own.count {
            earliest = min(earliest, ranking.own[at].first)
            worst = max(worst, ranking.own[at].severity)
        }
        collectCandidates(earliest)
        let crowding = scoreCandidates(worst, earliest)
        return describe(earliest, worst, crowding)
    }

    /// Scores all candidates; returns how crowded the component is, 0…0.95.
    private mutating func scoreCandidates(_ worst: Severity, _ earliest: Double) -> Double {
        countReached()
        var mostSurprise = 0.0
        for at in 0..<ranking.candidates.count {
            let own = at < ranking.own.count ? ranking.own[at].surprise : 0
            let surprise = own + groupSurprise(ranking.candidates[at])
            ranking.candidates[at].surprise = surprise
            mostSurprise = max(mostSurprise, surprise)
        }
        if mostSurprise <= 0 { mostSurprise = 1 }
        let size = Double(graph.componentSizes[Int(graph.components[Int(ranking.candidates[0].resource)])])
        let count = Double(ranking.own.count)
        let crowding = min(Sign.mostCrowded, Sign.crowding * count / size)
        let logOfNone = Elementary.log(0.01)
        let (logOfCount, logOfMore) = (Elementary.log(count), Elementary.log(count + 0.3))
        for at in 0..<ranking.candidates.count {
            let own = ranking.candidates[at].surprise
            let surprise = own > 0 ? Elementary.log(own / mostSurprise + 0.01) : logOfNone
            ranking.candidates[at].score =
                crowding * Sign.crowdedSurprise * surprise
                + (1 - crowding) * (Sign.surprise * surprise + signs(at, worst, logOfCount, logOfMore))
            if !changes.isEmpty { ranking.candidates[at].score += changeSign(Int(ranking.candidates[at].resource), earliest) }
        }
        return crowding
    }

    /// The signs of a candidate beside its surprise; of the number of alerting resources ln(n) and ln(n + 0.3).
    @inline(__always)
    private func signs(_ place: Int, _ worst: Severity, _ logOfCount: Double, _ logOfMore: Double) -> Double {
        let candidate = ranking.candidates[place]
        let isAlerting = place < ranking.own.count
        let logs = ranking.logarithms
        var sum =
            Sign.reach * (logs.ofMore(Int(candidate.reached) + (isAlerting ? 1 : 0)) - logOfCount)
            + Sign.shared * (logs.ofMore(Int(candidate.shared)) - logOfMore)
            + Sign.spreading * logs.ofNext(Int(candidate.spreading))
        guard isAlerting else { return sum + Sign.lateness * CauseCounts.usualLateness }
        let own = ranking.own[place]
        sum += Sign.rarest * own.rarest + Sign.lateness * own.lateness
        if own.severity == worst { sum += Sign.worst }
        if own.explained > 0 { sum += Sign.explained * Elementary.log(1 + own.explained) }
        if own.throughDependency > 0 { sum += Sign.throughDependency * Elementary.log(1 + own.throughDependency) }
        return sum
    }

    /// Places of the best candidates, best first.
    private func best() -> [Int] {
        let most = min(Engine.mostCauses, ranking.candidates.count)
        var best: [Int] = []
        best.reserveCapacity(most + 1)
        for place in 0..<ranking.candidates.count {
            if best.count == most, !ranking.candidates[place].isBetter(than: ranking.candidates[best[most - 1]]) { continue }
            var at = best.count
            while at > 0, ranking.candidates[place].isBetter(than: ranking.candidates[best[at - 1]]) { at -= 1 }
            best.insert(place, at: at)
            if best.count > most { best.removeLast() }
        }
        return best
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

    private mutating func describe(
        _ earliest: Double, _ worst: Severity, _ crowding: Double
    ) -> (causes: [RootCause], impacted: [NameID]) {
        let best = best()
        let first = ranking.candidates[best[0]]
        let total = totalWeight(first.score)
        var causes: [RootCause] = []
        causes.reserveCapacity(best.count)
        for place in best {
            let score = Elementary.exp(ranking.candidates[place].score - first.score) / total
            let resource = graph.names[Int(ranking.candidates[place].resource)]
            causes.append(RootCause(resource: resource, alerting: place < ranking.own.count, score: score))
            causes[causes.count - 1].crowding = crowding
            giveReasons(place, earliest, worst, &causes[causes.count - 1])
        }
        walk(from: first)
        var impacted: [NameID] = []
        impacted.reserveCapacity(min(ranking.steps.count, Engine.mostImpacted))
        for at in 1..<max(1, ranking.steps.count) where !ranking.steps[at].isSilent && impacted.count < Engine.mostImpacted {
            impacted.append(graph.names[Int(ranking.steps[at].resource)])
        }
        return (causes, impacted)
    }

    /// What was found out about a candidate, as it is told.
    private func giveReasons(_ place: Int, _ earliest: Double, _ worst: Severity, _ cause: inout RootCause) {
        let candidate = ranking.candidates[place]
        cause.reached = candidate.reached
        cause.others = UInt32(ranking.own.count - (cause.alerting ? 1 : 0))
        cause.neighbours = candidate.spreading
        cause.shared = candidate.shared
        cause.surprise = candidate.surprise
        if !changes.isEmpty { cause.change = suspectedChange(Int(candidate.resource), earliest) }
        guard cause.alerting else { return }
        let own = ranking.own[place]
        cause.alerts = own.count
        cause.delay = own.first - earliest
        cause.worst = own.severity == worst ? worst : nil
        cause.explained = own.explained
        cause.explainedByDependency = own.throughDependency
        cause.rarest = own.rarest
        if own.lateness != CauseCounts.usualLateness { cause.usualDelay = Elementary.exp(own.lateness) - 1 }
    }

    /// Counts an incident of at least three alert keys that has ended.
    mutating func learnCauses(_ slot: Int) {
        guard parameters.learns else { return }
        collectKeys(slot)
        guard ranking.keys.count >= 3 else { return }
        causes.countIncident()
        var earliest = Double.infinity
        for at in 0..<ranking.keys.count { earliest = min(earliest, ranking.keys[at].first) }
        for at in 0..<ranking.keys.count {
            let resource = Int(ranking.keys[at].resource)
            let type = Int(ranking.keys[at].type)
            causes.countTaking(type: type, kind: Int(graph.kinds[resource]), delay: ranking.keys[at].first - earliest)
            let owner = keys.owner(resource, type)
            if owner >= 0 { keys.all[owner].incidents += 1 }
        }
    }
}
