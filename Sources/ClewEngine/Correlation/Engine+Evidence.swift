/// An incident that may explain an alert, with the best evidence for it.
struct Candidate: BitwiseCopyable {
    var slot: Int32
    var odds: Double
    var relation: Relation
    /// The alert it is linked to, and its type and number.
    var to: AlertName
    var toType: UInt32
    var toAlert: UInt32
    var via: UInt32
    var hops: UInt8
    var lag: Double
    /// Factors of the odds: see `Link`.
    var topology: Double
    var failing: Double
    var propagation: Double
    var seen: Double
    var expected: Double
    var lagDensity: Double
    var background: Double
    var overFor: Double
    var clearedApart: Double
    var clearedLength: Double
    var clearedFactor: Double
}

/// Learned propagation of one (cause type, relation), looked up once a scoring.
struct PropagationMemo: BitwiseCopyable {
    var mark: UInt32
    var pair: Int32
    var seen: Double
    /// X + 1, and 1 over it.
    var expected: Double
    var scale: Double
}

/// The alert whose evidence is collected.
struct Question {
    var resource: ResourceIndex
    var type: Int
    var time: Double
    /// The incident that is being settled: it is left out, and what came after the alert counts as its effect.
    var leavingOut: Int
    /// Clear time of the alert, where only alerts that cleared with it count; else NaN.
    var clearedAt: Double
    /// Odds below this change nothing and need not be worked out; 0: all are wanted.
    var least = 0.0
}

/// One alert's evidence, before it is known whether it is its incident's best: the factors of its odds.
private struct Evidence {
    var odds: Double
    var relation: Relation
    var topology: Double
    var failing: Double
    var propagation: Double
    var seen: Double
    var expected: Double
    var density: Double
    var background: Double
    var over: Double
}

/// A cell with what its alerts have in common as evidence.
struct CellInQuestion {
    var entry: Graph.ConeEntry
    /// The incident it speaks for.
    var slot: Int
    var isOwnResource: Bool
    /// Links to alerts of it that are over may still be made.
    var isOpen: Bool
    var cell: Cell
    /// e of §5.1, made when it is first needed.
    private var known = Double.nan

    init(entry: Graph.ConeEntry, slot: Int, isOwnResource: Bool, isOpen: Bool, cell: Cell) {
        self.entry = entry
        self.slot = slot
        self.isOwnResource = isOwnResource
        self.isOpen = isOpen
        self.cell = cell
    }

    /// No less than `evidence`: the count below without its decay.
    @inline(__always)
    var most: Double { cell.below + (cell.ownCount > 0 ? 2 : 0) }

    /// How much is seen on and below the cell's resource.
    @inline(__always)
    mutating func evidence(_ t: Double) -> Double {
        if known.isNaN { known = cell.below * Elementary.decay(t - cell.belowTime, over: 600) + (cell.ownCount > 0 ? 2 : 0) }
        return known
    }
}

extension Engine {
    static let mostEvaluations = 256
    private static let sharedFailure = 0.25
    private static let largestPropagation = 8.0
    private static let longestOver = 1800.0
    private static let skew = 30.0
    private static let promptShare = 0.85
    private static let afterRate = 1 / 600.0
    private static let clearedWithin = 60.0
    private static let clearedDelta = 5.0
    private static let clearedCap = 100.0

    /// Collects the best evidence for each incident near an alert into `candidates` (algorithm.md §5.1).
    /// Returns mu. At most 256 evaluations.
    mutating func score(_ q: Question, owner: Int) -> Double {
        candidates.removeAll()
        scoring &+= 1
        let mu = backgroundRate(q.resource, q.type, owner: owner, q.time)
        var left = Engine.mostEvaluations
        for at in graph.cones.range(q.resource) {
            let entry = graph.cones[at]
            let row = cells.row(Int(entry.resource))
            if row >= 0 { scoreCells(q, entry, row, mu, &left) }
        }
        evaluations += UInt64(Engine.mostEvaluations - left)
        return mu
    }

