internal import ClewEngine

/// What the products call the parts of a syslog message, the surest first.
private enum SyslogMembers {
    static let host: [StaticString] = ["hostname", "HOST", "logsource", "host", "fromhost", "HOST_FROM", "_HOSTNAME"]
    static let program: [StaticString] = [
        "programname", "PROGRAM", "program", "app-name", "appname", "APP-NAME", "syslogtag", "tag", "ident", "SYSLOG_IDENTIFIER", "_COMM",
        "facility", "FACILITY",
    ]
    static let id: [StaticString] = ["uuid", "__CURSOR"]
    static let message: [StaticString] = ["msg", "MESSAGE", "message", "MSG"]
    static let severity: [StaticString] = [
        "syslogseverity", "syslogseverity-text", "severity", "severity_label", "PRIORITY", "priority", "LEVEL", "level", "pri", "PRI",
    ]
    static let time: [StaticString] = [
        "timereported", "timestamp", "@timestamp", "ISODATE", "S_ISODATE", "R_ISODATE", "DATE", "time", "UNIXTIME", "timegenerated", "date",
        "__REALTIME_TIMESTAMP",
    ]
    /// Not kept as labels: the message's text, once more.
    static let texts: [StaticString] = ["msg", "MESSAGE", "message", "MSG", "rawmsg", "RAWMSG", "rawmsg-after-pri", "LEGACY_MSGHDR"]
}

extension Decoder {
    /// A syslog message as JSON: rsyslog (`jsonmesg` or a template of one's own), syslog-ng (`format-json`), Vector,
    /// Fluent Bit, Logstash, or an entry of the systemd journal.
    mutating func syslog(
        _ root: JSONValue, _ message: MessageView, _ batch: inout EventBatch, _ names: inout Names
    ) throws(DecodeFailure) {
        labels.removeAll()
        var raw = RawEvent()
        raw.source = Bytes("syslog")
        raw.resource = try Decoder.firstString(of: root, SyslogMembers.host)
        let program = try Decoder.firstString(of: root, SyslogMembers.program)
        raw.type = Decoder.programName(program)
        raw.id = try Decoder.firstString(of: root, SyslogMembers.id)
        raw.message = try Decoder.firstString(of: root, SyslogMembers.message)
        if let word = try root.member("status"), word.isString, let status = StatusWords.find(word.text) { raw.status = status }
        try syslogSeverity(root, &raw)
        raw.time = try Decoder.syslogTime(root, recorded: message.recordTime != nil)
        root.forEachMember { name, value in
            if !Decoder.isMessageText(name) { labels.add(name, value) }
        }
        try commit(&raw, element: nil, root: root, message, &batch, &names)
    }

    /// The first of these members that is a string of its own (not `-`, the nil value of RFC 5424).
    private static func firstString(of root: JSONValue, _ members: [StaticString]) throws(DecodeFailure) -> Bytes {
        for name in members {
            guard let value = try root.member(name), value.isString, value.text.count > 0 else { continue }
            if value.text.count == 1, value.text[0] == UInt8(ascii: "-") { continue }
            return value.text
        }
        return .none
    }

    /// `sshd` of `sshd[1234]:`.
    private static func programName(_ tag: Bytes) -> Bytes {
        let end = tag.firstIndex { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: ":") } ?? tag.count
        return end == 0 ? tag : tag.slice(0, end)
    }

    private func syslogSeverity(_ root: JSONValue, _ raw: inout RawEvent) throws(DecodeFailure) {
        var written = Bytes.none
        for name in SyslogMembers.severity {
            guard let value = try root.member(name), value.isScalar, value.text.count > 0 else { continue }
            // A priority value is facility · 8 + severity; the others are the severity.
            let isPriority = name.utf8CodeUnitCount == 3
            if let number = Decimal(value.text)?.scaled(by: 0) {
                guard number >= 0, let known = SeverityWords.syslog(Int(isPriority ? number % 8 : number)) else { continue }
                raw.severity = known
                return
            }
            if let known = SeverityWords.find(value.text) {
                raw.severity = known
                return
            }
            if written.count == 0 { written = value.text }
        }
        raw.flags.insert(.severityUnknown)
        raw.unknownSeverity = written
    }

    /// The first time that can be placed. One without a year or offset (RFC 3164) cannot: then it is the record's.
    private static func syslogTime(_ root: JSONValue, recorded: Bool) throws(DecodeFailure) -> EventTime? {
        var refused: DecodeFailure?
        for name in SyslogMembers.time {
            guard let value = try root.member(name) else { continue }
            if value.isScalar, let time = Timestamp.parse(value.text) { return time }
            let found = value.isScalar ? "\"\(value.text.clipped)\"" : value.kind.name
            if refused == nil {
                refused = DecodeFailure(.timestampInvalid, "\(name): expected RFC 3339 with an offset, or an epoch number, found \(found)")
            }
        }
        if let refused, !recorded { throw refused }
        return nil
    }

    private static func isMessageText(_ name: Bytes) -> Bool {
        SyslogMembers.texts.contains { ByteHash.equal(name, Bytes($0)) }
    }
}
