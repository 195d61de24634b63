/// A new alert of an incident, as settling needs it.
struct Member: BitwiseCopyable {
    var resource: UInt32
    var type: UInt32
    var key: Int32
    var alert: UInt32
    var time: Double
    var entry: Int32
    /// Odds of the best incident around it that it did not join; infinity where it came late.
    var rejected: Double
    /// The first settlement, which asked for odds of `weighedFor`, found none near them among the alerts numbered before
    /// `weighed`.
    var weighed: UInt32 = 0
    var weighedFor = Float.infinity
}

/// One alert key as part of one incident.
struct AlertEntry {
    var key: AlertName
    var keyIndex: Int32
    var resource: UInt32
    var type: UInt32
    /// Next entry of the incident, -1 at the end.
    var next: Int32
    var first: Double
    var last: Double
    var events: UInt64
    var severity: Severity
    /// The name that the event used, where it was another than the resource's.
    var eventName: NameID
    var binding: BindingRule
    /// The key flapped, or had become standing or chronic, when it left this incident.
    var flags: AlertFlags
    var message: ContiguousArray<UInt8>
    var link: SharedLink?
    var runnerUp: Founding?
    /// `AlertState.constant`.
    var constant: UInt64
    var explanation: Explanation

    static let nothing = AlertEntry(
        key: AlertName(resource: .none, type: .none, identity: .none), keyIndex: -1, resource: 0, type: 0, next: -1, first: 0, last: 0,
        events: 0, severity: .info, eventName: .none, binding: .known, flags: [], message: [], link: nil, runnerUp: nil, constant: 0,
        explanation: Explanation())

    mutating func transfer(_ state: inout StateArchive) {
        state.value(&key)
        state.value(&keyIndex)
        state.value(&resource)
        state.value(&type)
        state.value(&next)
        state.value(&first)
        state.value(&last)
        state.value(&events)
        state.value(&severity)
        state.value(&eventName)
        state.value(&binding)
        state.value(&flags)
        state.array(&message)
        var evidence = link?.link
        state.value(&evidence)
        if state.isReading { link = evidence.map { SharedLink($0) } }
        state.value(&runnerUp)
        state.value(&constant)
        state.value(&explanation)
    }
}

/// What a public incident id is made from (algorithm.md §7.4).
struct Founding: BitwiseCopyable {
    var alert: AlertName
    var time: Double
}

/// The part of an incident that each event reads (algorithm.md §2.5).
struct Incident: BitwiseCopyable {
    // What each weighing of evidence reads stands first, in one cache line.
    var first: Double
    var last: Double
    /// Gaps seen, and the fading longest of them.
    var longestGap: Double
    var gaps: Int32
    /// The incident that this one was merged into, -1 for none: followed by `root`.
    var redirect: Int32 = -1
    /// Scratch of the scoring in progress.
    var mark: UInt32
    var candidate: Int32
    /// It takes nothing more: published as frozen, or full.
    var isClosed: Bool
    /// The hold-back has passed, for it or for one that it absorbed.
    var isSettled: Bool
    var settlesAfterClear: Bool
    /// Order of making.
    var number: UInt32
    /// Alerts without repeats.
    var count: Int32
    /// Rate with tau 30 s, and its time.
    var rate: Double
    var rateTime: Double
    /// Last clear of one of its alerts while it is small.
    var lastClear: Double
    /// Keys, cells, queue entries, leads and redirects that name this slot.
    var references: Int32

    static let gapsNeeded: Int32 = 10

    /// G: ten times its longest gap; infinite before ten gaps were seen (§7.1).
    @inline(__always)
    var silence: Double { gaps >= Incident.gapsNeeded ? max(10, 10 * longestGap) : .infinity }

    /// When alerts that are over may no longer be linked to it.
    @inline(__always)
    func openUntil(_ p: CorrelationParameters) -> Double {
        let g = silence
        return min(first + p.maxAge, last + (g < 60 ? g : p.idle))
    }

    @inline(__always)
    func isOpen(_ t: Double, maxAge: Double, idle: Double) -> Bool {
        let g = silence
        return t - first <= maxAge && t - last <= (g < 60 ? g : idle)
    }
}

/// The part of an incident that only decisions and publishing read.
struct IncidentDetail {
    /// First 16 new alerts.
    var members: ContiguousArray<Member> = []
    /// Distinct resources, ascending.
    var resources: ContiguousArray<UInt32> = []
    var firstEntry: Int32 = -1
    var lastEntry: Int32 = -1
    /// It absorbed another, or a key has left it, for another incident or forgotten: two entries may be of one key.
    var mayRepeatKeys = false
    /// Keys of it that are not cleared.
    var uncleared: Int32 = 0
    /// The key that opened it and the background weight it was counted with; cleared once it was a cause (§4 unopen).
    var openerResource: UInt32 = 0
    var openerType: UInt32 = 0
    var openerWeight = 0.0
    var hasOpener = true
    /// The alert of its last event.
    var lastAlert: AlertName
    var lastAlertResource: UInt32 = 0
    /// What its public id is made from.
    var founder: AlertName
    var foundedAt: Double
    var id: IncidentID?

