import ClewEngine
import ClewFormats
import Testing

/// A revision with an alert of every kind of link.
struct SampleIncident: ~Copyable {
    let table: UnsafeMutablePointer<Names>
    var revision: IncidentRevision

    init() {
        table = .allocate(capacity: 1)
        table.initialize(to: Names(limit: 1000))
        revision = IncidentRevision(
            id: IncidentID(value: 0x7F3A), revision: 3, status: .updated, reason: .alertJoined, severity: .critical,
            openedAt: SampleIncident.at(0),
            updatedAt: SampleIncident.at(245_000))
        revision.alertCount = 4
        revision.eventCount = 17
        revision.resourceCount = 3
        revision.mergedFrom = [IncidentID(value: 1), IncidentID(value: 2)]
        revision.impacted = [name("checkout"), name("cart")]
        var cause = RootCause(resource: name("pg-tax"), alerting: true, score: 0.93)
        cause.alerts = 1
        cause.delay = 0
        cause.reached = 2
        cause.others = 2
        cause.surprise = 4.25
        cause.rarest = 3
        cause.worst = .critical
        cause.usualDelay = 12
        cause.neighbours = 2
        cause.shared = 1
        cause.explained = 12
        cause.explainedByDependency = 8
        var silent = RootCause(resource: name("rack-7"), alerting: false, score: 0.0437)
        silent.reached = 1
        silent.others = 3
        silent.surprise = 1.5
        silent.crowding = 0.3
        revision.rootCauses = [cause, silent]
    }

    deinit {
        table.deinitialize(count: 1)
        table.deallocate()
    }

    static func at(_ ms: Int64) -> EventTime { EventTime(ms: 1_795_428_930_123 + ms) }

    func name(_ text: String) -> NameID { table.pointee.intern(text) ?? .none }

    func alertName(_ resource: String, _ type: String, _ identity: String = "") -> AlertName {
        AlertName(resource: name(resource), type: name(type), identity: name(identity))
    }

    func alert(_ resource: String, _ type: String, _ ms: Int64, _ link: Link?) -> AlertState {
        var state = AlertState(
            name: alertName(resource, type), severity: .major, status: .firing, firstSeen: SampleIncident.at(ms),
            lastSeen: SampleIncident.at(ms), events: 1)
        state.link = link
        return state
    }

    /// The link of the documented example.
    func up() -> Link {
        var link = Link(to: alertName("pg-tax", "ConnectionsHigh"), relation: .up, via: name("pg-tax"))
        link.hops = 1
        link.lag = 240
        link.topology = 0.09
        link.failing = 0.8
        link.propagation = 1.3
        link.lagDensity = 0.0051
        link.background = 102_564.1
        link.odds = 0.09 * 1.3 * 0.0051 * 102_564.1
        link.seen = 41
        link.expected = 45
        link.runnerUp = IncidentID(value: 0xABC)
        link.runnerUpOdds = 2.1
        return link
    }