    @inline(__always)
    private mutating func scoreCells(_ q: Question, _ entry: Graph.ConeEntry, _ row: Int, _ mu: Double, _ left: inout Int) {
        let t = q.time
        let isOwnResource = Int(entry.resource) == q.resource
        var j = 0
        while j < Int(cells.counts[row]) {
            let at = cells.index(row, j)
            let cell = cells.cells[at]
            if t - cell.last > parameters.maxAge {
                removeCell(row, j)
                continue
            }
            j += 1
            let slot = incidents.root(Int(cell.incident))
            if slot == q.leavingOut || t - incidents.hot[slot].first > parameters.maxAge || incidents.hot[slot].isClosed { continue }
            let isOpen = incidents.hot[slot].isOpen(t, maxAge: parameters.maxAge, idle: parameters.idle)
            var place = CellInQuestion(entry: entry, slot: slot, isOwnResource: isOwnResource, isOpen: isOpen, cell: cell)
            let list = at * 2 * Cells.representatives
            for k in 0..<Int(cell.ownCount) where left > 0 {
                left -= 1
                weigh(q, &place, list + k, isBelow: false, mu)
            }
            if isOwnResource { continue }
            for k in 0..<Int(cell.belowCount) where left > 0 {
                left -= 1
                weigh(q, &place, list + Cells.representatives + k, isBelow: true, mu)
            }
        }
    }

    /// Weighs one alert of a cell as the reason for (or, when settling, the effect of) the alert in question.
    ///
    /// What cannot beat its incident's best evidence even at the least lag is left before the costly part.
    @inline(__always)
    private mutating func weigh(_ q: Question, _ place: inout CellInQuestion, _ at: Int, isBelow: Bool, _ mu: Double) {
        let time = cells.list[at].time
        let type = Int(cells.list[at].type)
        let t = q.time
        let isEffect = q.leavingOut >= 0 && time > t && (isBelow || place.isOwnResource)
        let over = overFor(Int(cells.list[at].key), type, place.slot, raised: time, t)
        // Over for too long: no reason any more. Its incident may be open to none that is over.
        if over > Engine.longestOver, !isEffect || !place.isOpen { return }
        if !place.isOpen, over > 0 || !types.all[type].clears { return }
        let relation: Relation = isBelow ? .sib : place.isOwnResource ? .same : .up
        let hops = isBelow ? max(place.entry.hops, cells.list[at].hops) : place.entry.hops
        let spread = Engine.sharedFailure * Double(graph.fanOut[3 * Int(place.entry.resource) + Int(hops)])
        let topology = baseOdds(place.entry.affinity, cells.list[at].affinity, relation, isEffect)
        let learned =
            isEffect
            ? lookUp(relation, cause: q.type, effect: type, kind: Int(graph.kinds[Int(cells.list[at].resource)]))
            : remembered(relation, cause: type, effect: q.type, kind: Int(graph.kinds[q.resource]))
        let lag = isEffect ? time - t : t - time
        let background = isEffect ? cells.list[at].background : mu
        let needed = leastOdds(q, place.slot)
        if needed > 0 {
            let failing = place.most / (place.most + spread)
            let phi = min(Engine.largestPropagation, (learned.seen + (relation == .up ? failing : 1)) * learned.scale)
            let bound =
                topology * (isBelow ? failing : 1) * phi
                * kernelBound(lag: lag, over: isEffect ? lag : over, pair: Int(learned.pair))
            if bound * 1.000001 < needed * background { return }
        }
        let evidence = relation == .same ? 1 : place.evidence(t)
        let failing = relation == .same ? 1 : evidence / (evidence + spread)
        let phi = min(Engine.largestPropagation, (learned.seen + (relation == .up ? failing : 1)) * learned.scale)
        let density = kernel(lag: lag, over: isEffect ? lag : over, pair: Int(learned.pair))
        let odds = topology * (isBelow ? failing : 1) * phi * density / background
        // The odds of clearing together can only make it stronger.
        if q.clearedAt.isNaN, odds < needed { return }
        keepIfBest(
            q, place, at,
            Evidence(
                odds: odds, relation: relation, topology: topology, failing: failing, propagation: phi, seen: learned.seen,
                expected: learned.expected, density: density, background: background, over: over))
    }

    /// What an alert's odds must reach to count: the best that its incident has, or what is asked for at all.
    @inline(__always)
    private func leastOdds(_ q: Question, _ slot: Int) -> Double {
        let known = incidents.hot[slot].mark == scoring ? candidates[Int(incidents.hot[slot].candidate)].odds : 0
        let needed = max(q.least, known)
        return q.clearedAt.isNaN ? needed : needed / Engine.clearedCap
    }

    /// The part of the odds that the topology alone gives: 0.15, 0.15 g, or 0.1 g √g′ (§5.1, §8), from the affinities of
    /// the cell's resource and of the alert to it.
    @inline(__always)
    private func baseOdds(_ own: UInt8, _ its: UInt8, _ relation: Relation, _ isEffect: Bool) -> Double {
        switch relation {
        case .sib:
            isEffect
                ? 0.1 * graph.affinities[Int(its)] * graph.affinityRoots[Int(own)]
                : 0.1 * graph.affinities[Int(own)] * graph.affinityRoots[Int(its)]
        case .up: 0.15 * graph.affinities[Int(own)]
        default: 0.15
        }
    }

