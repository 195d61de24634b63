extension Engine {
    /// Everything that the engine holds over from one event to the next; the graph apart, which is made anew from the
    /// topology and the resources bound since.
    mutating func transfer(_ state: inout StateArchive) {
        types.transfer(&state)
        keys.transfer(&state)
        cells.transfer(&state)
        incidents.transfer(&state)
        state.table(&components)
        state.table(&componentKnown)
        propagation.transfer(&state)
        resourcePairs.transfer(&state)
        adopted.transfer(&state)
        queue.transfer(&state)
        transferEntries(&state)
        state.table(&freeEntries)
        causes.transfer(&state)
        changes.transfer(&state)
        state.value(&start)
        state.value(&latest)
        state.value(&backgroundStart)
        state.value(&nextAlert)
        state.value(&nextConstant)
        state.value(&sweepAt)
        state.value(&scoring)
        transferRevisions(&state)
        state.array(&mergeLog)
        state.array(&foundingLog)
        state.value(&evaluations)
        state.value(&opened)
        state.value(&published)
        state.value(&alertsMade)
        state.value(&openIncidents)
        state.value(&evictedKeys)
        state.value(&changesTaken)
        guard state.isReading else { return }
        // Marks of scorings that are over are never looked at again.
        let unknown = PropagationMemo(mark: 0, pair: -1, seen: 0, expected: 0, scale: 0, propagation: 0)
        memo.resize(to: 3 * types.count, filling: unknown)
    }

    private mutating func transferEntries(_ state: inout StateArchive) {
        var count = entries.count
        state.count(&count, stride: 1)
        if state.isReading { entries.resize(to: count, filling: .nothing) }
        for at in 0..<count { entries[at].transfer(&state) }
    }

    /// Revisions that nobody has taken yet.
    private mutating func transferRevisions(_ state: inout StateArchive) {
        var count = revisions.count
        state.count(&count, stride: 1)
        if state.isReading {
            let none = IncidentRevision(
                id: IncidentID(value: 0), revision: 0, status: .open, reason: .correlated, severity: .info, openedAt: .distantPast,
                updatedAt: .distantPast)
            revisions = Array(repeating: none, count: count)
        }
        for at in revisions.indices { revisions[at].transfer(&state) }
    }
}

extension IncidentRevision {
    mutating func transfer(_ state: inout StateArchive) {
        state.value(&id)
        state.value(&revision)
        state.value(&status)
        state.value(&reason)
        state.value(&severity)
        state.value(&openedAt)
        state.value(&updatedAt)
        state.value(&resolvedAt)
        state.value(&alertCount)
        state.value(&eventCount)
        state.value(&resourceCount)
        var count = alerts.count
        state.count(&count, stride: 1)
        if state.isReading {
            let nobody = AlertName(resource: .none, type: .none, identity: .none)
            alerts = Array(
                repeating: AlertState(
                    name: nobody, severity: .info, status: .firing, firstSeen: .distantPast, lastSeen: .distantPast, events: 0),
                count: count)
        }
        for at in alerts.indices { alerts[at].transfer(&state) }
        RootCause.transfer(&rootCauses, &state)
        state.array(&impacted)
        state.value(&mergedInto)
        state.array(&mergedFrom)
        state.value(&mergedCount)
        state.value(&continues)
        state.value(&clock)
    }
}

extension AlertState {
    mutating func transfer(_ state: inout StateArchive) {
        state.value(&name)
        state.value(&severity)
        state.value(&status)
        state.value(&flags)
        state.value(&firstSeen)
        state.value(&lastSeen)
        state.value(&events)
        state.array(&message)
        state.value(&binding)
        state.value(&eventName)
        var evidence = link
        state.value(&evidence)
        if state.isReading { link = evidence }
        state.value(&constant)
    }
}
