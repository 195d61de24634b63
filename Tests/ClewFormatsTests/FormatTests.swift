import ClewEngine
import ClewFormats
import Testing

@Suite struct FormatTests {
    private func rules(_ format: EventFormat) -> DecoderRules {
        var rules = DecoderRules()
        rules.format = format
        return rules
    }

    // MARK: Alertmanager

    @Test(arguments: [EventFormat.auto, .alertmanager]) func alertmanager(format: EventFormat) {
        let bench = Bench(rules(format))
        #expect(bench.decode(Fixtures.alertmanager, at: EventTime(ms: 1_795_429_000_000)) == .events(2))
        let events = bench.events
        #expect(events[0].resource == "checkout" && events[0].type == "HighErrorRate" && events[0].source == "alertmanager")
        #expect(events[0].severity == .critical && events[0].status == .firing && events[0].flags == [])
        #expect(events[0].message == "Error rate above 5%" && events[0].id == nil)
        #expect(events[0].time.microseconds == 1_795_428_930_123_456)
        #expect(events[0].labels["instance"] == "10.0.3.7:8080" && events[0].labels.count == 5)
        #expect(events[1].resource == "10.0.3.9:9100" && events[1].type == "TargetDown" && events[1].status == .resolved)
        #expect(events[1].time == EventTime(ms: 1_795_428_960_000) && events[1].flags == [.severityUnknown] && events[1].index == 1)
        #expect(bench.batch.events.allSatisfy { $0.redelivery == (0, 0) })
    }

    @Test func aReSendTakesTheRecordsTime() {
        let bench = Bench()
        let record = EventTime(microseconds: 1_795_428_930_123_456 + 600_000_001)
        #expect(bench.decode(Fixtures.alertmanager, at: record) == .events(2))
        #expect(bench.events[0].time == record && bench.events[0].flags.contains(.resend))
        #expect(bench.events[1].time == EventTime(ms: 1_795_428_960_000))
        #expect(bench.decoder.counters.resends == 1)
        bench.batch.removeAll()
        // Exactly as much later is none; without a record's time there is none.
        #expect(bench.decode(Fixtures.alertmanager, at: EventTime(microseconds: record.microseconds - 1)) == .events(2))
        #expect(bench.decode(Fixtures.alertmanager) == .events(2))
        #expect(bench.events.allSatisfy { !$0.flags.contains(.resend) })
    }

    @Test func aPayloadWithoutAlertsIsIgnored() {
        let bench = Bench()
        #expect(bench.decode(#"{"receiver":"x","status":"firing","alerts":[],"version":"4","groupKey":"g"}"#) == .ignored(.noEvents))
    }

    @Test func oneBadAlertRefusesTheWholePayload() throws {
        let bench = Bench()
        let good = #"{"status":"firing","labels":{"alertname":"A","host":"h"},"startsAt":"2026-11-23T10:15:30Z"}"#
        let bad = #"{"status":"firing","labels":{"alertname":"Watchdog"},"startsAt":"2026-11-23T10:15:30Z"}"#
        let (reason, detail) = try #require(bench.refusedDetail(Array(#"{"receiver":"x","alerts":[\#(good),\#(bad)]}"#.utf8)))
        #expect(reason == .resourceMissing && detail.hasPrefix("alerts/1/resource: "))
        #expect(bench.refused(#"{"receiver":"x","alerts":[\#(good),7]}"#) == .wrongType)
        var few = rules(.alertmanager)
        few.limits.events = 2
        let narrow = Bench(few)
        #expect(narrow.refused(#"{"receiver":"x","alerts":[\#(good),\#(good),\#(good)]}"#) == .tooManyEvents)
    }