    /// Keeps the evidence if it is the best for its incident; of equal evidence the older alert's.
    @inline(never)
    private mutating func keepIfBest(_ q: Question, _ place: CellInQuestion, _ at: Int, _ found: Evidence) {
        let a = cells.list[at]
        var cleared = (apart: 0.0, length: 0.0, factor: 1.0)
        if !q.clearedAt.isNaN {
            guard let together = clearedTogether(q, a, place.slot) else { return }
            cleared = together
        }
        let odds = found.odds * cleared.factor
        let isKnown = incidents.hot[place.slot].mark == scoring
        if isKnown {
            let best = Int(incidents.hot[place.slot].candidate)
            guard odds > candidates[best].odds || odds == candidates[best].odds && a.alert < candidates[best].toAlert else { return }
        } else {
            incidents.hot[place.slot].mark = scoring
            incidents.hot[place.slot].candidate = Int32(candidates.count)
        }
        let name = alertName(
            resource: Int(a.resource), type: Int(a.type), identity: a.key >= 0 ? keys.all[Int(a.key)].identity : .none)
        let candidate = Candidate(
            slot: Int32(place.slot), odds: odds, relation: found.relation, to: name, toType: a.type, toAlert: a.alert,
            via: place.entry.resource, hops: place.entry.hops, lag: q.time - a.time, topology: found.topology, failing: found.failing,
            propagation: found.propagation, seen: found.seen, expected: found.expected, lagDensity: found.density,
            background: found.background, overFor: found.over, clearedApart: cleared.apart, clearedLength: cleared.length,
            clearedFactor: cleared.factor)
        if isKnown { candidates[Int(incidents.hot[place.slot].candidate)] = candidate } else { candidates.append(candidate) }
    }

    /// Seconds since an alert of an incident ended; 0 while it is on (§3.3).
    @inline(__always)
    private func overFor(_ key: Int, _ type: Int, _ slot: Int, raised: Double, _ t: Double) -> Double {
        guard key >= 0 else { return max(0, t - raised) }
        let incident = Int(keys.states[key].incident)
        guard incident >= 0, incidents.root(incident) == slot else { return max(0, t - raised) }
        let silent = t - keys.states[key].last
        return keys.states[key].cleared || silent > types.all[type].keep ? max(0, silent) : 0
    }

    /// How unlikely it is that both alerts cleared together by chance (§8, stage 2); nil if they did not.
    private func clearedTogether(_ q: Question, _ a: Representative, _ slot: Int) -> (apart: Double, length: Double, factor: Double)? {
        guard a.key >= 0 else { return nil }
        let key = keys.states[Int(a.key)]
        guard key.cleared, key.incident >= 0, incidents.root(Int(key.incident)) == slot else { return nil }
        let apart = (key.last - q.clearedAt).magnitude
        guard apart <= Engine.clearedWithin else { return nil }
        let length = min(key.last - a.time, q.clearedAt - q.time)
        let factor = length / (2 * (apart + Engine.clearedDelta))
        return factor > 1 ? (apart, length, min(Engine.clearedCap, factor)) : nil
    }

    @inline(__always)
    private mutating func remembered(_ relation: Relation, cause: Int, effect: Int, kind: Int) -> PropagationMemo {
        let at = cause * 3 + Int(relation.rawValue)
        if memo[at].mark != scoring {
            memo[at] = lookUp(relation, cause: cause, effect: effect, kind: kind)
        }
        return memo[at]
    }

    @inline(__always)
    private func lookUp(_ relation: Relation, cause: Int, effect: Int, kind: Int) -> PropagationMemo {
        let pair = propagation.find(relation, cause, effect)
        let expected = propagation.expected(relation, cause, kind: kind) + 1
        return PropagationMemo(
            mark: scoring, pair: Int32(pair), seen: propagation.seen(pair), expected: expected, scale: 1 / expected)
    }

