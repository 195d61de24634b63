/// What changes have to say for a candidate of the ranking (algorithm.md §11).
extension Engine {
    /// Takes a change, in order. It is no alert: nothing but the ranking of root causes reads it.
    mutating func takeChange(
        _ v: ResourceIndex, _ change: Change, _ status: EventStatus, at time: Double, due: Double, _ names: borrowing Names
    ) {
        runDue(until: due, names)
        switch status {
        case .firing: changes.begin(v, change, at: time)
        case .resolved: changes.end(v, change, at: time)
        }
        changesTaken += 1
        reconsider(v, due)
    }

    /// Incidents that have been shown, and that the change of `v` may have led to, are ranked again: those with alerts on what
    /// depends on it, as its cells remember them, at most three. Cost: that of three looks at the changes of `v`.
    private mutating func reconsider(_ v: ResourceIndex, _ now: Double) {
        let row = cells.row(v)
        guard row >= 0 else { return }
        for j in 0..<Int(cells.heads[row].count) {
            let slot = incidents.root(Int(cells.cells[cells.index(row, j)].incident))
            if suspect(v, incidents.hot[slot].first) != nil { reconsiderCauses(slot, now) }
        }
    }

    /// Makes candidates of changed resources that an alerting one depends on, directly or not: those of its cone.
    mutating func addChangedCandidates(_ earliest: Double) {
        for at in 0..<ranking.own.count {
            for position in graph.cones.range(Int(ranking.candidates[at].resource)) {
                let w = Int(graph.cones[position].resource)
                if suspect(w, earliest) != nil { ranking.addCandidate(w, earliest) }
            }
        }
    }

    /// What a change adds to the logarithm of a candidate's odds, beside the cases in which it failed by itself.
    func changeSign(_ c: Int, _ earliest: Double) -> Double {
        guard let suspect = suspect(c, earliest) else { return 0 }
        return Elementary.log(1 + SuspectedChange.prior * suspect.odds)
    }

    /// The change of a candidate as it is told.
    func suspectedChange(_ c: Int, _ earliest: Double) -> SuspectedChange? {
        guard let suspect = suspect(c, earliest) else { return nil }
        let kept = changes.all[suspect.place]
        let hasEnd = kept.ended > kept.began
        var result = SuspectedChange(
            change: kept.change, began: EventTime(seconds: kept.began), ended: hasEnd ? EventTime(seconds: kept.ended) : nil,
            lag: earliest - kept.began, endLag: hasEnd ? earliest - kept.ended : nil)
        result.count = suspect.count
        result.window = parameters.changeWindow
        result.odds = suspect.odds
        return result
    }

    private func suspect(_ v: Int, _ earliest: Double) -> Changes.Suspect? {
        changes.suspect(
            v, at: earliest, window: parameters.changeWindow, since: start.isNaN ? changes.start : min(start, changes.start))
    }
}
