/// One type of alert that a monitor raises when a resource has a certain problem.
struct Symptom: Sendable {
    let type: String
    let source: MonitoringSource
    let severity: Severity
    /// `{r}` stands for the resource, `{12-60}` for a number in that range, drawn anew for each event.
    let message: String
    /// Probability that it appears at all.
    var chance: Double
    /// Seconds from the problem to its being noticed (the rule's `for:`, timeouts), before polling is added.
    var delay: ClosedRange<Double>
    /// False: a report of something that happened (a log line, a kill); it repeats while the problem lasts and is never resolved.
    var clears: Bool
    /// Seconds between the repeats of a symptom that does not clear; nil = once.
    var repeats: Double?
    /// True: raised when the problem ends (the end of planned work).
    var atEnd: Bool

    init(
        _ type: String, _ source: MonitoringSource, _ severity: Severity, _ message: String,
        chance: Double = 0.9, delay: ClosedRange<Double> = 5...40,
        clears: Bool = true, repeats: Double? = nil, atEnd: Bool = false
    ) {
        (self.type, self.source, self.severity, self.message) = (type, source, severity, message)
        (self.chance, self.delay, self.clears, self.repeats, self.atEnd) = (chance, delay, clears, repeats, atEnd)
    }
}

/// A piece of a message that has been taken apart once, at the start.
enum MessagePiece: Sendable {
    case text([UInt8])
    case resource
    case number(low: Int, span: Int)

    /// Unknown placeholders stay as they are written.
    static func pieces(of message: String) -> [MessagePiece] {
        var pieces: [MessagePiece] = []
        var text: [UInt8] = []
        var rest = Array(message.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == 0x7B, let close = rest.firstIndex(of: 0x7D), let piece = placeholder(rest[..<close]) else {
                if byte == 0x22 || byte == 0x5C { text.append(0x5C) }
                text.append(byte)
                continue
            }
            if !text.isEmpty { pieces.append(.text(text)) }
            text = []
            pieces.append(piece)
            rest = rest[(close + 1)...]
        }
        if !text.isEmpty { pieces.append(.text(text)) }
        return pieces
    }

    private static func placeholder(_ bytes: ArraySlice<UInt8>) -> MessagePiece? {
        if bytes.elementsEqual([0x72]) { return .resource }
        let ends = bytes.split(separator: 0x2D).map { Int(String(decoding: $0, as: UTF8.self)) }
        guard ends.count == 2, let low = ends[0], let high = ends[1], low <= high else { return nil }
        return .number(low: low, span: high - low + 1)
    }
}
