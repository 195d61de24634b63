extension Engine {
    private static let slotLength = 60.0
    private static let chronicTau = 7200.0
    private static let flapWindow = 60.0
    private static let swingQuiet = 60.0
    private static let swingGapClears = 900.0
    private static let swingGap = 300.0
    static let smallIncident: Int32 = 16
    static let clearSettling = 60.0
    private static let flapsToFlag: UInt8 = 3

    /// Runs everything that is due at or before `time`, each at its own due time.
    mutating func runDue(until time: Double, _ names: borrowing Names) {
        while queue.earliest <= time {
            let due = queue.pop()
            advanceClock(to: due.time)
            run(due, names)
        }
    }

    /// Runs everything that is still due, in order: the end of all input.
    mutating func runAllDue(_ names: borrowing Names) { runDue(until: .greatestFiniteMagnitude, names) }

    private mutating func run(_ due: Due, _ names: borrowing Names) {
        let slot = Int(due.slot)
        if due.stage == .life {
            runLife(slot, due.time, names)
        } else {
            settle(slot, due.stage, due.time, names)
        }
        release(slot)
    }

    mutating func schedule(_ slot: Int, _ stage: DueStage, at time: Double) {
        queue.push(Due(time: time, number: incidents.hot[slot].number, stage: stage, slot: Int32(slot)))
        retain(slot)
    }

    /// Takes one event, in order (algorithm.md §1). Returns what became of it, and the number of its incident.
    ///
    /// A clear or a repeat costs one look-up in the key table and allocates nothing; a new alert is scored against its
    /// neighbourhood, independent of the size of the topology and of the number of open incidents.
    mutating func apply(_ event: Occurrence, _ names: borrowing Names) -> (Verdict, incident: UInt32) {
        if start.isNaN { begin(event.time) }
        latest = max(latest, event.due)
        runDue(until: event.due, names)
        advanceClock(to: event.due)
        // Only now: what is due finds things as the last event left them, whenever it is run.
        if let halfLife = parameters.halfLife, parameters.learns { fade(to: event.due, halfLife) }
        let key = keys.find(event.resource, event.type, event.identity)
        let isKnown = key >= 0 && keys.states[key].incident >= 0
        if event.status == .resolved {
            guard isKnown else { return (.clearedUnknown, 0) }
            clear(key, event)
            return (.cleared, 0)
        }
        if isKnown, let verdict = repeated(key, event, names) { return verdict }
        return newAlert(isKnown ? key : -1, event, names)
    }

    /// Lets what was learned fade with its half-life (§9).
    private mutating func fade(to time: Double, _ halfLife: Double) {
        propagation.fading.advance(to: time, halfLife)
        if propagation.fading.needsRescaling {
            resourcePairs.rescale(by: propagation.fading.deflation)
            propagation.rescale()
        }
        types.fading.advance(to: time, halfLife)
        if types.fading.needsRescaling { types.rescale() }
    }

    private mutating func clear(_ key: Int, _ event: Occurrence) {
        let t = event.time
        let slot = incidents.root(Int(keys.states[key].incident))
        if !keys.states[key].cleared {
            if incidents.hot[slot].count <= Engine.smallIncident {
                incidents.hot[slot].lastClear = max(incidents.hot[slot].lastClear, t)
                if !incidents.hot[slot].settlesAfterClear {
                    incidents.hot[slot].settlesAfterClear = true
                    schedule(slot, .afterClear, at: t + Engine.clearSettling)
                }
            }
            let expectedEnd = keys.states[key].last + types.all[event.type].keep
            keys.states[key].cleared = true
            incidents.details[slot].uncleared -= 1
            if incidents.details[slot].revision > 0, !incidents.details[slot].isResolved {
                if incidents.details[slot].uncleared == 0 {
                    requestLife(slot, at: max(incidents.hot[slot].last + parameters.resolveAfter, event.due))
                } else if expectedEnd >= incidents.details[slot].awaitedEnd {
                    // It was what the incident stayed unresolved for.
                    requestLife(slot, at: event.due)
                }
            }
        }
        if t - keys.states[key].last > Engine.longestOver { wakeCells(event.resource) }
        keys.states[key].last = max(keys.states[key].last, t)
        if learnsLife(event.type) { types.all[event.type].clearCount += 1 }
    }

    /// Looks again at the alerts around a resource that are over: one that was long over has been cleared once more.
    private mutating func wakeCells(_ v: ResourceIndex) {
        for at in graph.cones.range(v) {
            let row = cells.row(Int(graph.cones[at].resource))
            guard row >= 0 else { continue }
            for j in 0..<Int(cells.heads[row].count) { cells.cells[cells.index(row, j)].overFrom = .infinity }
        }
    }

    /// A raise of a known key that is a repeat, or belongs to no incident; nil if it is a new alert.
    private mutating func repeated(_ key: Int, _ event: Occurrence, _ names: borrowing Names) -> (Verdict, incident: UInt32)? {
        let t = event.time
        let last = keys.states[key].last
        let slotNow = Int32(clamping: Int64(t / Engine.slotLength))
        if slotNow > keys.all[key].slot {
            let age = Double(slotNow - keys.all[key].slot) * Engine.slotLength
            keys.all[key].seen = keys.all[key].seen * Elementary.exp(-age / Engine.chronicTau) + 1
            keys.all[key].slot = slotNow
        }
        if keys.all[key].seen >= parameters.chronicCount {
            keys.states[key].last = max(last, t)
            keys.all[key].chronic = true
            raiseAgain(key)
            return (.chronic, 0)
        }
        keys.all[key].chronic = false
        let slot = incidents.root(Int(keys.states[key].incident))
        let incident = incidents.hot[slot]
        let gap = t - last
        let quiet = t - incident.last
        // What an incident froze before, by age or by silence, it does not get back.
        let isYoung =
            t - incident.first <= parameters.maxAge && !(incident.isClosed && quiet > parameters.maxQuiet ?? .infinity)
        let silence = incident.silence
        let clears = types.all[event.type].clears
        var isRepeat =
            isYoung && quiet <= min(Engine.swingQuiet, silence)
            && gap <= (clears ? Engine.swingGapClears : Engine.swingGap)
        if keys.states[key].cleared {
            isRepeat = isRepeat || isYoung && gap <= Engine.flapWindow
        } else {
            isRepeat = isRepeat || gap <= types.all[event.type].keep && (quiet <= silence || clears)
            if gap > 0, learnsLife(event.type) { types.countSilence(event.type, gap) }
        }
        guard isRepeat else { return nil }
        keys.states[key].last = max(last, t)
        keys.all[key].standing = !isYoung
        raiseAgain(key)
        guard isYoung else { return (.standing, 0) }
        // A straggler belongs to its frozen incident, but does not extend it.
        if incidents.details[slot].isFrozen, t < incidents.details[slot].publishedAt { return (.repeated, incidents.hot[slot].number) }
        touch(slot, event)
        noteRepeat(slot, key, event, names)
        if !types.all[event.type].clears {
            addBackground(Int(keys.all[key].owner), event.type, t, keys.all[key].weight)
        }
        return (.repeated, incidents.hot[slot].number)
    }

    /// The key is on again.
    private mutating func raiseAgain(_ key: Int) {
        guard keys.states[key].cleared else { return }
        keys.states[key].cleared = false
        if keys.all[key].flaps < .max { keys.all[key].flaps += 1 }
        incidents.details[incidents.root(Int(keys.states[key].incident))].uncleared += 1
    }

    /// What a repeat changes in the record of its incident.
    private mutating func noteRepeat(_ slot: Int, _ key: Int, _ event: Occurrence, _ names: borrowing Names) {
        let at = Int(keys.all[key].entry)
        if at >= 0 {
            entries[at].events += 1
            entries[at].first = min(entries[at].first, event.time)
            entries[at].last = max(entries[at].last, event.time)
            if entries[at].severity != event.severity { entries[at].severity = event.severity }
        }
        let isWorse = event.severity > incidents.details[slot].severity
        if isWorse { incidents.details[slot].severity = event.severity }
        // One that was never shown because its alert had cleared may be shown now that it is back.
        if isWorse || incidents.details[slot].isResolved || incidents.details[slot].revision == 0 {
            noteChange(
                slot, event.due, isWorse ? .severityRaised : .alertReturned, isUrgent: true, isLate: event.time < event.due)
        }
    }

    /// Whether a key is marked as flapping.
    func isFlapping(_ key: Int) -> Bool { keys.all[key].flaps >= Engine.flapsToFlag }

    /// An alert or repeat of an incident at event time t (algorithm.md §2.5).
    mutating func touch(_ slot: Int, _ event: Occurrence) {
        let t = event.time
        let v = event.resource
        var incident = incidents.hot[slot]
        if t > incident.last {
            let gap = t - incident.last
            if gap >= 1 || Int64(t) > Int64(incident.last) {
                incident.gaps += 1
                incident.longestGap = max(1, gap, incident.longestGap * 0.85)
            }
            incident.last = t
        }
        incident.first = min(incident.first, t)
        if t >= incident.rateTime {
            incident.rate = incident.rate * Elementary.exp(-(t - incident.rateTime) / ComponentActivity.rateTau) + 1
            incident.rateTime = t
        } else {
            incident.rate += Elementary.exp(-(incident.rateTime - t) / ComponentActivity.rateTau)
        }
        incidents.hot[slot] = incident
        incidents.details[slot].lastAlert = alertName(resource: v, type: event.type, identity: event.identity)
        incidents.details[slot].lastAlertResource = UInt32(v)
        touchComponent(Int(graph.components[v]), slot, t)
    }

    private mutating func touchComponent(_ c: Int, _ slot: Int, _ t: Double) {
        if !componentKnown[c] {
            componentKnown[c] = true
            components[c] = ComponentActivity(
                rate: 0, rateTime: t, busy: 0, count: 0, starts: 0, time: t, lastMinute: -1_000_000_000, lead: Int32(slot))
            retain(slot)
        }
        components[c].touch(t)
        guard components[c].lead >= 0 else {
            components[c].lead = Int32(slot)
            retain(slot)
            return
        }
        let lead = incidents.root(Int(components[c].lead))
        if lead == slot { return }
        let own = incidents.hot[slot].rate * Elementary.decay(t - incidents.hot[slot].rateTime, over: ComponentActivity.rateTau)
        let its = incidents.hot[lead].rate * Elementary.decay(t - incidents.hot[lead].rateTime, over: ComponentActivity.rateTau)
        if own > its {
            let before = Int(components[c].lead)
            components[c].lead = Int32(slot)
            retain(slot)
            release(before)
        }
    }

    // MARK: Background (§4)

    static let backgroundTau = 21_600.0

    /// mu, 1/s: how often alerts of this type occur by themselves on this resource.
    func backgroundRate(_ v: ResourceIndex, _ type: Int, owner: Int, _ t: Double) -> Double {
        let tau = Engine.backgroundTau
        let exposure = tau * (1 - Elementary.decay(t - backgroundStart, over: tau))
        let n = graph.kindCounts[Int(graph.kinds[v])]
        let ofType = types.all[type].background * Elementary.decay(t - types.all[type].backgroundTime, over: tau)
        let prior = (ofType + 2e-5 * n * 3600) / (n * (exposure + 3600))
        var own = 0.0
        if owner >= 0, keys.all[owner].background > 0 {
            own = keys.all[owner].background * Elementary.decay(t - keys.all[owner].backgroundTime, over: tau)
        }
        return (own + prior * tau) / (exposure + tau)
    }

    /// Counts a weight (negative: takes it back) as background of (resource, type), whose key without identity is `owner`.
    mutating func addBackground(_ owner: Int, _ type: Int, _ t: Double, _ weight: Double) {
        let tau = Engine.backgroundTau
        let typeTime = types.all[type].backgroundTime
        types.all[type].background = max(0, types.all[type].background * Elementary.decay(t - typeTime, over: tau) + weight)
        types.all[type].backgroundTime = max(t, typeTime)
        let keyTime = keys.all[owner].backgroundTime
        keys.all[owner].background = max(0, keys.all[owner].background * Elementary.decay(t - keyTime, over: tau) + weight)
        keys.all[owner].backgroundTime = max(t, keyTime)
    }

    /// The alert that opened an incident of several alerts was a cause, not background: its weight is taken back, once.
    mutating func unopen(_ slot: Int, _ t: Double) {
        guard incidents.details[slot].hasOpener else { return }
        incidents.details[slot].hasOpener = false
        let owner = keys.owner(Int(incidents.details[slot].openerResource), Int(incidents.details[slot].openerType))
        if owner >= 0 {
            addBackground(owner, Int(incidents.details[slot].openerType), t, -incidents.details[slot].openerWeight)
        }
    }

    // MARK: Bounds (§13)

    /// Drops the cells of resources that nothing can read any more: two resources a new alert, so that the sweep is faster
    /// than a stream of ever new resources.
    mutating func sweepCells(_ t: Double) {
        guard cells.heads.count > 0 else { return }
        for _ in 0..<2 {
            sweepAt += 1
            if sweepAt >= cells.heads.count { sweepAt = 0 }
            var j = 0
            while j < Int(cells.heads[sweepAt].count) {
                let at = cells.index(sweepAt, j)
                if t - cells.cells[at].last > 2 * parameters.maxAge { removeCell(sweepAt, j) } else { j += 1 }
            }
        }
    }

    mutating func removeCell(_ row: Int, _ j: Int) {
        let slot = Int(cells.cells[cells.index(row, j)].incident)
        cells.remove(row, j)
        release(slot)
    }
}
