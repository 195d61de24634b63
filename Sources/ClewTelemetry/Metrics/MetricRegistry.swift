import Synchronization

/// The metrics of a process, and their text for Prometheus.
///
/// Names and labels are constants of the program: a wrong one, or the same name for two things, stops it at start.
public final class MetricRegistry: Sendable {
    private enum Family {
        case counter(CounterFamily)
        case gauge(GaugeFamily)
        case histogram(HistogramFamily)
    }
    private let families = Mutex<[String: Family]>([:])
    private let preparations = Mutex<[@Sendable () -> Void]>([])
    private let childrenMax: Int

    /// `childrenMax`: most label combinations of one name.
    public init(childrenMax: Int = 2_000) {
        self.childrenMax = max(1, childrenMax)
    }

    /// A counter without labels. Its name ends in `_total`.
    public func counter(_ name: String, _ help: String) -> Counter {
        counter(name, help, labels: []).child()
    }

    public func counter(_ name: String, _ help: String, labels: [String]) -> CounterFamily {
        register(
            name, CounterFamily(name, help, kind: "counter", labelNames: labels, childrenMax: childrenMax) { Counter() }, Family.counter
        ) { if case .counter(let family) = $0 { family } else { nil } }
    }

    /// A gauge without labels.
    public func gauge(_ name: String, _ help: String) -> Gauge {
        gauge(name, help, labels: []).child()
    }

    public func gauge(_ name: String, _ help: String, labels: [String]) -> GaugeFamily {
        register(
            name, GaugeFamily(name, help, kind: "gauge", labelNames: labels, childrenMax: childrenMax) { Gauge() }, Family.gauge
        ) { if case .gauge(let family) = $0 { family } else { nil } }
    }

    /// A histogram without labels; `bounds` are the upper bounds of its buckets, without the infinite one.
    public func histogram(_ name: String, _ help: String, bounds: [Double] = Histogram.secondsBounds) -> Histogram {
        histogram(name, help, labels: [], bounds: bounds).child()
    }

    public func histogram(
        _ name: String, _ help: String, labels: [String], bounds: [Double] = Histogram.secondsBounds
    ) -> HistogramFamily {
        let made = HistogramFamily(name, help, kind: "histogram", labelNames: labels, childrenMax: childrenMax) {
            Histogram(bounds: bounds)
        }
        return register(name, made, Family.histogram) { if case .histogram(let family) = $0 { family } else { nil } }
    }

    /// Runs before each exposition, on the thread that asks for it: to set what is only known on demand.
    public func beforeExposition(_ body: @escaping @Sendable () -> Void) {
        preparations.withLock { $0.append(body) }
    }

    /// All metrics in the text format 0.0.4, sorted by name and label values.
    public func exposition() -> String {
        for prepare in preparations.withLock({ $0 }) { prepare() }
        let all = families.withLock { Array($0) }.sorted { $0.key < $1.key }
        var text = ""
        for (_, family) in all {
            switch family {
            case .counter(let family): Exposition.family(family, to: &text)
            case .gauge(let family): Exposition.family(family, to: &text)
            case .histogram(let family): Exposition.family(family, to: &text)
            }
        }
        return text
    }

    /// The family of that name, the present one if there is one of the same kind and labels.
    private func register<Child>(
        _ name: String, _ family: MetricFamily<Child>, _ wrap: (MetricFamily<Child>) -> Family, _ unwrap: (Family) -> MetricFamily<Child>?
    ) -> MetricFamily<Child> {
        families.withLock { families in
            guard let present = families[name] else {
                families[name] = wrap(family)
                return family
            }
            let same = unwrap(present)
            precondition(same?.labelNames == family.labelNames, "metric \(name) is registered twice, as different things")
            return same ?? family
        }
    }
}

/// The Prometheus text format, version 0.0.4.
public enum Exposition {
    /// Of an HTTP response with it.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    static func family<Child: Instrument>(_ family: MetricFamily<Child>, to text: inout String) {
        let children = family.ordered
        guard !children.isEmpty else { return }
        text += "# HELP \(family.name) \(escaped(family.help, quotes: false))\n# TYPE \(family.name) \(family.kind)\n"
        for (labelValues, child) in children {
            let labels = zip(family.labelNames, labelValues).map { "\($0)=\"\(escaped($1, quotes: true))\"" }.joined(separator: ",")
            child.expose(family.name, labels, to: &text)
        }
    }

    static func sample(_ name: String, _ labels: String, _ value: Double, to text: inout String) {
        text += name
        if !labels.isEmpty { text += "{\(labels)}" }
        text += " \(number(value))\n"
    }

    /// A whole number without a fraction, the special values as Prometheus spells them.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if let whole = Int64(exactly: value) { return "\(whole)" }
        return "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
