import Glibc

/// The mutual information, in nats, that two partitions with these cluster sizes have in the mean if events are dealt at random
/// (hypergeometric model; Vinh, Epps and Bailey 2010, *Information Theoretic Measures for Clusterings Comparison*, JMLR 11).
///
/// A term depends on two sizes only, so equal sizes are taken once: at most about 2 n pairs for n events, usually few. For each
/// pair the sum over the overlap k begins at its most probable value and is followed both ways by the ratio of neighbouring terms,
/// until they are below 1e-20 of the first: what is left out is far below the rounding.
struct ExpectedMutualInformation {
    private struct Size {
        var size: Int
        var clusters: Double
        /// ln s! + ln (n - s)!, and ln s.
        var factorials: Double
        var log: Double
    }

    private static let negligible = 1e-20
    private let total: Int
    private let logFactorial = LogFactorial()
    /// ln k by k, for the overlaps that are small, which nearly all are.
    private let logs: ContiguousArray<Double>

    /// - Parameter total: the events, n.
    init(total: Int) {
        self.total = total
        logs = ContiguousArray((0..<max(2, min(total + 1, 1 << 16))).map { log(Double(max(1, $0))) })
    }

    /// The expectation for the cluster sizes of the two partitions, each of which sums to n.
    func value(_ a: ContiguousArray<Int>, _ b: ContiguousArray<Int>) -> Double {
        let first = distinct(a)
        let second = distinct(b)
        var sum = 0.0
        for s in first {
            var row = 0.0
            for t in second { row += t.clusters * pair(s, t) }
            sum += s.clusters * row
        }
        return sum
    }

    /// Ascending sizes, each once, empty clusters left out.
    private func distinct(_ sizes: ContiguousArray<Int>) -> [Size] {
        var result: [Size] = []
        for size in sizes.sorted() where size > 0 {
            if result.last?.size == size {
                result[result.count - 1].clusters += 1
            } else {
                let factorials = logFactorial(size) + logFactorial(total - size)
                result.append(Size(size: size, clusters: 1, factorials: factorials, log: log(Double(size))))
            }
        }
        return result
    }

    /// The sum over the overlaps of one cluster of size s with one of size t.
    private func pair(_ a: Size, _ b: Size) -> Double {
        let (s, t, n) = (a.size, b.size, total)
        let least = max(1, s + t - n)
        let most = min(s, t)
        let mode = Int((Double(s) + 1) * (Double(t) + 1) / Double(n + 2))
        let begin = min(max(mode, least), most)
        let logProbability =
            a.factorials + b.factorials - logFactorial(n) - logFactorial(begin) - logFactorial(s - begin) - logFactorial(t - begin)
            - logFactorial(n - s - t + begin)
        let probability = exp(logProbability)
        let base = log(Double(n)) - a.log - b.log
        let limit = probability * ExpectedMutualInformation.negligible
        var sum = term(begin, probability, base)
        var k = begin
        var p = probability
        while k < most, p > limit {
            p *= Double(s - k) * Double(t - k) / (Double(k + 1) * Double(n - s - t + k + 1))
            k += 1
            sum += term(k, p, base)
        }
        k = begin
        p = probability
        while k > least, p > limit {
            p *= Double(k) * Double(n - s - t + k) / (Double(s - k + 1) * Double(t - k + 1))
            k -= 1
            sum += term(k, p, base)
        }
        return sum / Double(n)
    }

    private func term(_ k: Int, _ probability: Double, _ base: Double) -> Double {
        let log = k < logs.count ? logs[k] : Glibc.log(Double(k))
        return Double(k) * (base + log) * probability
    }
}
