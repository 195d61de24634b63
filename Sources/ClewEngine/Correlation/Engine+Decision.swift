extension Engine {
    private static let backgroundFloor = 0.05
    private static let learnedCandidates = 3
    private static let leastLearned = 0.02
    private static let causeCount: Int32 = 3

    /// A raise that begins an alert: it joins the incident that explains it best, or opens one (algorithm.md §7.2).
    mutating func newAlert(_ known: Int, _ event: Occurrence, _ names: borrowing Names) -> (Verdict, incident: UInt32) {
        let t = event.time
        sweepCells(t)
        alertsMade += 1
        if learnsLife(event.type) { types.all[event.type].newCount += 1 }
        let owner = known >= 0 ? Int(keys.all[known].owner) : keys.owner(event.resource, event.type)
        let question = Question(resource: event.resource, type: event.type, time: t, leavingOut: -1, clearedAt: .nan)
        let mu = score(question, owner: owner)
        let around = bestTwo()
        if known >= 0 { scoreAgain(known, question, mu) }
        if let far = burst(question, at: t) { replaceIfBetter(far) }
        let total = sortCandidates()
        let weight = max(Engine.backgroundFloor, 1 / (1 + total))
        let best = order.count > 0 ? candidates[Int(order[0])] : nil
        let joined = best.map { $0.odds >= parameters.threshold } ?? false
        let alert = nextAlert
        nextAlert &+= 1
        let slot = joined ? Int(best?.slot ?? -1) : open(event, weight, names)
        // Read before anything of it changes: what it is linked by, and what that teaches.
        let hasEntry = known >= 0 && incidents.root(Int(keys.states[known].incident)) == slot
        let link = hasEntry ? nil : bestLink(slot, question, mu, key: known)
        let probed = probe == nil ? nil : probedSide(event)
        if let probed { probeArrival(probed, question, mu, known: known, joined: joined, best: best) }
        if parameters.learns {
            if known >= 0 { propagation.expectAgain(event.type) }
            learn(question, key: known, total, joined: joined)
        }
        let key = place(known, slot, event, alert, weight, link)
        touch(slot, event)
        let background = joined ? mu * (1 + (best?.odds ?? 0)) : mu
        // What came before a late alert may be its effect, which only a settlement weighs.
        let rejected = event.time < event.due ? .infinity : Int(around.slot) == slot ? around.second : around.first
        insert(slot, event, key, alert, background, rejected: rejected)
        if let probed { notePlaced(probed, slot: slot, key: key, alert: alert, at: t, background: background) }
        addBackground(Int(keys.all[key].owner), event.type, t, weight)
        guard joined else { return (.opened, incidents.hot[slot].number) }
        let number = incidents.hot[slot].number
        let survivor = fuse(slot, event.due, names)
        let isWorse = event.severity > incidents.details[survivor].severity
        incidents.details[survivor].severity = max(incidents.details[survivor].severity, event.severity)
        closeIfFull(survivor, event.due, names)
        noteChange(
            survivor, event.due, isWorse ? .severityRaised : event.severity >= .major ? .majorAlertJoined : .alertJoined,
            isUrgent: isWorse, isLate: event.time < event.due)
        return (.joined, number)
    }

    /// The odds of the best candidate and of the second, and the incident of the best.
    private func bestTwo() -> (first: Double, slot: Int32, second: Double) {
        var best = (first: 0.0, slot: Int32(-1), second: 0.0)
        for at in 0..<candidates.count {
            let odds = candidates[at].odds
            if odds > best.first {
                best = (odds, candidates[at].slot, best.first)
            } else if odds > best.second {
                best.second = odds
            }
        }
        return best
    }

    /// Orders the candidates by (-odds, first of the incident, number) and returns the sum of their odds.
    mutating func sortCandidates() -> Double {
        order.removeAll()
        for at in 0..<candidates.count {
            order.append(Int32(at))
            var k = order.count - 1
            while k > 0, precedes(Int(order[k]), Int(order[k - 1])) {
                order.swapAt(k, k - 1)
                k -= 1
            }
        }
        var total = 0.0
        for k in 0..<order.count { total += candidates[Int(order[k])].odds }
        return total
    }

    private func precedes(_ a: Int, _ b: Int) -> Bool {
        let x = candidates[a]
        let y = candidates[b]
        if x.odds != y.odds { return x.odds > y.odds }
        return isOlder(Int(x.slot), Int(y.slot))
    }

    /// Whether incident a comes before b by (first, number).
    func isOlder(_ a: Int, _ b: Int) -> Bool {
        let x = incidents.hot[a]
        let y = incidents.hot[b]
        return x.first != y.first ? x.first < y.first : x.number < y.number
    }

    private mutating func open(_ event: Occurrence, _ weight: Double, _ names: borrowing Names) -> Int {
        let founder = alertName(resource: event.resource, type: event.type, identity: event.identity)
        let slot = incidents.make(at: event.time, founder: founder, resource: UInt32(event.resource))
        incidents.details[slot].openerResource = UInt32(event.resource)
        incidents.details[slot].openerType = UInt32(event.type)
        incidents.details[slot].openerWeight = weight - Engine.backgroundFloor
        incidents.details[slot].severity = event.severity
        incidents.hot[slot].isClosed = parameters.maxAlerts == 1
        opened += 1
        if recordsAssignments { foundingLog.append((incidents.hot[slot].number, publicID(slot, names))) }
        schedule(slot, .holdBack, at: event.time + parameters.holdBack)
        return slot
    }

    /// Gives the key to the incident, and the alert its entry in it.
    private mutating func place(
        _ known: Int, _ slot: Int, _ event: Occurrence, _ alert: UInt32, _ weight: Double, _ link: Link?
    ) -> Int {
        if known < 0, keys.count >= parameters.maxKeys { evictKeys() }
        var key = known >= 0 ? known : keys.find(event.resource, event.type, event.identity)
        if key < 0 { key = keys.add(event.resource, event.type, event.identity) }
        let before = Int(keys.states[key].incident)
        let previous = before >= 0 ? incidents.root(before) : -1
        var entry: Int32 = -1
        if previous == slot {
            entry = keys.all[key].entry
        } else if previous >= 0, incidents.details[previous].isFrozen, incidents.details[slot].firstEntry < 0 {
            incidents.details[slot].continues = incidents.details[previous].id
        }
        if entry >= 0 {
            entries[Int(entry)].events += 1
            entries[Int(entry)].first = min(entries[Int(entry)].first, event.time)
            entries[Int(entry)].last = max(entries[Int(entry)].last, event.time)
            entries[Int(entry)].severity = event.severity
        } else {
            entry = addEntry(slot, key, event, link)
        }
        if before >= 0 {
            if !keys.states[key].cleared { incidents.details[previous].uncleared -= 1 }
            if previous != slot { leave(key, previous) }
        } else {
            keys.all[key].slot = Int32(clamping: Int64(event.time / 60))
            keys.all[key].seen = 1
        }
        incidents.details[slot].uncleared += 1
        if keys.states[key].cleared, event.time - keys.states[key].last <= 60 {
            keys.all[key].flaps = min(keys.all[key].flaps, .max - 1) + 1
        }
        keys.states[key].incident = Int32(slot)
        retain(slot)
        if before >= 0 { release(before) }
        keys.states[key].last = event.time
        keys.states[key].cleared = false
        keys.all[key].standing = false
        keys.all[key].alert = alert
        keys.all[key].entry = entry
        keys.all[key].weight = weight
        return key
    }

    /// The key leaves the incident `previous`: what its entry there still has to say.
    private mutating func leave(_ key: Int, _ previous: Int) {
        // Should it come back, it has an entry there already that it no longer knows of.
        incidents.details[previous].mayRepeatKeys = true
        let at = Int(keys.all[key].entry)
        guard at >= 0 else { return }
        if isFlapping(key) { entries[at].flags.insert(.flapping) }
        keys.all[key].flaps = 0
    }

    private mutating func addEntry(_ slot: Int, _ key: Int, _ event: Occurrence, _ link: Link?) -> Int32 {
        let entry = AlertEntry(
            key: alertName(resource: event.resource, type: event.type, identity: event.identity), keyIndex: Int32(key),
            resource: UInt32(event.resource), type: UInt32(event.type), next: -1, first: event.time, last: event.time, events: 1,
            severity: event.severity, eventName: event.eventName, binding: event.binding, flags: [],
            message: ContiguousArray(event.message), link: link.map { SharedLink($0) }, runnerUp: runnerUp(), constant: nextConstant,
            explanation: link?.stage == .arrival ? explanation(candidates[Int(order[0])]) : Explanation())
        nextConstant += constantStep
        let at: Int
        if freeEntries.count > 0 {
            at = Int(freeEntries.removeLast())
            entries[at] = entry
        } else {
            at = entries.count
            entries.append(entry)
        }
        if incidents.details[slot].lastEntry >= 0 {
            entries[Int(incidents.details[slot].lastEntry)].next = Int32(at)
        } else {
            incidents.details[slot].firstEntry = Int32(at)
        }
        incidents.details[slot].lastEntry = Int32(at)
        return Int32(at)
    }

    /// The link of a new alert to the incident in `slot`: its best candidate, or, where it opened the incident, the
    /// best rejected one.
    private mutating func bestLink(_ slot: Int, _ question: Question, _ mu: Double, key: Int) -> Link? {
        guard order.count > 0 else { return nil }
        let best = candidates[Int(order[0])]
        let stage: LinkStage = Int(best.slot) == slot ? .arrival : .opened
        var link = link(best, question, mu, key: key, at: question.time, stage: stage)
        if order.count > 1 { link.runnerUpOdds = candidates[Int(order[1])].odds }
        return link
    }

    /// What the public id of the second best candidate is made from; the id itself is made when it is shown.
    private func runnerUp() -> Founding? {
        guard order.count > 1 else { return nil }
        let slot = Int(candidates[Int(order[1])].slot)
        return Founding(alert: incidents.details[slot].founder, time: incidents.details[slot].foundedAt)
    }

    /// Makes the alert part of the incident and of the cells in its cone (§2.4).
    private mutating func insert(
        _ slot: Int, _ event: Occurrence, _ key: Int, _ alert: UInt32, _ background: Double, rejected: Double
    ) {
        let t = event.time
        let v = event.resource
        incidents.hot[slot].count += 1
        Engine.insert(UInt32(v), into: &incidents.details[slot].resources)
        if incidents.hot[slot].count >= Engine.causeCount { unopen(slot, t) }
        if incidents.details[slot].members.count < Int(Engine.smallIncident) {
            incidents.details[slot].members.append(
                Member(
                    resource: UInt32(v), type: UInt32(event.type), key: Int32(key), alert: alert, time: t, entry: keys.all[key].entry,
                    rejected: rejected))
        }
        for at in graph.cones.range(v) {
            let entry = graph.cones[at]
            let cell = makeCell(Int(entry.resource), slot, t)
            cells.put(
                cell, own: entry.hops == 0,
                Representative(
                    time: t, background: background, resource: UInt32(v), type: UInt32(event.type), key: Int32(key), alert: alert,
                    affinity: entry.affinity, hops: entry.hops))
            if entry.hops > 0 { countBelow(cell, t) }
            cells.cells[cell].last = max(cells.cells[cell].last, t)
        }
    }

    private mutating func countBelow(_ cell: Int, _ t: Double) {
        let tau = 600.0
        let time = cells.cells[cell].belowTime
        if t >= time {
            cells.cells[cell].below = cells.cells[cell].below * Elementary.exp(-(t - time) / tau) + 1
            cells.cells[cell].belowTime = t
        } else {
            cells.cells[cell].below += Elementary.exp(-(time - t) / tau)
        }
    }

    /// The incident's cell at a resource; where it makes a fourth, the one longest without an alert goes.
    private mutating func makeCell(_ resource: Int, _ slot: Int, _ t: Double) -> Int {
        let row = cells.makeRow(resource)
        let count = Int(cells.heads[row].count)
        for j in 0..<count {
            let at = cells.index(row, j)
            if Int(cells.cells[at].incident) == slot { return at }
        }
        retain(slot)
        let made = Cell(
            incident: Int32(slot), number: incidents.hot[slot].number, ownCount: 0, belowCount: 0, below: 0, belowTime: t, last: t)
        if count == Cells.perResource {
            var oldest = 0
            for j in 1..<count {
                let a = cells.cells[cells.index(row, j)]
                let b = cells.cells[cells.index(row, oldest)]
                if a.last < b.last || a.last == b.last && a.number < b.number { oldest = j }
            }
            removeCell(row, oldest)
        }
        return cells.append(row, made)
    }

    private static func insert(_ x: UInt32, into sorted: inout ContiguousArray<UInt32>) {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < x { low = middle + 1 } else { high = middle }
        }
        if low == sorted.count || sorted[low] != x { sorted.insert(x, at: low) }
    }

    /// Learns from the best candidates, and what the alert should give rise to (§9).
    private mutating func learn(_ q: Question, key: Int, _ total: Double, joined: Bool) {
        noteUnexplained(q, joined: joined)
        for k in 0..<min(Engine.learnedCandidates, order.count) {
            let c = candidates[Int(order[k])]
            let r = c.odds / (1 + total)
            guard r > Engine.leastLearned, c.relation != .far else { continue }
            if c.relation == .selfAgain {
                propagation.observe(.selfAgain, q.type, q.type, lag: recurrenceGap(key, Int(c.slot), q.time), weight: r)
            } else {
                let cause = cells.list[Int(c.place)]
                propagation.observe(c.relation, Int(cause.type), q.type, lag: q.time - cause.time, weight: r)
            }
        }
        let v = q.resource
        propagation.expect(.same, q.type, kind: Int(graph.kinds[v]), 0.15)
        guard graph.hasExposures(v) else { return }
        let row = graph.siblingExposureRow(v)
        for kind in 0..<graph.kindCount {
            let under = graph.under[v * graph.kindCount + kind]
            if under != 0 { propagation.expect(.up, q.type, kind: kind, 0.15 * under) }
            let siblings = graph.siblingExposure(row + kind)
            if siblings != 0 { propagation.expect(.sib, q.type, kind: kind, siblings) }
        }
    }

    // MARK: Fusing (§7.3)

    /// After a join: the second to fourth candidate are fused with the incident if the alert ties them strongly enough.
    private mutating func fuse(_ joined: Int, _ now: Double, _ names: borrowing Names) -> Int {
        var slot = joined
        for k in 1..<max(1, min(4, order.count)) {
            let c = candidates[Int(order[k])]
            let other = Int(c.slot)
            // One that is over may have gone with the cell that this alert pushed out.
            guard other != slot, incidents.hot[other].redirect < 0, incidents.hot[other].references > 0 else { continue }
            let smaller = min(incidents.hot[slot].count - 1, incidents.hot[other].count)
            if c.odds >= parameters.fuseThreshold * Double(max(1, smaller)), fits(slot, other) {
                slot = merge(slot, other, now, names)
            }
        }
        return slot
    }

    /// Whether two incidents may become one under the configured size.
    func fits(_ a: Int, _ b: Int) -> Bool {
        guard let limit = parameters.maxAlerts else { return true }
        return Int(incidents.hot[a].count) + Int(incidents.hot[b].count) <= limit
    }

    /// The older of two incidents survives and takes what the other had; returns it.
    mutating func merge(_ i: Int, _ j: Int, _ now: Double, _ names: borrowing Names) -> Int {
        let (a, b) = isOlder(j, i) ? (j, i) : (i, j)
        mergeRhythm(a, b)
        let other = incidents.details[b]
        Engine.unite(&incidents.details[a].resources, other.resources)
        for member in other.members where incidents.details[a].members.count < Int(Engine.smallIncident) {
            incidents.details[a].members.append(member)
        }
        if incidents.hot[a].count >= Engine.causeCount {
            unopen(a, incidents.hot[a].last)
            unopen(b, incidents.hot[a].last)
        }
        if incidents.hot[b].isSettled { incidents.hot[a].isSettled = true }
        if other.firstEntry >= 0 {
            if incidents.details[a].lastEntry >= 0 {
                entries[Int(incidents.details[a].lastEntry)].next = other.firstEntry
            } else {
                incidents.details[a].firstEntry = other.firstEntry
            }
            incidents.details[a].lastEntry = other.lastEntry
        }
        incidents.details[a].mayRepeatKeys = true
        incidents.details[a].uncleared += other.uncleared
        incidents.details[a].lastAlert = other.lastAlert
        incidents.details[a].lastAlertResource = other.lastAlertResource
        let isWorse = other.severity > incidents.details[a].severity
        incidents.details[a].severity = max(incidents.details[a].severity, other.severity)
        if incidents.details[a].continues == nil { incidents.details[a].continues = other.continues }
        if recordsAssignments { mergeLog.append((incidents.hot[b].number, incidents.hot[a].number)) }
        publishMerged(b, into: a, now, names)
        incidents.hot[b].redirect = Int32(a)
        retain(a)
        incidents.details[b].firstEntry = -1
        incidents.details[b].lastEntry = -1
        incidents.details[b].members = []
        incidents.details[b].resources = []
        incidents.details[b].isOver = true
        if incidents.details[a].isResolved, other.isResolved {
            noteAbsorptionAtEnd(a, now)
        } else {
            noteChange(a, now, isWorse ? .severityRaised : .absorbed, isUrgent: isWorse || other.revision > 0)
        }
        if incidents.hot[b].references == 0 { discard(b) }
        return a
    }

    private mutating func mergeRhythm(_ a: Int, _ b: Int) {
        let other = incidents.hot[b]
        var one = incidents.hot[a]
        one.count += other.count
        one.gaps += other.gaps
        one.longestGap = max(one.longestGap, other.longestGap)
        if other.first > one.last {
            one.gaps += 1
            one.longestGap = max(one.longestGap, other.first - one.last)
        }
        one.last = max(one.last, other.last)
        let time = max(one.rateTime, other.rateTime)
        one.rate =
            one.rate * Elementary.exp(-(time - one.rateTime) / ComponentActivity.rateTau)
            + other.rate * Elementary.exp(-(time - other.rateTime) / ComponentActivity.rateTau)
        one.rateTime = time
        incidents.hot[a] = one
    }

    /// The union of two ascending lists.
    private static func unite(_ a: inout ContiguousArray<UInt32>, _ b: ContiguousArray<UInt32>) {
        if b.count <= 4 {
            for x in b { insert(x, into: &a) }
            return
        }
        var union: ContiguousArray<UInt32> = []
        union.reserveCapacity(a.count + b.count)
        var i = 0
        var j = 0
        while i < a.count || j < b.count {
            if j == b.count || i < a.count && a[i] < b[j] {
                union.append(a[i])
                i += 1
            } else {
                if i < a.count, a[i] == b[j] { i += 1 }
                union.append(b[j])
                j += 1
            }
        }
        a = union
    }

    // MARK: Bound on keys (§13)

    /// At the limit an eighth of the keys goes: cleared before uncleared, longest silent first.
    private mutating func evictKeys() {
        // A key without identity stays while one of its resource and type that has one does.
        var dependents = Table<Int32>(repeating: 0, count: keys.count)
        for at in 0..<keys.count where keys.all[at].owner != at { dependents[Int(keys.all[at].owner)] += 1 }
        // One that no event had stays for nothing else: it is not in the order.
        var order = (0..<keys.count).filter { keys.states[$0].incident >= 0 }.map {
            (cleared: keys.states[$0].cleared ? 0 : 1, last: keys.states[$0].last, at: $0)
        }
        order.sort { ($0.cleared, $0.last, $0.at) < ($1.cleared, $1.last, $1.at) }
        var keep = Table(repeating: false, count: keys.count)
        for known in order { keep[known.at] = true }
        var left = max(1, keys.count / 8)
        for gone in order where left > 0 && dependents[gone.at] == 0 {
            keep[gone.at] = false
            let owner = Int(keys.all[gone.at].owner)
            if owner != gone.at { dependents[owner] -= 1 }
            leave(gone.at, incidents.root(Int(keys.states[gone.at].incident)))
            left -= 1
        }
        var held = Table<Int32>()
        var isOn = Table<Bool>()
        for at in 0..<keys.count {
            held.append(keys.states[at].incident)
            isOn.append(!keys.states[at].cleared)
        }
        let before = keys.count
        let moved = keys.retain(keep)
        evictedKeys += UInt64(before - keys.count)
        for at in 0..<entries.count where entries[at].keyIndex >= 0 {
            entries[at].keyIndex = moved[Int(entries[at].keyIndex)]
        }
        for at in 0..<cells.list.count where cells.list[at].key >= 0 { cells.list[at].key = moved[Int(cells.list[at].key)] }
        for slot in 0..<incidents.details.count {
            for m in incidents.details[slot].members.indices {
                let key = Int(incidents.details[slot].members[m].key)
                if key >= 0 { incidents.details[slot].members[m].key = moved[key] }
            }
        }
        probe?.move(moved)
        for at in 0..<before where moved[at] < 0 && held[at] >= 0 {
            if isOn[at] { incidents.details[incidents.root(Int(held[at]))].uncleared -= 1 }
            release(Int(held[at]))
        }
    }
}
