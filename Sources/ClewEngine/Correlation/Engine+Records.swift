/// An alert that a record lists.
struct ListedEntry: BitwiseCopyable {
    var first: Double
    var last: Double
    var events: UInt64
    var entry: Int32
    /// Its place among the entries of the incident.
    var place: Int32
    /// -1 if the engine has forgotten it.
    var keyIndex: Int32
    var resource: UInt32
    var type: UInt32
    var identity: NameID

    init(_ alert: borrowing AlertEntry, entry: Int, place: Int) {
        first = alert.first
        last = alert.last
        events = alert.events
        self.entry = Int32(entry)
        self.place = Int32(place)
        keyIndex = alert.keyIndex
        resource = alert.resource
        type = alert.type
        identity = alert.key.identity
    }

    /// By first seen; of the same time by resource and type, in the order in which the engine came to know them.
    func precedes(_ other: ListedEntry) -> Bool {
        if first != other.first { return first < other.first }
        if resource != other.resource { return resource < other.resource }
        if type != other.type { return type < other.type }
        if last != other.last { return last < other.last }
        return place < other.place
    }

    /// Brings the entries of one key together, as they came: the order of the keys means nothing.
    func isGroupedBefore(_ other: ListedEntry) -> Bool {
        if resource != other.resource { return resource < other.resource }
        if type != other.type { return type < other.type }
        if identity != other.identity { return identity.index < other.identity.index }
        return place < other.place
    }

    func isOfSameKey(_ other: ListedEntry) -> Bool {
        resource == other.resource && type == other.type && identity == other.identity
    }
}

extension Engine {
    private static let knownIDSlots = 4096
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

    /// The id of an incident that may be gone: many alerts have the same runner-up.
    private mutating func rememberedID(_ founding: Founding, _ names: borrowing Names) -> IncidentID {
        if knownIDs.count == 0 {
            let none = Founding(alert: AlertName(resource: .none, type: .none, identity: .none), time: .nan)
            for _ in 0..<Engine.knownIDSlots { knownIDs.append((none, IncidentID(value: 0))) }
        }
        let mixed = founding.time.bitPattern ^ UInt64(founding.alert.resource.index) << 20 ^ UInt64(founding.alert.type.index)
        let place = Int(truncatingIfNeeded: ByteHash.fold(mixed, 0x9E37_79B9_7F4A_7C15)) & (Engine.knownIDSlots - 1)
        let known = knownIDs[place]
        if known.founding.time == founding.time, known.founding.alert == founding.alert { return known.id }
        let id = Engine.publicID(founding, names)
        knownIDs[place] = (founding, id)
        return id
    }

    /// The first 64 bits of SHA-256 over the length-prefixed founding key and its event time in microseconds.
    static func publicID(_ founding: Founding, _ names: borrowing Names) -> IncidentID {
        var hash = SHA256()
        feed(founding.alert.resource, &hash, names)
        feed(founding.alert.type, &hash, names)
        feed(founding.alert.identity, &hash, names)
        hash.update(UInt64(bitPattern: EventTime(seconds: founding.time).microseconds))
        return IncidentID(value: hash.finishPrefix())
    }

    private static func feed(_ part: NameID, _ hash: inout SHA256, _ names: borrowing Names) {
        names.withBytes(part) { bytes in
            hash.update(UInt64(bytes.count))
            hash.update(bytes)
        }
    }

