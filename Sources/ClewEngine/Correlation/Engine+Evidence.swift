/// An incident that may explain an alert, and where the best evidence for it stands. The factors of its odds are worked
/// out again for the few that are shown (`link`).
struct Candidate: BitwiseCopyable {
    var odds: Double
    var slot: Int32
    /// Number of the linked alert.
    var alert: UInt32
    /// Place of the linked alert among the representatives of the cells, and of the cone's entry that led to it; -1 where
    /// the evidence is another (`selfAgain`, `far`).
    var place: Int32 = -1
    var cone: Int32 = -1
    var relation: Relation
}

/// Learned propagation of one (cause type, relation), looked up once a scoring.
struct PropagationMemo: BitwiseCopyable {
    var mark: UInt32
    var pair: Int32
    var seen: Double
    /// X + 1, and 1 over it.
    var expected: Double
    var scale: Double
    /// phi with a prior of 1.
    var propagation: Double
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
    /// Alerts numbered before this one are left out: what they can explain is known from the alert's arrival.
    var firstAlert: UInt32 = 0
}

/// One alert's evidence: the factors of its odds (see `Link`).
struct Evidence {
    var odds: Double
    var topology: Double
    var failing: Double
    var propagation: Double
    var density: Double
}

/// A cell with what its alerts have in common as evidence.
struct CellInQuestion {
    var entry: Graph.ConeEntry
    /// Place of the entry in the cone, and of the cell.
    var cone: Int
    var at: Int
    /// The incident it speaks for.
    var slot: Int
    var isOwnResource: Bool
    /// Links to alerts of it that are over may still be made.
    var isOpen: Bool
    var cell: Cell
    /// e of §5.1, made when it is first needed.
    private var known = Double.nan
    private var bound = Double.nan

    init(entry: Graph.ConeEntry, cone: Int, slot: Int, at: Int, resource: Int, isOpen: Bool, cell: Cell) {
        self.entry = entry
        self.cone = cone
        self.at = at
        self.slot = slot
        isOwnResource = Int(entry.resource) == resource
        self.isOpen = isOpen
        self.cell = cell
    }

    /// No less than the q of §5.1 of any alert of the cell: the count below without its decay, the least fan-out.
    @inline(__always)
    mutating func mostFailing(_ graph: borrowing Graph) -> Double {
        if bound.isNaN {
            let most = cell.below + (cell.ownCount > 0 ? 2 : 0)
            bound = most / (most + Engine.sharedFailure * Double(graph.fanOut[3 * Int(entry.resource) + Int(entry.hops)]))
        }
        return bound
    }

    /// How much is seen on and below the cell's resource.
    @inline(__always)
    mutating func evidence(_ t: Double) -> Double {
        if known.isNaN { known = cell.below * Elementary.decay(t - cell.belowTime, over: 600) + (cell.ownCount > 0 ? 2 : 0) }
        return known
    }
}

extension Engine {
    static let mostEvaluations = 256
    static let sharedFailure = 0.25
    private static let largestPropagation = 8.0
    static let longestOver = 1800.0
    private static let skew = 30.0
    private static let promptShare = 0.85
    private static let afterRate = 1 / 600.0
    private static let clearedWithin = 60.0
    private static let clearedDelta = 5.0
    static let clearedCap = 100.0

    /// Collects the best evidence for each incident near an alert into `candidates` (algorithm.md §5.1).
    /// Returns mu. At most 256 evaluations.
    mutating func score(_ q: Question, owner: Int) -> Double {
        candidates.removeAll()
        scoring &+= 1
        let mu = backgroundRate(q.resource, q.type, owner: owner, q.time)
        var left = Engine.mostEvaluations
        for at in graph.cones.range(q.resource) {
            let row = cells.row(Int(graph.cones[at].resource))
            if row >= 0, cells.heads[row].latest >= q.firstAlert { scoreCells(q, at, row, mu, &left) }
        }
        evaluations += UInt64(Engine.mostEvaluations - left)
        return mu
    }

    @inline(__always)
    private mutating func scoreCells(_ q: Question, _ cone: Int, _ row: Int, _ mu: Double, _ left: inout Int) {
        let t = q.time
        var j = 0
        while j < Int(cells.heads[row].count) {
            let at = cells.index(row, j)
            if t - cells.cells[at].last > parameters.maxAge {
                removeCell(row, j)
                continue
            }
            j += 1
            if cells.cells[at].latest < q.firstAlert || t >= cells.cells[at].overFrom { continue }
            let slot = incidents.root(Int(cells.cells[at].incident))
            if slot == q.leavingOut || t - incidents.hot[slot].first > parameters.maxAge || incidents.hot[slot].isClosed { continue }
            var place = CellInQuestion(
                entry: graph.cones[cone], cone: cone, slot: slot, at: at, resource: q.resource,
                isOpen: incidents.hot[slot].isOpen(t, maxAge: parameters.maxAge, idle: parameters.idle), cell: cells.cells[at])
            let list = at * 2 * Cells.representatives
            var mayCount = false
            for k in 0..<Int(place.cell.ownCount) where left > 0 {
                left -= 1
                if weigh(q, &place, list + k, isBelow: false, mu) { mayCount = true }
            }
            if place.isOwnResource { continue }
            for k in 0..<Int(place.cell.belowCount) where left > 0 {
                left -= 1
                if weigh(q, &place, list + Cells.representatives + k, isBelow: true, mu) { mayCount = true }
            }
            if !mayCount, left > 0 { cells.cells[at].overFrom = t }
        }
    }

