/// Hashing and comparing of byte strings: fixed seeds, so that every run does the same work in the same order.
public enum ByteHash {
    /// 64 bits over the bytes: multiply-and-fold over 8-byte words (after Wang Yi's wyhash).
    @inlinable
    public static func hash64(_ bytes: UnsafeRawBufferPointer, seed: UInt64) -> UInt64 {
        var state = seed ^ 0xA076_1D64_78BD_642F
        var at = 0
        let count = bytes.count
        while at + 8 <= count {
            state = fold(state ^ bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self), 0xE703_7ED1_A0B4_28DB)
            at += 8
        }
        var tail: UInt64 = 0
        if count >= 8 {
            if at < count { tail = bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self) }
        } else {
            var shift: UInt64 = 0
            while at < count {
                tail |= UInt64(bytes[at]) << shift
                shift += 8
                at += 1
            }
        }
        state = fold(state ^ tail, 0x8EBC_6AF0_9C88_C6E3)
        return fold(state ^ UInt64(count), 0x5899_65CC_7537_4CC3)
    }

    /// The high and low halves of a 128-bit product, folded together.
    @inlinable
    public static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }

    /// Whether two byte strings are equal.
    @inlinable
    public static func equal(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
        guard a.count == b.count else { return false }
        var at = 0
        let count = a.count
        while at + 8 <= count {
            if a.loadUnaligned(fromByteOffset: at, as: UInt64.self) != b.loadUnaligned(fromByteOffset: at, as: UInt64.self) { return false }
            at += 8
        }
        while at < count {
            if a[at] != b[at] { return false }
            at += 1
        }
        return true
    }

    /// Negative, zero or positive as `a` sorts before, with or after `b`, byte by byte, the shorter first.
    @inlinable
    public static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
        let count = min(a.count, b.count)
        var at = 0
        while at < count {
            if a[at] != b[at] { return Int(a[at]) - Int(b[at]) }
            at += 1
        }
        return a.count - b.count
    }
}
