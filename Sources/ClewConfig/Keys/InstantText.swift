internal import ClewEngine

/// RFC 3339 times, to the microsecond.
enum InstantText {
    /// Reads `2026-11-23T10:15:30.123Z` or with an offset; nil for anything else, impossible dates and years before 1970 included.
    static func parse(_ text: String) -> EventTime? {
        var rest = Array(text.utf8)[...]
        func digits(_ count: Int) -> Int? {
            guard rest.count >= count, rest.prefix(count).allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count).reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        func skip(_ accepted: String) -> UInt8? {
            guard let byte = rest.first, accepted.utf8.contains(byte) else { return nil }
            rest = rest.dropFirst()
            return byte
        }
        guard let year = digits(4), skip("-") != nil, let month = digits(2), skip("-") != nil, let day = digits(2), skip("Tt ") != nil,
            let hour = digits(2), skip(":") != nil, let minute = digits(2), skip(":") != nil, let second = digits(2)
        else { return nil }
        var fraction = 0
        if skip(".") != nil {
            var scale = 100_000
            var count = 0
            while let digit = digits(1) {
                fraction += digit * scale
                scale /= 10
                count += 1
            }
            guard count > 0 else { return nil }
        }
        guard let zone = skip("Zz+-") else { return nil }
        var offset = 0
        if zone == UInt8(ascii: "+") || zone == UInt8(ascii: "-") {
            guard let hours = digits(2), skip(":") != nil, let minutes = digits(2), hours < 24, minutes < 60 else { return nil }
            offset = (hours * 3600 + minutes * 60) * (zone == UInt8(ascii: "-") ? -1 : 1)
        }
        guard rest.isEmpty, year >= 1970, (1...12).contains(month), day >= 1, day <= length(month, year), hour < 24, minute < 60,
            second <= 60
        else {
            return nil
        }
        let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        return EventTime(microseconds: Int64(seconds) * 1_000_000 + Int64(fraction))
    }

    /// In UTC, with as many digits of the second as needed.
    static func print(_ time: EventTime) -> String {
        let (seconds, micros) = (
            floorDivide(time.microseconds, 1_000_000), time.microseconds - floorDivide(time.microseconds, 1_000_000) * 1_000_000
        )
        let day = floorDivide(seconds, 86_400)
        let ofDay = seconds - day * 86_400
        var year = 1970 + Int(floorDivide(day, 366))
        while days(year + 1, 1, 1) <= Int(day) { year += 1 }
        var left = Int(day) - days(year, 1, 1)
        var month = 1
        while left >= length(month, year) {
            left -= length(month, year)
            month += 1
        }
        func two(_ value: some BinaryInteger) -> String { value < 10 ? "0\(value)" : "\(value)" }
        var text = "\(padded(year, 4))-\(two(month))-\(two(left + 1))T\(two(ofDay / 3600)):\(two(ofDay / 60 % 60)):\(two(ofDay % 60))"
        if micros > 0 {
            var fraction = padded(Int(micros), 6)
            while fraction.hasSuffix("0") { fraction.removeLast() }
            text += ".\(fraction)"
        }
        return text + "Z"
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = "\(value)"
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((b - 1 - a) / b) }

    private static func length(_ month: Int, _ year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    /// Days since 1970-01-01 of the proleptic Gregorian calendar, for years from 1970.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let years = year + 4799  // of a 400-year cycle that began before year 0
        let leaps = years / 4 - years / 100 + years / 400
        let before = (1..<month).reduce(0) { $0 + length($1, year) }
        return years * 365 + leaps + before + day - 1 - epoch
    }

    private static let epoch = (1970 + 4799) * 365 + (1970 + 4799) / 4 - (1970 + 4799) / 100 + (1970 + 4799) / 400
}