    /// Hazard of the effect, `lag` after the raise of its cause and `over` after that ended, 1/s.
    @inline(__always)
    private func kernel(lag: Double, over: Double, pair: Int) -> Double {
        if lag < 0 { return Elementary.exp(lag / Engine.skew) / Engine.skew }
        if over > Engine.longestOver { return 0 }
        let prompt = Engine.promptShare * propagation.timeRate * Elementary.exp(-lag * propagation.timeRate)
        let lasting = (1 - Engine.promptShare) * Engine.afterRate * Elementary.exp(-over * Engine.afterRate)
        return propagation.corrected(prompt + lasting, pair: pair, lag: lag)
    }

    /// No less than the kernel at that lag, without an exponential: e^-x is bounded by e^-floor(x).
    @inline(__always)
    private func kernelBound(lag: Double, over: Double, pair: Int) -> Double {
        if lag < 0 { return 1 / Engine.skew }
        let most =
            Engine.promptShare * propagation.timeRate * propagation.decayBound(lag * propagation.timeRate)
            + (1 - Engine.promptShare) * Engine.afterRate * propagation.decayBound(over * Engine.afterRate)
        return propagation.corrected(most, pair: pair, lag: lag)
    }

    // MARK: The same key again, and the component's burst

    /// Evidence for the incident that holds the last occurrence of the same key (§5.2).
    mutating func scoreAgain(_ key: Int, _ q: Question, _ mu: Double) {
        let slot = incidents.root(Int(keys.states[key].incident))
        let incident = incidents.hot[slot]
        let t = q.time
        let gap = max(0, t - keys.states[key].last, t - incident.last)
        guard t - incident.first <= parameters.maxAge, max(gap, t - incident.last) <= Engine.longestOver, !incident.isClosed,
            types.all[q.type].clears || incident.isOpen(t, maxAge: parameters.maxAge, idle: parameters.idle)
        else { return }
        let pair = propagation.find(.selfAgain, q.type, q.type)
        let seen = propagation.seen(pair)
        let expected = propagation.expectedAgain(q.type) + 1
        let phi = min(2, (seen + 1) / expected)
        // 5.192956850889 = ln(1800 / 10): the density 1/gap over the gaps that count.
        let density = propagation.corrected(1 / (max(gap, 10) * 5.192_956_850_889_053), pair: pair, lag: gap)
        let odds = 0.5 * phi * density / mu
        replaceIfBetter(
            Candidate(
                slot: Int32(slot), odds: odds, relation: .selfAgain,
                to: alertName(resource: q.resource, type: q.type, identity: keys.all[key].identity), toType: UInt32(q.type),
                toAlert: keys.all[key].alert, via: UInt32(q.resource), hops: 0, lag: gap, topology: 1, failing: 1, propagation: 0.5 * phi,
                seen: seen, expected: expected, lagDensity: density, background: mu, overFor: gap, clearedApart: 0, clearedLength: 0,
                clearedFactor: 1))
    }

    /// Evidence for the component's lead incident while the component is in a burst (§6.2); nil if there is none.
    func burst(_ q: Question, at t: Double) -> Candidate? {
        let c = Int(graph.components[q.resource])
        guard componentKnown[c], components[c].lead >= 0 else { return nil }
        let activity = components[c]
        let slot = incidents.root(Int(activity.lead))
        let incident = incidents.hot[slot]
        guard t - incident.last <= 60, !incident.isClosed, incident.isOpen(t, maxAge: parameters.maxAge, idle: parameters.idle)
        else { return nil }
        let rate =
            max(0, activity.rate * Elementary.decay(t - activity.rateTime, over: ComponentActivity.rateTau) - 2)
            / ComponentActivity.rateTau
        let share = Double(incidents.details[slot].resources.count) / Double(graph.componentSizes[c])
        let quiet = activity.quietRate(t, since: start)
        return Candidate(
            slot: Int32(slot), odds: share * rate / quiet, relation: .far, to: incidents.details[slot].lastAlert, toType: 0,
            toAlert: 0, via: incidents.details[slot].lastAlertResource, hops: 0, lag: 0, topology: share, failing: 1, propagation: 1,
            seen: 0, expected: 0, lagDensity: rate, background: quiet, overFor: 0, clearedApart: 0, clearedLength: 0, clearedFactor: 1)
    }

    /// Takes evidence of another kind for an incident if it is stronger than what there is.
    mutating func replaceIfBetter(_ candidate: Candidate) {
        let slot = Int(candidate.slot)
        if incidents.hot[slot].mark == scoring {
            let at = Int(incidents.hot[slot].candidate)
            if candidate.odds > candidates[at].odds { candidates[at] = candidate }
        } else {
            incidents.hot[slot].mark = scoring
            incidents.hot[slot].candidate = Int32(candidates.count)
            candidates.append(candidate)
        }
    }
}
