internal import ClewEngine

/// Words of at most 16 bytes, told apart without regard to ASCII case.
struct WordTable<Value: Sendable>: Sendable {
    private var entries: [(low: UInt64, high: UInt64, value: Value)] = []

    init(_ groups: [(Value, [StaticString])]) {
        for (value, words) in groups {
            for word in words {
                if let key = WordTable.pack(Bytes(word)) { entries.append((key.low, key.high, value)) }
            }
        }
    }

    /// What the word stands for; nil if it is not in the table.
    func find(_ word: Bytes) -> Value? {
        guard let key = WordTable.pack(word) else { return nil }
        for entry in entries where entry.low == key.low && entry.high == key.high { return entry.value }
        return nil
    }

    private static func pack(_ word: Bytes) -> (low: UInt64, high: UInt64)? {
        guard word.count > 0, word.count <= 16 else { return nil }
        var low: UInt64 = 0
        var high: UInt64 = 0
        for index in 0..<word.count {
            let byte = word[index]
            let small = byte >= 65 && byte <= 90 ? byte | 0x20 : byte
            if index < 8 { low |= UInt64(small) << UInt64(index * 8) } else { high |= UInt64(small) << UInt64((index - 8) * 8) }
        }
        return (low, high)
    }
}

/// The severities by their own names and the usual others.
enum SeverityWords {
    private static let table = WordTable<Severity>([
        (
            .critical,
            [
                "critical", "crit", "fatal", "emergency", "emerg", "alert", "panic", "disaster", "page", "blocker", "down", "p0", "p1",
                "sev0", "sev1", "sev-0", "sev-1",
            ]
        ),
        (.major, ["major", "error", "err", "high", "severe", "p2", "sev2", "sev-2"]),
        (.minor, ["minor", "average", "medium", "moderate", "p3", "sev3", "sev-3"]),
        (.warning, ["warning", "warn", "low", "p4", "sev4", "sev-4"]),
        (
            .info,
            [
                "info", "information", "informational", "notice", "debug", "trace", "verbose", "none", "ok", "normal", "success", "up",
                "clear", "cleared", "not classified", "p5", "sev5", "sev-5",
            ]
        ),
    ])

    /// The severity of a word, nil if it is not known.
    @inline(__always)
    static func find(_ word: Bytes) -> Severity? {
        switch word.count {
        case 4 where ByteHash.equal(word, Bytes("info")): .info
        case 5 where ByteHash.equal(word, Bytes("major")): .major
        case 5 where ByteHash.equal(word, Bytes("minor")): .minor
        case 7 where ByteHash.equal(word, Bytes("warning")): .warning
        case 8 where ByteHash.equal(word, Bytes("critical")): .critical
        default: table.find(word)
        }
    }

    /// A syslog severity (RFC 5424, table 2): 0, 1, 2 critical; 3 major; 4 warning; 5, 6, 7 info.
    static func syslog(_ level: Int) -> Severity? {
        switch level {
        case 0...2: .critical
        case 3: .major
        case 4: .warning
        case 5...7: .info
        default: nil
        }
    }

    /// An OpenTelemetry severity number, or its name in protobuf: to 12 info, to 16 warning, to 20 major, to 24 critical.
    static func otel(_ number: Bytes) -> Severity? { find(otelName(number)) }

    /// The short name of the range of an OpenTelemetry severity number, `ERROR` for 18 or `SEVERITY_NUMBER_ERROR2`;
    /// empty if it is none.
    static func otelName(_ number: Bytes) -> Bytes {
        let prefix = Bytes("SEVERITY_NUMBER_")
        if ByteHash.equal(number.slice(0, prefix.count), prefix) {
            let name = number.slice(prefix.count, number.count)
            let word = name.slice(0, name.firstIndex { $0 < 0x3A } ?? name.count)
            return otelNames.contains { ByteHash.equal(word, Bytes($0)) } ? word : .none
        }
        guard let known = Decimal(number)?.scaled(by: 0), known >= 1, known <= 24 else { return .none }
        return Bytes(otelNames[Int(known - 1) / 4])
    }

    private static let otelNames: [StaticString] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]
}

/// The two statuses by their own names and the usual others.
enum StatusWords {
    private static let table = WordTable<EventStatus>([
        (
            .firing,
            [
                "firing", "fire", "fired", "open", "opened", "reopened", "active", "activated", "trigger", "triggered", "re-triggered",
                "problem", "alarm", "alerting", "raise", "raised", "set", "new", "create", "created", "on", "start", "started", "down",
                "failing", "critical", "major", "error", "minor", "warning", "warn",
            ]
        ),
        (
            .resolved,
            [
                "resolved", "resolve", "ok", "clear", "cleared", "close", "closed", "recovery", "recovered", "normal", "inactive", "off",
                "end", "ended", "ceased", "up", "passing",
            ]
        ),
    ])

    /// The status of a word, nil if it is not known.
    @inline(__always)
    static func find(_ word: Bytes) -> EventStatus? {
        switch word.count {
        case 6 where ByteHash.equal(word, Bytes("firing")): .firing
        case 8 where ByteHash.equal(word, Bytes("resolved")): .resolved
        default: table.find(word)
        }
    }
}
