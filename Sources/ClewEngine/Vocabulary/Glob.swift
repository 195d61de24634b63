/// Patterns of names: `*` stands for any characters, `?` for one.
public enum Glob {
    /// Whether a name fits a pattern, both UTF-8. O(name · pattern) at worst.
    public static func matches(_ name: UnsafeRawBufferPointer, _ pattern: [UInt8]) -> Bool {
        let (any, one) = (UInt8(ascii: "*"), UInt8(ascii: "?"))
        var (at, p) = (0, 0)
        // Where the last star stands, and how much of the name it takes.
        var (star, taken) = (-1, 0)
        while at < name.count {
            if p < pattern.count, pattern[p] == any {
                (star, taken) = (p, at)
                p += 1
            } else if p < pattern.count, pattern[p] == one {
                at = next(name, at)
                p += 1
            } else if p < pattern.count, pattern[p] == name[at] {
                at += 1
                p += 1
            } else if star >= 0 {
                taken = next(name, taken)
                (at, p) = (taken, star + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == any }
    }

    /// The begin of the next character of UTF-8.
    private static func next(_ name: UnsafeRawBufferPointer, _ at: Int) -> Int {
        var at = at + 1
        while at < name.count, name[at] & 0xC0 == 0x80 { at += 1 }
        return at
    }
}
