/// Pairs of resources without a way between them in the topology, that repeatedly have alerts shortly after each other
/// which nothing explains: where that happens far more often than by chance, an edge is probably missing.
///
/// Fed once an unexplained alert, never by an evaluation of evidence, and read by nobody who decides: it changes no
/// incident. At its limit the least supported half goes, as in lossy counting (Manku & Motwani, VLDB 2002): a pair that
/// is frequent comes back and stays. Most pairs are chance and never come again: while the table is more than half full,
/// a new one is taken in only when it comes a second time, as in TinyLFU's doorkeeper (Einziger et al., ACM ToS 2017).
struct ResourcePairs: ~Copyable {
    /// Unexplained alerts further apart than this, seconds, have nothing to do with each other.
    static let window = 120.0
    /// The newest unexplained alerts that one is compared with.
    private static let recentCount = 8
    /// Pairs seen once that are remembered while the table is more than half full: 64 KB.
    private static let doorkeeperSize = 16_384

    struct Pair: BitwiseCopyable {
        /// Name indices of the two, the smaller in the high half.
        var key: UInt64
        var seen: Double
        /// Share of `seen` in which the one in the high half came first.
        var highFirst: Double
        var far: Double
        var lagSum: Double
    }

    struct Row: BitwiseCopyable {
        var name: NameID
        var alerts: Double
    }

    private struct Recent: BitwiseCopyable {
        var resource: UInt32
        var time: Double
    }

    private let limit: Int
    private var index = IndexMap()
    private(set) var pairs = Table<Pair>()
    private var rowOfName = IndexMap()
    private(set) var rows = Table<Row>()
    /// Comparisons within the window, whether there is a way or not.
    private(set) var coincidences = 0.0
    private var recent = Table<Recent>()
    private var oldest = 0
    /// Fingerprints of the pairs seen once, each in the place that its hash gives it.
    private var doorkeeper = Table<UInt32>()
    /// Scratch: resources of a cone, by the serial of the look.
    private var marks = Table<UInt32>()
    private var serial: UInt32 = 0

    init(limit: Int) { self.limit = limit }

    /// Counts an alert on `v` at `t` that opened an incident, or that only a burst linked to an alert on `far` (-1: none).
    ///
    /// At most nine comparisons of two cones, whatever the size of the topology.
    mutating func take(_ v: ResourceIndex, at t: Double, far: ResourceIndex, weight: Double, _ graph: borrowing Graph) {
        let row = self.row(graph.names[v])
        rows[row].alerts += weight
        mark(v, graph)
        var sawFar = far < 0 || far == v
        var place = -1
        for at in 0..<recent.count {
            let other = recent[at]
            if Int(other.resource) == v {
                place = at
                continue
            }
            guard abs(t - other.time) <= ResourcePairs.window else { continue }
            let isFar = Int(other.resource) == far
            if isFar { sawFar = true }
            count(v, Int(other.resource), lag: t - other.time, isFar: isFar, weight, graph)
        }
        if !sawFar { count(v, far, lag: 0, isFar: true, weight, graph) }
        remember(v, t, place)
    }

    private mutating func remember(_ v: ResourceIndex, _ t: Double, _ place: Int) {
        let entry = Recent(resource: UInt32(v), time: t)
        if place >= 0 {
            recent[place] = entry
        } else if recent.count < ResourcePairs.recentCount {
            recent.append(entry)
        } else {
            recent[oldest] = entry
            oldest = (oldest + 1) % ResourcePairs.recentCount
        }
    }

    private mutating func mark(_ v: ResourceIndex, _ graph: borrowing Graph) {
        if marks.count < graph.count { marks.resize(to: graph.count, filling: 0) }
        serial &+= 1
        for at in graph.cones.range(v) { marks[Int(graph.cones[at].resource)] = serial }
    }

    /// Whether the engine knows a way from the marked resource to `u`: one depends on the other, or both on a third.
    private func hasWay(_ u: ResourceIndex, _ graph: borrowing Graph) -> Bool {
        for at in graph.cones.range(u) where marks[Int(graph.cones[at].resource)] == serial { return true }
        return false
    }

    private mutating func count(
        _ v: ResourceIndex, _ u: ResourceIndex, lag: Double, isFar: Bool, _ weight: Double, _ graph: borrowing Graph
    ) {
        coincidences += weight
        guard !hasWay(u, graph) else { return }
        _ = row(graph.names[u])
        let (a, b) = (graph.names[v].index, graph.names[u].index)
        let key = UInt64(min(a, b)) << 32 | UInt64(max(a, b))
        var at = index.find(key)
        if at < 0 {
            guard pairs.count <= limit / 2 || isKnownAtTheDoor(key) else { return }
            at = add(key)
        }
        pairs[at].seen += weight
        // The other one came first, unless it is late.
        let isHighFirst = lag >= 0 ? b < a : a < b
        if isHighFirst { pairs[at].highFirst += weight }
        if isFar { pairs[at].far += weight }
        pairs[at].lagSum += weight * abs(lag)
    }

