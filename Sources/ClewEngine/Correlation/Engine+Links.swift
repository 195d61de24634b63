extension Engine {
    /// The link that a candidate stands for (algorithm.md §10), with the factors of its odds. Nothing that the scoring
    /// read may have changed.
    ///
    /// - Parameters:
    ///   - key: The alert's own key if it is known (`selfAgain`).
    ///   - time: When a burst was looked at (`far`).
    mutating func link(_ c: Candidate, _ q: Question, _ mu: Double, key: Int, at time: Double, stage: LinkStage) -> Link {
        switch c.relation {
        case .selfAgain: return linkToItself(c, q, mu, key, stage)
        case .far: return linkToBurst(c, q, time, stage)
        default: return linkToCell(c, q, mu, stage)
        }
    }

    private mutating func linkToCell(_ c: Candidate, _ q: Question, _ mu: Double, _ stage: LinkStage) -> Link {
        let at = Int(c.place) / (2 * Cells.representatives)
        var place = CellInQuestion(
            entry: graph.cones[Int(c.cone)], cone: Int(c.cone), slot: Int(c.slot), at: at, resource: q.resource, isOpen: true,
            cell: cells.cells[at])
        return link(cells.list[Int(c.place)], c.relation, &place, q, mu, stage: stage)
    }

    /// The link to one alert of a cell, whatever its odds.
    mutating func link(
        _ alert: Representative, _ relation: Relation, _ place: inout CellInQuestion, _ q: Question, _ mu: Double, stage: LinkStage
    ) -> Link {
        let isEffect = q.leavingOut >= 0 && alert.time > q.time && (relation == .sib || place.isOwnResource)
        let learned = learned(q, alert, relation, isEffect)
        let over = overFor(Int(alert.key), Int(alert.type), place.slot, raised: alert.time, q.time)
        let background = isEffect ? alert.background : mu
        let found = evidence(q, &place, alert, relation, isEffect, learned, over: over, background: background)
        let name = alertName(
            resource: Int(alert.resource), type: Int(alert.type),
            identity: alert.key >= 0 ? keys.all[Int(alert.key)].identity : .none)
        var link = Link(to: name, relation: relation, via: graph.names[Int(place.entry.resource)])
        link.stage = stage
        link.hops = place.entry.hops
        link.lag = q.time - alert.time
        link.odds = found.odds
        link.topology = found.topology
        link.failing = found.failing
        link.propagation = found.propagation
        link.seen = learned.seen
        link.expected = learned.expected
        link.lagDensity = found.density
        link.background = background > 0 ? 1 / background : 0
        link.overFor = over
        if !q.clearedAt.isNaN, let together = clearedTogether(q, alert, place.slot) {
            link.clearedApart = together.apart
            link.clearedLength = together.length
            link.clearedFactor = together.factor
            link.odds *= together.factor
        }
        return link
    }

    private func linkToItself(_ c: Candidate, _ q: Question, _ mu: Double, _ key: Int, _ stage: LinkStage) -> Link {
        let gap = recurrenceGap(key, Int(c.slot), q.time)
        let found = recurrence(q, gap, mu)
        var link = Link(
            to: alertName(resource: q.resource, type: q.type, identity: keys.all[key].identity), relation: .selfAgain,
            via: graph.names[q.resource])
        link.stage = stage
        link.lag = gap
        link.odds = c.odds
        link.topology = 1
        link.propagation = found.propagation
        link.seen = propagation.seen(propagation.find(.selfAgain, q.type, q.type))
        link.expected = propagation.expectedAgain(q.type) + 1
        link.lagDensity = found.density
        link.background = mu > 0 ? 1 / mu : 0
        link.overFor = gap
        return link
    }

    private func linkToBurst(_ c: Candidate, _ q: Question, _ time: Double, _ stage: LinkStage) -> Link {
        let factors = burstFactors(Int(graph.components[q.resource]), Int(c.slot), time)
        let detail = Int(c.slot)
        var link = Link(
            to: incidents.details[detail].lastAlert, relation: .far,
            via: graph.names[Int(incidents.details[detail].lastAlertResource)])
        link.stage = stage
        link.odds = c.odds
        link.topology = factors.share
        link.lagDensity = factors.rate
        link.background = factors.quiet > 0 ? 1 / factors.quiet : 0
        return link
    }
}
