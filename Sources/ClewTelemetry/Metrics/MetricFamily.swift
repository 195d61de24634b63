import Synchronization

/// All instruments of one name, told apart by the values of their labels.
///
/// Bounded: beyond `childrenMax` combinations every new one shares a child whose label values are all `other`.
public final class MetricFamily<Child: AnyObject & Sendable>: Sendable {
    public let name: String
    public let labelNames: [String]
    let help: String
    let kind: String
    let childrenMax: Int
    private let make: @Sendable () -> Child
    private let children = Mutex<[[String]: Child]>([:])

    init(_ name: String, _ help: String, kind: String, labelNames: [String], childrenMax: Int, make: @escaping @Sendable () -> Child) {
        precondition(MetricName.isValid(name), "'\(name)' is no metric name")
        precondition(labelNames.allSatisfy(MetricName.isValidLabel), "\(name): a label of \(labelNames) has no valid name")
        self.name = name
        self.help = help
        self.kind = kind
        self.labelNames = labelNames
        self.childrenMax = childrenMax
        self.make = make
    }

    /// The instrument for these label values, in the order of the label names; made at the first call. Keep it where it is used often.
    public func child(_ labelValues: String...) -> Child {
        child(labelValues)
    }

    /// The same, with the values as an array. A wrong number of values is a mistake in the program.
    public func child(_ labelValues: [String]) -> Child {
        precondition(labelValues.count == labelNames.count, "\(name) has the labels \(labelNames), not \(labelValues.count) of them")
        return children.withLock { children in
            if let child = children[labelValues] { return child }
            let key = children.count < childrenMax ? labelValues : labelNames.map { _ in "other" }
            if let child = children[key] { return child }
            let child = make()
            children[key] = child
            return child
        }
    }

    /// Takes an instrument out of the exposition, as for a partition that has gone. Handles to it no longer count.
    public func remove(_ labelValues: String...) {
        children.withLock { $0[labelValues] = nil }
    }

    public func removeAll() {
        children.withLock { $0 = [:] }
    }

    /// Label values and instruments, sorted by label values.
    var ordered: [(labelValues: [String], child: Child)] {
        let all = children.withLock { $0.map { (labelValues: $0.key, child: $0.value) } }
        return all.sorted { $0.labelValues.lexicographicallyPrecedes($1.labelValues) }
    }
}

public typealias CounterFamily = MetricFamily<Counter>
public typealias GaugeFamily = MetricFamily<Gauge>
public typealias HistogramFamily = MetricFamily<Histogram>

/// The grammar of Prometheus for names.
enum MetricName {
    static func isValid(_ name: String) -> Bool {
        isWord(name, colon: true)
    }

    /// `le` belongs to histograms, names that begin with two underscores to Prometheus.
    static func isValidLabel(_ name: String) -> Bool {
        isWord(name, colon: false) && name != "le" && !name.hasPrefix("__")
    }

    private static func isWord(_ name: String, colon: Bool) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "_"): true
            case UInt8(ascii: ":"): colon
            default: false
            }
        }
    }
}
