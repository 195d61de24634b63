/// An incident that a small one may be merged into.
struct SettlingCandidate: BitwiseCopyable {
    var slot: Int32
    /// Alerts of the small incident that it explains.
    var hits: Int32
    var best: Candidate
    /// Index of the member with the best odds.
    var member: Int32
}

extension Engine {
    private static let cover = 0.8
    private static let coverAfterClear = 0.5
    private static let hitOdds = 1.0
    private static let smallForBurst: Int32 = 3
    private static let mostLookedAt = 4
    /// By how much the odds of what was known at an alert's arrival may change until it is settled.
    private static let mostChange = 10.0

    /// Offers a small incident to its neighbours, with evidence from both sides of its time (algorithm.md §8).
    mutating func settle(_ slot: Int, _ stage: DueStage, _ now: Double, _ names: borrowing Names) {
        guard incidents.hot[slot].redirect < 0, !incidents.details[slot].isOver || stage == .afterClear else { return }
        if stage == .holdBack {
            incidents.hot[slot].isSettled = true
            schedule(slot, .late, at: incidents.hot[slot].first + parameters.settleLate)
            requestLife(slot, at: max(now, incidents.hot[slot].first + parameters.maxAge))
        }
        if stage == .afterClear {
            let again = incidents.hot[slot].lastClear + Engine.clearSettling
            incidents.hot[slot].settlesAfterClear = again > now
            if again > now { schedule(slot, .afterClear, at: again) }
        }
        if incidents.hot[slot].count <= Engine.smallIncident, !incidents.hot[slot].isClosed {
            collectSettlement(slot, stage, now)
            if mergeBest(slot, stage, now, names) { return }
        }
        // One that came late is shown when all of its past is done that may still merge it.
        let isLate = now < clock
        let isOverdue = isLate && incidents.hot[slot].first + parameters.settleLate <= clock
        guard stage == .holdBack && !isOverdue || stage == .late && isLate && incidents.details[slot].revision == 0 else { return }
        noteChange(slot, now, .loneAlert, isUrgent: false)
        // One alert may be all that it takes.
        if incidents.details[slot].isDirty { closeIfFull(slot, now, names) }
    }

    private mutating func collectSettlement(_ slot: Int, _ stage: DueStage, _ now: Double) {
        settling.removeAll()
        for m in 0..<incidents.details[slot].members.count {
            let member = incidents.details[slot].members[m]
            if stage == .afterClear, !isClearedOwn(member, slot) { continue }
            var question = question(slot, member, stage)
            question.least = leastOdds(slot, stage)
            question.firstAlert = firstToWeigh(member, stage, question.least)
            // What was not near now will not be near enough when the incident is settled again.
            let least = question.least
            if stage == .holdBack { question.least /= Engine.mostChange }
            _ = score(question, owner: keys.owner(question.resource, question.type))
            if stage == .holdBack, candidates.count == 0 {
                incidents.details[slot].members[m].weighed = nextAlert
                incidents.details[slot].members[m].weighedFor = Float(least)
            }
            for at in 0..<candidates.count {
                countHit(candidates[at], isHit: stage == .afterClear || candidates[at].odds >= Engine.hitOdds)
            }
            if stage == .holdBack, incidents.hot[slot].count <= Engine.smallForBurst, let far = burst(question, at: now),
                Int(far.slot) != slot
            {
                replaceIfBetter(far)
            }
            for at in 0..<candidates.count { keepBest(candidates[at], member: m) }
        }
    }

    /// The first alert worth weighing: what was known at the member's arrival, and at the first settlement, need not be
    /// weighed again where the best of it had far less odds than are asked for.
    private func firstToWeigh(_ member: Member, _ stage: DueStage, _ least: Double) -> UInt32 {
        switch stage {
        case .late where Double(member.weighedFor) <= least: member.weighed
        case .holdBack, .late: member.rejected * Engine.mostChange < least ? member.alert + 1 : 0
        case .afterClear, .life: member.rejected * Engine.mostChange * Engine.clearedCap < least ? member.alert + 1 : 0
        }
    }

    /// Whether the member's key still belongs to the incident and is cleared.
    func isClearedOwn(_ member: Member, _ slot: Int) -> Bool {
        let key = Int(member.key)
        return key >= 0 && keys.states[key].cleared && isOwn(key, slot)
    }

    func question(_ slot: Int, _ member: Member, _ stage: DueStage) -> Question {
        Question(
            resource: Int(member.resource), type: Int(member.type), time: member.time, leavingOut: slot,
            clearedAt: stage == .afterClear ? keys.states[Int(member.key)].last : .nan)
    }

