/// One line for a person: pieces of text, each with what it is, so that a terminal can colour it and a file need not.
///
/// Holds no control characters: texts from outside pass ``DisplayText/safe(_:)`` on their way in.
public struct StyledText: Sendable, Equatable {
    /// What a piece of text is.
    public enum Tone: Sendable, Equatable, CaseIterable {
        case plain, strong, faint
        /// Good news: resolved, right.
        case good
        /// What a reader should see first besides a severity: a new alert, the root cause.
        case accent
        /// Severities.
        case critical, major, minor, warning, info
    }

    /// A piece of text of one tone.
    public struct Span: Sendable, Equatable {
        public let text: String
        public let tone: Tone
    }

    public private(set) var spans: [Span] = []

    public init() {}

    /// A line of one tone.
    public init(_ text: String, _ tone: Tone = .plain) { add(text, tone) }

    /// Appends text; control characters in it are replaced.
    public mutating func add(_ text: String, _ tone: Tone = .plain) {
        guard !text.isEmpty else { return }
        spans.append(Span(text: DisplayText.safe(text), tone: tone))
    }

    /// The text alone.
    public var plain: String { spans.map(\.text).joined() }

    /// Columns it takes.
    public var width: Int { spans.reduce(0) { $0 + DisplayText.width($1.text) } }

    /// The text, each piece passed through `paint`.
    public func painted(_ paint: (String, Tone) -> String) -> String { spans.map { paint($0.text, $0.tone) }.joined() }
}

/// Text as a terminal may be given it.
public enum DisplayText {
    /// `text` with every character replaced that could steer a terminal or turn the reading direction.
    public static func safe(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: steers) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(steers(scalar) ? "\u{FFFD}" : scalar) }
        return String(result)
    }

    private static func steers(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// Columns that `text` takes on a terminal: two for East Asian wide characters and most emoji, none for combining marks.
    public static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + columns($1) }
    }

    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x20...0x7E: 1
        case 0x0300...0x036F, 0x200B...0x200D, 0xFE00...0xFE0F: 0
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            2
        default: 1
        }
    }

    /// `text` in at most `limit` columns, its end replaced by `…` where it is longer.
    public static func clipped(_ text: String, to limit: Int) -> String {
        guard width(text) > limit else { return text }
        var result = ""
        var used = 0
        for character in text {
            let columns = width(String(character))
            if used + columns > limit - 1 { break }
            result.append(character)
            used += columns
        }
        return result + "…"
    }

    /// `text` broken at blanks into pieces of at most `limit` columns; a longer word is cut.
    public static func wrapped(_ text: String, to limit: Int) -> [String] {
        let limit = max(8, limit)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            var rest = String(word)
            if !line.isEmpty, width(line) + 1 + width(rest) > limit {
                lines.append(line)
                line = ""
            }
            while width(rest) > limit {
                let head = String(rest.prefix(prefixLength(of: rest, limit)))
                lines.append(head)
                rest = String(rest.dropFirst(head.count))
            }
            line += line.isEmpty ? rest : " " + rest
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }

    /// How many characters of `text` fit into `limit` columns, at least one.
    private static func prefixLength(of text: String, _ limit: Int) -> Int {
        var used = 0
        var count = 0
        for character in text {
            used += width(String(character))
            if used > limit { break }
            count += 1
        }
        return max(1, count)
    }
}
