import Synchronization

/// What one kind of instrument adds to the exposition.
protocol Instrument: AnyObject, Sendable {
    /// Appends its samples; `labels` is `a="x",b="y"` or empty.
    func expose(_ name: String, _ labels: String, to text: inout String)
}

/// A total that only grows. Safe and cheap from any thread.
public final class Counter: Sendable {
    private let bits = Atomic<UInt64>(0)

    init() {}

    /// The total so far.
    public var value: Double {
        Double(bitPattern: bits.load(ordering: .relaxed))
    }

    /// Adds; an amount that is negative or not a number is ignored.
    public func increment(by amount: Double = 1) {
        guard amount > 0 else { return }
        bits.addDouble(amount)
    }

    /// Adds a whole number; a negative one is ignored.
    public func increment(by amount: Int) {
        increment(by: Double(amount))
    }

    /// Takes over a total that is kept elsewhere; one below the present total is ignored, so that it never goes back.
    public func mirror(_ total: Double) {
        var old = bits.load(ordering: .relaxed)
        while total > Double(bitPattern: old) {
            let (exchanged, original) = bits.weakCompareExchange(expected: old, desired: total.bitPattern, ordering: .relaxed)
            if exchanged { return }
            old = original
        }
    }

    /// Takes over a whole total that is kept elsewhere.
    public func mirror(_ total: Int) {
        mirror(Double(total))
    }
}

extension Counter: Instrument {
    func expose(_ name: String, _ labels: String, to text: inout String) {
        Exposition.sample(name, labels, value, to: &text)
    }
}

/// A value that goes up and down. Safe and cheap from any thread.
public final class Gauge: Sendable {
    private let bits = Atomic<UInt64>(0)

    init() {}

    public var value: Double {
        Double(bitPattern: bits.load(ordering: .relaxed))
    }

    /// Sets it; not a number is legal, and says that there is no value at present.
    public func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    public func set(_ value: Int) {
        set(Double(value))
    }

    public func add(_ amount: Double) {
        bits.addDouble(amount)
    }
}

extension Gauge: Instrument {
    func expose(_ name: String, _ labels: String, to text: inout String) {
        Exposition.sample(name, labels, value, to: &text)
    }
}

/// A distribution: counts of values up to each bound, their sum. Safe from any thread.
public final class Histogram: Sendable {
    private struct State {
        /// Values above the former bound and up to this one; the last is above all.
        var counts: [UInt64]
        var sum = 0.0
    }
    private let bounds: [Double]
    private let state: Mutex<State>

    /// Sorts the bounds, drops doubled ones and what is not finite.
    init(bounds: [Double]) {
        var ordered: [Double] = []
        for bound in bounds.filter(\.isFinite).sorted() where ordered.last != bound { ordered.append(bound) }
        self.bounds = ordered
        state = Mutex(State(counts: Array(repeating: 0, count: ordered.count + 1)))
    }

    /// Counts a value; what is not a number is ignored.
    public func observe(_ value: Double) {
        observe(value, count: 1)
    }

    /// Counts a value that came up several times.
    public func observe(_ value: Double, count: Int) {
        guard !value.isNaN, count > 0 else { return }
        let index = bucket(value)
        state.withLock { state in
            state.counts[index] += UInt64(count)
            state.sum += value * Double(count)
        }
    }

    /// Number of values so far.
    public var count: UInt64 {
        state.withLock { $0.counts.reduce(0, +) }
    }

    /// The first bound that is not below the value, by halving.
    private func bucket(_ value: Double) -> Int {
        var low = 0
        var high = bounds.count
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// `count` bounds, each `factor` times the one before.
    public static func exponentialBounds(from start: Double, factor: Double, count: Int) -> [Double] {
        var bounds: [Double] = []
        var bound = start
        for _ in 0..<max(0, count) {
            bounds.append(bound)
            bound *= factor
        }
        return bounds
    }

    /// For durations from a millisecond to ten seconds.
    public static let secondsBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
}

extension Histogram: Instrument {
    func expose(_ name: String, _ labels: String, to text: inout String) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        let separator = labels.isEmpty ? "" : ","
        var total: UInt64 = 0
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < bounds.count ? Exposition.number(bounds[index]) : "+Inf"
            Exposition.sample(name + "_bucket", "\(labels)\(separator)le=\"\(bound)\"", Double(total), to: &text)
        }
        Exposition.sample(name + "_sum", labels, sum, to: &text)
        Exposition.sample(name + "_count", labels, Double(total), to: &text)
    }
}

extension Atomic where Value == UInt64 {
    /// Adds to the double whose bits are stored.
    borrowing func addDouble(_ amount: Double) {
        var old = load(ordering: .relaxed)
        while true {
            let sum = Double(bitPattern: old) + amount
            let (exchanged, original) = weakCompareExchange(expected: old, desired: sum.bitPattern, ordering: .relaxed)
            if exchanged { return }
            old = original
        }
    }
}
