/// Text is written as bytes into a reused buffer: no String is made for an event.
extension [UInt8] {
    mutating func append(text: String) { append(contentsOf: text.utf8) }

    /// `value` in decimal, with leading zeros up to `digits`.
    mutating func append(decimal value: Int, digits: Int = 1) {
        if value < 0 { append(0x2D) }
        var left = value.magnitude
        let begin = count
        repeat {
            append(0x30 + UInt8(truncatingIfNeeded: left % 10))
            left /= 10
        } while left > 0
        while count - begin < digits { append(0x30) }
        var low = begin
        var high = count - 1
        while low < high {
            swapAt(low, high)
            low += 1
            high -= 1
        }
    }

    /// `text` as a JSON string, quotes included.
    mutating func append(jsonString text: String) {
        append(0x22)
        for byte in text.utf8 { append(jsonByte: byte) }
        append(0x22)
    }

    private mutating func append(jsonByte byte: UInt8) {
        switch byte {
        case 0x22, 0x5C:
            append(0x5C)
            append(byte)
        case 0x00..<0x20:
            append(text: "\\u00")
            append(Self.hex[Int(byte >> 4)])
            append(Self.hex[Int(byte & 15)])
        default:
            append(byte)
        }
    }

    private static var hex: [UInt8] { Array("0123456789abcdef".utf8) }
}

/// Writes milliseconds since 1970 as RFC 3339 in UTC. The calendar date is worked out once a day of event time.
struct TimestampWriter: Sendable {
    private var day = Int64.min
    private var date: [UInt8] = []

    mutating func append(_ milliseconds: Int64, to bytes: inout [UInt8]) {
        let inDay = ((milliseconds % 86_400_000) + 86_400_000) % 86_400_000
        let number = (milliseconds - inDay) / 86_400_000
        if number != day {
            day = number
            date.removeAll(keepingCapacity: true)
            Self.append(day: number, to: &date)
        }
        bytes.append(contentsOf: date)
        let time = Int(inDay)
        Self.append(twoDigits: time / 3_600_000, then: 0x3A, to: &bytes)
        Self.append(twoDigits: time / 60_000 % 60, then: 0x3A, to: &bytes)
        Self.append(twoDigits: time / 1_000 % 60, then: 0x2E, to: &bytes)
        bytes.append(0x30 + UInt8(truncatingIfNeeded: time % 1_000 / 100))
        Self.append(twoDigits: time % 100, then: 0x5A, to: &bytes)
    }

    private static func append(twoDigits value: Int, then separator: UInt8, to bytes: inout [UInt8]) {
        bytes.append(0x30 + UInt8(truncatingIfNeeded: value / 10))
        bytes.append(0x30 + UInt8(truncatingIfNeeded: value % 10))
        bytes.append(separator)
    }

    /// `YYYY-MM-DDT` of a day number since 1970-01-01, in the proleptic Gregorian calendar with years that begin in March.
    private static func append(day: Int64, to bytes: inout [UInt8]) {
        let shifted = Int(day) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let ofEra = shifted - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * ofYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        bytes.append(decimal: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), digits: 4)
        bytes.append(0x2D)
        append(twoDigits: month, then: 0x2D, to: &bytes)
        append(twoDigits: ofYear - (153 * monthFromMarch + 2) / 5 + 1, then: 0x54, to: &bytes)
    }
}
