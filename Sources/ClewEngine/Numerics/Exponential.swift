/// Elementary functions in plain arithmetic: the C library's differ between platforms in the last bit, and the engine
/// must give the same incidents everywhere. Relative error below 1e-14, where the method needs 1e-12 (algorithm.md §14).
package enum Elementary {
    /// e to the power x; 0 below -700.
    @inline(__always)
    package static func exp(_ x: Double) -> Double {
        if x == 0 { return 1 }
        if x < -700 { return 0 }
        if x > 700 { return .greatestFiniteMagnitude }
        // x = n ln 2 + r, |r| <= 0.35; adding and subtracting 1.5 * 2^52 rounds to the nearest integer.
        let shifter = 6_755_399_441_055_744.0
        let n = (x * 1.442_695_040_888_963_4 + shifter) - shifter
        let r = (x - n * 6.931_471_803_691_238_2e-1) - n * 1.908_214_929_270_587_7e-10
        // Taylor to degree 12, evaluated in two chains so that they overlap in the pipeline.
        let r2 = r * r
        let even =
            1 + r2 * (0.5 + r2 * (1 / 24.0 + r2 * (1 / 720.0 + r2 * (1 / 40320.0 + r2 * (1 / 3_628_800.0 + r2 * (1 / 479_001_600.0))))))
        let odd = r * (1 + r2 * (1 / 6.0 + r2 * (1 / 120.0 + r2 * (1 / 5040.0 + r2 * (1 / 362_880.0 + r2 * (1 / 39_916_800.0))))))
        return (even + odd) * Double(bitPattern: UInt64(bitPattern: Int64(n) + 1023) << 52)
    }

    /// e to the power -x of a non-negative age x; an age below 0 counts as 0.
    @inline(__always)
    package static func decay(_ age: Double, over tau: Double) -> Double {
        age > 0 ? exp(-age / tau) : 1
    }

    /// The natural logarithm of a positive, finite, normal number.
    package static func log(_ x: Double) -> Double {
        let bits = x.bitPattern
        var exponent = Int64(bits >> 52) - 1023
        var m = Double(bitPattern: (bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000)
        if m > 1.414_213_562_373_095_1 {
            m *= 0.5
            exponent += 1
        }
        // ln m = 2 artanh(s), s = (m - 1) / (m + 1), |s| <= 0.1716: the series to s^21.
        let s = (m - 1) / (m + 1)
        let s2 = s * s
        let high = 1 / 13.0 + s2 * (1 / 15.0 + s2 * (1 / 17.0 + s2 * (1 / 19.0 + s2 / 21.0)))
        let series = 1 + s2 * (1 / 3.0 + s2 * (1 / 5.0 + s2 * (1 / 7.0 + s2 * (1 / 9.0 + s2 * (1 / 11.0 + s2 * high)))))
        return Double(exponent) * 6.931_471_803_691_238_2e-1 + (2 * s * series + Double(exponent) * 1.908_214_929_270_587_7e-10)
    }
}
