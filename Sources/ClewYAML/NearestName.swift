/// The known name that a mistyped one most likely stands for.
public enum NearestName {
    /// The candidate at the smallest edit distance (a swap of neighbours counts once), nil if none is near enough:
    /// a third of the name's length, at least 1 and at most 4 edits. Case and `-`, `_`, `.` don't count.
    public static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = folded(name)
        guard !wanted.isEmpty, wanted.count <= 128 else { return nil }
        var bound = min(4, max(1, wanted.count / 3))
        var best: String?
        for candidate in candidates where abs(candidate.utf8.count - wanted.count) <= bound {
            let distance = distance(wanted, folded(candidate), bound: bound)
            guard distance <= bound else { continue }
            best = candidate
            if distance == 0 { break }
            bound = distance - 1
        }
        return best ?? abbreviated(wanted, candidates)
    }

    /// The only candidate that begins with a name of three letters or more: `warn` for `warning`.
    private static func abbreviated(_ wanted: [UInt8], _ candidates: some Sequence<String>) -> String? {
        guard wanted.count >= 3 else { return nil }
        var match: String?
        for candidate in candidates where folded(candidate).starts(with: wanted) {
            if match != nil { return nil }
            match = candidate
        }
        return match
    }

    /// ` (did you mean "x"?)`, or nothing.
    public static func hint(for name: String, among candidates: some Sequence<String>) -> String {
        of(name, among: candidates).map { " (did you mean \"\($0)\"?)" } ?? ""
    }

    private static func folded(_ text: String) -> [UInt8] {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            case UInt8(ascii: "_"), UInt8(ascii: "."): UInt8(ascii: "-")
            default: byte
            }
        }
    }

    /// Optimal string alignment, given up as soon as every way is dearer than `bound`.
    private static func distance(_ a: [UInt8], _ b: [UInt8], bound: Int) -> Int {
        var before: [Int] = []
        var last = Array(0...b.count)
        for i in 0..<a.count {
            var row = [i + 1]
            row.reserveCapacity(b.count + 1)
            for j in 0..<b.count {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
                row.append(cost)
            }
            if row.allSatisfy({ $0 > bound }) { return bound + 1 }
            before = last
            last = row
        }
        return last[b.count]
    }
}
