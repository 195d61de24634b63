/// What is learned without labels about how alert types cause each other: seen and expected propagation, lags, and the
/// stream's own time scale (algorithm.md §5.1, §9).
struct Propagation: ~Copyable {
    /// Ends of the lag bins, seconds; the eleventh is open and counts as 1,280 s wide.
    static let binEnds: [Double] = [2, 5, 10, 20, 40, 80, 160, 320, 640, 1280]
    static let bins = 11
    static let lagPriorWeight = 15.0
    static let timeScalePrior = (seconds: 120.0, weight: 200.0)
    static let longestScaleLag = 900.0

    /// Evidence about one (relation, cause type, effect type).
    struct Pair: BitwiseCopyable {
        var key: UInt64
        /// R: weight of the links seen.
        var seen: Double
        /// Sum of the histogram.
        var lags: Double
    }

    private var index = IndexMap()
    private(set) var pairs = Table<Pair>()
    /// `bins` weights a pair.
    private(set) var histograms = Table<Double>()
    /// X by (type, relation, kind): what was to be expected.
    private var expected = Table<Double>()
    private var expectedAgain = Table<Double>()
    private let kinds: Int
    private let limit: Int
    private(set) var lagSum = Propagation.timeScalePrior.seconds * Propagation.timeScalePrior.weight
    private(set) var lagWeight = Propagation.timeScalePrior.weight
    /// 1 / tau, where tau is the stream's own time scale; 1/s.
    private(set) var timeRate = 1 / Propagation.timeScalePrior.seconds
    /// How what was learned fades; the time scale does not.
    var fading = Fading()
    private var binOf = Table<UInt8>()
    /// 1 over the widths of the bins.
    private var densities = Table<Double>()
    /// e^0, e^-1, …, a little rounded up.
    private var stepDecays = Table<Double>()

    init(kinds: Int, limit: Int) {
        self.kinds = kinds
        self.limit = limit
        var bin: UInt8 = 0
        for second in 0..<1280 {
            while Double(second) >= Propagation.binEnds[Int(bin)] { bin += 1 }
            binOf.append(bin)
        }
        for b in 0..<Propagation.bins { densities.append(1 / Propagation.width(b)) }
        for step in 0..<32 { stepDecays.append(Elementary.exp(-Double(step)) * 1.000001) }
    }

    /// No less than e^-x, for x ≥ 0, without computing it.
    @inline(__always)
    func decayBound(_ x: Double) -> Double { x < 31 ? stepDecays[Int(x)] : stepDecays[31] }

    /// Makes room for one more alert type.
    mutating func addType() {
        for _ in 0..<(3 * kinds) { expected.append(0) }
        expectedAgain.append(0)
    }

    /// The lag bin of `lag` ≥ 0 seconds.
    @inline(__always)
    func bin(_ lag: Double) -> Int {
        lag < 1280 ? Int(binOf[Int(lag)]) : Propagation.bins - 1
    }

    static func width(_ bin: Int) -> Double {
        bin == 0 ? 2 : bin >= 10 ? 1280 : binEnds[bin] - binEnds[bin - 1]
    }

    /// Relation, cause and effect of a pair.
    static func parts(_ key: UInt64) -> (relation: UInt8, cause: Int, effect: Int) {
        (UInt8(truncatingIfNeeded: key >> 60), Int(key >> 30 & 0x3FFF_FFFF), Int(key & 0x3FFF_FFFF))
    }

    private static func key(_ relation: Relation, _ cause: Int, _ effect: Int) -> UInt64 {
        UInt64(relation.rawValue) << 60 | UInt64(cause) << 30 | UInt64(effect)
    }

    /// The pair's index, or -1 if nothing was learned of it.
    @inline(__always)
    func find(_ relation: Relation, _ cause: Int, _ effect: Int) -> Int {
        index.find(Propagation.key(relation, cause, effect))
    }

    /// Seen propagation of a pair's index; 0 for -1.
    @inline(__always)
    func seen(_ pair: Int) -> Double { pair < 0 ? 0 : pairs[pair].seen * fading.deflation }

    /// Expected propagation from `cause` to resources of a kind (relations same, up, sib).
    @inline(__always)
    func expected(_ relation: Relation, _ cause: Int, kind: Int) -> Double {
        expected[(cause * 3 + Int(relation.rawValue)) * kinds + kind] * fading.deflation
    }

    func expectedAgain(_ type: Int) -> Double { expectedAgain[type] * fading.deflation }

