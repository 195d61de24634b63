import ClewEngine
import ClewFormats
import Testing

/// What products really send, beyond the plain case of each format: the smallest input of each kind.
@Suite struct PayloadTests {
    private func detail(_ bench: Bench, _ text: String, at recordTime: EventTime? = nil) throws -> String {
        try #require(bench.refusedDetail(Array(text.utf8), at: recordTime)).1
    }

    // MARK: Batches

    @Test func anArrayIsABatchOfMessages() throws {
        let bench = Bench()
        let outcome = bench.decode(
            #"""
            [{"specversion":"1.0","id":"1","source":"/s","type":"t","time":"2026-01-01T00:00:00Z"},
             {"resource":"a","type":"b","timestamp":1},
             {"alerts":[{"labels":{"alertname":"A","pod":"p"},"startsAt":"2026-01-01T00:00:00Z"}]}]
            """#)
        #expect(outcome == .events(3))
        #expect(bench.events.map(\.resource) == ["/s", "a", "p"] && bench.events.map(\.index) == [0, 1, 2])
    }

    @Test func oneBadElementRefusesTheBatch() throws {
        let bench = Bench()
        #expect(try detail(bench, #"[{"resource":"a","type":"b","timestamp":1},{"type":"b"}]"#).hasPrefix("1/resource: "))
        #expect(try detail(bench, "[[]]") == "0/message: expected an object, found an array")
        #expect(try detail(bench, #"[{"x":1}]"#).hasPrefix("0/message: expected a native event"))
        var rules = DecoderRules()
        rules.limits.events = 1
        #expect(
            Bench(rules).refused(#"[{"resource":"a","type":"b","timestamp":1},{"resource":"a","type":"b","timestamp":1}]"#)
                == .tooManyEvents)
    }

    @Test func aMappingPointsIntoAnArray() throws {
        var rules = DecoderRules()
        rules.format = .mapping
        var map = EventMapping()
        map.resource = JSONPointer("/0/r")
        map.type = JSONPointer("/1/t")
        rules.mapping = map
        let event = try Bench(rules).one(#"[{"r":"a"},{"t":"b"}]"#, at: EventTime(ms: 1))
        #expect(event.resource == "a" && event.type == "b")
    }

    @Test func everyEventOfABatchCountsOnItsOwn() throws {
        let bench = Bench()
        let trigger = #"{"event_action":"trigger","dedup_key":"d","payload":{"source":"h","class":"c","timestamp":1}}"#
        #expect(
            bench.decode(#"[\#(trigger),{"event_action":"acknowledge"},{"event_action":"resolve","dedup_key":"d"}]"#, at: EventTime(ms: 5))
                == .events(2))
        #expect(bench.events.map(\.status) == [.firing, .resolved] && bench.events.map(\.index) == [0, 1])
    }

    // MARK: Alertmanager

    @Test func alertsWithLabelsAreEnough() throws {
        let event = try Bench().one(#"{"alerts":[{"labels":{"alertname":"A","pod":"p"},"startsAt":"2026-01-01T00:00:00Z"}]}"#)
        #expect(event.source == "alertmanager" && event.resource == "p")
        #expect(Bench().refused(#"{"alerts":[]}"#) == .unknownFormat)
        #expect(Bench().refused(#"{"alerts":[{"labels":[]}]}"#) == .unknownFormat)
    }

    @Test(arguments: ["deployment", "statefulset", "daemonset", "namespace", "cluster"])
    func alertsOfAWorkload(label: String) throws {
        let event = try Bench().one(
            #"{"receiver":"r","alerts":[{"labels":{"alertname":"A","\#(label)":"x"},"startsAt":"2026-01-01T00:00:00Z"}]}"#)
        #expect(event.resource == "x")
    }

    @Test func theDeadLetterSaysWhereANameIsLookedFor() throws {
        let bench = Bench()
        let alert = try detail(bench, #"{"receiver":"r","alerts":[{"labels":{"alertname":"A"},"startsAt":1}]}"#)
        #expect(alert.hasPrefix("alerts/0/resource: expected a name in one of the labels resource, service, pod, "))
        #expect(alert.hasSuffix(", or where `resource:` of the topic says, found none"))
        #expect(try detail(bench, #"{"event_action":"trigger","payload":{}}"#).contains(" payload/source,"))
        #expect(try detail(bench, #"{"host":"h","tag":""}"#, at: EventTime(ms: 1)).contains(" programname or PROGRAM,"))
        let record = #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"eventName":"e","timeUnixNano":"1"}]}]}]}"#
        #expect(
            try detail(bench, record).hasPrefix(
                "resourceLogs/0/scopeLogs/0/logRecords/0/resource: expected a name in one of the attributes"))
        var rules = DecoderRules()
        var map = EventMapping()
        map.resource = JSONPointer("/a/b")
        rules.mapping = map
        #expect(try detail(Bench(rules), "{}", at: EventTime(ms: 1)).contains(" /a/b,"))
        #expect(try detail(bench, #"{"type":"b"}"#) == "resource: expected a name, found none")
    }

    // MARK: PagerDuty

    @Test func withoutClassAndComponentTheSummaryIsTheType() throws {
        let event = try Bench().one(
            #"{"event_action":"trigger","payload":{"summary":"Disk full","source":"h","severity":"error","timestamp":1}}"#)
        #expect(event.type == "Disk full" && event.message == "Disk full")
    }

    // MARK: CloudEvents

    @Test func structuredModeMayHaveTheHeadersOfBinaryMode() throws {
        let bench = Bench()
        let headers = TestHeaders([
            ("ce_specversion", "1.0"), ("ce_source", "/h"), ("content-type", "application/cloudevents+json; charset=UTF-8"),
        ])
        let text = #"{"specversion":"1.0","id":"1","source":"/s","type":"t","time":"2026-01-01T00:00:00Z","data":{"resource":"db"}}"#
        #expect(bench.decode(text, headers: headers) == .events(1))
        #expect(bench.events[0].resource == "db" && bench.events[0].source == "/s" && bench.events[0].labels.isEmpty)
    }

    @Test(arguments: [
        (#""severitynumber":17"#, Severity.major), (#""severitytext":"FATAL""#, .critical),
        (#""severitynumber":5,"severitytext":"odd""#, .info),
        (#""severity":"minor","severitynumber":17"#, .minor),
    ])
    func theSeverityExtension(attributes: String, severity: Severity) throws {
        let event = try Bench().one(
            #"{"specversion":"1.0","id":"1","source":"/s","type":"t","time":"2026-01-01T00:00:00Z",\#(attributes)}"#)
        #expect(event.severity == severity && event.flags == [] && event.labels.isEmpty)
    }

    @Test func dataIsAnybodysJSON() throws {
        let event = try Bench().one(
            #"""
            {"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"x","time":"2026-01-01T00:00:00Z","severity":"minor",
             "data":{"status":200,"type":[],"resource":{"id":1},"severity":{},"message":{},"labels":["a"]}}
            """#)
        #expect(event.resource == "x" && event.type == "t" && event.status == .firing && event.severity == .minor)
        #expect(event.labels == ["status": "200"])
    }

    // MARK: OpenTelemetry

    @Test(arguments: [
        (#""severityNumber":"SEVERITY_NUMBER_ERROR2""#, Severity.major, "ERROR"), (#""severityNumber":"17""#, .major, "ERROR"),
        (#""severityNumber":13"#, .warning, "WARN"), (#""severityNumber":"SEVERITY_NUMBER_FATAL""#, .critical, "FATAL"),
        (#""severityNumber":1,"severityText":"Verbose""#, .info, "Verbose"),
        (#""severityNumber":99,"severityText":"error""#, .major, "error"),
    ])
    func severityNumbers(fields: String, severity: Severity, type: String) throws {
        let event = try Bench().one(
            #"""
            {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]},
             "scopeLogs":[{"logRecords":[{"timeUnixNano":"1700000000000000000",\#(fields)}]}]}]}
            """#)
        #expect(event.severity == severity && event.type == type && event.flags == [])
    }

    @Test func aRecordWithoutAnySeverityHasNoType() {
        let text = #"""
            {"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]},
             "scopeLogs":[{"logRecords":[{"timeUnixNano":"1700000000000000000","severityNumber":"SEVERITY_NUMBER_UNSPECIFIED"}]}]}]}
            """#
        #expect(Bench().refused(text.replacing("SEVERITY_NUMBER_UNSPECIFIED", with: "0")) == .typeMissing)
        #expect(Bench().refused(text) == .typeMissing)
    }

    // MARK: syslog

    @Test func syslogOfFluentBit() throws {
        let event = try Bench().one(#"{"date":1700000000.5,"pri":"34","host":"h","ident":"su","message":"m","time":"Nov 14 22:13:20"}"#)
        #expect(event.resource == "h" && event.type == "su" && event.severity == .critical)
        #expect(event.time.microseconds == 1_700_000_000_500_000)
    }

    @Test func syslogOfLogstash() throws {
        let event = try Bench().one(
            #"{"@timestamp":"2026-01-01T00:00:00Z","host":"10.0.0.1","logsource":"web","program":"sshd","severity":3,"message":"m"}"#)
        #expect(event.resource == "web" && event.severity == .major)
    }

    @Test func theSystemdJournal() throws {
        let event = try Bench().one(
            #"{"__CURSOR":"s=1","__REALTIME_TIMESTAMP":"1700000000000001","_HOSTNAME":"h","PRIORITY":"3","SYSLOG_IDENTIFIER":"app","MESSAGE":"m"}"#
        )
        #expect(event.id == "s=1" && event.resource == "h" && event.type == "app" && event.severity == .major && event.message == "m")
        #expect(event.time.microseconds == 1_700_000_000_000_001)
        let kernel = try Bench().one(
            #"{"__REALTIME_TIMESTAMP":"1700000000000001","_HOSTNAME":"h","PRIORITY":"6","_COMM":"c","MESSAGE":[1]}"#)
        #expect(kernel.type == "c" && kernel.message == "")
    }

    @Test func withoutAProgramTheFacilityIsTheType() throws {
        let event = try Bench().one(#"{"hostname":"h","facility":"local7","severity":"err","timestamp":"2026-01-01T00:00:00Z"}"#)
        #expect(event.type == "local7")
    }

    // MARK: Mapping

    private func mapped(_ status: String) -> Bench {
        var rules = DecoderRules()
        var map = EventMapping()
        map.resource = JSONPointer("/host")
        map.type = JSONPointer("/check")
        map.status = JSONPointer(status)
        rules.mapping = map
        return Bench(rules)
    }

    @Test func aMappingComesBeforeHalfANativeEvent() throws {
        let event = try mapped("/state").one(#"{"id":1,"source":"s","type":"x","host":"h","check":"c","state":"UP"}"#, at: EventTime(ms: 1))
        #expect(event.resource == "h" && event.type == "c" && event.status == .resolved)
        let native = try mapped("/state").one(#"{"resource":"r","type":"x","host":"h","check":"c"}"#, at: EventTime(ms: 1))
        #expect(native.resource == "r" && native.type == "x")
    }

    @Test func aMappedStatusIsATextWhateverItsType() throws {
        let time = EventTime(ms: 1)
        #expect(mapped("/v").refused(#"{"host":"h","check":"c","v":1}"#, at: time) == .statusUnknown)
        #expect(mapped("/v").refused(#"{"host":"h","check":"c","v":true}"#, at: time) == .statusUnknown)
        #expect(mapped("/v").refused(#"{"host":"h","check":"c","v":[]}"#, at: time) == .wrongType)
        #expect(try mapped("/v").one(#"{"host":"h","check":"c","v":""}"#, at: time).status == .firing)
    }

    @Test func aPointerLeadsIntoATextThatIsJSON() throws {
        var rules = DecoderRules()
        rules.format = .mapping
        var map = EventMapping()
        map.resource = JSONPointer("/Message/Trigger/Dimensions/0/value")
        map.type = JSONPointer("/Message/AlarmName")
        map.message = JSONPointer("/Other/x")
        map.severity = JSONPointer("/Subject/x")
        rules.mapping = map
        let text =
            #"{"Message":"{\"AlarmName\":\"A\",\"Trigger\":{\"Dimensions\":[{\"value\":\"i-1\"}]}}","Other":"{\"x\":\"m\"}","Subject":"{"}"#
        let bench = Bench(rules)
        for _ in 0..<2 {
            let event = try bench.one(text, at: EventTime(ms: 1))
            #expect(event.resource == "i-1" && event.type == "A" && event.message == "m" && event.flags.contains(.severityUnknown))
        }
    }

    // MARK: Kafka Connect

    @Test func aValueWithItsSchemaIsUnwrapped() throws {
        let bench = Bench()
        let event = try bench.one(#"{"schema":{"type":"struct"},"payload":{"resource":"a","type":"b","timestamp":1}}"#)
        #expect(event.resource == "a" && event.labels.isEmpty)
        let text = try bench.one(#"{"schema":{"type":"string"},"payload":"{\"resource\":\"a\",\"type\":\"b\",\"timestamp\":1}"}"#)
        #expect(text.resource == "a")
        #expect(bench.refused(#"{"schema":null,"payload":null}"#) == .tombstone)
        #expect(bench.refused(#"{"schema":null,"payload":"x"}"#) == .wrongType)
        #expect(bench.refused(#"{"schema":null,"payload":{"resource":"a","type":"b"},"x":1}"#) == .unknownFormat)
    }

    // MARK: Words

    @Test(arguments: [
        ("Fired", EventStatus.firing), ("Re-Triggered", .firing), ("activated", .firing), ("Create", .firing), ("DOWN", .firing),
        ("failing", .firing),
        ("CRITICAL", .firing), ("Warn", .firing), ("UP", .resolved), ("passing", .resolved), ("Cleared", .resolved),
    ])
    func statusWords(word: String, status: EventStatus) throws {
        #expect(try Bench().one(#"{"resource":"a","type":"b","timestamp":1,"status":"\#(word)"}"#).status == status)
    }

    @Test(arguments: [
        ("Sev0", Severity.critical), ("P0", .critical), ("DOWN", .critical), ("UP", .info), ("cleared", .info), ("success", .info),
        ("Verbose", .info),
        ("Not classified", .info),
    ])
    func severityWords(word: String, severity: Severity) throws {
        let event = try Bench().one(#"{"resource":"a","type":"b","timestamp":1,"severity":"\#(word)"}"#)
        #expect(event.severity == severity && event.flags == [])
    }
}