    /// Weighs one alert of a cell as the reason for (or, when settling, the effect of) the alert in question.
    ///
    /// What cannot beat its incident's best evidence even at the least lag is left before the costly part. Returns whether
    /// the alert may still count later.
    @inline(__always)
    private mutating func weigh(_ q: Question, _ place: inout CellInQuestion, _ at: Int, isBelow: Bool, _ mu: Double) -> Bool {
        let alert = cells.list[at]
        if alert.alert < q.firstAlert { return true }
        if !q.clearedAt.isNaN, !hasCleared(Int(alert.key), near: q.clearedAt) { return true }
        let isEffect = q.leavingOut >= 0 && alert.time > q.time && (isBelow || place.isOwnResource)
        let over = overFor(Int(alert.key), Int(alert.type), place.slot, raised: alert.time, q.time)
        // Over for too long: no reason any more. Its incident may be open to none that is over.
        if over > Engine.longestOver, !isEffect || !place.isOpen { return !hasEnded(Int(alert.key), place.slot) }
        if !place.isOpen, over > 0 || !types.all[Int(alert.type)].clears { return true }
        var cleared = 1.0
        if !q.clearedAt.isNaN {
            guard let together = clearedTogether(q, alert, place.slot) else { return true }
            cleared = together.factor
        }
        let relation: Relation = isBelow ? .sib : place.isOwnResource ? .same : .up
        let learned = learned(q, alert, relation, isEffect)
        let background = isEffect ? alert.background : mu
        let needed = leastOdds(q, place.slot)
        if needed > 0 {
            let lag = isEffect ? alert.time - q.time : q.time - alert.time
            let failing = isBelow || relation == .up ? place.mostFailing(graph) : 1
            let phi = relation == .up ? min(Engine.largestPropagation, (learned.seen + failing) * learned.scale) : learned.propagation
            let bound =
                baseOdds(place.entry.affinity, alert.affinity, relation, isEffect) * (isBelow ? failing : 1) * phi
                * kernelBound(lag: lag, over: isEffect ? lag : over, pair: Int(learned.pair)) * cleared
            if bound * 1.000001 < needed * background { return true }
        }
        let found = evidence(q, &place, alert, relation, isEffect, learned, over: over, background: background)
        let odds = found.odds * cleared
        if odds >= needed { keepIfBest(place, at, alert.alert, relation, odds) }
        return true
    }

    /// Whether an alert of an incident has ended for good: what comes of its key is another alert.
    private func hasEnded(_ key: Int, _ slot: Int) -> Bool { key < 0 || keys.states[key].cleared || !isOwn(key, slot) }

    /// Whether a key cleared near a time (§8, stage 2).
    @inline(__always)
    private func hasCleared(_ key: Int, near time: Double) -> Bool {
        key >= 0 && keys.states[key].cleared && (keys.states[key].last - time).magnitude <= Engine.clearedWithin
    }

    /// The factors of one alert's odds (§5.1, §8).
    @inline(__always)
    func evidence(
        _ q: Question, _ place: inout CellInQuestion, _ alert: Representative, _ relation: Relation, _ isEffect: Bool,
        _ learned: PropagationMemo, over: Double, background: Double
    ) -> Evidence {
        let topology = baseOdds(place.entry.affinity, alert.affinity, relation, isEffect)
        var failing = 1.0
        if relation != .same {
            let hops = relation == .sib ? max(place.entry.hops, alert.hops) : place.entry.hops
            let seen = place.evidence(q.time)
            failing = seen / (seen + spread(place.entry, hops))
        }
        let phi = relation == .up ? min(Engine.largestPropagation, (learned.seen + failing) * learned.scale) : learned.propagation
        let lag = isEffect ? alert.time - q.time : q.time - alert.time
        let density = kernel(lag: lag, over: isEffect ? lag : over, pair: Int(learned.pair))
        let odds = topology * (relation == .sib ? failing : 1) * phi * density / background
        return Evidence(odds: odds, topology: topology, failing: failing, propagation: phi, density: density)
    }

    /// By how many dependents a failure of the resource would show: the weight against its having failed.
    @inline(__always)
    private func spread(_ entry: Graph.ConeEntry, _ hops: UInt8) -> Double {
        Engine.sharedFailure * Double(graph.fanOut[3 * Int(entry.resource) + Int(hops)])
    }