    /// The row of a resource's name, made if it is new.
    private mutating func row(_ name: NameID) -> Int {
        let known = rowOfName.find(UInt64(name.index))
        if known >= 0 { return known }
        rows.append(Row(name: name, alerts: 0))
        rowOfName.insert(UInt64(name.index), rows.count - 1)
        return rows.count - 1
    }

    /// The rows of a pair's two resources.
    func rowsOf(_ pair: Pair) -> (high: Int, low: Int) {
        (rowOfName.find(pair.key >> 32), rowOfName.find(pair.key & 0xFFFF_FFFF))
    }

    /// Whether a pair that is not in the table was seen before; if not, it is from now on.
    private mutating func isKnownAtTheDoor(_ key: UInt64) -> Bool {
        if doorkeeper.count == 0 { doorkeeper.resize(to: ResourcePairs.doorkeeperSize, filling: 0) }
        let hash = ByteHash.fold(key ^ 0x2545_F491_4F6C_DD1D, 0x9E37_79B9_7F4A_7C15)
        let place = Int(truncatingIfNeeded: hash & UInt64(ResourcePairs.doorkeeperSize - 1))
        let fingerprint = UInt32(truncatingIfNeeded: hash >> 32) | 1
        if doorkeeper[place] == fingerprint { return true }
        doorkeeper[place] = fingerprint
        return false
    }

    private mutating func add(_ key: UInt64) -> Int {
        if pairs.count >= limit { evict() }
        pairs.append(Pair(key: key, seen: 0, highFirst: 0, far: 0, lagSum: 0))
        index.insert(key, pairs.count - 1)
        return pairs.count - 1
    }

    /// At the limit the least supported half goes (of equal support the younger): most pairs are chance and seen once, and
    /// finding out which are the least supported costs as much as thousands of alerts.
    private mutating func evict() {
        let keep = LeastSupported.keep(count: pairs.count, gone: max(1, limit / 2)) { pairs[$0].seen }
        var kept = 0
        index.removeAll()
        for at in 0..<pairs.count where keep[at] {
            pairs[kept] = pairs[at]
            index.insert(pairs[kept].key, kept)
            kept += 1
        }
        pairs.shrink(to: kept)
    }

    /// Brings all weights back to the scale of now.
    mutating func rescale(by scale: Double) {
        coincidences *= scale
        for at in 0..<rows.count { rows[at].alerts *= scale }
        for at in 0..<pairs.count {
            pairs[at].seen *= scale
            pairs[at].highFirst *= scale
            pairs[at].far *= scale
            pairs[at].lagSum *= scale
        }
    }

    // MARK: A model's

    mutating func adopt(coincidences: Double) { self.coincidences += coincidences }

    mutating func adopt(alerts: Double, of name: NameID) { rows[row(name)].alerts += alerts }

    mutating func adopt(_ pair: CorrelationModel.ResourcePair, _ a: NameID, _ b: NameID) {
        guard a != b else { return }
        let key = UInt64(min(a.index, b.index)) << 32 | UInt64(max(a.index, b.index))
        let known = index.find(key)
        let at = known >= 0 ? known : add(key)
        pairs[at].seen += Double(pair.seen)
        pairs[at].highFirst += Double(a.index < b.index ? pair.aFirst : pair.seen - pair.aFirst)
        pairs[at].far += Double(pair.far)
        pairs[at].lagSum += Double(pair.lagSum)
    }

    mutating func transfer(_ state: inout StateArchive) {
        index.transfer(&state)
        state.table(&pairs)
        rowOfName.transfer(&state)
        state.table(&rows)
        state.value(&coincidences)
        state.table(&recent)
        state.value(&oldest)
        state.table(&doorkeeper)
        state.table(&marks)
        state.value(&serial)
    }
}

/// Which of some weighted entries stay when a table is full.
enum LeastSupported {
    /// Marks all but the `gone` least supported of `count` entries; of equally supported ones the older stay.
    static func keep(count: Int, gone: Int, weight: (Int) -> Double) -> [Bool] {
        guard gone < count else { return [Bool](repeating: false, count: count) }
        let cut = (0..<count).map(weight).sorted()[gone]
        var spare = count - gone
        for at in 0..<count where weight(at) > cut { spare -= 1 }
        return (0..<count).map { at in
            let own = weight(at)
            if own != cut { return own > cut }
            spare -= 1
            return spare >= 0
        }
    }
}
