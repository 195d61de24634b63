/// Keeps what two alerts have to say for each other, at every decision about one of them (`clew explain`).
struct EvidenceProbe {
    /// The last occurrence of one of the two.
    struct Occurrence {
        var name: AlertName
        var isRaised = false
        /// -1: not raised yet, or forgotten since (`correlation.max_keys`).
        var key: Int32 = -1
        var alert: UInt32 = 0
        var raised = 0.0
        var background = 0.0
    }

    var sides: (Occurrence, Occurrence)
    var findings: [EvidenceFinding] = []
    /// Of more the oldest half goes.
    static let mostFindings = 10_000

    init(_ pair: AlertPair) { sides = (Occurrence(name: pair.first), Occurrence(name: pair.second)) }

    /// 0 or 1 for one of the two, nil for any other alert.
    func side(of name: AlertName) -> Int? { name == sides.0.name ? 0 : name == sides.1.name ? 1 : nil }

    func other(_ side: Int) -> Occurrence { side == 0 ? sides.1 : sides.0 }

    /// Keys have new indices, -1 where they are forgotten.
    mutating func move(_ moved: borrowing Table<Int32>) {
        if sides.0.key >= 0 { sides.0.key = moved[Int(sides.0.key)] }
        if sides.1.key >= 0 { sides.1.key = moved[Int(sides.1.key)] }
    }
}

extension Engine {
    /// The side of the pair that a new alert is, by the resource's name or by the one its event used.
    func probedSide(_ event: Occurrence) -> Int? {
        guard let probe else { return nil }
        let name = alertName(resource: event.resource, type: event.type, identity: event.identity)
        if let side = probe.side(of: name) { return side }
        guard event.eventName != .none else { return nil }
        return probe.side(of: AlertName(resource: event.eventName, type: name.type, identity: name.identity))
    }

    /// What the other alert of the pair is worth for a new alert; called after it was scored and before it is placed.
    mutating func probeArrival(_ side: Int, _ q: Question, _ mu: Double, known: Int, joined: Bool, best: Candidate?) {
        guard let other = probe?.other(side), let name = side == 0 ? probe?.sides.0.name : probe?.sides.1.name else { return }
        let stage: LinkStage = joined ? .arrival : .opened
        var finding = EvidenceFinding(
            time: EventTime(seconds: q.time), alert: name, raised: EventTime(seconds: q.time), other: other.name, stage: stage, incident: 0,
            needed: parameters.threshold, hasJoined: joined)
        fill(&finding, q, mu, other)
        if let best {
            finding.best = link(best, q, mu, key: known, at: q.time, stage: stage)
            finding.bestIncident = UInt64(incidents.hot[Int(best.slot)].number)
        }
        keep(finding)
    }

    /// The alert has its place now.
    mutating func notePlaced(_ side: Int, slot: Int, key: Int, alert: UInt32, at time: Double, background: Double) {
        guard var probe else { return }
        self.probe = nil
        func note(_ occurrence: inout EvidenceProbe.Occurrence) {
            occurrence.isRaised = true
            occurrence.key = Int32(key)
            occurrence.alert = alert
            occurrence.raised = time
            occurrence.background = background
        }
        if side == 0 { note(&probe.sides.0) } else { note(&probe.sides.1) }
        if !probe.findings.isEmpty { probe.findings[probe.findings.count - 1].incident = UInt64(incidents.hot[slot].number) }
        self.probe = probe
    }

    /// The same for each of the pair that a settlement looked at; called before its result takes effect.
    mutating func probeSettlement(_ slot: Int, _ stage: DueStage, _ now: Double, chosen: SettlingCandidate?) {
        guard let sides = probe?.sides else { return }
        let stages: [LinkStage] = [.settledEarly, .settledLate, .settledAfterClear]
        for member in incidents.details[slot].members {
            let isFirst = sides.0.isRaised && member.alert == sides.0.alert
            guard isFirst || sides.1.isRaised && member.alert == sides.1.alert else { continue }
            if stage == .afterClear, !isClearedOwn(member, slot) { continue }
            let (own, other) = isFirst ? sides : (sides.1, sides.0)
            let q = question(slot, member, stage)
            scoring &+= 1
            let mu = backgroundRate(q.resource, q.type, owner: keys.owner(q.resource, q.type), q.time)
            var finding = EvidenceFinding(
                time: EventTime(seconds: now), alert: own.name, raised: EventTime(seconds: member.time), other: other.name,
                stage: stages[Int(stage.rawValue)], incident: UInt64(incidents.hot[slot].number), needed: parameters.settleThreshold,
                hasJoined: chosen != nil)
            fill(&finding, q, mu, other)
            if let chosen {
                finding.bestIncident = UInt64(incidents.hot[Int(chosen.slot)].number)
                let member = incidents.details[slot].members[Int(chosen.member)]
                let q = question(slot, member, stage)
                let mu = backgroundRate(q.resource, q.type, owner: keys.owner(q.resource, q.type), q.time)
                scoring &+= 1
                finding.best = link(chosen.best, q, mu, key: -1, at: now, stage: finding.stage)
            }
            if finding.obstacle != .sameIncident { keep(finding) }
        }
    }