    /// Publishes a revision of an incident as it stands, due at `now`.
    mutating func publish(_ slot: Int, _ status: IncidentStatus, _ reason: RevisionReason, _ now: Double, _ names: borrowing Names) {
        countPublished(slot, status)
        // What a late alert had to do was due before it came: the record is not older than the one before it.
        let now = max(now, incidents.details[slot].publishedAt)
        incidents.details[slot].revision += 1
        incidents.details[slot].publishedAt = now
        incidents.details[slot].isDirty = false
        incidents.details[slot].isPressing = false
        incidents.details[slot].isUrgent = false
        incidents.details[slot].status = status
        guard makesRevisions else { return }
        var record = IncidentRevision(
            id: publicID(slot, names), revision: incidents.details[slot].revision, status: status, reason: reason,
            severity: incidents.details[slot].severity, openedAt: EventTime(seconds: incidents.hot[slot].first),
            updatedAt: EventTime(seconds: now))
        if incidents.details[slot].isResolved { record.resolvedAt = EventTime(seconds: incidents.details[slot].resolvedAt) }
        listAlerts(slot, &record, names)
        record.resourceCount = incidents.details[slot].resources.count
        rank(slot, record.alertCount, record.eventCount, status)
        record.rootCauses = incidents.details[slot].causes
        record.impacted = incidents.details[slot].impacted
        record.mergedFrom = incidents.details[slot].mergedFrom
        record.mergedCount = incidents.details[slot].mergedCount
        record.continues = incidents.details[slot].continues
        if incidents.details[slot].mergedInto >= 0 {
            record.mergedInto = publicID(incidents.root(Int(incidents.details[slot].mergedInto)), names)
        }
        record.clock = clock
        revisions.append(record)
    }

    /// Ranks the causes, unless no alert has joined since the last time, nor a change been told of: repeats count only when the
    /// incident ends.
    mutating func rank(_ slot: Int, _ alerts: Int, _ events: UInt64, _ status: IncidentStatus) {
        let isAtEnd = status == .resolved || status == .frozen
        // Of a lone alert only its repeats could have changed anything.
        guard
            alerts != incidents.details[slot].rankedAlerts || incidents.details[slot].mayHaveNewCause
                || isAtEnd && (alerts > 1 || events != incidents.details[slot].rankedEvents)
        else { return }
        incidents.details[slot].mayHaveNewCause = false
        incidents.details[slot].rankedAt = clock
        incidents.details[slot].rankedAlerts = alerts
        incidents.details[slot].rankedEvents = events
        incidents.details[slot].rankedCount = incidents.hot[slot].count
        (incidents.details[slot].causes, incidents.details[slot].impacted) = rankCauses(slot)
    }

    private mutating func countPublished(_ slot: Int, _ status: IncidentStatus) {
        func isOpen(_ status: IncidentStatus) -> Bool { status != .resolved && status != .merged }
        let isFirst = incidents.details[slot].revision == 0
        if isFirst { published.incidents += 1 }
        if !isFirst, isOpen(incidents.details[slot].status) { openIncidents -= 1 }
        if isOpen(status) { openIncidents += 1 }
        switch status {
        case .open: published.opened += 1
        case .updated: published.updated += 1
        case .resolved: published.resolved += 1
        case .reopened: published.reopened += 1
        case .merged: published.merged += 1
        case .frozen: published.frozen += 1
        }
    }

    private mutating func listAlerts(_ slot: Int, _ record: inout IncidentRevision, _ names: borrowing Names) {
        collectEntries(slot)
        record.alertCount = listing.count
        for at in 0..<listing.count { record.eventCount += listing[at].events }
        record.alerts.reserveCapacity(min(listing.count, Engine.mostListed))
        if listing.count > Engine.mostListed {
            for at in choose() { record.alerts.append(alertState(slot, listing[at], record.status, names)) }
        } else {
            for at in 0..<listing.count { record.alerts.append(alertState(slot, listing[at], record.status, names)) }
        }
    }

    /// Lists the entries of an incident by first seen, one a key, with the events of all that the key has.
    mutating func collectEntries(_ slot: Int) {
        listing.removeAll()
        var at = Int(incidents.details[slot].firstEntry)
        var isAnyForgotten = false
        while at >= 0 {
            if entries[at].keyIndex < 0 { isAnyForgotten = true }
            listing.append(ListedEntry(entries[at], entry: at, place: listing.count))
            at = Int(entries[at].next)
        }
        if incidents.details[slot].mayRepeatKeys { isAnyForgotten ? uniteByName() : uniteByKey() }
        // Nearly in order, unless incidents were merged.
        listing.sort(0..<listing.count) { $0.precedes($1) }
    }

