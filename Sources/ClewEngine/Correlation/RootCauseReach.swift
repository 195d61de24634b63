/// Sets of candidates as bits, for walks from all of them at once.
struct ReachSets: ~Copyable {
    /// Of more candidates only what depends on them directly is counted: walks from all of them would take time with the
    /// square of their number, for a record that nobody waits for that long.
    static let most = 1_024

    /// Words of a set, and by candidate the alerting and bridging ones that depend on it.
    private(set) var words = 0
    private var rows = Table<UInt64>()
    var alerting = Table<UInt64>()
    private var visited = Table<UInt64>()
    private var frontier = Table<UInt64>()
    private var next = Table<UInt64>()

    /// Empties all sets for so many candidates.
    mutating func begin(_ count: Int) {
        words = (count + 63) / 64
        rows.removeAll()
        rows.resize(to: count * words, filling: 0)
        alerting.removeAll()
        alerting.resize(to: words, filling: 0)
        visited.resize(to: words, filling: 0)
        frontier.resize(to: words, filling: 0)
        next.resize(to: words, filling: 0)
    }

    mutating func addDependent(_ dependent: Int, of candidate: Int) {
        rows[candidate * words + dependent / 64] |= 1 << UInt64(dependent % 64)
    }

    mutating func markAlerting(_ candidate: Int) { alerting[candidate / 64] |= 1 << UInt64(candidate % 64) }

    /// Alerting candidates, itself not counted, that a walk against the dependencies reaches within `depth` hops, with at most
    /// one silent candidate in a row. As many steps as candidates reached, each of `words` words.
    mutating func countReached(from start: Int, depth: Int) -> UInt32 {
        if words == 1 { return countReachedOfFew(from: start, depth: depth) }
        for w in 0..<words {
            visited[w] = 0
            frontier[w] = 0
        }
        let (word, bit) = (start / 64, UInt64(1) << UInt64(start % 64))
        visited[word] = bit
        frontier[word] = bit
        for hop in 0..<depth {
            for w in 0..<words { next[w] = 0 }
            for w in 0..<words {
                var rest = frontier[w]
                while rest != 0 {
                    let at = w * 64 + rest.trailingZeroBitCount
                    // From a silent one the walk goes on to alerting ones only, but for the one that it starts from.
                    let isOpen = hop == 0 || alerting[w] & (rest & (~rest &+ 1)) != 0
                    rest &= rest &- 1
                    for x in 0..<words { next[x] |= isOpen ? rows[at * words + x] : rows[at * words + x] & alerting[x] }
                }
            }
            var isAnyNew = false
            for w in 0..<words {
                frontier[w] = next[w] & ~visited[w]
                visited[w] |= frontier[w]
                if frontier[w] != 0 { isAnyNew = true }
            }
            if !isAnyNew { break }
        }
        var count = 0
        for w in 0..<words { count += (visited[w] & alerting[w]).nonzeroBitCount }
        return UInt32(count - (alerting[word] & bit != 0 ? 1 : 0))
    }

    /// The same where one word holds all.
    private func countReachedOfFew(from start: Int, depth: Int) -> UInt32 {
        let alerting = alerting[0]
        let own = UInt64(1) << UInt64(start)
        var visited = own
        var frontier = own
        for hop in 0..<depth where frontier != 0 {
            var next: UInt64 = 0
            var open = hop == 0 ? frontier : frontier & alerting
            var silent = hop == 0 ? 0 : frontier & ~alerting
            while open != 0 {
                next |= rows[open.trailingZeroBitCount]
                open &= open &- 1
            }
            while silent != 0 {
                next |= rows[silent.trailingZeroBitCount] & alerting
                silent &= silent &- 1
            }
            frontier = next & ~visited
            visited |= frontier
        }
        return UInt32((visited & alerting & ~own).nonzeroBitCount)
    }
}

extension Engine {
    /// Counts for each candidate the alerting resources that a walk from it reaches.
    mutating func countReached() {
        let count = ranking.candidates.count
        guard count <= ReachSets.most else { return countDirectlyReached() }
        ranking.reach.begin(count)
        let serial = ranking.serial
        for at in 0..<count {
            let v = Int(ranking.candidates[at].resource)
            if ranking.marks[v].alerting == serial { ranking.reach.markAlerting(at) }
            for position in graph.dependents.range(v) {
                let marks = ranking.marks[Int(graph.dependents[position])]
                guard marks.candidate == serial, marks.alerting == serial || marks.bridge == serial else { continue }
                ranking.reach.addDependent(Int(marks.place), of: at)
            }
        }
        for at in 0..<count { ranking.candidates[at].reached = ranking.reach.countReached(from: at, depth: Int(Engine.reachDepth)) }
    }

    /// The same within one hop.
    private mutating func countDirectlyReached() {
        for at in 0..<ranking.candidates.count {
            var reached: UInt32 = 0
            for position in graph.dependents.range(Int(ranking.candidates[at].resource)) {
                if ranking.isAlerting(Int(graph.dependents[position])) { reached += 1 }
            }
            ranking.candidates[at].reached = reached
        }
    }
}