    @Test func overridesLookIntoTheAlertThenIntoThePayload() throws {
        var own = rules(.alertmanager)
        own.resource = try [#require(FieldSource("/annotations/node")), #require(FieldSource("/commonLabels/site"))]
        own.identity = ["instance"]
        let bench = Bench(own)
        #expect(
            bench.decode(
                #"""
                {"receiver":"x","commonLabels":{"site":"s1"},"alerts":[
                 {"status":"firing","labels":{"alertname":"A","instance":"i1"},"annotations":{"node":"n1"},"startsAt":"2026-11-23T10:15:30Z"},
                 {"status":"firing","labels":{"alertname":"A"},"startsAt":"2026-11-23T10:15:30Z"}]}
                """#) == .events(2))
        #expect(bench.events.map(\.resource) == ["n1", "s1"] && bench.events.map(\.identity) == ["i1", ""])
    }

    // MARK: PagerDuty

    @Test(arguments: [EventFormat.auto, .pagerduty]) func pagerDuty(format: EventFormat) throws {
        let bench = Bench(rules(format))
        let event = try bench.one(Fixtures.pagerDutyTrigger)
        #expect(event.resource == "prod-datapipe03.example.com" && event.type == "disk" && event.source == "Sample Monitoring Service")
        #expect(event.severity == .critical && event.status == .firing && event.id == nil)
        #expect(event.message.hasPrefix("DISK at 99%") && event.time == EventTime(ms: 1_437_122_578_315))
        #expect(
            event.labels == [
                "class": "disk", "component": "mysql", "group": "prod-datapipe", "free space": "1%", "ping time": "1500ms",
                "load avg": "0.75",
            ])
        #expect(!bench.batch.payload.contains(Array("samplekeyhere".utf8)))

        #expect(bench.decode(Fixtures.pagerDutyAcknowledge, at: EventTime(ms: 5)) == .ignored(.acknowledge))
        let end = try bench.one(Fixtures.pagerDutyResolve, at: EventTime(ms: 7))
        #expect(end.resource == event.resource && end.type == event.type && end.source == event.source && end.status == .resolved)
        #expect(end.time == EventTime(ms: 7) && end.flags == [.noOwnTime])
        #expect(bench.refused(Fixtures.pagerDutyResolve) == .timestampMissing)
        #expect(
            bench.decode(#"{"routing_key":"other","dedup_key":"samplekeyhere","event_action":"resolve"}"#, at: EventTime(ms: 7))
                == .ignored(.unknownDedupKey))
        #expect(bench.refused(#"{"routing_key":"k","event_action":"snooze"}"#) == .statusUnknown)
    }

    @Test func pagerDutyKeysAreBoundedOldestFirst() {
        var own = rules(.pagerduty)
        own.limits.dedupKeys = 3
        let bench = Bench(own)
        func trigger(_ key: Int) -> String {
            #"{"event_action":"trigger","routing_key":"r","dedup_key":"\#(key)","payload":{"source":"h\#(key)","class":"c","severity":"error","timestamp":1}}"#
        }
        for key in [1, 2, 3, 1, 4] { #expect(bench.decode(trigger(key)) == .events(1)) }
        func known(_ key: Int) -> Bool {
            bench.decode(#"{"event_action":"resolve","routing_key":"r","dedup_key":"\#(key)"}"#, at: EventTime(ms: 9)) == .events(1)
        }
        #expect((1...4).map { known($0) } == [true, false, true, true])
        // Triggered again and again, the keys stay those of before.
        for _ in 0..<5000 { #expect(bench.decode(trigger(4)) == .events(1)) }
        #expect((1...4).map { known($0) } == [true, false, true, true])
        #expect(bench.events.last?.severity == .major && bench.events.last?.resource == "h4")
    }

    @Test func whatIsRememberedSurvivesASnapshot() {
        let bench = Bench(rules(.pagerduty))
        #expect(bench.decode(Fixtures.pagerDutyTrigger) == .events(1))
        let state = bench.state()
        let other = Bench(rules(.pagerduty))
        #expect(other.restore(state))
        #expect(other.decode(Fixtures.pagerDutyResolve, at: EventTime(ms: 7)) == .events(1))
        #expect(
            other.events[0].resource == "prod-datapipe03.example.com" && other.events[0].type == "disk"
                && other.events[0].severity == .critical)
        #expect(other.events[0].source == "Sample Monitoring Service")
        #expect(Array(other.state()) == Array(state))
        for length in 0..<state.count { #expect(!other.restore(ContiguousArray(state[..<length]))) }
        #expect(!other.restore(state + [0]))
    }

    @Test func aCommonEventFormatAlone() throws {
        let bench = Bench(rules(.pagerduty))
        let event = try bench.one(#"{"summary":"s","source":"h","severity":"warning","timestamp":"2026-11-23T10:15:30Z","component":"c"}"#)
        #expect(event.resource == "h" && event.type == "c" && event.severity == .warning)
        #expect(bench.refused(#"{"event_action":"trigger","payload":{"source":"h","severity":"info","timestamp":1}}"#) == .typeMissing)
    }

    // MARK: CloudEvents

    @Test(arguments: [EventFormat.auto, .cloudevents]) func cloudEventStructured(format: EventFormat) throws {
        let bench = Bench(rules(format))
        let event = try bench.one(Fixtures.cloudEvent)
        #expect(event.id == "C234-1234-1234" && event.source == "/monitoring/zone-a" && event.resource == "db-14:/data")
        #expect(event.type == "com.example.disk.full" && event.severity == .major && event.status == .firing)
        #expect(event.time == EventTime(ms: 1_775_410_260_000) && event.message == "volume is full")
        #expect(event.labels == ["comexampleextension1": "value", "comexampleothervalue": "5", "used": "0.97", "site": "zone-a"])
        let other = try bench.one(
            #"{"specversion":"1.0","id":"1","source":"/s","type":"t","time":"2026-04-05T17:31:00Z","severity":"crit","data":"plain"}"#)
        #expect(
            other.resource == "/s" && other.type == "t" && other.message == "plain" && other.severity == .critical && other.labels.isEmpty)
        let inner = try bench.one(
            #"{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"x","data":{"resource":"r","type":"d","timestamp":5}}"#)
        #expect(inner.resource == "r" && inner.type == "d" && inner.time.microseconds == 5_000_000)
    }

    @Test func cloudEventBinary() {
        let bench = Bench()
        let headers = TestHeaders([
            ("ce_specversion", "1.0"), ("ce_id", "42"), ("ce_source", "/mon"), ("ce_type", "disk.full"),
            ("ce_time", "2026-04-05T17:31:00Z"),
            ("ce_subject", "db-14"), ("content-type", "application/json; charset=utf-8"), ("ce_severity", "minor"),
            ("ce_status", "resolved"),
        ])
        #expect(bench.decode(#"{"message":"full","used":0.9}"#, headers: headers) == .events(1))
        let text = TestHeaders([
            ("ce_specversion", "1.0"), ("ce_id", "43"), ("ce_source", "/mon"), ("ce_type", "t"), ("content-type", "text/plain"),
        ])
        #expect(bench.decode("not { json", at: EventTime(ms: 9), headers: text) == .events(1))
        #expect(bench.decode(MessageView(value: nil, recordTime: EventTime(ms: 9), headers: text)) == .events(1))
        let events = bench.events
        #expect(events[0].id == "42" && events[0].resource == "db-14" && events[0].type == "disk.full" && events[0].severity == .minor)
        #expect(
            events[0].status == .resolved && events[0].labels == ["used": "0.9"] && events[0].message == "full" && events[0].flags == [])
        #expect(events[1].resource == "/mon" && events[1].message == "not { json" && events[1].time == EventTime(ms: 9))
        #expect(events[2].message == "" && events[2].id == "43")
        #expect(bench.decode(Fixtures.native, headers: TestHeaders([("trace", "x")])) == .events(1))
        #expect(bench.decode([0xFF, 0xFE], at: EventTime(ms: 9), headers: text) == .events(1))
        #expect(bench.events.last?.message == "")
    }

    // MARK: OpenTelemetry

    @Test(arguments: [EventFormat.auto, .otlp]) func otlp(format: EventFormat) {
        let bench = Bench(rules(format))
        #expect(bench.decode(Fixtures.otlp) == .events(2))
        let events = bench.events
        #expect(events[0].resource == "my.service" && events[0].type == "Information" && events[0].source == "my.library")
        #expect(
            events[0].severity == .info && events[0].time == EventTime(ms: 1_544_712_660_300) && events[0].message == "Example log record")
        #expect(
            events[0].labels == [
                "service.name": "my.service", "host.name": "web-1", "string.attribute": "some string", "boolean.attribute": "true",
                "int.attribute": "10",
                "double.attribute": "637.704",
            ])
        #expect(events[1].type == "db.connection.lost" && events[1].severity == .major && events[1].index == 1)
        #expect(events[1].time == EventTime(ms: 1_544_712_661_000) && events[1].labels.count == 2)
        #expect(bench.decode(#"{"resourceLogs":[]}"#) == .ignored(.noEvents))
    }

    // MARK: syslog

    @Test(arguments: [EventFormat.auto, .syslog]) func syslog(format: EventFormat) throws {
        let bench = Bench(rules(format))
        let event = try bench.one(Fixtures.rsyslog)
        #expect(
            event.resource == "web-1" && event.type == "sshd" && event.source == "syslog" && event.severity == .major && event.id == nil)
        #expect(event.time.microseconds == 1_795_425_330_004_311 && event.message.hasPrefix("Failed password"))
        #expect(event.labels["procid"] == "812" && event.labels["rawmsg"] == nil)
        let record = EventTime(ms: 1_795_428_930_000)
        let other = try bench.one(Fixtures.syslogNG, at: record)
        #expect(other.resource == "db-14" && other.type == "kernel" && other.severity == .critical)
        #expect(other.time == record && other.flags == [.noOwnTime])
        #expect(bench.refused(Fixtures.syslogNG) == .timestampInvalid)
        let template = try bench.one(#"{"@timestamp":"2026-11-23T10:15:30Z","host":"h","tag":"cron[7]:","pri":"78","message":"ran"}"#)
        #expect(template.type == "cron" && template.severity == .info && template.flags == [])
        let odd = try bench.one(#"{"timestamp":1,"hostname":"h","app-name":"-","programname":"p","severity":"weird","facility":"x"}"#)
        #expect(odd.type == "p" && odd.flags == [.severityUnknown] && odd.labels["severity"] == "weird")
    }

    // MARK: Mapping

    @Test func mapping() throws {
        var map = EventMapping()
        map.id = JSONPointer("/event/id")
        map.timestamp = JSONPointer("/event/clock")
        map.resource = JSONPointer("/host/name")
        map.type = JSONPointer("/trigger/name")
        map.severity = JSONPointer("/trigger/severity")
        map.status = JSONPointer("/value")
        map.labels = try [
            .init(name: "scope of it", pointer: #require(JSONPointer("/event/tags/0/value"))),
            .init(name: "none", pointer: #require(JSONPointer("/event/tags/1/value"))),
        ]
        for format in [EventFormat.mapping, .auto] {
            var own = rules(format)
            own.mapping = map
            let bench = Bench(own)
            let event = try bench.one(Fixtures.custom)
            #expect(event.id == "4711" && event.resource == "db-14" && event.type == "Disk is full" && event.severity == .critical)
            #expect(
                event.status == .firing && event.time == EventTime(ms: 1_763_892_930_000) && event.labels == ["scope of it": "availability"]
            )
        }
        let bench = Bench()
        #expect(bench.refused(Fixtures.custom) == .unknownFormat)
    }

    @Test(
        arguments: [
            ("/a~1b/m~0n/0", "1"), ("/list/1/x", "2"), ("/list/01/x", nil), ("/list/9", nil), ("/list/-", nil), ("/", "empty"),
            ("/a~1b/q", nil),
        ] as [(String, String?)])
    func pointers(text: String, expected: String?) throws {
        var own = rules(.mapping)
        var map = EventMapping()
        map.resource = JSONPointer("/r")
        map.type = JSONPointer("/r")
        map.message = JSONPointer(text)
        own.mapping = map
        let bench = Bench(own)
        let event = try bench.one(#"{"r":"r","a/b":{"m~n":[1]},"list":[0,{"x":2}],"":"empty"}"#, at: EventTime(ms: 1))
        #expect(event.message == expected ?? "")
        #expect(JSONPointer("a") == nil && JSONPointer("/~") == nil && JSONPointer("") != nil)
    }

    @Test func everyFormatIsRecognisedAsItself() {
        // A native event stays one, whatever its further fields are called.
        let bench = Bench()
        #expect(bench.decode(#"{"resource":"a","type":"b","timestamp":1,"host":"h","program":"p","alerts":2,"payload":"x"}"#) == .events(1))
        #expect(bench.events[0].labels == ["host": "h", "program": "p", "alerts": "2", "payload": "x"])
        #expect(bench.events[0].source == "")
    }
}

@Suite struct DocumentationTests {
    @Test func everyDeadLetterCodeIsDocumented() throws {
        let page = try #require(fileText("docs/formats.md"))
        for reason in DeadReason.allCases { #expect(page.contains("| `\(reason.rawValue)` |"), "\(reason.rawValue)") }
    }
}
