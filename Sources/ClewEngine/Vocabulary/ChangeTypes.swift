/// Which types of events are changes: names, in which `*` stands for any characters and `?` for one.
public struct ChangeTypes: ~Copyable {
    private enum Membership: UInt8 { case unknown, outside, inside }

    private let patterns: [[UInt8]]
    /// By type name, so that each is compared once.
    private var known = Table<UInt8>()

    /// Without patterns no event is a change.
    public init(_ patterns: [String]) { self.patterns = patterns.map { Array($0.utf8) } }

    /// Whether events of a type are changes.
    @inline(__always)
    public mutating func contains(_ type: NameID, _ names: borrowing Names) -> Bool {
        patterns.isEmpty ? false : find(type, names)
    }

    private mutating func find(_ type: NameID, _ names: borrowing Names) -> Bool {
        let index = Int(type.index)
        if index >= known.count { known.resize(to: index + 256, filling: Membership.unknown.rawValue) }
        if known[index] == Membership.unknown.rawValue {
            let isInside = names.withBytes(type) { name in patterns.contains { Glob.matches(name, $0) } }
            known[index] = (isInside ? Membership.inside : Membership.outside).rawValue
        }
        return known[index] == Membership.inside.rawValue
    }
}