    func encoded(_ change: (inout IncidentRevision) -> Void = { _ in }) -> String {
        var copy = revision
        change(&copy)
        var encoder = IncidentEncoder(versions: RecordVersions(clew: "1.0.0", config: "sha256:aa", topology: "sha256:bb", model: nil))
        var bytes: ContiguousArray<UInt8> = []
        encoder.append(copy, names: table.pointee, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

@Suite struct IncidentEncoderTests {
    /// What stands in `text` between two markers.
    private func part(_ text: String, _ from: String, _ to: String) -> String {
        guard let start = text.range(of: from)?.upperBound, let end = text.range(of: to, startingAt: start)?.lowerBound else { return "" }
        return String(text[start..<end])
    }

    /// Whether the text is one JSON object by the decoder's strict reader, and what stands at a pointer.
    private func read(_ text: String, _ pointer: String) throws -> String {
        var rules = DecoderRules()
        rules.format = .mapping
        var mapping = EventMapping()
        mapping.resource = JSONPointer("/schema")
        mapping.type = JSONPointer("/status")
        mapping.timestamp = JSONPointer("/updated_at")
        mapping.message = JSONPointer(pointer)
        rules.mapping = mapping
        rules.limits.textBytes = 1 << 20
        return try Bench(rules).one(text).message
    }

    @Test func theWholeRecord() throws {
        let sample = SampleIncident()
        let text = sample.encoded { revision in
            var root = sample.alert("pg-tax", "ConnectionsHigh", 0, nil)
            root.message = ContiguousArray("too \"many\"\n".utf8)
            var leading = sample.alert("checkout", "HighErrorRate", 240_000, sample.up())
            leading.severity = .critical
            leading.events = 5
            leading.status = .resolved
            revision.alerts = [root, leading]
        }
        #expect(text == Golden.record)
        #expect(try read(text, "/alerts/0/message") == "too \"many\"\n")
        #expect(try read(text, "/alerts/1/link/odds") == "61.200")
    }

    @Test func nothingOptionalIsThere() throws {
        let sample = SampleIncident()
        let text = sample.encoded { revision in
            revision = IncidentRevision(
                id: IncidentID(value: .max), revision: 1, status: .merged, reason: .mergedInto, severity: .info,
                openedAt: EventTime(microseconds: 0), updatedAt: EventTime(microseconds: -1))
            revision.mergedInto = IncidentID(value: 9)
            revision.continues = IncidentID(value: 10)
            revision.resolvedAt = EventTime(microseconds: 951_782_400_999_999)
        }
        #expect(text == Golden.bare)
        #expect(try read(text, "/title") == "no alerts")
    }

    @Test func everyRelationHasItsOwnFactorsAndWords() throws {
        let sample = SampleIncident()
        var same = sample.up()
        same.relation = .same
        same.topology = 0.15
        same.lag = -2.5
        same.seen = 0
        var sib = sample.up()
        sib.relation = .sib
        sib.via = sample.name("rack-7")
        sib.hops = 2
        sib.overFor = 300
        sib.lag = 0
        sib.stage = .settledAfterClear
        sib.clearedApart = 1.25
        sib.clearedLength = 600
        sib.clearedFactor = 48
        sib.runnerUpOdds = 0
        var again = sample.up()
        again.relation = .selfAgain
        again.stage = .settledLate
        var far = sample.up()
        far.relation = .far
        far.to = AlertName(resource: .none, type: .none, identity: .none)
        far.topology = 0.25
        far.lagDensity = 0.5
        far.background = 7200
        far.stage = .opened
        far.odds = 4.2
        let text = sample.encoded { revision in
            revision.alerts = [same, sib, again, far].map { sample.alert("checkout", "HighErrorRate", 0, $0) }
        }
        #expect(
            try (0..<3).map { try read(text, "/alerts/\($0)/link/why") } + [try read(text, "/alerts/3/rejected/why")] == [
                "2.5 s before ConnectionsHigh on pg-tax; the same resource; 61 x the usual rate",
                "at the same time as ConnectionsHigh on pg-tax, which was over for 5 min; both depend on rack-7; seen 41 of 45 expected; "
                    + "cleared within 1.3 s of each other after 10 min; 61 x the usual rate",
                "the same alert again, 4 min after the incident's last; seen 41 of 45 expected; 61 x the usual rate",
                "not joined: best was the whole component is in a burst: 30 alerts a minute, where otherwise one comes every 2.0 h; "
                    + "25 % of its resources alert; only 4.2 x the usual rate",
            ])
        let alerts = text.split(separator: #"{"key""#).dropFirst().map(String.init)
        #expect(
            alerts.map { part($0, #""factors":{"#, "}") } == [
                #""topology":1.5000e-01,"propagation":1.3000e+00,"lag":5.1000e-03,"background":1.0256e+05"#,
                #""topology":9.0000e-02,"failing":8.0000e-01,"propagation":1.3000e+00,"lag":5.1000e-03,"background":1.0256e+05,"cleared_together":4.8000e+01"#,
                #""recurrence":1.3000e+00,"lag":5.1000e-03,"background":1.0256e+05"#,
                #""share":2.5000e-01,"rate":5.0000e-01,"quiet":7.2000e+03"#,
            ])
        #expect(alerts.map { part($0, #""stage":""#, "\"") } == ["arrival", "settled_after_clear", "settled_late", "opened"])
        #expect(alerts[1].contains(#""runner_up":null"#) && alerts[1].contains(#""cleared":{"apart_s":1.250,"length_s":600.000}"#))
        #expect(alerts[3].contains(#""link":null,"rejected":{"to":null,"#) && !alerts[2].contains("rejected"))
    }

    @Test func whatIsKnownOfAnAlertBesides() throws {
        let sample = SampleIncident()
        let text = sample.encoded { revision in
            var alert = sample.alert("nor-core-1", "LinkDown", 0, nil)
            alert.name.identity = sample.name("eu/a")
            alert.flags = [.flapping, .chronic]
            alert.binding = .aliasSpelling
            alert.eventName = sample.name("NOR_CORE_1")
            revision.alerts = [alert]
            revision.alertCount = 1
        }
        #expect(text.contains(#""key":"nor-core-1/LinkDown/eu/a","resource":"nor-core-1""#))
        #expect(
            text.contains(
                #","identity":"eu/a","flags":["flapping","chronic"],"binding":{"rule":"alias_spelling","name":"NOR_CORE_1"},"link":null}"#))
        #expect(try read(text, "/title") == "LinkDown on nor-core-1")
    }

    @Test func textsAreEscapedAndAlwaysUTF8() throws {
        let sample = SampleIncident()
        func message(_ bytes: [UInt8]) throws -> String {
            let text = sample.encoded { revision in
                var alert = sample.alert("r", "t", 0, nil)
                alert.message = ContiguousArray(bytes)
                revision.alerts = [alert]
            }
            return try read(text, "/alerts/0/message")
        }
        for text in [
            "plain", "ü😀\u{FFFF}€", "\u{0}\u{1}\u{1F}\u{7F}", "a\\b\"c/d\r\n\t", "12345678\"", "1234567ü12345678\\",
            String(repeating: "x\n", count: 20_000),
        ] {
            #expect(try message(Array(text.utf8)) == text)
        }
        #expect(try message([0x61, 0xFF, 0x62, 0xC3]) == "a\u{FFFD}b\u{FFFD}")
        #expect(try message([0xED, 0xA0, 0x80]) == "\u{FFFD}\u{FFFD}\u{FFFD}")
        #expect(try message([0xE2, 0x82, 0x41, 0xF4, 0x90, 0x80, 0x80]) == "\u{FFFD}\u{FFFD}A\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")
        var random = SplitMix(state: 7)
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 1...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            // The same replacements as the standard library would make are not asked for; valid and readable it must be.
            #expect(try !message(bytes).isEmpty)
        }
    }

    @Test func numbersHaveAFixedNumberOfDigits() throws {
        let sample = SampleIncident()
        func odds(_ value: Double) throws -> [String] {
            let text = sample.encoded { revision in
                var link = sample.up()
                link.odds = value
                link.lagDensity = value
                revision.alerts = [sample.alert("r", "t", 0, link)]
            }
            return [try read(text, "/alerts/0/link/odds"), try read(text, "/alerts/0/link/factors/lag")]
        }
        #expect(try odds(0) == ["0.000", "0.0000e+00"])
        #expect(try odds(-0.0) == ["0.000", "0.0000e+00"])
        #expect(try odds(12.3455) == ["12.346", "1.2346e+01"])
        #expect(try odds(9.99996) == ["10.000", "1.0000e+01"])
        #expect(try odds(-1234.5) == ["-1234.500", "-1.2345e+03"])
        #expect(try odds(1e-9) == ["0.000", "1.0000e-09"])
        #expect(try odds(999_999_999_999) == ["999999999999.000", "1.0000e+12"])
        #expect(try odds(1e12) == ["1.0000e+12", "1.0000e+12"])
        #expect(try odds(3.14159e-200) == ["0.000", "3.1416e-200"])
        #expect(try odds(.infinity) == ["1.7977e+308", "1.7977e+308"])
        #expect(try odds(.nan) == ["0.0000e+00", "0.0000e+00"])
        for power in -290...290 {
            let text = try odds(Double("1e\(power)") ?? 0)[1]
            #expect(text == "1.0000e\(power < 0 ? "-" : "+")\(abs(power) < 10 ? "0" : "")\(abs(power))")
        }
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_399_999_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999Z"),
            (-62_167_219_200_000_000, "0000-01-01T00:00:00.000Z"), (.max, "9999-12-31T23:59:59.999Z"), (.min, "0000-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func times(microseconds: Int64, text: String) {
        let sample = SampleIncident()
        let record = sample.encoded { $0.openedAt = EventTime(microseconds: microseconds) }
        #expect(part(record, #""opened_at":""#, "\"") == text)
    }

    @Test func whatIsWrittenIsReadBackTheSame() throws {
        let sample = SampleIncident()
        var random = SplitMix(state: 3)
        for _ in 0..<500 {
            let milliseconds = Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &random)
            let text = sample.encoded { $0.updatedAt = EventTime(ms: milliseconds) }
            let written = part(text, #""updated_at":""#, "\"")
            let event = try Bench().one(#"{"resource":"a","type":"b","timestamp":"\#(written)"}"#)
            #expect(event.time == EventTime(ms: milliseconds))
        }
    }

    /// What a record tells of a change of its first root cause.
    private func withChange(_ adjust: (inout SuspectedChange, borrowing SampleIncident) -> Void) -> String {
        let sample = SampleIncident()
        return sample.encoded { revision in
            var suspected = SuspectedChange(
                change: Change(
                    type: sample.name("Deployment"), source: sample.name("ci"), id: ContiguousArray("d-1".utf8),
                    message: ContiguousArray("v1.42 by \"jane\"".utf8)),
                began: SampleIncident.at(-180_000), ended: nil, lag: 180, endLag: nil)
            suspected.odds = 75.7
            suspected.window = 7200
            adjust(&suspected, sample)
            revision.rootCauses[0].change = suspected
            revision.alerts = [sample.alert("checkout", "HighErrorRate", 0, nil)]
        }
    }

    @Test func aChangeIsTold() throws {
        let text = withChange { _, _ in }
        #expect(try read(text, "/title") == "HighErrorRate on checkout and 3 more, probably pg-tax (Deployment 3 min before)")
        #expect(
            part(text, #""change":{"#, "}") == #""type":"Deployment","at":"2026-11-23T10:12:30.123Z","ended_at":null,"lag_s":180.000,"#
                + #""odds":75.700,"id":"d-1","message":"v1.42 by \"jane\"","source":"ci""#)
        #expect(
            try read(text, "/root_causes/0/why/0")
                == "Deployment 3 min before the incident's first alert (v1.42 by \"jane\"); 76 x as likely as by chance")
        #expect(try read(text, "/root_causes/0/why/1").hasPrefix("1 alert of its own"))
    }

    @Test func changesInWords() throws {
        let over = withChange { change, _ in
            change.ended = SampleIncident.at(-60_000)
            change.endLag = 60
            change.count = 3
            change.odds = 3
        }
        #expect(over.contains(#""ended_at":"2026-11-23T10:14:30.123Z""#))
        #expect(try read(over, "/title").hasSuffix("probably pg-tax"), "too weak for the title")
        #expect(
            try read(over, "/root_causes/0/why/0") == "Deployment 3 min before the incident's first alert, and over 60 s before it "
                + "(v1.42 by \"jane\"); changed 3 times within 2.0 h; 3.0 x as likely as by chance")
        let on = withChange { change, sample in
            change.change = Change(type: sample.name("Rollout*\u{7}"), source: .none)
            change.endLag = -5
            change.count = SuspectedChange.mostCounted
        }
        #expect(
            try read(on, "/root_causes/0/why/0") == "Rollout*\u{7} 3 min before the incident's first alert, and still going on then; "
                + "changed 8 times or more within 2.0 h; 76 x as likely as by chance")
        #expect(on.contains(#""id":null,"message":null,"source":null}"#))
        let after = withChange { change, _ in change.lag = -12 }
        #expect(try read(after, "/root_causes/0/why/0").hasPrefix("Deployment 12 s after the incident's first alert ("))
        #expect(try read(after, "/title").hasSuffix("pg-tax (Deployment at that time)"))
        let same = withChange { change, _ in change.lag = 0 }
        #expect(try read(same, "/root_causes/0/why/0").hasPrefix("Deployment at the time of the incident's first alert ("))
    }

    @Test func theSchemaNamesEveryMember() throws {
        let schema = try #require(fileText("docs/incident.schema.json"))
        var names: Set<Substring> = []
        for piece in (Golden.record + Golden.bare + withChange { _, _ in }).split(separator: ",").flatMap({ $0.split(separator: "{") }) {
            let parts = piece.split(separator: "\"", omittingEmptySubsequences: false)
            if parts.count > 2, parts[0].isEmpty, parts[2].hasPrefix(":") { names.insert(parts[1]) }
        }
        #expect(names.count > 40)
        for name in names { #expect(schema.contains("\"\(name)\""), "\(name) is not in the schema") }
    }

    /// The number of merged incidents is told only where they are not all listed.
    @Test(arguments: [(2, ""), (3, ",\"merged\":3")])
    func moreMergedThanAreListed(_ count: Int, _ told: String) {
        let record = SampleIncident().encoded { $0.mergedCount = count }
        #expect(record.contains("\"resources\":3\(told)},\"alerts\""))
    }

    @Test func assignmentLines() {
        var encoder = AssignmentEncoder()
        var bytes: ContiguousArray<UInt8> = []
        for (id, incident) in [("a#1", IncidentID(value: 255)), ("q\"", nil)] as [(String, IncidentID?)] {
            var id = id
            id.withUTF8 {
                encoder.append(id: UnsafeRawBufferPointer($0), incident: incident, file: "a\\b.ndjson", line: 12, index: 1, to: &bytes)
            }
        }
        #expect(
            String(decoding: bytes, as: UTF8.self) == #"""
                {"id":"a#1","incident":"INC-00000000000000ff","file":"a\\b.ndjson","line":12,"index":1}
                {"id":"q\"","incident":null,"file":"a\\b.ndjson","line":12,"index":1}

                """#)
    }
}