    private mutating func keep(_ finding: EvidenceFinding) {
        if let count = probe?.findings.count, count >= EvidenceProbe.mostFindings { probe?.findings.removeFirst(count / 2) }
        probe?.findings.append(finding)
    }

    /// The other's evidence, or why it has none.
    private mutating func fill(_ finding: inout EvidenceFinding, _ q: Question, _ mu: Double, _ other: EvidenceProbe.Occurrence) {
        guard other.key >= 0, keys.states[Int(other.key)].incident >= 0 else {
            finding.obstacle = other.isRaised ? .forgotten : .unknown
            return
        }
        // A key that has moved on since belongs to its newer incident: that is the one to compare with.
        let slot = incidents.root(Int(keys.states[Int(other.key)].incident))
        finding.otherIncident = UInt64(incidents.hot[slot].number)
        finding.obstacle = obstacle(q, other, slot)
        guard finding.obstacle == nil else { return }
        let found = strongestWay(q, mu, other, slot)
        finding.link = found.link
        finding.obstacle = found.obstacle
    }

    private func obstacle(_ q: Question, _ other: EvidenceProbe.Occurrence, _ slot: Int) -> EvidenceObstacle? {
        if slot == q.leavingOut { return .sameIncident }
        let incident = incidents.hot[slot]
        if q.time - incident.first > parameters.maxAge { return .incidentTooOld }
        if incident.isClosed { return .incidentClosed }
        let key = Int(other.key)
        let type = Int(keys.all[key].type)
        let over = overFor(key, type, slot, raised: other.raised, q.time)
        let isLater = q.leavingOut >= 0 && other.raised > q.time
        let isOpen = incident.isOpen(q.time, maxAge: parameters.maxAge, idle: parameters.idle)
        if over > Engine.longestOver, !isLater || !isOpen { return .overForTooLong }
        if !isOpen, over > 0 || !types.all[type].clears { return .incidentSilent }
        return nil
    }

    /// The strongest of the ways between two alerts: through a dependency of the one, or one that both have.
    private mutating func strongestWay(
        _ q: Question, _ mu: Double, _ other: EvidenceProbe.Occurrence, _ slot: Int
    ) -> (link: Link?, obstacle: EvidenceObstacle?) {
        let resource = Int(keys.all[Int(other.key)].resource)
        var strongest: Link?
        var obstacle = EvidenceObstacle.noPath
        for at in graph.cones.range(q.resource) {
            let entry = graph.cones[at]
            guard let way = cone(of: resource, at: Int(entry.resource)) else { continue }
            let isOwn = way.hops == 0
            if !isOwn, Int(entry.resource) == q.resource {
                obstacle = .effectOnly
                continue
            }
            let alert = Representative(
                time: other.raised, background: other.background, resource: UInt32(resource), type: keys.all[Int(other.key)].type,
                key: other.key, alert: other.alert, affinity: way.affinity, hops: way.hops)
            guard let cell = rememberingCell(Int(entry.resource), slot, other.alert) else {
                obstacle = .forgotten
                continue
            }
            if !q.clearedAt.isNaN, clearedTogether(q, alert, slot) == nil { return (nil, .notClearedTogether) }
            var place = CellInQuestion(
                entry: entry, cone: at, slot: slot, at: cell, resource: q.resource, isOpen: true, cell: cells.cells[cell])
            let relation: Relation = !isOwn ? .sib : place.isOwnResource ? .same : .up
            let link = link(alert, relation, &place, q, mu, stage: .arrival)
            if link.odds > strongest?.odds ?? -1 { strongest = link }
        }
        return (strongest, strongest == nil ? obstacle : nil)
    }

    /// How a resource reaches another within its cone.
    private func cone(of resource: Int, at other: Int) -> Graph.ConeEntry? {
        for at in graph.cones.range(resource) where Int(graph.cones[at].resource) == other { return graph.cones[at] }
        return nil
    }

    /// The incident's cell at a resource, if the alert still stands in it.
    private func rememberingCell(_ resource: Int, _ slot: Int, _ alert: UInt32) -> Int? {
        let row = cells.row(resource)
        guard row >= 0 else { return nil }
        for j in 0..<Int(cells.heads[row].count) {
            let at = cells.index(row, j)
            guard incidents.root(Int(cells.cells[at].incident)) == slot else { continue }
            let list = at * 2 * Cells.representatives
            for k in 0..<Int(cells.cells[at].ownCount) where cells.list[list + k].alert == alert { return at }
            for k in 0..<Int(cells.cells[at].belowCount) where cells.list[list + Cells.representatives + k].alert == alert { return at }
        }
        return nil
    }
}
