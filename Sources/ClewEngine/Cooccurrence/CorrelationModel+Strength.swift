extension CorrelationModel {
    /// What a model says of one (relation, cause type, effect type).
    public struct Strength: Sendable, Equatable {
        public var relation: Relation
        public var cause: String
        public var effect: String
        /// Links seen, by weight, and those expected a priori of alerts of the cause.
        public var support: Double
        public var expected: Double
        /// (support + 1) / (expected + 1): the propagation factor phi of a link, without its bound of 8.
        public var lift: Double
        /// Share of this direction among the links both ways, 0…1.
        public var direction: Double
        /// Lags, seconds; nil: beyond the last bin's beginning (1,280 s). 0 without any lag.
        public var medianLag: Double?
        public var ninetiethLag: Double?
        /// How sure it is that there are more links than expected: the log-likelihood ratio of a Poisson count (Dunning,
        /// Computational Linguistics 19, 1993); 0 where there are not more.
        public var score: Double
    }

    /// Two resources that fail together without a way between them in the topology.
    public struct MissingEdge: Sendable, Equatable {
        /// The one that mostly alerts first, which the other probably depends on.
        public var first: String
        public var second: String
        /// Times seen, of those linked by a burst only, and times expected if each resource coincided with every other alike.
        public var support: Double
        public var far: Double
        public var expected: Double
        public var lift: Double
        /// Share of the times in which `first` came first, 0.5…1.
        public var direction: Double
        /// Mean time between them, seconds.
        public var meanLag: Double
        /// As for types.
        public var score: Double
    }

    /// The pairs of types that are most surely more than chance, best first: by (-score, relation, cause, effect).
    public func strongestPairs(_ count: Int) -> [Strength] {
        let ranges = expectationRanges()
        var scored: [(score: Double, at: Int)] = []
        for at in pairs.indices {
            scored.append((CorrelationModel.likelihoodRatio(Double(pairs[at].seen), expected(at, ranges)), at))
        }
        scored.sort { ($1.score, $0.at) < ($0.score, $1.at) }
        return scored.prefix(max(0, count)).map { strength($0.at, ranges) }
    }

    /// The pairs of resources that most surely lack an edge, best first; those seen at least three times.
    ///
    /// - Parameter isConnected: tells of pairs to be left out, as a newer topology has a way between them.
    public func missingEdges(_ count: Int, leavingOut isConnected: (String, String) -> Bool = { _, _ in false }) -> [MissingEdge] {
        var found: [MissingEdge] = []
        // Were coincidences spread over all pairs by how often each resource has such alerts: streams come in bursts, so what
        // chance does is told by all pairs together, not by the time that went by.
        let sum = resources.reduce(0.0) { $0 + Double($1.alerts) }
        let squares = resources.reduce(0.0) { $0 + Double($1.alerts) * Double($1.alerts) }
        let rate = coincidences / max(1, (sum * sum - squares) / 2)
        for pair in resourcePairs where pair.seen >= CorrelationModel.leastSeen {
            let (a, b) = (resources[Int(pair.a)], resources[Int(pair.b)])
            let support = Double(pair.seen)
            let expected = rate * max(1, Double(a.alerts)) * max(1, Double(b.alerts))
            let score = CorrelationModel.likelihoodRatio(support, expected)
            guard score > 0, !isConnected(a.name, b.name) else { continue }
            let share = min(1, max(0, Double(pair.aFirst) / support))
            found.append(
                MissingEdge(
                    first: share >= 0.5 ? a.name : b.name, second: share >= 0.5 ? b.name : a.name, support: support,
                    far: Double(pair.far), expected: expected, lift: (support + 1) / (expected + 1), direction: max(share, 1 - share),
                    meanLag: Double(pair.lagSum) / support, score: score))
        }
        // They are in the order of their names: equal scores stay so.
        let order = found.indices.sorted { (found[$1].score, $0) < (found[$0].score, $1) }
        return order.prefix(max(0, count)).map { found[$0] }
    }

    private static let leastSeen: Float = 3

    /// Twice the logarithm of the likelihood ratio that a Poisson count of mean `expected` is `seen`; 0 below the mean.
    private static func likelihoodRatio(_ seen: Double, _ expected: Double) -> Double {
        guard seen > expected, seen > 0 else { return 0 }
        // One link more on both sides, as in the propagation factor: a pair of which nothing was expected is no miracle.
        return max(0, 2 * ((seen + 1) * Elementary.log((seen + 1) / (expected + 1)) - (seen - expected)))
    }

    /// Where the expectations of each (relation, type) lie.
    private func expectationRanges() -> [Range<Int>] {
        var ranges = [Range<Int>](repeating: 0..<0, count: 4 * types.count)
        var at = 0
        while at < expectations.count {
            var end = at
            let entry = expectations[at]
            while end < expectations.count, expectations[end].relation == entry.relation, expectations[end].type == entry.type { end += 1 }
            ranges[Int(entry.relation.rawValue) * types.count + Int(entry.type)] = at..<end
            at = end
        }
        return ranges
    }

    /// How many links of a pair were to be expected, over the kinds of resources that the effect occurs on.
    private func expected(_ at: Int, _ ranges: [Range<Int>]) -> Double {
        let pair = pairs[at]
        func range(_ relation: Relation, _ type: UInt32) -> Range<Int> { ranges[Int(relation.rawValue) * types.count + Int(type)] }
        let own = range(pair.relation, pair.cause)
        if pair.relation == .selfAgain { return own.isEmpty ? 0 : Double(expectations[own.lowerBound].amount) }
        // What is expected on a type's own resource counts its alerts by kind.
        let spread = range(.same, pair.effect)
        var total = 0.0
        var sum = 0.0
        var place = own.lowerBound
        for kind in spread {
            let entry = expectations[kind]
            total += Double(entry.amount)
            while place < own.upperBound, expectations[place].kind < entry.kind { place += 1 }
            guard place < own.upperBound, expectations[place].kind == entry.kind else { continue }
            sum += Double(entry.amount) * Double(expectations[place].amount)
        }
        return total > 0 ? sum / total : 0
    }

    private func strength(_ at: Int, _ ranges: [Range<Int>]) -> Strength {
        let pair = pairs[at]
        let seen = Double(pair.seen)
        let expected = expected(at, ranges)
        let back = find(pair.relation, pair.effect, pair.cause).map { Double(pairs[$0].seen) } ?? 0
        let isOneWay = pair.cause == pair.effect
        return Strength(
            relation: pair.relation, cause: types[Int(pair.cause)].name, effect: types[Int(pair.effect)].name, support: seen,
            expected: expected, lift: (seen + 1) / (expected + 1), direction: isOneWay ? 1 : seen / (seen + back),
            medianLag: lagQuantile(0.5, ofPair: at), ninetiethLag: lagQuantile(0.9, ofPair: at),
            score: CorrelationModel.likelihoodRatio(seen, expected))
    }

    /// The index of a pair: a binary search.
    public func find(_ relation: Relation, _ cause: UInt32, _ effect: UInt32) -> Int? {
        var low = 0
        var high = pairs.count
        while low < high {
            let middle = (low + high) / 2
            let pair = pairs[middle]
            if (pair.relation.rawValue, pair.cause, pair.effect) < (relation.rawValue, cause, effect) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < pairs.count, pairs[low].relation == relation, pairs[low].cause == cause, pairs[low].effect == effect else { return nil }
        return low
    }

    /// A quantile of a pair's lags, seconds, even within a bin; nil where it lies in the open bin, 0 where no lag is known.
    public func lagQuantile(_ share: Double, ofPair pair: Int) -> Double? {
        let weights = lags(ofPair: pair).map(Double.init)
        let total = weights.reduce(0, +)
        guard total > 0 else { return 0 }
        var wanted = share * total
        for (bin, weight) in weights.enumerated() {
            if wanted > weight {
                wanted -= weight
                continue
            }
            guard bin < CorrelationModel.binEnds.count else { return nil }
            let start = bin == 0 ? 0 : CorrelationModel.binEnds[bin - 1]
            return start + (CorrelationModel.binEnds[bin] - start) * (weight > 0 ? wanted / weight : 0)
        }
        return nil
    }
}