    /// Odds below which a candidate can neither be taken nor change which one is: of a single alert every candidate has
    /// one hit or none, so only those that pass matter; of several, those that are no hit, but for the stage after a
    /// clear, where all are.
    private func leastOdds(_ slot: Int, _ stage: DueStage) -> Double {
        if incidents.details[slot].members.count == 1 { return parameters.settleThreshold }
        return stage == .afterClear ? 0 : Engine.hitOdds
    }

    private mutating func countHit(_ c: Candidate, isHit: Bool) {
        for at in 0..<settling.count where settling[at].slot == c.slot {
            if isHit { settling[at].hits += 1 }
            return
        }
        settling.append(SettlingCandidate(slot: c.slot, hits: isHit ? 1 : 0, best: c, member: -1))
    }

    private mutating func keepBest(_ c: Candidate, member: Int) {
        for at in 0..<settling.count where settling[at].slot == c.slot {
            if settling[at].member < 0 || c.odds > settling[at].best.odds {
                settling[at].best = c
                settling[at].member = Int32(member)
            }
            return
        }
        settling.append(SettlingCandidate(slot: c.slot, hits: 0, best: c, member: Int32(member)))
    }

    /// Merges the incident with the best of the first four candidates that passes; at most one. Returns whether it did.
    private mutating func mergeBest(_ slot: Int, _ stage: DueStage, _ now: Double, _ names: borrowing Names) -> Bool {
        let members = Double(incidents.details[slot].members.count)
        let needed = (stage == .afterClear ? Engine.coverAfterClear : Engine.cover) * members
        for place in 0..<min(Engine.mostLookedAt, settling.count) {
            bringForward(place)
            let candidate = settling[place]
            let other = Int(candidate.slot)
            guard isOpen(other, incidents.hot[slot].first), isOpen(slot, incidents.hot[other].first) else { continue }
            let passes =
                candidate.best.relation == .far
                ? candidate.best.odds >= parameters.burstThreshold
                : candidate.best.odds >= parameters.settleThreshold && Double(candidate.hits) >= needed
            guard passes, fits(slot, other), !incidents.hot[other].isClosed else { continue }
            storeLink(slot, candidate, stage, now)
            if probe != nil { probeSettlement(slot, stage, now, chosen: candidate) }
            let survivor = merge(slot, other, now, names)
            if !incidents.details[survivor].isResolved {
                closeIfFull(survivor, now, names)
            } else if let limit = parameters.maxAlerts, Int(incidents.hot[survivor].count) >= limit {
                // Both had ended: there is nothing new to tell.
                incidents.hot[survivor].isClosed = true
            }
            return true
        }
        if probe != nil { probeSettlement(slot, stage, now, chosen: nil) }
        return false
    }

    private func isOpen(_ slot: Int, _ t: Double) -> Bool {
        incidents.hot[slot].isOpen(t, maxAge: parameters.maxAge, idle: parameters.idle)
    }

    /// Moves the first of the remaining candidates, by (-hits, -best odds, first, number), to `place`.
    private mutating func bringForward(_ place: Int) {
        var first = place
        for at in (place + 1)..<max(place + 1, settling.count) {
            let a = settling[at]
            let b = settling[first]
            if a.hits != b.hits {
                if a.hits > b.hits { first = at }
            } else if a.best.odds != b.best.odds {
                if a.best.odds > b.best.odds { first = at }
            } else if isOlder(Int(a.slot), Int(b.slot)) {
                first = at
            }
        }
        settling.swapAt(place, first)
    }

    /// The alert that gave the best odds is shown with the evidence of the settlement.
    private mutating func storeLink(_ slot: Int, _ candidate: SettlingCandidate, _ stage: DueStage, _ now: Double) {
        let member = incidents.details[slot].members[Int(candidate.member)]
        let entry = Int(member.entry)
        guard entry >= 0 else { return }
        let stages: [LinkStage] = [.settledEarly, .settledLate, .settledAfterClear]
        let question = question(slot, member, stage)
        scoring &+= 1
        let mu = backgroundRate(question.resource, question.type, owner: keys.owner(question.resource, question.type), question.time)
        let link = link(candidate.best, question, mu, key: -1, at: now, stage: stages[Int(stage.rawValue)])
        entries[entry].link = SharedLink(link)
        entries[entry].explanation = explanation(candidate.best)
        entries[entry].runnerUp = nil
        entries[entry].constant = nextConstant
        nextConstant += constantStep
    }
}
