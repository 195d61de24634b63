/// Changes that were told of lately, by resource: what the ranking of root causes reads (algorithm.md §11), and nothing else.
///
/// Of a resource the latest are kept, in all those that were told of last.
struct Changes: ~Copyable {
    static let mostOfResource = Int32(SuspectedChange.mostCounted)
    static let most = 10_000
    /// What is forgotten of how often a resource is changed, seconds.
    private static let rateTau = 86_400.0
    /// A resource of which nothing is known is changed once a day; that weighs as much as so many changes seen.
    private static let usualInterval = 86_400.0
    private static let priorChanges = 0.25
    /// Clocks differ, and alerts may come before the change is told of: s.
    static let resolution = 60.0

    /// One change of a resource.
    struct Kept {
        var change: Change
        var began: Double
        /// When it ended, or was last told to go on; `began` where only that is known.
        var ended: Double
        var resource: UInt32
        /// The next one of the resource; those told of just before and after it. -1: none.
        var next: Int32
        var older: Int32
        var newer: Int32
    }

    private struct Row: BitwiseCopyable {
        var first: Int32 = -1
        var kept: Int32 = 0
        /// Changes told of, kept or not, decayed with `rateTau`, and the time of that count.
        var count = 0.0
        var time = -Double.infinity
    }

    private(set) var all = Table<Kept>()
    private var rows = Table<Row>()
    private var oldest: Int32 = -1
    private var newest: Int32 = -1
    /// Time of the first change.
    private(set) var start = Double.infinity

    @inline(__always)
    var isEmpty: Bool { all.count == 0 }

    // MARK: Taking

    /// A change begins; one with the same id is the same one, which goes on.
    mutating func begin(_ v: Int, _ change: Change, at t: Double) {
        if v >= rows.count { rows.resize(to: v + 1, filling: Row()) }
        if !change.id.isEmpty {
            var at = rows[v].first
            while at >= 0 {
                let kept = Int(at)
                if all[kept].change.type == change.type, all[kept].change.id == change.id {
                    all[kept].began = min(all[kept].began, t)
                    all[kept].ended = max(all[kept].ended, t)
                    return
                }
                at = all[kept].next
            }
        }
        count(v, t)
        keep(Kept(change: change, began: t, ended: t, resource: UInt32(v), next: -1, older: -1, newer: -1))
    }

    /// A change ends: the one with the same id, else the latest of the type whose end is not known. A source that tells
    /// of ends only tells of changes by them.
    mutating func end(_ v: Int, _ change: Change, at t: Double) {
        var best: Int32 = -1
        var at = v < rows.count ? rows[v].first : -1
        while at >= 0 {
            let kept = Int(at)
            if all[kept].change.type == change.type, all[kept].began <= t {
                if !change.id.isEmpty, all[kept].change.id == change.id {
                    best = at
                    break
                }
                let isOn = all[kept].ended == all[kept].began
                if isOn, best < 0 || all[Int(best)].began < all[kept].began { best = at }
            }
            at = all[kept].next
        }
        guard best >= 0 else { return begin(v, change, at: t) }
        all[Int(best)].ended = max(all[Int(best)].ended, t)
    }

    private mutating func count(_ v: Int, _ t: Double) {
        start = min(start, t)
        if t >= rows[v].time {
            rows[v].count = rows[v].count * Elementary.decay(t - rows[v].time, over: Changes.rateTau) + 1
            rows[v].time = t
        } else {
            rows[v].count += Elementary.decay(rows[v].time - t, over: Changes.rateTau)
        }
    }

    private mutating func keep(_ new: Kept) {
        let v = Int(new.resource)
        var place = Int32(all.count)
        if rows[v].kept == Changes.mostOfResource {
            place = earliest(v)
            guard all[Int(place)].began <= new.began else { return }
            remove(place)
            all[Int(place)] = new
        } else if all.count == Changes.most {
            place = oldest
            remove(place)
            all[Int(place)] = new
        } else {
            all.append(new)
        }
        all[Int(place)].next = rows[v].first
        rows[v].first = place
        rows[v].kept += 1
        all[Int(place)].older = newest
        if newest >= 0 { all[Int(newest)].newer = place } else { oldest = place }
        newest = place
    }

