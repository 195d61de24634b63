import Glibc

/// Precision, recall, and their harmonic mean; each 0...1.
public struct PrecisionRecall: Sendable, Equatable {
    public var precision: Double
    public var recall: Double

    /// 2 P R / (P + R); 0 where both are.
    public var f1: Double { precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0 }

    public init(precision: Double, recall: Double) {
        self.precision = precision
        self.recall = recall
    }
}

/// How well two partitions of the same events agree.
public struct Agreement: Sendable, Equatable {
    /// Adjusted Rand index (Hubert and Arabie 1985): pairs of events treated alike, corrected for chance; 1 is equal, 0 is chance.
    public var ari: Double
    /// Adjusted mutual information (Vinh, Epps and Bailey 2010) by the arithmetic mean of the entropies; 1 is equal, 0 is chance.
    public var ami: Double
    /// Share of the true partition's entropy that the predicted one explains, and the reverse (Rosenberg and Hirschberg 2007).
    public var homogeneity: Double
    public var completeness: Double
    /// B-cubed (Bagga and Baldwin 1998): of the mean event, the share of its predicted cluster that is of its true one (precision),
    /// and the share of its true cluster that is in its predicted one (recall).
    public var bcubed: PrecisionRecall
    /// Of the pairs that share a predicted cluster those that share a true one (precision), and the reverse (recall); 1 without pairs.
    public var pairwise: PrecisionRecall

    /// Harmonic mean of homogeneity and completeness.
    public var vMeasure: Double { PrecisionRecall(precision: homogeneity, recall: completeness).f1 }

    /// Which events a comparison is about.
    public enum Scope: Sendable {
        /// All; an event without an incident is a cluster of its own, on either side.
        case all
        /// Those that have a true incident.
        case labelled
    }

    /// Compares the predicted partition with the true one; nil if there are no events in the scope.
    public init?(_ events: GradedEvents, _ scope: Scope) {
        let truth = events.truth
        self.init(Contingency(rows: truth, columns: events.predicted, where: { scope == .all || truth[$0] >= 0 }, loneCount: true))
    }

    init?(_ table: Contingency) {
        guard table.total > 0 else { return nil }
        let n = Double(table.total)
        let pairs = Agreement.pairs
        var shared = 0.0
        var mutual = 0.0
        var precision = 0.0
        var recall = 0.0
        for cell in table.cells {
            let (count, row, column) = (Double(cell.count), Double(table.rows[Int(cell.row)]), Double(table.columns[Int(cell.column)]))
            shared += pairs(count)
            mutual += count / n * (log(count) + log(n) - log(row) - log(column))
            precision += count * count / column
            recall += count * count / row
        }
        let truePairs = table.rows.reduce(0) { $0 + pairs(Double($1)) }
        let predictedPairs = table.columns.reduce(0) { $0 + pairs(Double($1)) }
        let expected = table.total > 1 ? truePairs * predictedPairs / pairs(n) : 0
        let spread = (truePairs + predictedPairs) / 2 - expected
        ari = spread == 0 ? 1 : (shared - expected) / spread
        let trueEntropy = Agreement.entropy(table.rows, n)
        let predictedEntropy = Agreement.entropy(table.columns, n)
        ami = Agreement.adjusted(mutual, mean: (trueEntropy + predictedEntropy) / 2, table)
        homogeneity = trueEntropy > 0 ? mutual / trueEntropy : 1
        completeness = predictedEntropy > 0 ? mutual / predictedEntropy : 1
        bcubed = PrecisionRecall(precision: precision / n, recall: recall / n)
        pairwise = PrecisionRecall(
            precision: predictedPairs > 0 ? shared / predictedPairs : 1, recall: truePairs > 0 ? shared / truePairs : 1)
    }

    private static func adjusted(_ mutual: Double, mean: Double, _ table: Contingency) -> Double {
        let rows = table.rows.reduce(0) { $0 + ($1 > 0 ? 1 : 0) }
        let columns = table.columns.reduce(0) { $0 + ($1 > 0 ? 1 : 0) }
        // Both one cluster, or both all lone: equal, where the formula has 0 / 0.
        if rows == columns, rows == 1 || rows == table.total { return 1 }
        let expected = ExpectedMutualInformation(total: table.total).value(table.rows, table.columns)
        let spread = mean - expected
        return (mutual - expected) / (spread < 0 ? min(spread, -1e-15) : max(spread, 1e-15))
    }

    private static func pairs(_ count: Double) -> Double { count * (count - 1) / 2 }

    private static func entropy(_ sizes: ContiguousArray<Int>, _ n: Double) -> Double {
        var sum = 0.0
        for size in sizes where size > 0 { sum -= Double(size) / n * log(Double(size) / n) }
        return sum
    }
}
