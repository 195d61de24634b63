/// How bad the source says it is, from least to worst.
public enum Severity: UInt8, Comparable, CaseIterable, Sendable, BitwiseCopyable {
    case info = 0
    case warning
    case minor
    case major
    case critical

    /// The name in events, records and configuration.
    public var name: String {
        switch self {
        case .info: "info"
        case .warning: "warning"
        case .minor: "minor"
        case .major: "major"
        case .critical: "critical"
        }
    }

    /// The severity of that exact name, nil for any other text.
    public init?(name: String) {
        guard let match = Severity.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }

    @inlinable
    public static func < (a: Severity, b: Severity) -> Bool { a.rawValue < b.rawValue }
}
