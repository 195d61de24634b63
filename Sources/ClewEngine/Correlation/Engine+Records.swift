extension Engine {
    /// Most alerts that a record lists, and how many of those are chosen by severity where there are more.
    private static let mostListed = 200
    private static let listedBySeverity = 100

    /// The public id of an incident, made once.
    mutating func publicID(_ slot: Int, _ names: borrowing Names) -> IncidentID {
        if let id = incidents.details[slot].id { return id }
        let founding = Founding(alert: incidents.details[slot].founder, time: incidents.details[slot].foundedAt)
        let id = Engine.publicID(founding, names)
        incidents.details[slot].id = id
        return id
    }

    /// The first 64 bits of SHA-256 over the length-prefixed founding key and its event time in microseconds.
    static func publicID(_ founding: Founding, _ names: borrowing Names) -> IncidentID {
        var hash = SHA256()
        for part in [founding.alert.resource, founding.alert.type, founding.alert.identity] {
            names.withBytes(part) { bytes in
                hash.update(UInt64(bytes.count))
                hash.update(bytes)
            }
        }
        hash.update(UInt64(bitPattern: EventTime(seconds: founding.time).microseconds))
        let digest = hash.finish()
        return IncidentID(value: UInt64(digest[0]) << 32 | UInt64(digest[1]))
    }

    /// Publishes a revision of an incident as it stands, due at `now`.
    mutating func publish(_ slot: Int, _ status: IncidentStatus, _ reason: RevisionReason, _ now: Double, _ names: borrowing Names) {
        countPublished(slot, status)
        incidents.details[slot].revision += 1
        incidents.details[slot].publishedAt = now
        incidents.details[slot].isDirty = false
        incidents.details[slot].status = status
        var record = IncidentRevision(
            id: publicID(slot, names), revision: incidents.details[slot].revision, status: status, reason: reason,
            severity: incidents.details[slot].severity, openedAt: EventTime(seconds: incidents.hot[slot].first),
            updatedAt: EventTime(seconds: now))
        if incidents.details[slot].isResolved { record.resolvedAt = EventTime(seconds: incidents.details[slot].resolvedAt) }
        listAlerts(slot, &record, names)
        record.resourceCount = incidents.details[slot].resources.count
        (record.rootCauses, record.impacted) = rankCauses(slot)
        record.mergedFrom = incidents.details[slot].mergedFrom
        record.continues = incidents.details[slot].continues
        if incidents.details[slot].mergedInto >= 0 {
            record.mergedInto = publicID(incidents.root(Int(incidents.details[slot].mergedInto)), names)
        }
        revisions.append(record)
    }

    private mutating func countPublished(_ slot: Int, _ status: IncidentStatus) {
        switch status {
        case .open:
            published.opened += 1
            openIncidents += 1
        case .updated: published.updated += 1
        case .resolved:
            published.resolved += 1
            openIncidents -= 1
        case .reopened:
            published.reopened += 1
            openIncidents += 1
        case .merged:
            published.merged += 1
            if !incidents.details[slot].isResolved { openIncidents -= 1 }
        case .frozen: published.frozen += 1
        }
    }

    private mutating func listAlerts(_ slot: Int, _ record: inout IncidentRevision, _ names: borrowing Names) {
        var listed = entryList(slot)
        record.alertCount = listed.count
        for (_, events) in listed { record.eventCount += events }
        if listed.count > Engine.mostListed { listed = choose(listed) }
        var alerts: [AlertState] = []
        alerts.reserveCapacity(listed.count)
        for (at, events) in listed { alerts.append(alertState(slot, at, events, record.status, names)) }
        record.alerts = alerts
    }

    /// The entries of an incident by first seen, one a key, with the events of all that the key has.
    private mutating func entryList(_ slot: Int) -> [(entry: Int, events: UInt64)] {
        var list: [(entry: Int, events: UInt64)] = []
        var at = incidents.details[slot].firstEntry
        while at >= 0 {
            list.append((Int(at), entries[Int(at)].events))
            at = entries[Int(at)].next
        }
        guard list.count > 1 else { return list }
        if incidents.details[slot].mayRepeatKeys { list = unite(list) }
        list.sort { isEarlier($0.entry, $1.entry) }
        return list
    }

    /// By first seen, then by the order of making: entries are made in engine order.
    private func isEarlier(_ a: Int, _ b: Int) -> Bool {
        if entries[a].first != entries[b].first { return entries[a].first < entries[b].first }
        if entries[a].resource != entries[b].resource { return entries[a].resource < entries[b].resource }
        if entries[a].type != entries[b].type { return entries[a].type < entries[b].type }
        return entries[a].last < entries[b].last
    }

    /// One entry a key: the earliest, with the times and events of the others.
    private mutating func unite(_ list: [(entry: Int, events: UInt64)]) -> [(entry: Int, events: UInt64)] {
        let byKey = list.sorted {
            let a = entries[$0.entry].key
            let b = entries[$1.entry].key
            let x = (a.resource.index, a.type.index, a.identity.index)
            let y = (b.resource.index, b.type.index, b.identity.index)
            return x != y ? x < y : isEarlier($0.entry, $1.entry)
        }
        var united: [(entry: Int, events: UInt64)] = []
        for next in byKey {
            if let last = united.last, entries[last.entry].key == entries[next.entry].key {
                united[united.count - 1].events += next.events
                entries[last.entry].last = max(entries[last.entry].last, entries[next.entry].last)
            } else {
                united.append(next)
            }
        }
        return united
    }

    /// Where there are too many: the most severe, and the earliest of the rest.
    private func choose(_ list: [(entry: Int, events: UInt64)]) -> [(entry: Int, events: UInt64)] {
        let bySeverity = list.indices.sorted {
            let a = entries[list[$0].entry].severity
            let b = entries[list[$1].entry].severity
            return a != b ? a > b : $0 < $1
        }
        var isChosen = [Bool](repeating: false, count: list.count)
        for at in bySeverity.prefix(Engine.listedBySeverity) { isChosen[at] = true }
        var left = Engine.mostListed - Engine.listedBySeverity
        for at in list.indices where left > 0 && !isChosen[at] {
            isChosen[at] = true
            left -= 1
        }
        return list.indices.filter { isChosen[$0] }.map { list[$0] }
    }

    private mutating func alertState(
        _ slot: Int, _ at: Int, _ events: UInt64, _ status: IncidentStatus, _ names: borrowing Names
    ) -> AlertState {
        let key = Int(entries[at].keyIndex)
        let isOwn = key >= 0 && self.isOwn(key, slot)
        let isFiring = isOwn && !keys.all[key].cleared && status != .resolved
        var alert = AlertState(
            name: entries[at].key, severity: entries[at].severity, status: isFiring ? .firing : .resolved,
            firstSeen: EventTime(seconds: entries[at].first), lastSeen: EventTime(seconds: entries[at].last), events: events)
        alert.flags = entries[at].flags
        if isOwn {
            if isFlapping(key) { alert.flags.insert(.flapping) }
            if keys.all[key].standing { alert.flags.insert(.standing) }
            if keys.all[key].chronic { alert.flags.insert(.chronic) }
        }
        alert.message = entries[at].message
        alert.binding = entries[at].binding
        alert.eventName = entries[at].eventName
        if let founding = entries[at].runnerUp {
            entries[at].link?.runnerUp = Engine.publicID(founding, names)
            entries[at].runnerUp = nil
        }
        alert.link = entries[at].link
        return alert
    }
}