    private func earliest(_ v: Int) -> Int32 {
        var best = rows[v].first
        var at = best
        while at >= 0 {
            if all[Int(at)].began < all[Int(best)].began { best = at }
            at = all[Int(at)].next
        }
        return best
    }

    /// Takes one out of its resource's list and out of the order in which they were told of.
    private mutating func remove(_ place: Int32) {
        let kept = all[Int(place)]
        let v = Int(kept.resource)
        if rows[v].first == place {
            rows[v].first = kept.next
        } else {
            var before = Int(rows[v].first)
            while all[before].next != place { before = Int(all[before].next) }
            all[before].next = kept.next
        }
        rows[v].kept -= 1
        if kept.older >= 0 { all[Int(kept.older)].newer = kept.newer } else { oldest = kept.newer }
        if kept.newer >= 0 { all[Int(kept.newer)].older = kept.older } else { newest = kept.older }
    }

    mutating func transfer(_ state: inout StateArchive) {
        var count = all.count
        state.count(&count, stride: 1)
        if state.isReading {
            let none = Kept(change: .nothing, began: 0, ended: 0, resource: 0, next: -1, older: -1, newer: -1)
            all.resize(to: count, filling: none)
        }
        for at in 0..<count {
            Change.transfer(&all[at].change, &state)
            state.value(&all[at].began)
            state.value(&all[at].ended)
            state.value(&all[at].resource)
            state.value(&all[at].next)
            state.value(&all[at].older)
            state.value(&all[at].newer)
        }
        state.table(&rows)
        state.value(&oldest)
        state.value(&newest)
        state.value(&start)
    }

    // MARK: Reading

    /// The change of a resource that best explains an alert.
    struct Suspect: BitwiseCopyable {
        var place: Int
        /// Changes within the window.
        var count: UInt32
        var odds: Double
    }

    /// The change of a resource within `window` seconds before `t` that best explains an alert then (algorithm.md §11); nil without.
    ///
    /// - Parameter since: Since when changes would have been told of.
    func suspect(_ v: Int, at t: Double, window: Double, since: Double) -> Suspect? {
        guard v < rows.count, rows[v].first >= 0 else { return nil }
        let row = rows[v]
        var best = -1
        var most = 0.0
        var inWindow: UInt32 = 0
        // Of how often it is changed, what is told of before the alert.
        var seen = row.count
        var at = row.first
        while at >= 0 {
            let kept = Int(at)
            let began = all[kept].began
            if began > t + Changes.resolution {
                // Roll-backs tell nothing of what usually happens.
                seen -= Elementary.decay(row.time - began, over: Changes.rateTau)
            } else if t - all[kept].ended <= window {
                inWindow += 1
                let density = Changes.density(at: t, began: began, ended: all[kept].ended, window: window)
                if density > most || density == most && began > all[best].began { (best, most) = (kept, density) }
            }
            at = all[kept].next
        }
        guard best >= 0 else { return nil }
        seen -= Elementary.decay(max(0, row.time - all[best].began), over: Changes.rateTau)
        let interval = Changes.interval(
            others: max(0, seen) * Elementary.exp((row.time - t) / Changes.rateTau), watched: t - since)
        return Suspect(place: best, count: inWindow, odds: interval * most)
    }

    /// How likely an alert comes just then if the change is its cause, 1/s: as likely in each octave of time after the change;
    /// while it goes on, half of the time.
    private static func density(at t: Double, began: Double, ended: Double, window: Double) -> Double {
        if began < t, ended > t { return 0.5 / (t - began + resolution) }
        return 1 / ((max(0, t - max(began, ended)) + resolution) * Elementary.log(1 + window / resolution))
    }

    /// Seconds between changes of a resource, from its other changes while it was watched.
    private static func interval(others: Double, watched: Double) -> Double {
        let exposure = rateTau * (1 - Elementary.decay(max(0, watched), over: rateTau))
        return (exposure + priorChanges * usualInterval) / (others + priorChanges)
    }
}
