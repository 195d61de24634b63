internal import ClewEngine

/// Growing bytes with one owner, written through a bare pointer: what a record is put together in.
///
/// Every writer of variable length asks for its room once; numbers and times have a fixed longest length.
struct RecordWriter: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0
    /// The day of the last time written, and its date as text: nearly always the next one's too.
    private var day = Int.min
    private var date: (UInt64, UInt32) = (0, 0)

    init() {
        capacity = 16_384
        base = .allocate(capacity: capacity)
    }

    deinit { base.deallocate() }

    var bytes: Bytes { Bytes(start: base, count: count) }

    /// A stretch of what was written; valid until more is.
    func slice(_ range: Range<Int>) -> Bytes { Bytes(start: base + range.lowerBound, count: range.count) }

    mutating func removeAll() { count = 0 }

    /// Room for `size` more bytes.
    @inline(__always)
    private mutating func room(_ size: Int) {
        if count + size > capacity { grow(size) }
    }

    @inline(never)
    private mutating func grow(_ size: Int) {
        let larger = max(capacity * 2, count + size)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        moved.update(from: base, count: count)
        base.deallocate()
        base = moved
        capacity = larger
    }

    @inline(__always)
    mutating func put(_ literal: StaticString) {
        let size = literal.utf8CodeUnitCount
        room(size)
        UnsafeMutableRawPointer(base + count).copyMemory(from: literal.utf8Start, byteCount: size)
        count += size
    }

    @inline(__always)
    mutating func put(byte: UInt8) {
        room(1)
        base[count] = byte
        count += 1
    }

    /// Bytes that are valid where they stand.
    mutating func put(raw bytes: Bytes) {
        guard let from = bytes.baseAddress, bytes.count > 0 else { return }
        room(bytes.count)
        UnsafeMutableRawPointer(base + count).copyMemory(from: from, byteCount: bytes.count)
        count += bytes.count
    }

    // MARK: Text within a JSON string

    /// Text within a string: escaped as JSON wants it, and made valid UTF-8 (U+FFFD for what is not).
    @inline(__always)
    mutating func put(text bytes: Bytes) {
        room(bytes.count)
        guard let from = bytes.baseAddress else { return }
        let out = base + count
        var at = 0
        // Eight bytes at a time, while none of them needs care: a control character, a quote, a backslash, not ASCII.
        while at + 8 <= bytes.count {
            let word = from.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            if RecordWriter.needsCare(word) { break }
            UnsafeMutableRawPointer(out + at).storeBytes(of: word, as: UInt64.self)
            at += 8
        }
        // The last eight bytes once more: most texts end so.
        if at < bytes.count, bytes.count - at < 8, bytes.count >= 8 {
            let word = from.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
            if !RecordWriter.needsCare(word) {
                UnsafeMutableRawPointer(out + bytes.count - 8).storeBytes(of: word, as: UInt64.self)
                at = bytes.count
            }
        }
        while at < bytes.count {
            let byte = bytes[at]
            if byte < 0x20 || byte >= 0x80 || byte == 0x22 || byte == 0x5C { break }
            out[at] = byte
            at += 1
        }
        count += at
        if at < bytes.count { putCarefully(bytes.slice(at, bytes.count)) }
    }

    @inline(__always)
    private static func needsCare(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let tops: UInt64 = 0x8080_8080_8080_8080
        let quote = word ^ (ones &* 0x22)
        let slash = word ^ (ones &* 0x5C)
        let low = (word &- (ones &* 0x20)) & ~word
        return ((quote &- ones) & ~quote | (slash &- ones) & ~slash | low | word) & tops != 0
    }

    private mutating func putCarefully(_ bytes: Bytes) {
        // At most six bytes for one.
        room(bytes.count * 6)
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            if byte < 0x80 {
                putASCII(byte)
                at += 1
                continue
            }
            let size = RecordWriter.characterLength(bytes, at)
            if size == 0 {
                put("\u{FFFD}")
                at += 1
            } else {
                for index in at..<(at + size) { put(byte: bytes[index]) }
                at += size
            }
        }
    }

    private mutating func putASCII(_ byte: UInt8) {
        switch byte {
        case 0x22: put("\\\"")
        case 0x5C: put("\\\\")
        case 0x0A: put("\\n")
        case 0x0D: put("\\r")
        case 0x09: put("\\t")
        case 0x00..<0x20, 0x7F:
            put("\\u00")
            put(byte: RecordWriter.hexDigit(byte >> 4))
            put(byte: RecordWriter.hexDigit(byte & 15))
        default: put(byte: byte)
        }
    }

    /// Bytes of the well-formed UTF-8 character at `at` (not ASCII); 0 if there is none.
    private static func characterLength(_ b: Bytes, _ at: Int) -> Int {
        let first = b[at]
        let size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard first >= 0xC2, first <= 0xF4, at + size <= b.count else { return 0 }
        for index in (at + 1)..<(at + size) where b[index] & 0xC0 != 0x80 { return 0 }
        let second = b[at + 1]
        switch first {
        case 0xE0 where second < 0xA0, 0xED where second > 0x9F, 0xF0 where second < 0x90, 0xF4 where second > 0x8F: return 0
        default: return size
        }
    }

    static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }

    /// A whole string with its quotes.
    @inline(__always)
    mutating func put(string bytes: Bytes) {
        put(byte: 0x22)
        put(text: bytes)
        put(byte: 0x22)
    }

    // MARK: Numbers

    mutating func put(integer value: UInt64) { put(value, pointBefore: 0) }

    mutating func put(integer value: Int) {
        if value < 0 { put(byte: 0x2D) }
        put(integer: UInt64(value.magnitude))
    }

    /// A number with a fixed count of digits after the point (0 to 6), half away from zero; beyond 10¹² in
    /// scientific form. What is no number (which the engine never gives) becomes 0.
    mutating func put(_ value: Double, fraction digits: Int) {
        guard value.magnitude < 1e12 else {
            put(scientific: value)
            return
        }
        let scaled = RecordWriter.rounded(value.magnitude * RecordWriter.powers[digits])
        if value < 0, scaled > 0 { put(byte: 0x2D) }
        put(scaled, pointBefore: digits)
    }

    /// The nearest whole number to one of 0 to 9·10¹⁸, half away from zero.
    @inline(__always)
    private static func rounded(_ value: Double) -> UInt64 {
        let whole = Int64(value)
        // Exact: where a number has a fraction, it is less than 2⁵².
        return UInt64(value - Double(whole) >= 0.5 ? whole + 1 : whole)
    }

    /// The decimal digits of a number, a point before the last `fraction` of them; at least one stands before the point.
    @inline(__always)
    private mutating func put(_ value: UInt64, pointBefore fraction: Int) {
        room(22)
        let out = base + count
        var at = max(RecordWriter.digits(value), fraction &+ 1) &+ (fraction > 0 ? 1 : 0)
        count &+= at
        var rest = value
        if fraction > 0 {
            let point = at &- fraction &- 1
            while at > point &+ 1 { RecordWriter.putLastDigit(of: &rest, out, &at) }
            out[point] = 0x2E
            at = point
        }
        while at > 0 { RecordWriter.putLastDigit(of: &rest, out, &at) }
    }

    @inline(__always)
    private static func putLastDigit(of rest: inout UInt64, _ out: UnsafeMutablePointer<UInt8>, _ at: inout Int) {
        let tenth = rest / 10
        at &-= 1
        out[at] = 48 &+ UInt8(truncatingIfNeeded: rest &- tenth &* 10)
        rest = tenth
    }

    /// Decimal digits of a number, 1 for 0.
    @inline(__always)
    private static func digits(_ value: UInt64) -> Int {
        var digits = 1
        var rest = value
        while rest >= 10_000 {
            digits &+= 4
            rest /= 10_000
        }
        return rest < 100 ? (rest < 10 ? digits : digits &+ 1) : rest < 1000 ? digits &+ 2 : digits &+ 3
    }

    /// A number as one digit, a point, four digits, and its power of ten: `5.1000e-03`; 0 as `0.0000e+00`.
    mutating func put(scientific value: Double) {
        let amount = value.isFinite ? value.magnitude : value.isNaN ? 0 : Double.greatestFiniteMagnitude
        if amount < 1e-300 {
            put("0.0000e+00")
            return
        }
        if value < 0 { put(byte: 0x2D) }
        var exponent = Int((Double(amount.exponent) * 0.301_029_995_663_981_2).rounded(.down))
        var mantissa = RecordWriter.shifted(amount, by: 4 - exponent)
        if mantissa >= 99_999.5 {
            exponent += 1
            mantissa = RecordWriter.shifted(amount, by: 4 - exponent)
        } else if mantissa < 9_999.5 {
            exponent -= 1
            mantissa = RecordWriter.shifted(amount, by: 4 - exponent)
        }
        let digits = min(max(RecordWriter.rounded(mantissa), 10_000), 99_999)
        put(byte: 48 + UInt8(digits / 10_000))
        put(byte: 0x2E)
        put(padded: digits % 10_000, digits: 4)
        put(byte: 0x65)
        put(byte: exponent < 0 ? 0x2D : 0x2B)
        put(padded: UInt64(exponent.magnitude), digits: exponent.magnitude > 99 ? 3 : 2)
    }

    private static func shifted(_ value: Double, by power: Int) -> Double {
        var result = value
        var rest = power
        while rest > 22 {
            result *= 1e22
            rest -= 22
        }
        while rest < -22 {
            result /= 1e22
            rest += 22
        }
        return rest >= 0 ? result * powers[rest] : result / powers[-rest]
    }

    /// 10⁰ to 10²²: those that a Double holds exactly.
    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ]

    /// The last `digits` digits, led by zeros.
    @inline(__always)
    private mutating func put(padded value: UInt64, digits: Int) {
        room(digits)
        var rest = value
        var at = digits - 1
        while at >= 0 {
            base[count + at] = 48 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            at -= 1
        }
        count += digits
    }

    // MARK: Times

    /// RFC 3339 in UTC with milliseconds (cut), in quotes. Outside the years 0 to 9999 the nearest that can be written.
    mutating func put(time: EventTime) {
        let least: Int64 = -62_167_219_200_000
        let most: Int64 = 253_402_300_799_999
        let floored = time.microseconds / 1000 - (time.microseconds % 1000 < 0 ? 1 : 0)
        let milliseconds = Int(min(max(floored, least), most)) - Int(least)
        let days = milliseconds / 86_400_000
        let rest = UInt32(truncatingIfNeeded: milliseconds - days * 86_400_000)
        room(28)
        if days != day { setDate(days) }
        let out = UnsafeMutableRawPointer(base + count)
        // "2026-11-23T10:15:30.123Z" with its quotes: 26 bytes.
        out.storeBytes(of: UInt8(0x22), as: UInt8.self)
        out.storeBytes(of: date.0, toByteOffset: 1, as: UInt64.self)
        out.storeBytes(of: date.1, toByteOffset: 9, as: UInt32.self)
        pair(12, rest / 3_600_000)
        base[count + 14] = 0x3A
        pair(15, rest / 60_000 % 60)
        base[count + 17] = 0x3A
        pair(18, rest / 1000 % 60)
        base[count + 20] = 0x2E
        base[count + 21] = 48 + UInt8(truncatingIfNeeded: rest % 1000 / 100)
        pair(22, rest % 100)
        base[count + 24] = 0x5A
        base[count + 25] = 0x22
        count += 26
    }

    @inline(__always)
    private mutating func pair(_ offset: Int, _ value: UInt32) {
        base[count + offset] = 48 + UInt8(truncatingIfNeeded: value / 10)
        base[count + offset + 1] = 48 + UInt8(truncatingIfNeeded: value % 10)
    }

    /// Makes `date` the text `2026-11-23T` of a day counted from 0000-01-01.
    private mutating func setDate(_ days: Int) {
        day = days
        let shifted = days - 719_528 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        var text: UInt64 = 0
        let digits = [year / 1000, year / 100 % 10, year / 10 % 10, year % 10, -3, month / 10, month % 10, -3]
        for (index, digit) in digits.enumerated() { text |= UInt64(48 + digit) << UInt64(index * 8) }
        date.0 = text.littleEndian
        date.1 = (UInt32(48 + dayOfMonth / 10) | UInt32(48 + dayOfMonth % 10) << 8 | UInt32(0x54) << 16).littleEndian
    }
}
