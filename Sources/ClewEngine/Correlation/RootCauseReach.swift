/// Walks against the dependencies from all candidates of a ranking at once: what a dependent reaches, that on which it
/// depends reaches with one hop more. Which alerting resources those are stands in bits, 64 of them at a time.
struct ReachSets: ~Copyable {
    /// Of more candidates only what depends on them directly is counted, for a record that nobody waits for that long.
    static let most = 1_024

    /// Places of two candidates.
    private struct Dependency: BitwiseCopyable {
        var dependency: UInt32
        var dependent: UInt32
    }

    /// Those that each walk may follow, and those only where it starts: from one silent resource to another.
    private var always = Table<Dependency>()
    private var atStart = Table<Dependency>()
    /// By candidate: what a walk from it has reached, and does with the next hop.
    private var sets = Table<UInt64>()
    private var next = Table<UInt64>()

    mutating func removeAll() {
        always.removeAll()
        atStart.removeAll()
    }

    mutating func add(dependency: Int, dependent: Int) {
        always.append(Dependency(dependency: UInt32(dependency), dependent: UInt32(dependent)))
    }

    mutating func addAtStart(dependency: Int, dependent: Int) {
        atStart.append(Dependency(dependency: UInt32(dependency), dependent: UInt32(dependent)))
    }

    /// Walks of at most `hops` from each of `count` candidates to those at the places `targets`, at most 64.
    mutating func walk(_ hops: Int, count: Int, to targets: Range<Int>) {
        sets.removeAll()
        sets.resize(to: count, filling: 0)
        for (bit, place) in targets.enumerated() { sets[place] = 1 << UInt64(bit) }
        var hop = 1
        while takeHop(), hop < hops { hop += 1 }
        for at in 0..<atStart.count {
            // `next` holds what was reached with one hop less.
            sets[Int(atStart[at].dependency)] |= next[Int(atStart[at].dependent)]
        }
    }

    /// Adds what is reached with one hop more; false if that is nothing.
    private mutating func takeHop() -> Bool {
        next.copy(sets)
        var isAnyNew = false
        for at in 0..<always.count {
            let to = Int(always[at].dependency)
            let reached = next[to] | sets[Int(always[at].dependent)]
            if reached != next[to] {
                next[to] = reached
                isAnyNew = true
            }
        }
        swap(&sets, &next)
        return isAnyNew
    }

    /// How many of the targets were reached from the candidate, itself included if it is one.
    @inline(__always)
    func count(_ candidate: Int) -> Int { sets[candidate].nonzeroBitCount }
}

extension Engine {
    /// Counts for each candidate the alerting resources that a walk from it reaches.
    mutating func countReached() {
        let count = ranking.candidates.count
        guard count <= ReachSets.most else { return countDirectlyReached() }
        addBridges()
        let alerting = ranking.own.count
        for first in stride(from: 0, to: alerting, by: 64) {
            ranking.reach.walk(Int(Engine.reachDepth), count: count, to: first..<min(first + 64, alerting))
            for at in 0..<count { ranking.candidates[at].reached += UInt32(ranking.reach.count(at)) }
        }
        // A walk reaches where it starts.
        for at in 0..<alerting { ranking.candidates[at].reached -= 1 }
    }

    /// Tells `reach` which candidates silent ones depend on that lead to something alerting.
    private mutating func addBridges() {
        for at in 0..<ranking.bridges.count {
            let bridge = Int(ranking.bridges[at])
            let range = graph.neighbours.range(Int(ranking.candidates[bridge].resource))
            // The outgoing ones are the last.
            var position = range.upperBound - 1
            while position >= range.lowerBound, graph.neighbours[position].outgoing {
                let place = ranking.place(Int(graph.neighbours[position].other))
                position -= 1
                if place >= ranking.own.count {
                    ranking.reach.addAtStart(dependency: place, dependent: bridge)
                } else if place >= 0 {
                    ranking.reach.add(dependency: place, dependent: bridge)
                }
            }
        }
    }

    /// The same within one hop.
    private mutating func countDirectlyReached() {
        for at in 0..<ranking.candidates.count {
            for position in graph.dependents.range(Int(ranking.candidates[at].resource))
            where ranking.alertingPlace(Int(graph.dependents[position])) >= 0 {
                ranking.candidates[at].reached += 1
            }
        }
    }
}
