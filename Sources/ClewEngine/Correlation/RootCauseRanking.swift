/// A candidate with the parts of its score that the ranking works out for it.
struct RankedResource: BitwiseCopyable {
    var resource: UInt32
    /// Alerting resources that it reaches.
    var reached: UInt32
    /// Surprise of its own alerts, and with that of a group that it would explain.
    var surprise: Double
    /// First alert on it; the incident's first if it is silent.
    var first: Double
    var score: Double
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
        weighOwnAlerts()
        guard ranking.alerting.count > 0 else { return ([], []) }
        var earliest = Double.infinity
        var worst = Severity.info
        for at in 0..<ranking.alerting.count {
            let v = Int(ranking.alerting[at])
            earliest = min(earliest, ranking.findings[v].first)
            worst = max(worst, ranking.findings[v].severity)
        }
        collectCandidates(earliest)
        let crowding = scoreCandidates(worst, earliest)
        return describe(earliest, worst, crowding)
    }

    /// Surprise of a candidate.
    private mutating func weigh(_ at: Int) {
        let c = Int(ranking.candidates[at].resource)
        ranking.candidates[at].surprise = (ranking.isAlerting(c) ? ranking.findings[c].own : 0) + groupSurprise(c)
    }

    /// Scores all candidates; returns how crowded the component is, 0…0.95.
    private mutating func scoreCandidates(_ worst: Severity, _ earliest: Double) -> Double {
        var mostSurprise = 0.0
        countReached()
        for at in 0..<ranking.candidates.count {
            weigh(at)
            mostSurprise = max(mostSurprise, ranking.candidates[at].surprise)
        }
        if mostSurprise <= 0 { mostSurprise = 1 }
        let size = Double(graph.componentSizes[Int(graph.components[Int(ranking.alerting[0])])])
        let crowding = min(Sign.mostCrowded, Sign.crowding * Double(ranking.alerting.count) / size)
        let logOfNone = Elementary.log(0.01)
        for at in 0..<ranking.candidates.count {
            let own = ranking.candidates[at].surprise
            let surprise = own > 0 ? Elementary.log(own / mostSurprise + 0.01) : logOfNone
            ranking.candidates[at].score =
                crowding * Sign.crowdedSurprise * surprise
                + (1 - crowding) * (Sign.surprise * surprise + signs(ranking.candidates[at], worst))
            if !changes.isEmpty { ranking.candidates[at].score += changeSign(Int(ranking.candidates[at].resource), earliest) }
        }
        return crowding
    }

    /// The signs of a candidate beside its surprise.
    private func signs(_ candidate: RankedResource, _ worst: Severity) -> Double {
        let c = Int(candidate.resource)
        let count = Double(ranking.alerting.count)
        let isAlerting = ranking.isAlerting(c)
        let logs = ranking.logarithms
        var sum =
            Sign.reach * (logs.ofMore(Int(candidate.reached) + (isAlerting ? 1 : 0)) - Elementary.log(count))
            + Sign.shared * (logs.ofMore(Int(ranking.findings[c].shared)) - Elementary.log(count + 0.3))
            + Sign.spreading * logs.ofNext(Int(ranking.findings[c].spreading))
        guard isAlerting else { return sum + Sign.lateness * CauseCounts.usualLateness }
        sum += Sign.rarest * ranking.findings[c].rarest + Sign.lateness * ranking.findings[c].lateness
        if ranking.findings[c].severity == worst { sum += Sign.worst }
        let explained = ranking.findings[c].explained
        if explained > 0 { sum += Sign.explained * Elementary.log(1 + explained) }
        let throughDependency = ranking.findings[c].throughDependency
        if throughDependency > 0 { sum += Sign.throughDependency * Elementary.log(1 + throughDependency) }
        return sum
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

    private mutating func describe(
        _ earliest: Double, _ worst: Severity, _ crowding: Double
    ) -> (causes: [RootCause], impacted: [NameID]) {
        let listed = min(Engine.mostCauses, ranking.candidates.count)
        for place in 0..<listed { bringForward(place) }
        let best = ranking.candidates[0]
        let total = totalWeight(best.score)
        var result: [RootCause] = []
        result.reserveCapacity(listed)
        for at in 0..<listed {
            var cause = reasons(ranking.candidates[at], earliest, worst)
            cause.score = Elementary.exp(ranking.candidates[at].score - best.score) / total
            cause.crowding = crowding
            result.append(cause)
        }
        walk(from: Int(best.resource))
        var impacted: [NameID] = []
        for at in 1..<max(1, ranking.steps.count) where ranking.steps[at].silent == 0 && impacted.count < Engine.mostImpacted {
            impacted.append(graph.names[Int(ranking.steps[at].resource)])
        }
        return (result, impacted)
    }

    /// What was found out about a candidate, as it is told.
    private func reasons(_ candidate: RankedResource, _ earliest: Double, _ worst: Severity) -> RootCause {
        let v = Int(candidate.resource)
        let finding = ranking.findings[v]
        let isAlerting = ranking.isAlerting(v)
        var cause = RootCause(resource: graph.names[v], alerting: isAlerting, score: 0)
        cause.reached = candidate.reached
        cause.others = UInt32(ranking.alerting.count - (isAlerting ? 1 : 0))
        cause.neighbours = finding.spreading
        cause.shared = finding.shared
        cause.surprise = candidate.surprise
        if !changes.isEmpty { cause.change = suspectedChange(v, earliest) }
        guard isAlerting else { return cause }
        cause.alerts = finding.alerts
        cause.delay = finding.first - earliest
        cause.worst = finding.severity == worst ? worst : nil
        cause.explained = finding.explained
        cause.explainedByDependency = finding.throughDependency
        cause.rarest = finding.rarest
        if finding.lateness != CauseCounts.usualLateness { cause.usualDelay = Elementary.exp(finding.lateness) - 1 }
        return cause
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
