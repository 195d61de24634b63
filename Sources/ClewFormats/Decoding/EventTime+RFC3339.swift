public import ClewEngine

extension EventTime {
    /// Reads an RFC 3339 time (`2026-11-23T10:15:30.123Z`); nil for any other text.
    public init?(rfc3339 text: String) {
        var text = text
        guard let time = text.withUTF8({ Timestamp.rfc3339(Bytes($0)) }) else { return nil }
        self = time
    }
}
