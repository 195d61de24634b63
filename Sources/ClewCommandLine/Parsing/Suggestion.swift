/// Finds what somebody probably meant.
public enum Suggestion {
    /// The candidate nearest to `word`, if one is near enough: a third of its letters may be wrong, two at least once it has four.
    /// Of equally near ones the first counts. A unique beginning counts as near.
    public static func nearest(to word: String, among candidates: [String]) -> String? {
        guard !word.isEmpty, word.utf8.count <= 100 else { return nil }
        let beginnings = word.count >= 2 ? candidates.filter { $0.hasPrefix(word) } : []
        if beginnings.count == 1 { return beginnings[0] }
        let limit = word.count < 4 ? 1 : max(2, word.count / 3)
        var best: (distance: Int, candidate: String)?
        for candidate in candidates {
            let found = distance(word, candidate)
            if found <= limit, found < best?.distance ?? .max { best = (found, candidate) }
        }
        return best?.candidate
    }

    /// Fewest insertions, deletions, replacements and swaps of neighbours that turn one into the other, case ignored.
    public static func distance(_ left: String, _ right: String) -> Int {
        let a = Array(left.lowercased().unicodeScalars)
        let b = Array(right.lowercased().unicodeScalars)
        if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i] + [Int](repeating: 0, count: b.count)
            for j in 1...b.count {
                let change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                row[j] = min(last[j] + 1, row[j - 1] + 1, change)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
