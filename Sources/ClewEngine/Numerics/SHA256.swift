/// SHA-256 (FIPS 180-4), for ids and versions that are derived from content. Not for secrets: nothing is constant-time.
public struct SHA256 {
    private var state: (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) = (
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19
    )
    /// The block being filled, as big-endian words.
    private var words = InlineArray<16, UInt32>(repeating: 0)
    private var filled = 0
    private var length: UInt64 = 0

    public init() {}

    /// Feeds bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        length += UInt64(bytes.count)
        var at = 0
        while at < bytes.count {
            if filled == 0, bytes.count - at >= 64 {
                // Whole blocks, a word at a time.
                for word in 0..<16 {
                    words[word] = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: at &+ 4 &* word, as: UInt32.self))
                }
                compress()
                at &+= 64
            } else {
                push(bytes[at])
                at &+= 1
            }
        }
    }

    /// Feeds the UTF-8 of a string.
    public mutating func update(_ text: String) {
        var text = text
        text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    /// Feeds an integer as 8 bytes, big endian.
    public mutating func update(_ value: UInt64) {
        withUnsafeBytes(of: value.bigEndian) { update($0) }
    }

    /// The digest as eight words; the hasher is used up.
    public mutating func finish() -> [UInt32] {
        pad()
        return [state.0, state.1, state.2, state.3, state.4, state.5, state.6, state.7]
    }

    /// The first 64 bits of the digest; the hasher is used up.
    mutating func finishPrefix() -> UInt64 {
        pad()
        return UInt64(state.0) << 32 | UInt64(state.1)
    }

    /// The digest as 64 hexadecimal digits; the hasher is used up.
    public mutating func finishHex() -> String {
        finish().map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    @inline(__always)
    private mutating func push(_ byte: UInt8) {
        let word = filled >> 2
        words[word] = words[word] << 8 | UInt32(byte)
        filled += 1
        if filled == 64 { compress() }
    }

    /// A one bit, zeros, and the length in bits at the end of a block.
    private mutating func pad() {
        let bits = length * 8
        push(0x80)
        while filled & 3 != 0 { push(0) }
        if filled > 56 {
            for word in (filled >> 2)..<16 { words[word] = 0 }
            compress()
        }
        for word in (filled >> 2)..<14 { words[word] = 0 }
        words[14] = UInt32(truncatingIfNeeded: bits >> 32)
        words[15] = UInt32(truncatingIfNeeded: bits)
        compress()
    }

    private static let constants: [UInt32] = [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ]

    /// Takes the full block.
    private mutating func compress() {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
            for i in 0..<16 { w[i] = words[i] }
            for i in 16..<64 {
                let s0 = SHA256.rotate(w[i &- 15], 7) ^ SHA256.rotate(w[i &- 15], 18) ^ (w[i &- 15] >> 3)
                let s1 = SHA256.rotate(w[i &- 2], 17) ^ SHA256.rotate(w[i &- 2], 19) ^ (w[i &- 2] >> 10)
                w[i] = w[i &- 16] &+ s0 &+ w[i &- 7] &+ s1
            }
            SHA256.constants.withUnsafeBufferPointer { rounds(UnsafeBufferPointer(w), $0) }
        }
        filled = 0
    }

    /// Eight rounds at a time, so that the words change names instead of places.
    private mutating func rounds(_ w: UnsafeBufferPointer<UInt32>, _ k: UnsafeBufferPointer<UInt32>) {
        var (a, b, c, d, e, f, g, h) = state
        var i = 0
        while i < 64 {
            SHA256.round(a, b, c, &d, e, f, g, &h, k[i] &+ w[i])
            SHA256.round(h, a, b, &c, d, e, f, &g, k[i &+ 1] &+ w[i &+ 1])
            SHA256.round(g, h, a, &b, c, d, e, &f, k[i &+ 2] &+ w[i &+ 2])
            SHA256.round(f, g, h, &a, b, c, d, &e, k[i &+ 3] &+ w[i &+ 3])
            SHA256.round(e, f, g, &h, a, b, c, &d, k[i &+ 4] &+ w[i &+ 4])
            SHA256.round(d, e, f, &g, h, a, b, &c, k[i &+ 5] &+ w[i &+ 5])
            SHA256.round(c, d, e, &f, g, h, a, &b, k[i &+ 6] &+ w[i &+ 6])
            SHA256.round(b, c, d, &e, f, g, h, &a, k[i &+ 7] &+ w[i &+ 7])
            i &+= 8
        }
        state = (
            state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e, state.5 &+ f, state.6 &+ g, state.7 &+ h
        )
    }

    @inline(__always)
    private static func round(
        _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32, _ g: UInt32, _ h: inout UInt32, _ x: UInt32
    ) {
        let s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
        let t = h &+ s1 &+ (g ^ (e & (f ^ g))) &+ x
        let s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
        d = d &+ t
        h = t &+ s0 &+ ((a & b) | (c & (a | b)))
    }

    @inline(__always)
    private static func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
}
