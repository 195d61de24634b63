public import ClewEngine

extension EventTime {
    /// As RFC 3339 in UTC, with as many digits of the second as needed: `2026-11-23T10:15:30.123Z`.
    public var rfc3339: String { InstantText.print(self) }
}