    // Life (§7.4).
    var severity = Severity.info
    /// 0: never published.
    var revision: UInt32 = 0
    var publishedAt = -Double.infinity
    var status = IncidentStatus.open
    /// A change waits to be published.
    var isDirty = false
    var dirtyReason = RevisionReason.alertJoined
    /// What waits is important; or even is told at the end of the instant.
    var isPressing = false
    var isUrgent = false
    var isResolved = false
    var resolvedAt = 0.0
    var isFrozen = false
    /// Its root-cause counts were taken.
    var hasTaught = false
    /// When the last of its alerts was expected to be over, at the last look; until then it is not resolved.
    var awaitedEnd = Double.infinity
    /// Time of its queued life entry; infinity if none.
    var lifeDue = Double.infinity
    /// Nothing can change it any more: it goes when nothing names it.
    var isOver = false
    /// The newest incidents that it absorbed, of those published, and how many there were.
    var mergedFrom: [IncidentID] = []
    var mergedCount = 0
    var mergedInto: Int32 = -1
    /// The last ranking, and the alert keys it was made of: it is not made again while no alert joins.
    var causes: [RootCause] = []
    var impacted: [NameID] = []
    var rankedAlerts = 0
    var rankedEvents: UInt64 = 0
    /// `Incident.count` at that time, and the engine's clock.
    var rankedCount: Int32 = 0
    var rankedAt = -Double.infinity
    /// A change was told of since then that may have led to it.
    var mayHaveNewCause = false
    var continues: IncidentID?

    mutating func transfer(_ state: inout StateArchive) {
        state.array(&members)
        state.array(&resources)
        state.value(&firstEntry)
        state.value(&lastEntry)
        state.value(&mayRepeatKeys)
        state.value(&uncleared)
        state.value(&openerResource)
        state.value(&openerType)
        state.value(&openerWeight)
        state.value(&hasOpener)
        state.value(&lastAlert)
        state.value(&lastAlertResource)
        state.value(&founder)
        state.value(&foundedAt)
        state.value(&id)
        state.value(&severity)
        state.value(&revision)
        state.value(&publishedAt)
        state.value(&status)
        state.value(&isDirty)
        state.value(&dirtyReason)
        state.value(&isPressing)
        state.value(&isUrgent)
        state.value(&isResolved)
        state.value(&resolvedAt)
        state.value(&isFrozen)
        state.value(&hasTaught)
        state.value(&awaitedEnd)
        state.value(&lifeDue)
        state.value(&isOver)
        state.array(&mergedFrom)
        state.value(&mergedCount)
        state.value(&mergedInto)
        RootCause.transfer(&causes, &state)
        state.array(&impacted)
        state.value(&rankedAlerts)
        state.value(&rankedEvents)
        state.value(&rankedCount)
        state.value(&rankedAt)
        state.value(&mayHaveNewCause)
        state.value(&continues)
    }
}

/// Incidents in slots; a slot is given out again when nothing names it.
struct Incidents: ~Copyable {
    var hot = Table<Incident>()
    var details = Table<IncidentDetail>()
    private var free = Table<Int32>()
    private var next: UInt32 = 0

    /// Incidents made so far.
    var made: UInt32 { next }
    /// Slots in use.
    var live: Int { hot.count - free.count }

    /// The incident that a slot stands for now. The way is short: a redirect is added only when a survivor is itself
    /// merged into an older incident.
    @inline(__always)
    func root(_ slot: Int) -> Int {
        var slot = slot
        while hot[slot].redirect >= 0 { slot = Int(hot[slot].redirect) }
        return slot
    }

    mutating func make(at t: Double, founder: AlertName, resource: UInt32) -> Int {
        let incident = Incident(
            first: t, last: t, longestGap: 0, gaps: 0, mark: 0, candidate: -1, isClosed: false, isSettled: false,
            settlesAfterClear: false, number: next, count: 0, rate: 0, rateTime: t, lastClear: -1e18, references: 0)
        var detail = IncidentDetail(lastAlert: founder, founder: founder, foundedAt: t)
        detail.lastAlertResource = resource
        next &+= 1
        if free.count > 0 {
            let slot = Int(free.removeLast())
            hot[slot] = incident
            details[slot] = detail
            return slot
        }
        hot.append(incident)
        details.append(detail)
        return hot.count - 1
    }

    /// Gives a slot back; the caller has freed its entries.
    mutating func release(_ slot: Int) {
        let name = details[slot].founder
        details[slot] = IncidentDetail(lastAlert: name, founder: name, foundedAt: 0)
        details[slot].isOver = true
        free.append(Int32(slot))
    }

    mutating func transfer(_ state: inout StateArchive) {
        state.table(&hot)
        var count = details.count
        state.count(&count, stride: 1)
        if state.isReading {
            let nobody = AlertName(resource: .none, type: .none, identity: .none)
            details.resize(to: count, filling: IncidentDetail(lastAlert: nobody, founder: nobody, foundedAt: 0))
        }
        for slot in 0..<count { details[slot].transfer(&state) }
        state.table(&free)
        state.value(&next)
    }
}
