extension ScalarFormat where Value == Duration {
    /// A duration within a range: whole numbers with units, the greatest first (`250ms`, `30s`, `1h30m`, `7d`, `2w`).
    /// A bare number is refused, only `0` needs no unit.
    public static func duration(in range: ClosedRange<Duration>) -> Self {
        Self(
            expected: "a duration such as 30s, 5m or 250ms, from \(text(range.lowerBound)) to \(text(range.upperBound))",
            parse: { text throws(Refusal) in
                let value = try milliseconds(text)
                guard value <= Int64.max / 1000 else { throw Refusal() }
                let duration = Duration.milliseconds(value)
                guard range.contains(duration) else { throw Refusal() }
                return duration
            }, print: { text($0) })
    }

    private static func milliseconds(_ text: String) throws(Refusal) -> Int64 {
        if text == "0" { return 0 }
        var rest = text[...]
        var total: Int64 = 0
        var lastUnit = Int64.max
        guard !rest.isEmpty else { throw Refusal() }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard let number = Int64(digits) else { throw Refusal() }
            guard !name.isEmpty else {
                throw Refusal(rest.isEmpty ? "it has no unit: ms, s, m, h, d or w" : "only whole numbers (250ms instead of 0.25s)")
            }
            guard let unit = units.first(where: { $0.name == name })?.milliseconds else {
                throw Refusal("the units are ms, s, m, h, d and w")
            }
            guard unit < lastUnit else { throw Refusal("each unit once, the greatest first") }
            lastUnit = unit
            let (product, tooBig) = number.multipliedReportingOverflow(by: unit)
            let (sum, over) = total.addingReportingOverflow(product)
            guard !tooBig, !over else { throw Refusal() }
            total = sum
        }
        return total
    }

    private static var units: [(name: String, milliseconds: Int64)] {
        [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)]
    }

    /// The shortest way to write it: one unit where possible, `0s` for nothing. Below a millisecond is cut.
    private static func text(_ duration: Duration) -> String {
        let parts = duration.components
        var rest = parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
        guard rest > 0 else { return "0s" }
        // Weeks are read but not written: 7d says more than 1w.
        for unit in units.dropFirst() where rest % unit.milliseconds == 0 && rest / unit.milliseconds < 1000 {
            return "\(rest / unit.milliseconds)\(unit.name)"
        }
        var result = ""
        for unit in units.dropFirst() where rest >= unit.milliseconds {
            result += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return result
    }
}
