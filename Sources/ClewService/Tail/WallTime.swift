internal import ClewConfig
internal import ClewEngine

/// Times of day in UTC and lengths of time, as a reader at a terminal wants them.
enum WallTime {
    /// `2026-06-09 10:02:30`.
    static func dateAndTime(_ time: EventTime) -> String { date(time) + " " + clock(time) }

    /// `10:02:30`, with the day before it where that is not the day of `reference`: `06-08 23:59:59`.
    static func time(_ time: EventTime, on reference: EventTime) -> String {
        date(time) == date(reference) ? clock(time) : String(date(time).dropFirst(5)) + " " + clock(time)
    }

    static func date(_ time: EventTime) -> String { String(text(time).prefix(10)) }

    static func clock(_ time: EventTime) -> String { String(text(time).dropFirst(11).prefix(8)) }

    /// `12 s`, `3 min`, `1 h 05 min`, `2 d 3 h`; nothing below zero.
    static func length(from start: EventTime, to end: EventTime) -> String {
        guard end > start else { return "0 s" }
        let seconds = (end.microseconds &- start.microseconds) / 1_000_000
        switch seconds {
        case ..<120: return "\(seconds) s"
        case ..<7_200: return "\(seconds / 60) min"
        case ..<172_800:
            let minutes = seconds / 60 % 60
            return "\(seconds / 3_600) h " + (minutes < 10 ? "0" : "") + "\(minutes) min"
        default: return "\(seconds / 86_400) d \(seconds / 3_600 % 24) h"
        }
    }

    /// Times that no calendar of ours has show as 1970.
    private static func text(_ time: EventTime) -> String {
        let limit: Int64 = 253_402_300_799_000_000
        return EventTime(microseconds: min(max(0, time.microseconds), limit)).rfc3339
    }
}
