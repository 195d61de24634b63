internal import ClewEngine

/// Reading of points in time: RFC 3339 texts, and epoch numbers whose unit is told by their magnitude.
enum Timestamp {
    /// Days from 1970-01-01 to a date of the proleptic Gregorian calendar (after Howard Hinnant).
    @inline(__always)
    static func days(year: Int, month: Int, day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    @inline(__always)
    private static func two(_ b: Bytes, _ at: Int) -> Int {
        let tens = Int(b[at]) - 48
        let ones = Int(b[at + 1]) - 48
        return UInt(bitPattern: tens) <= 9 && UInt(bitPattern: ones) <= 9 ? tens * 10 + ones : -1_000_000
    }

    /// Reads a text: RFC 3339 with any offset and any number of fraction digits (cut to microseconds), or the digits
    /// of an epoch number. nil if it is neither.
    static func parse(_ text: Bytes) -> EventTime? {
        if text.count >= 20, text[4] == UInt8(ascii: "-") { return rfc3339(text) }
        return epoch(text)
    }

    /// RFC 3339; a blank or a small `t` may stand for the `T`, and the offset may be written otherwise.
    static func rfc3339(_ b: Bytes) -> EventTime? {
        guard b.count >= 20, b[4] == UInt8(ascii: "-"), b[7] == UInt8(ascii: "-"), b[13] == UInt8(ascii: ":"),
            b[16] == UInt8(ascii: ":"), b[10] | 0x20 == UInt8(ascii: "t") || b[10] == UInt8(ascii: " ")
        else { return nil }
        let year = two(b, 0) * 100 + two(b, 2)
        let month = two(b, 5)
        let day = two(b, 8)
        let hour = two(b, 11)
        let minute = two(b, 14)
        let second = two(b, 17)
        // A leap second counts as the first of the next minute.
        guard year >= 0, month >= 1, month <= 12, day >= 1, day <= 28 || day <= daysIn(month: month, year: year),
            hour >= 0, hour <= 23, minute >= 0, minute <= 59, second >= 0, second <= 60
        else { return nil }
        var at = 19
        var fraction = 0
        if b[at] == UInt8(ascii: ".") || b[at] == UInt8(ascii: ",") {
            at += 1
            let begin = at
            var scale = 100_000
            while at < b.count, b[at] >= 48, b[at] <= 57 {
                fraction += Int(b[at] - 48) * scale
                scale /= 10
                at += 1
            }
            if at == begin { return nil }
        }
        guard let offset = offset(b, at) else { return nil }
        let seconds = days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        return EventTime(microseconds: Int64(seconds * 1_000_000 + fraction))
    }

    /// Seconds east of UTC of the offset that makes up the rest of the text: `Z`, `+01:00`, `+0100`, `+01` or `UTC`;
    /// a blank may stand before it.
    @inline(__always)
    private static func offset(_ b: Bytes, _ from: Int) -> Int? {
        let at = from < b.count && b[from] == UInt8(ascii: " ") ? from + 1 : from
        let rest = b.count - at
        if rest == 1, b[at] | 0x20 == UInt8(ascii: "z") { return 0 }
        if rest == 3, ByteHash.equal(b.slice(at, b.count), Bytes("UTC")) { return 0 }
        guard rest == 3 || rest == 5 || rest == 6 && b[at + 3] == UInt8(ascii: ":") else { return nil }
        let sign = b[at] == UInt8(ascii: "+") ? 1 : b[at] == UInt8(ascii: "-") ? -1 : 0
        guard sign != 0 else { return nil }
        let hours = two(b, at + 1)
        let minutes = rest == 3 ? 0 : two(b, b.count - 2)
        guard hours >= 0, hours <= 23, minutes >= 0, minutes <= 59 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    /// An epoch number: below 10¹¹ (by amount) seconds, below 10¹⁴ milliseconds, below 10¹⁷ microseconds, else
    /// nanoseconds; cut to microseconds. Computed in integers, so that nothing is lost. nil if it is no such number.
    static func epoch(_ b: Bytes) -> EventTime? {
        guard let number = Decimal(b) else { return nil }
        // A whole number of at most 18 digits before the point; further digits are below what is kept.
        guard let whole = number.scaled(by: 0) else { return nil }
        let unit: Int
        switch whole.magnitude {
        case ..<100_000_000_000: unit = 6
        case ..<100_000_000_000_000: unit = 3
        case ..<100_000_000_000_000_000: unit = 0
        default: unit = -3
        }
        return number.scaled(by: unit).map { EventTime(microseconds: $0) }
    }
}

/// A decimal number as its digits and exponent.
struct Decimal {
    private var negative: Bool
    /// The first 19 significant digits at most.
    private var digits: UInt64
    /// Value = digits · 10^exponent.
    private var exponent: Int

    /// Reads the text of a JSON number; nil for anything else.
    init?(_ b: Bytes) {
        var at = 0
        negative = b.count > 0 && b[0] == UInt8(ascii: "-")
        if negative { at = 1 }
        digits = 0
        exponent = 0
        var kept = 0
        var seen = false
        var point = false
        while at < b.count {
            let c = b[at]
            if c == UInt8(ascii: "."), !point, seen {
                point = true
            } else if c >= 48, c <= 57 {
                seen = true
                if kept < 19 {
                    digits = digits * 10 + UInt64(c - 48)
                    if digits > 0 { kept += 1 }
                    if point { exponent -= 1 }
                } else if !point {
                    exponent += 1
                }
            } else {
                break
            }
            at += 1
        }
        guard seen else { return nil }
        guard at < b.count else { return }
        guard b[at] | 0x20 == UInt8(ascii: "e"), let power = Decimal.power(b, at + 1) else { return nil }
        exponent += power
    }

    private static func power(_ b: Bytes, _ from: Int) -> Int? {
        var at = from
        let negative = at < b.count && b[at] == UInt8(ascii: "-")
        if at < b.count, negative || b[at] == UInt8(ascii: "+") { at += 1 }
        guard at < b.count, b.count - at <= 4 else { return nil }
        var value = 0
        while at < b.count {
            guard b[at] >= 48, b[at] <= 57 else { return nil }
            value = value * 10 + Int(b[at] - 48)
            at += 1
        }
        return negative ? -value : value
    }

    /// The number times 10^power, cut towards zero; nil if it does not fit.
    func scaled(by power: Int) -> Int64? {
        var value = digits
        var shift = exponent + power
        while shift < 0, value > 0 {
            value /= 10
            shift += 1
        }
        while shift > 0, value > 0 {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
            shift -= 1
        }
        guard value <= UInt64(Int64.max) else { return nil }
        return negative ? -Int64(value) : Int64(value)
    }
}