    /// The kernel `base` as the histogram of the pair corrects it.
    @inline(__always)
    func corrected(_ base: Double, pair: Int, lag: Double) -> Double {
        guard pair >= 0, pairs[pair].lags > 0 else { return base }
        let b = bin(lag)
        return (Propagation.lagPriorWeight * base + histograms[pair * Propagation.bins + b] * fading.deflation * densities[b])
            / (Propagation.lagPriorWeight + pairs[pair].lags * fading.deflation)
    }

    /// Counts a link of weight `r` at `lag` seconds.
    mutating func observe(_ relation: Relation, _ cause: Int, _ effect: Int, lag: Double, weight r: Double) {
        let pair = makeRoom(relation, cause, effect)
        let weight = r * fading.inflation
        pairs[pair].seen += weight
        guard lag >= 0 else { return }
        histograms[pair * Propagation.bins + bin(lag)] += weight
        pairs[pair].lags += weight
        if lag < Propagation.longestScaleLag {
            lagSum += r * lag
            lagWeight += r
            timeRate = lagWeight / lagSum
        }
    }

    /// The pair's index, made now if nothing was learned of it.
    private mutating func makeRoom(_ relation: Relation, _ cause: Int, _ effect: Int) -> Int {
        let key = Propagation.key(relation, cause, effect)
        let known = index.find(key)
        if known >= 0 { return known }
        if pairs.count >= limit { evict() }
        let pair = pairs.count
        pairs.append(Pair(key: key, seen: 0, lags: 0))
        histograms.resize(to: histograms.count + Propagation.bins, filling: 0)
        index.insert(key, pair)
        return pair
    }

    // MARK: A model's, before the first event

    /// Makes room for so many pairs, if there are none yet.
    mutating func reserve(pairs count: Int) {
        let count = min(count, limit)
        guard pairs.count == 0, count > 0 else { return }
        index = IndexMap(capacity: count)
        pairs.reserveCapacity(count)
        histograms.reserveCapacity(count * Propagation.bins)
    }

    mutating func adopt(_ relation: Relation, _ cause: Int, _ effect: Int, seen: Float, lags: UnsafeBufferPointer<Float>) {
        let pair = makeRoom(relation, cause, effect)
        pairs[pair].seen += Double(seen)
        var sum = 0.0
        for bin in 0..<Propagation.bins {
            let weight = Double(lags[bin])
            histograms[pair * Propagation.bins + bin] += weight
            sum += weight
        }
        pairs[pair].lags += sum
    }

    mutating func adopt(expected amount: Double, _ relation: Relation, _ cause: Int, kind: Int) {
        if relation == .selfAgain {
            expectedAgain[cause] += amount
        } else {
            expected[(cause * 3 + Int(relation.rawValue)) * kinds + kind] += amount
        }
    }

    /// Takes over the time scale (sums with their priors in them).
    mutating func adopt(lagSum: Double, lagWeight: Double) {
        guard lagSum > 0, lagWeight > 0 else { return }
        self.lagSum = lagSum
        self.lagWeight = lagWeight
        timeRate = lagWeight / lagSum
    }

    @inline(__always)
    mutating func expect(_ relation: Relation, _ cause: Int, kind: Int, _ amount: Double) {
        expected[(cause * 3 + Int(relation.rawValue)) * kinds + kind] += amount * fading.inflation
    }

    mutating func expectAgain(_ type: Int) { expectedAgain[type] += 0.5 * fading.inflation }

    /// Brings all sums back to the scale of now.
    mutating func rescale() {
        let scale = fading.deflation
        for at in 0..<pairs.count {
            pairs[at].seen *= scale
            pairs[at].lags *= scale
        }
        for at in 0..<histograms.count { histograms[at] *= scale }
        for at in 0..<expected.count { expected[at] *= scale }
        for at in 0..<expectedAgain.count { expectedAgain[at] *= scale }
        fading.restart()
    }

    /// At the limit the least supported eighth goes (of equal support the younger).
    private mutating func evict() {
        let keep = LeastSupported.keep(count: pairs.count, gone: max(1, limit / 8)) { pairs[$0].seen }
        var kept = 0
        index.removeAll()
        for at in 0..<pairs.count where keep[at] {
            pairs[kept] = pairs[at]
            for b in 0..<Propagation.bins { histograms[kept * Propagation.bins + b] = histograms[at * Propagation.bins + b] }
            index.insert(pairs[kept].key, kept)
            kept += 1
        }
        pairs.shrink(to: kept)
        histograms.shrink(to: kept * Propagation.bins)
    }
}
