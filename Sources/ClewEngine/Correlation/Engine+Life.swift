extension Engine {
    /// After this much silence the rate of an incident (tau 30 s) is nothing beside any newcomer's, seconds.
    private static let leadMemory = 3600.0
    /// Alerts up to which a record is published as often as `updateInterval` lets it.
    private static let smallRecord = 20.0
    /// And the same for what is important.
    private static let largeRecord = 50.0
    /// Absorbed incidents that are named: the newest, as older ones were named by earlier revisions, and by their own last.
    private static let mostMerged = 200

    /// Queues a look at the incident's life, unless an earlier one is queued.
    mutating func requestLife(_ slot: Int, at time: Double) {
        guard time < incidents.details[slot].lifeDue else { return }
        incidents.details[slot].lifeDue = time
        schedule(slot, .life, at: time)
    }

    /// Publishes what waits, resolves, freezes; queues the next look (algorithm.md §7.4).
    mutating func runLife(_ slot: Int, _ now: Double, _ names: borrowing Names) {
        guard incidents.details[slot].lifeDue == now else { return }
        incidents.details[slot].lifeDue = .infinity
        guard incidents.hot[slot].redirect < 0, !incidents.details[slot].isOver else { return }
        if incidents.details[slot].revision == 0, !publishFirst(slot, now, names) {
            endOrWait(slot, now)
            return
        }
        // What ends the incident tells all that waits.
        var next = incidents.details[slot].isResolved ? .infinity : resolve(slot, now, names)
        let ageEnd = incidents.hot[slot].first + parameters.maxAge
        if !incidents.details[slot].isResolved, !incidents.details[slot].isFrozen {
            let quietEnd = incidents.hot[slot].last + (parameters.maxQuiet ?? .infinity)
            if now >= min(ageEnd, quietEnd) {
                freeze(slot, now, now >= ageEnd ? .maximumAge : .maximumQuiet, names)
            } else {
                next = min(next, ageEnd, quietEnd)
            }
        }
        next = min(next, publishWaiting(slot, now, names))
        if incidents.details[slot].isResolved { endOrWait(slot, now) }
        if next < .infinity { requestLife(slot, at: max(next, now.nextUp)) }
    }

    /// Lets the incident go when nothing can change it any more: no alert may join it, and it no longer counts as the
    /// lead of a component whose next burst it could still out-rate.
    private mutating func endOrWait(_ slot: Int, _ now: Double) {
        let end = max(incidents.hot[slot].first + parameters.maxAge, incidents.hot[slot].last + Engine.leadMemory)
        guard now >= end else {
            requestLife(slot, at: end)
            return
        }
        incidents.details[slot].isOver = true
        for at in incidents.details[slot].resources.indices {
            let c = Int(graph.components[Int(incidents.details[slot].resources[at])])
            guard componentKnown[c], components[c].lead >= 0, incidents.root(Int(components[c].lead)) == slot else { continue }
            let lead = Int(components[c].lead)
            components[c].lead = -1
            release(lead)
        }
    }

    private mutating func publishWaiting(_ slot: Int, _ now: Double, _ names: borrowing Names) -> Double {
        let isDirty = incidents.details[slot].isDirty
        guard isDirty || incidents.details[slot].mayHaveNewCause else { return .infinity }
        let due = isDirty ? nextUpdate(slot) : .infinity
        if now >= due {
            let told: IncidentStatus =
                incidents.details[slot].isResolved ? .resolved : incidents.details[slot].status == .resolved ? .reopened : .updated
            publish(slot, told, incidents.details[slot].dirtyReason, now, names)
            return .infinity
        }
        // Of one that is over, another cause is told with its next revision.
        guard !incidents.details[slot].isResolved, !incidents.details[slot].isFrozen else { return due }
        if now >= nextImportantUpdate(slot), hasOtherCause(slot, now) {
            publish(slot, .updated, .rootCauseChanged, now, names)
            return .infinity
        }
        let mayHaveNewCause = incidents.details[slot].mayHaveNewCause
        return isDirty ? min(due, now + parameters.updateInterval) : mayHaveNewCause ? nextCauseUpdate(slot) : .infinity
    }

    /// When what waits may be published. What says nothing important waits: a record is whole, so that of a large incident
    /// is long: beyond 20 alerts it waits in proportion, and the bytes published stay within a bound a second.
    private func nextUpdate(_ slot: Int) -> Double {
        if incidents.details[slot].isUrgent { return -.infinity }
        if incidents.details[slot].isPressing { return nextImportantUpdate(slot) }
        let size = Double(incidents.hot[slot].count) / Engine.smallRecord
        return incidents.details[slot].publishedAt + parameters.updateInterval * max(1, size)
    }

    /// When one may be that tells of a severe alert or of another root cause: after one interval up to 50 alerts.
    private func nextImportantUpdate(_ slot: Int) -> Double {
        let size = Double(incidents.hot[slot].count) / Engine.largeRecord
        return incidents.details[slot].publishedAt + parameters.updateInterval * max(1, size)
    }

    /// When one may be that only tells of a root cause changed by a change: ranking costs in proportion to the incident, too.
    private func nextCauseUpdate(_ slot: Int) -> Double {
        let size = Double(incidents.hot[slot].count) / Engine.smallRecord
        return max(nextImportantUpdate(slot), incidents.details[slot].rankedAt + parameters.updateInterval * max(1, size))
    }

    /// A change was told of that may have led to the incident: the next ranking weighs it. Where that puts another resource
    /// first, it is told as soon as an update may be.
    mutating func reconsiderCauses(_ slot: Int, _ now: Double) {
        // Where nobody reads of causes, none is ranked.
        guard makesRevisions, incidents.details[slot].revision > 0, incidents.hot[slot].redirect < 0 else { return }
        guard !incidents.details[slot].isResolved, !incidents.details[slot].isFrozen else { return }
        incidents.details[slot].mayHaveNewCause = true
        requestLife(slot, at: max(nextCauseUpdate(slot), now.nextUp))
    }

    /// Whether the alerts that joined since the last ranking, if they are a tenth or more, or a change told of since then, have
    /// put another resource first.
    private mutating func hasOtherCause(_ slot: Int, _ now: Double) -> Bool {
        let joined = incidents.hot[slot].count - incidents.details[slot].rankedCount
        let isChanged = incidents.details[slot].mayHaveNewCause && now >= nextCauseUpdate(slot)
        guard makesRevisions, isChanged || joined > 0 && joined * 10 >= incidents.hot[slot].count else { return false }
        let before = incidents.details[slot].causes.first?.resource
        collectEntries(slot)
        rank(slot, listing.count, 0, .updated)
        // Also where no key is new: it is not looked at again for those.
        incidents.details[slot].rankedCount = incidents.hot[slot].count
        return incidents.details[slot].causes.first?.resource != before
    }

    /// Resolves the incident if its time has come; returns when it may come.
    private mutating func resolve(_ slot: Int, _ now: Double, _ names: borrowing Names) -> Double {
        var next = Double.infinity
        if incidents.details[slot].uncleared == 0, hasClearedKey(slot) {
            let due = incidents.hot[slot].last + parameters.resolveAfter
            if now >= due {
                markResolved(slot, now, .allCleared, names)
                return .infinity
            }
            next = due
        }
        let openEnd = incidents.hot[slot].openUntil(parameters)
        incidents.details[slot].awaitedEnd = .infinity
        if now < openEnd { return min(next, openEnd) }
        let onEnd = latestEnd(slot)
        incidents.details[slot].awaitedEnd = onEnd
        if now < onEnd { return min(next, onEnd) }
        markResolved(slot, now, .silent, names)
        return .infinity
    }

    /// Why the incident is over at `now`; nil if it is not.
    private func ending(_ slot: Int, _ now: Double) -> RevisionReason? {
        if incidents.details[slot].uncleared == 0, now >= incidents.hot[slot].last + parameters.resolveAfter, hasClearedKey(slot) {
            return .allCleared
        }
        return now >= incidents.hot[slot].openUntil(parameters) && now >= latestEnd(slot) ? .silent : nil
    }

    /// The first revision, if there is to be one. An incident may be over by now, or, where its alerts came late, too old to take
    /// more: then that is told, and not how it came to be so.
    private mutating func publishFirst(_ slot: Int, _ now: Double, _ names: borrowing Names) -> Bool {
        guard incidents.details[slot].isDirty else { return false }
        incidents.details[slot].isDirty = false
        guard let opening = openingReason(slot) else { return false }
        let told = max(now, clock)
        if let end = ending(slot, told) {
            markResolved(slot, told, end, names)
        } else if told >= incidents.hot[slot].first + parameters.maxAge {
            freeze(slot, told, .maximumAge, names)
        } else if told >= incidents.hot[slot].last + (parameters.maxQuiet ?? .infinity) {
            freeze(slot, told, .maximumQuiet, names)
        } else {
            publish(slot, .open, opening, now, names)
        }
        return true
    }

    /// A late event joined an incident that is resolved, and it stays so: it is over still, or older than any incident gets.
    private func staysResolved(_ slot: Int, _ now: Double) -> Bool {
        now >= incidents.hot[slot].first + parameters.maxAge || ending(slot, now) != nil
    }

    /// When the last of its alerts that are on will be taken to be over; -infinity if none is on.
    private func latestEnd(_ slot: Int) -> Double {
        var end = -Double.infinity
        var at = incidents.details[slot].firstEntry
        while at >= 0 {
            let key = Int(entries[Int(at)].keyIndex)
            if key >= 0, isOwn(key, slot), !keys.states[key].cleared {
                end = max(end, keys.states[key].last + types.all[Int(keys.all[key].type)].keep)
            }
            at = entries[Int(at)].next
        }
        return end
    }

    /// Whether a key that is still its own has been cleared: else its alerts have only moved on to other incidents.
    private func hasClearedKey(_ slot: Int) -> Bool {
        var at = incidents.details[slot].firstEntry
        while at >= 0 {
            let key = Int(entries[Int(at)].keyIndex)
            if key >= 0, isOwn(key, slot), keys.states[key].cleared { return true }
            at = entries[Int(at)].next
        }
        return false
    }

    /// Whether the key's last occurrence belongs to the incident.
    func isOwn(_ key: Int, _ slot: Int) -> Bool {
        keys.states[key].incident >= 0 && incidents.root(Int(keys.states[key].incident)) == slot
    }

    private mutating func markResolved(_ slot: Int, _ now: Double, _ reason: RevisionReason, _ names: borrowing Names) {
        incidents.details[slot].isResolved = true
        incidents.details[slot].resolvedAt = now
        publish(slot, .resolved, reason, now, names)
        teach(slot)
    }

    private mutating func freeze(_ slot: Int, _ now: Double, _ reason: RevisionReason, _ names: borrowing Names) {
        incidents.details[slot].isFrozen = true
        incidents.hot[slot].isClosed = true
        publish(slot, .frozen, reason, now, names)
        teach(slot)
    }

    /// At the configured size an incident takes no more alerts.
    mutating func closeIfFull(_ slot: Int, _ now: Double, _ names: borrowing Names) {
        guard let limit = parameters.maxAlerts, Int(incidents.hot[slot].count) >= limit, !incidents.details[slot].isFrozen else { return }
        if incidents.details[slot].revision == 0 {
            publish(slot, .open, .correlated, now, names)
        } else if incidents.details[slot].status == .resolved {
            if incidents.details[slot].isResolved, staysResolved(slot, now) {
                incidents.hot[slot].isClosed = true
                return
            }
            incidents.details[slot].isResolved = false
            publish(slot, .reopened, .alertReturned, now, names)
        }
        freeze(slot, now, .maximumAlerts, names)
        requestLife(slot, at: now.nextUp)
    }

    /// Something about the incident changed: it is published when this instant has passed, or with the next update, or not at all.
    /// So one revision tells all that happened at one time, whatever the order of the events.
    ///
    /// - Parameter isLate: The event that changed it lies behind the clock.
    mutating func noteChange(_ slot: Int, _ now: Double, _ reason: RevisionReason, isUrgent: Bool, isLate: Bool = false) {
        if incidents.details[slot].isFrozen { return }
        var reason = reason
        if incidents.details[slot].revision == 0 {
            guard incidents.hot[slot].isSettled, openingReason(slot) != nil else { return }
            incidents.details[slot].isUrgent = true
        } else if incidents.details[slot].isResolved, isLate, staysResolved(slot, now) {
            // A repeat is no news.
            guard reason != .alertReturned else { return }
        } else if incidents.details[slot].isResolved {
            incidents.details[slot].isResolved = false
            incidents.details[slot].isUrgent = true
            if reason != .absorbed { reason = .alertReturned }
        } else if reason == .majorAlertJoined {
            incidents.details[slot].isPressing = true
            if Double(incidents.hot[slot].count) <= Engine.smallRecord { incidents.details[slot].isUrgent = true }
        }
        if isUrgent, !incidents.details[slot].isResolved { incidents.details[slot].isUrgent = true }
        wait(slot, now, reason)
    }

    /// The incident has something to tell.
    private mutating func wait(_ slot: Int, _ now: Double, _ reason: RevisionReason) {
        let waiting = incidents.details[slot].isDirty ? Engine.weight(incidents.details[slot].dirtyReason) : -1
        if Engine.weight(reason) > waiting { incidents.details[slot].dirtyReason = reason }
        incidents.details[slot].isDirty = true
        // A late event may come after the incident's last look at its life.
        incidents.details[slot].isOver = false
        let due =
            incidents.details[slot].isUrgent || incidents.details[slot].isResolved ? nextUpdate(slot) : nextImportantUpdate(slot)
        requestLife(slot, at: max(due, now.nextUp))
    }

    /// Which of several reasons is told.
    private static func weight(_ reason: RevisionReason) -> Int {
        switch reason {
        case .severityRaised: 4
        case .majorAlertJoined: 3
        case .absorbed: 2
        case .alertReturned: 1
        default: 0
        }
    }

    /// Two that had both ended became one: told, but not more.
    mutating func noteAbsorptionAtEnd(_ slot: Int, _ now: Double) {
        incidents.details[slot].isUrgent = true
        wait(slot, now, .absorbed)
    }

    /// Why an incident may be shown for the first time; nil if it may not: two alerts, or one that is severe and still on.
    private func openingReason(_ slot: Int) -> RevisionReason? {
        let first = incidents.details[slot].firstEntry
        guard first >= 0 else { return nil }
        var at = entries[Int(first)].next
        while at >= 0 {
            if entries[Int(at)].key != entries[Int(first)].key { return .correlated }
            at = entries[Int(at)].next
        }
        return incidents.details[slot].severity >= parameters.publishLone && incidents.details[slot].uncleared > 0 ? .loneAlert : nil
    }

    /// The absorbed incident's last revision, if it was ever shown.
    mutating func publishMerged(_ b: Int, into a: Int, _ now: Double, _ names: borrowing Names) {
        incidents.details[b].mergedInto = Int32(a)
        guard incidents.details[b].revision > 0 else { return }
        publish(b, .merged, .mergedInto, now, names)
        incidents.details[a].mergedCount += 1
        if incidents.details[a].mergedFrom.count == Engine.mostMerged { incidents.details[a].mergedFrom.removeFirst() }
        incidents.details[a].mergedFrom.append(publicID(b, names))
    }

    /// An ended incident teaches the root-cause ranking, once (§11).
    private mutating func teach(_ slot: Int) {
        guard !incidents.details[slot].hasTaught else { return }
        incidents.details[slot].hasTaught = true
        learnCauses(slot)
    }
}
