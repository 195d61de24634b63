import Glibc

/// ln n! for whole numbers: a table of the small ones, Stirling's series beyond (its error there is below 1e-20 of the value).
struct LogFactorial {
    private static let tabled = 1024
    private let table: ContiguousArray<Double>

    init() {
        var sum = 0.0
        table = ContiguousArray(
            (0..<LogFactorial.tabled).map { n in
                if n > 1 { sum += log(Double(n)) }
                return sum
            })
    }

    /// ln n!, for n of at least 0.
    func callAsFunction(_ n: Int) -> Double {
        if n < LogFactorial.tabled { return table[max(0, n)] }
        let x = Double(n)
        let inverse = 1 / x
        let square = inverse * inverse
        return (x + 0.5) * log(x) - x + 0.918_938_533_204_672_74 + inverse * (1.0 / 12 - square * (1.0 / 360 - square / 1260))
    }
}