    @inline(__always)
    mutating func learned(_ q: Question, _ alert: Representative, _ relation: Relation, _ isEffect: Bool) -> PropagationMemo {
        isEffect
            ? lookUp(relation, cause: q.type, effect: Int(alert.type), kind: Int(graph.kinds[Int(alert.resource)]))
            : remembered(relation, cause: Int(alert.type), effect: q.type, kind: Int(graph.kinds[q.resource]))
    }

    /// What an alert's odds must reach to count: the best that its incident has, or what is asked for at all.
    @inline(__always)
    private func leastOdds(_ q: Question, _ slot: Int) -> Double {
        incidents.hot[slot].mark == scoring ? max(q.least, candidates[Int(incidents.hot[slot].candidate)].odds) : q.least
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
    @inline(__always)
    private mutating func keepIfBest(_ place: CellInQuestion, _ at: Int, _ alert: UInt32, _ relation: Relation, _ odds: Double) {
        let candidate = Candidate(
            odds: odds, slot: Int32(place.slot), alert: alert, place: Int32(at), cone: Int32(place.cone), relation: relation)
        guard incidents.hot[place.slot].mark == scoring else {
            incidents.hot[place.slot].mark = scoring
            incidents.hot[place.slot].candidate = Int32(candidates.count)
            candidates.append(candidate)
            return
        }
        let best = Int(incidents.hot[place.slot].candidate)
        guard odds > candidates[best].odds || odds == candidates[best].odds && alert < candidates[best].alert else { return }
        candidates[best] = candidate
    }

    /// Seconds since an alert of an incident ended; 0 while it is on (§3.3).
    @inline(__always)
    func overFor(_ key: Int, _ type: Int, _ slot: Int, raised: Double, _ t: Double) -> Double {
        guard key >= 0 else { return max(0, t - raised) }
        let incident = Int(keys.states[key].incident)
        guard incident == slot || incident >= 0 && incidents.root(incident) == slot else { return max(0, t - raised) }
        let silent = t - keys.states[key].last
        return keys.states[key].cleared || silent > types.all[type].keep ? max(0, silent) : 0
    }

    /// How unlikely it is that both alerts cleared together by chance (§8, stage 2); nil if they did not.
    func clearedTogether(_ q: Question, _ a: Representative, _ slot: Int) -> (apart: Double, length: Double, factor: Double)? {
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
        let seen = propagation.seen(pair)
        return PropagationMemo(
            mark: scoring, pair: Int32(pair), seen: seen, expected: expected, scale: 1 / expected,
            propagation: min(Engine.largestPropagation, (seen + 1) * (1 / expected)))
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
        let gap = recurrenceGap(key, slot, t)
        guard t - incident.first <= parameters.maxAge, max(gap, t - incident.last) <= Engine.longestOver, !incident.isClosed,
            types.all[q.type].clears || incident.isOpen(t, maxAge: parameters.maxAge, idle: parameters.idle)
        else { return }
        replaceIfBetter(
            Candidate(odds: recurrence(q, gap, mu).odds, slot: Int32(slot), alert: keys.all[key].alert, relation: .selfAgain))
    }

    /// Silence of the key and of its incident before t, seconds.
    func recurrenceGap(_ key: Int, _ slot: Int, _ t: Double) -> Double {
        max(0, t - keys.states[key].last, t - incidents.hot[slot].last)
    }

    func recurrence(_ q: Question, _ gap: Double, _ mu: Double) -> Evidence {
        let pair = propagation.find(.selfAgain, q.type, q.type)
        let phi = min(2, (propagation.seen(pair) + 1) / (propagation.expectedAgain(q.type) + 1))
        // 5.192956850889 = ln(1800 / 10): the density 1/gap over the gaps that count.
        let density = propagation.corrected(1 / (max(gap, 10) * 5.192_956_850_889_053), pair: pair, lag: gap)
        return Evidence(odds: 0.5 * phi * density / mu, topology: 1, failing: 1, propagation: 0.5 * phi, density: density)
    }

    /// Evidence for the component's lead incident while the component is in a burst (§6.2); nil if there is none.
    func burst(_ q: Question, at t: Double) -> Candidate? {
        let c = Int(graph.components[q.resource])
        guard componentKnown[c], components[c].lead >= 0 else { return nil }
        let slot = incidents.root(Int(components[c].lead))
        let last = incidents.hot[slot].last
        guard t - last <= 60, !incidents.hot[slot].isClosed,
            incidents.hot[slot].isOpen(t, maxAge: parameters.maxAge, idle: parameters.idle)
        else { return nil }
        let factors = burstFactors(c, slot, t)
        return Candidate(odds: factors.share * factors.rate / factors.quiet, slot: Int32(slot), alert: 0, relation: .far)
    }

    func burstFactors(_ c: Int, _ slot: Int, _ t: Double) -> (share: Double, rate: Double, quiet: Double) {
        let rate =
            max(0, components[c].rate * Elementary.decay(t - components[c].rateTime, over: ComponentActivity.rateTau) - 2)
            / ComponentActivity.rateTau
        let share = Double(incidents.details[slot].resources.count) / Double(graph.componentSizes[c])
        return (share, rate, components[c].quietRate(t, since: start))
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
