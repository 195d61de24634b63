public import ClewEngine

/// Evidence for a reader: in words as a record's `why` has it, and its factors.
public struct EvidenceWords: ~Copyable {
    private var encoder = IncidentEncoder(versions: RecordVersions(clew: "", config: "", topology: "", model: nil))

    public init() {}

    /// Why an alert is (or, for a rejected link, might have been) where it is: `4 min after … which is still on; …`.
    public mutating func why(_ link: Link, of alert: AlertName, names: borrowing Names) -> String {
        encoder.plain { $0.why(link, of: alert, names) }
    }

    /// The link as the object that a record shows.
    public mutating func json(_ link: Link, of alert: AlertName, names: borrowing Names) -> String {
        encoder.plain { $0.write(link, of: alert, names) }
    }

    /// An alert's key as records show it, escaped as within a JSON string.
    public mutating func key(_ alert: AlertName, names: borrowing Names) -> String {
        encoder.plain { $0.key(alert, names) }
    }

    /// The factors that multiply to the odds, by their names in the record.
    public static func factors(_ link: Link) -> [(name: String, value: Double)] {
        var all: [(String, Double)]
        switch link.relation {
        case .same, .up: all = [("topology", link.topology), ("propagation", link.propagation)]
        case .sib: all = [("topology", link.topology), ("failing", link.failing), ("propagation", link.propagation)]
        case .selfAgain: all = [("recurrence", link.propagation)]
        case .far: return [("share", link.topology), ("rate", link.lagDensity), ("quiet", link.background)]
        }
        all += [("lag", link.lagDensity), ("background", link.background)]
        if link.stage == .settledAfterClear { all.append(("cleared_together", link.clearedFactor)) }
        return all
    }
}
