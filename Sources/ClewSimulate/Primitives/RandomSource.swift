/// A seeded pseudo-random source: xoshiro256**, its state filled by splitmix64.
///
/// Own code, so that one seed gives the same bytes on every platform and with every toolchain.
struct RandomSource: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// `stream` tells sources of one seed apart (faults, noise, delivery), so that an option which
    /// draws more numbers from one of them leaves the others as they were.
    init(seed: UInt64, stream: UInt64) {
        var mixer = SplitMix(state: seed &+ stream &* 0xD1B5_4A32_D192_ED03)
        state = (mixer.next(), mixer.next(), mixer.next(), mixer.next())
    }

    mutating func next() -> UInt64 {
        let result = Self.rotate(state.1 &* 5, 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = Self.rotate(state.3, 45)
        return result
    }

    /// Uniform in 0 ..< 1, 53 bits.
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in 0 ..< `count`; 0 for a count below 2.
    mutating func below(_ count: Int) -> Int {
        guard count > 1 else { return 0 }
        return Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

    mutating func between(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// Exponentially distributed with this mean: the gaps of a Poisson process.
    mutating func exponential(mean: Double) -> Double { -mean * naturalLogarithm(1 - uniform()) }

    /// Geometric on 0, 1, 2 … with this mean.
    mutating func geometric(mean: Double) -> Int {
        guard mean > 0 else { return 0 }
        let count = naturalLogarithm(1 - uniform()) / naturalLogarithm(mean / (1 + mean))
        return Int(min(count, 10_000))
    }

    /// An index drawn by weight; nil if no weight is positive.
    mutating func index(byWeight weights: [Double]) -> Int? {
        var left = uniform() * weights.reduce(0) { $0 + max(0, $1) }
        var last: Int?
        for (index, weight) in weights.enumerated() where weight > 0 {
            last = index
            left -= weight
            if left < 0 { return index }
        }
        return last
    }

    /// An element; nil only for an empty list.
    mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[below(elements.count)]
    }

    private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }
}

/// splitmix64: a counter put through a mixing function. Fills xoshiro's state, which must not be all zero.
struct SplitMix: Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// ln x for x > 0, from basic arithmetic only, so that it is the same everywhere (C libraries differ in the last bit).
func naturalLogarithm(_ value: Double) -> Double {
    guard value > 0 else { return -745 }
    // x = 2^e * m with m in 1 ..< 2; ln m = 2 atanh((m - 1) / (m + 1)), a series in a number below 1/3.
    let ratio = (value.significand - 1) / (value.significand + 1)
    let square = ratio * ratio
    var term = ratio
    var sum = ratio
    var divisor = 3.0
    while divisor < 40 {
        term *= square
        sum += term / divisor
        divisor += 2
    }
    return Double(value.exponent) * 0.693147180559945309417 + 2 * sum
}
