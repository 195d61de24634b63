/// A change of a resource as its event told of it: a deployment, a new configuration, planned work.
public final class Change: Sendable {
    public let type: NameID
    /// `.none` if unknown.
    public let source: NameID
    /// The event's id and text, at most `longestText` bytes each; may be empty.
    public let id: ContiguousArray<UInt8>
    public let message: ContiguousArray<UInt8>

    /// Bytes kept of a text.
    public static let longestText = 256

    public init(type: NameID, source: NameID, id: ContiguousArray<UInt8> = [], message: ContiguousArray<UInt8> = []) {
        self.type = type
        self.source = source
        self.id = id
        self.message = message
    }

    /// What an event tells of a change; `payload` are the event's texts.
    convenience init(_ event: Event, payload: UnsafeRawBufferPointer) {
        let id = UnsafeRawBufferPointer(rebasing: payload[..<Int(event.idLength)])
        let rest = UnsafeRawBufferPointer(rebasing: payload[Int(event.idLength)...])
        let message = UnsafeRawBufferPointer(rebasing: rest[..<Int(event.messageLength)])
        self.init(type: event.type, source: event.source, id: Change.cut(id), message: Change.cut(message))
    }

    /// At most `longestText` bytes, not cut within a character.
    private static func cut(_ text: UnsafeRawBufferPointer) -> ContiguousArray<UInt8> {
        guard text.count > longestText else { return ContiguousArray(text) }
        var end = longestText
        while end > 0, text[end] & 0xC0 == 0x80 { end -= 1 }
        return ContiguousArray(text[..<end])
    }
}

/// A change that may be why a resource is the root cause of an incident (algorithm.md §11).
public struct SuspectedChange: Sendable {
    public var change: Change
    public var began: EventTime
    /// When it ended, or was last told to go on; nil where only its beginning is known.
    public var ended: EventTime?
    /// Seconds from its beginning to the incident's first alert; negative where it began after that.
    public var lag: Double
    /// Seconds from its end; nil where only its beginning is known, negative where it was still going on.
    public var endLag: Double?
    /// Changes of the resource that may explain the incident, this one included; `mostCounted`: or more.
    public var count: UInt32
    /// `correlation.change_window`, seconds.
    public var window: Double
    /// How many times as likely a change so shortly before is if it was the cause as if it was not.
    public var odds: Double

    /// Odds, before it is looked at, that a resource which is the cause was made one by a change that was told of: 1 in 5.
    static let prior = 0.25
    /// Whether the resource, if it is the cause, is one rather by this change than by itself.
    public var isLikely: Bool { SuspectedChange.prior * odds >= 1 }

    /// Changes of a resource that are remembered.
    public static let mostCounted: UInt32 = 8

    public init(change: Change, began: EventTime, ended: EventTime?, lag: Double, endLag: Double?) {
        self.change = change
        self.began = began
        self.ended = ended
        self.lag = lag
        self.endLag = endLag
        count = 1
        window = 0
        odds = 0
    }
}
