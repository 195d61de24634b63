/// A point of event time: microseconds since 1970-01-01T00:00:00Z, by the event's own clock.
///
/// Microseconds are what a 64-bit float of seconds can still tell apart, so nothing is lost where the
/// correlation method computes in seconds.
public struct EventTime: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Microseconds since the Unix epoch; negative before it.
    public var microseconds: Int64

    /// Creates a time from microseconds since the Unix epoch.
    @inlinable
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Creates a time from seconds since the Unix epoch, rounded to the nearest microsecond.
    ///
    /// Values outside ±9·10¹² s are clamped.
    @inlinable
    public init(seconds: Double) {
        let limit = 9e18
        let scaled = seconds * 1e6
        let clamped = min(max(scaled, -limit), limit)
        // Half away from zero; exact, as a number with a fraction is less than 2⁵².
        let whole = Int64(clamped)
        let rest = clamped - Double(whole)
        microseconds = rest >= 0.5 ? whole + 1 : rest <= -0.5 ? whole - 1 : whole
    }

    /// Seconds since the Unix epoch, correctly rounded.
    @inlinable
    public var seconds: Double { Double(microseconds) / 1e6 }

    @inlinable
    public static func < (a: EventTime, b: EventTime) -> Bool { a.microseconds < b.microseconds }

    /// Earlier than every real event.
    public static let distantPast = EventTime(microseconds: .min / 2)
    /// Later than every real event.
    public static let distantFuture = EventTime(microseconds: .max / 2)
    /// 2000-01-01T00:00:00Z: an event from before it has a broken clock.
    public static let earliestPlausible = EventTime(microseconds: 946_684_800_000_000)
    /// 9999-12-31T23:59:59.999999Z: the last time that RFC 3339 can tell. An event or record from after it has a broken clock.
    public static let latestPlausible = EventTime(microseconds: 253_402_300_799_999_999)
}