    private mutating func uniteByKey() {
        if listedAt.count < keys.count { listedAt.resize(to: keys.count, filling: -1) }
        var kept = 0
        for at in 0..<listing.count {
            let key = Int(listing[at].keyIndex)
            let place = Int(listedAt[key])
            if place >= 0 {
                listing[place] = united(listing[place], listing[at])
            } else {
                listedAt[key] = Int32(kept)
                listing[kept] = listing[at]
                kept += 1
            }
        }
        listing.shrink(to: kept)
        for at in 0..<kept { listedAt[Int(listing[at].keyIndex)] = -1 }
    }

    /// The same by sorting: a key that was forgotten and has come back is another one, of the same name.
    private mutating func uniteByName() {
        listing.sort(0..<listing.count) { $0.isGroupedBefore($1) }
        var kept = 0
        for at in 0..<listing.count {
            if kept > 0, listing[at].isOfSameKey(listing[kept - 1]) {
                listing[kept - 1] = united(listing[kept - 1], listing[at])
            } else {
                listing[kept] = listing[at]
                kept += 1
            }
        }
        listing.shrink(to: kept)
    }

    /// Two entries of one key, `later` the one that came later: the one first seen stands for both.
    private mutating func united(_ earlier: ListedEntry, _ later: ListedEntry) -> ListedEntry {
        var united = later.precedes(earlier) ? later : earlier
        // The newer of the two tells how severe it is now.
        let newer = later.last >= earlier.last ? later : earlier
        entries[Int(united.entry)].severity = entries[Int(newer.entry)].severity
        entries[Int(united.entry)].flags = entries[Int(earlier.entry)].flags.union(entries[Int(later.entry)].flags)
        united.place = earlier.place
        united.keyIndex = max(earlier.keyIndex, later.keyIndex)
        united.last = newer.last
        united.events = earlier.events + later.events
        return united
    }

    /// Where there are too many: the most severe, and the earliest of the rest.
    private func choose() -> [Int] {
        func severity(_ at: Int) -> Severity { entries[Int(listing[at].entry)].severity }
        var isChosen = [Bool](repeating: false, count: listing.count)
        var left = Engine.listedBySeverity
        for worst in Severity.allCases.reversed() {
            for at in 0..<listing.count where left > 0 && severity(at) == worst {
                isChosen[at] = true
                left -= 1
            }
        }
        left = Engine.mostListed - Engine.listedBySeverity
        for at in 0..<listing.count where left > 0 && !isChosen[at] {
            isChosen[at] = true
            left -= 1
        }
        return (0..<listing.count).filter { isChosen[$0] }
    }

    @inline(__always)
    private mutating func alertState(
        _ slot: Int, _ listed: ListedEntry, _ status: IncidentStatus, _ names: borrowing Names
    ) -> AlertState {
        let at = Int(listed.entry)
        let key = Int(listed.keyIndex)
        let isOwn = key >= 0 && self.isOwn(key, slot)
        let isFiring = isOwn && !keys.states[key].cleared && status != .resolved
        var flags = entries[at].flags
        if isOwn {
            if isFlapping(key) { flags.insert(.flapping) }
            if keys.all[key].standing { flags.insert(.standing) }
            if keys.all[key].chronic { flags.insert(.chronic) }
        }
        if let founding = entries[at].runnerUp, var link = entries[at].link?.link {
            link.runnerUp = rememberedID(founding, names)
            entries[at].link = SharedLink(link)
            entries[at].runnerUp = nil
        }
        return AlertState(
            name: entries[at].key, severity: entries[at].severity, status: isFiring ? .firing : .resolved, flags: flags,
            firstSeen: EventTime(seconds: listed.first), lastSeen: EventTime(seconds: listed.last), events: listed.events,
            message: entries[at].message, binding: entries[at].binding, eventName: entries[at].eventName,
            sharedLink: entries[at].link, constant: entries[at].constant)
    }
}
