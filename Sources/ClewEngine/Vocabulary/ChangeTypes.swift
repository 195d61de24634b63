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
            let isInside = names.withBytes(type) { name in patterns.contains { ChangeTypes.matches(name, $0) } }
            known[index] = (isInside ? Membership.inside : Membership.outside).rawValue
        }
        return known[index] == Membership.inside.rawValue
    }

    /// Whether a name fits a pattern. O(name · pattern) at worst.
    static func matches(_ name: UnsafeRawBufferPointer, _ pattern: [UInt8]) -> Bool {
        let (any, one) = (UInt8(ascii: "*"), UInt8(ascii: "?"))
        var (at, p) = (0, 0)
        // Where the last star stands, and how much of the name it takes.
        var (star, taken) = (-1, 0)
        while at < name.count {
            if p < pattern.count, pattern[p] == any {
                (star, taken) = (p, at)
                p += 1
            } else if p < pattern.count, pattern[p] == one || pattern[p] == name[at] {
                at += 1
                // One stands for a whole character of UTF-8.
                if pattern[p] == one { while at < name.count, name[at] & 0xC0 == 0x80 { at += 1 } }
                p += 1
            } else if star >= 0 {
                taken += 1
                (at, p) = (taken, star + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == any }
    }
}
