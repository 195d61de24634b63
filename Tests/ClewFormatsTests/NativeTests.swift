import ClewEngine
import ClewFormats
import Testing

@Suite struct NativeTests {
    @Test func everyFieldOfTheDocumentedEvent() throws {
        let bench = Bench()
        let event = try bench.one(Fixtures.native)
        #expect(event.id == "01JD2X")
        #expect(event.time == EventTime(ms: 1_795_428_930_123))
        #expect(event.source == "prometheus" && event.resource == "checkout" && event.type == "HighErrorRate")
        #expect(event.severity == .critical && event.status == .firing && event.flags == [])
        #expect(event.message == "5xx above 5% for 5m")
        #expect(event.labels == ["cluster": "eu-1", "team": "payments"])
        #expect(event.identity == "" && event.index == 0)
        let raw = try #require(bench.batch.events.first)
        #expect(raw.partition == 3 && raw.offset == 0 && raw.recordTime == nil && raw.redelivery != (0, 0))
    }

    @Test func unknownScalarsBecomeLabelsAndOtherUnknownFieldsAreIgnored() throws {
        let bench = Bench()
        let event = try bench.one(
            #"{"resource":"a","type":"b","timestamp":1,"site":"x","n":-1.50e3,"up":true,"no":null,"list":[1],"deep":{"a":1},"labels":{"k":7,"f":false,"z":null,"o":{}}}"#
        )
        #expect(event.labels == ["site": "x", "n": "-1.50e3", "up": "true", "k": "7", "f": "false"])
        #expect(event.severity == .warning && event.flags.contains(.severityUnknown) && event.id == nil)
        #expect(bench.batch.events[0].redelivery == (0, 0))
        #expect(bench.decoder.counters.severityUnknown == 1)
    }

    @Test func theLastOfTwoLabelsCounts() throws {
        let bench = Bench()
        let event = try bench.one(#"{"resource":"a","type":"b","timestamp":1,"x":"1","labels":{"x":"2","y":"3","y":"4"}}"#)
        #expect(event.labels == ["x": "2", "y": "4"])
    }

    @Test(arguments: [
        ("\"CRITICAL\"", Severity.critical), ("\"fatal\"", .critical), ("\"Disaster\"", .critical), ("\"P1\"", .critical),
        ("\"error\"", .major),
        ("\"high\"", .major), ("\"average\"", .minor), ("\"warn\"", .warning), ("\"Notice\"", .info), ("\"debug\"", .info),
    ])
    func severitySynonyms(text: String, severity: Severity) throws {
        let bench = Bench()
        let event = try bench.one(#"{"resource":"a","type":"b","timestamp":1,"severity":\#(text)}"#)
        #expect(event.severity == severity && event.flags == [] && event.labels.isEmpty)
    }

    @Test(arguments: ["\"sev-x\"", "42", "\"averyveryverylongseverity\""])
    func anUnknownSeverityIsAWarningAndKept(text: String) throws {
        let bench = Bench()
        let event = try bench.one(#"{"resource":"a","type":"b","timestamp":1,"severity":\#(text),"labels":{"severity":"other"}}"#)
        #expect(event.severity == .warning && event.flags == [.severityUnknown])
        #expect(event.labels["severity"] == text.replacing("\"", with: ""))
    }

    @Test(arguments: [
        ("firing", EventStatus.firing), ("PROBLEM", .firing), ("active", .firing), ("raised", .firing), ("resolved", .resolved),
        ("OK", .resolved),
        ("Cleared", .resolved), ("closed", .resolved), ("recovery", .resolved),
    ])
    func statusSynonyms(text: String, status: EventStatus) throws {
        let bench = Bench()
        #expect(try bench.one(#"{"resource":"a","type":"b","timestamp":1,"status":"\#(text)"}"#).status == status)
    }

    @Test func withoutATimestampTheRecordsOwnCounts() throws {
        let bench = Bench()
        let event = try bench.one(#"{"resource":"a","type":"b"}"#, at: EventTime(ms: 5))
        #expect(event.time == EventTime(ms: 5) && event.flags.contains(.noOwnTime) && event.status == .firing)
        #expect(bench.refused(#"{"resource":"a","type":"b"}"#) == .timestampMissing)
        #expect(bench.refused(#"{"resource":"a","type":"b","timestamp":null}"#) == .timestampMissing)
    }

    @Test func implausibleTimesAreTheEnginesAffair() throws {
        let bench = Bench()
        #expect(try bench.one(#"{"resource":"a","type":"b","timestamp":"1970-01-01T00:00:00Z"}"#).time.microseconds == 0)
        #expect(
            try bench.one(#"{"resource":"a","type":"b","timestamp":"2099-12-31T23:59:59Z"}"#).time.microseconds == 4_102_444_799_000_000)
    }

    @Test func aRedeliveryHasTheSameDigestAndNothingElseHas() throws {
        func digest(_ fields: String) throws -> [UInt64] {
            let bench = Bench()
            _ = try bench.one("{\"resource\":\"a\",\"type\":\"b\",\(fields)}")
            let event = try #require(bench.batch.events.first)
            return [event.redelivery.0, event.redelivery.1]
        }
        let base = try digest(#""id":"1","source":"s","timestamp":5"#)
        #expect(try digest(#""timestamp":"1970-01-01T00:00:05Z","source":"s","id":"1","message":"other""#) == base)
        #expect(try digest(#""id":1,"source":"s","timestamp":5"#) == base)
        #expect(try digest(#""id":"2","source":"s","timestamp":5"#) != base)
        #expect(try digest(#""id":"1","source":"t","timestamp":5"#) != base)
        #expect(try digest(#""id":"1","source":"s","timestamp":6"#) != base)
        #expect(try digest(#""id":"1","source":"s","timestamp":5,"status":"resolved""#) != base)
    }

    @Test func identityJoinsTheValuesOfItsLabels() throws {
        var rules = DecoderRules()
        rules.identity = ["cluster", "source", "pod"]
        let bench = Bench(rules)
        #expect(
            try bench.one(#"{"resource":"a","type":"b","timestamp":1,"source":"s","labels":{"cluster":"eu","pod":"p1"}}"#).identity
                == "eu/s/p1")
        #expect(try bench.one(#"{"resource":"a","type":"b","timestamp":1,"pod":7}"#).identity == "//7")
        #expect(try bench.one(#"{"resource":"a","type":"b","timestamp":1}"#).identity == "")
    }

    @Test func resourceAndTypeCanBeTakenFromElsewhere() throws {
        var rules = DecoderRules()
        rules.resource = try [#require(FieldSource("/meta/host")), #require(FieldSource("device"))]
        rules.type = try [#require(FieldSource("alarm"))]
        let bench = Bench(rules)
        let a = try bench.one(#"{"meta":{"host":"h1"},"alarm":"Down","timestamp":1}"#)
        #expect(a.resource == "h1" && a.type == "Down" && a.labels == ["alarm": "Down"])
        let b = try bench.one(#"{"labels":{"device":"d2"},"type":"Up","timestamp":1}"#)
        #expect(b.resource == "d2" && b.type == "Up")
        #expect(try bench.one(#"{"resource":"own","type":"Up","timestamp":1}"#).resource == "own")
        #expect(bench.refused(#"{"meta":{"host":{}},"alarm":"Down","timestamp":1}"#) == .wrongType)
        #expect(FieldSource("") == nil && FieldSource("/a~2") == nil)
    }

    @Test func namesAreBoundedInNumberAndLength() throws {
        let bench = Bench(names: 2)
        _ = try bench.one(#"{"resource":"a","type":"b","timestamp":1}"#)
        #expect(bench.refused(#"{"resource":"c","type":"b","timestamp":1}"#) == .tooManyNames)
        _ = try bench.one(#"{"resource":"b","type":"a","timestamp":1}"#)
        let long = String(repeating: "x", count: 1025)
        #expect(bench.refused(#"{"resource":"\#(long)","type":"b","timestamp":1}"#) == .nameTooLong)
    }

    @Test func longTextsAreCutAtACharacter() throws {
        let bench = Bench()
        let umlauts = String(repeating: "ü", count: 250_000)
        let event = try bench.one(#"{"resource":"a","type":"b","timestamp":1,"big":"x\#(umlauts)","message":"y\#(umlauts)"}"#)
        #expect(event.labels["big"] == "x" + String(repeating: "ü", count: 2047))
        #expect(event.message == "y" + String(repeating: "ü", count: 4095))
        #expect(bench.decoder.counters.labelsCut == 1)
    }

    @Test func furtherLabelsThanTheLimitAreLeftOut() throws {
        var rules = DecoderRules()
        rules.limits.labels = 2
        let bench = Bench(rules)
        let event = try bench.one(#"{"resource":"a","type":"b","timestamp":1,"a":1,"b":2,"c":3,"a":4,"severity":"odd"}"#)
        #expect(event.labels == ["a": "4", "b": "2", "severity": "odd"])
        #expect(bench.decoder.counters.labelsCut == 1)
    }

    @Test func escapesAreResolvedEverywhere() throws {
        let bench = Bench()
        let event = try bench.one(
            #"{"resou\u0072ce":"a\/b","type":"\u00fc\ud83d\ude00","timestamp":1,"message":"l1\nl2\t\"q\" \\ \u0000 \ud800","k\n":"v"}"#)
        #expect(event.resource == "a/b" && event.type == "ü😀")
        #expect(event.message == "l1\nl2\t\"q\" \\ \u{0} \u{FFFD}")
        #expect(event.labels == ["k\n": "v"])
    }

    @Test func aByteOrderMarkAndBlanksAroundAreNoHarm() throws {
        let bench = Bench()
        #expect(bench.decode([0xEF, 0xBB, 0xBF] + Array(" \r\n\(Fixtures.native)\n\n".utf8)) == .events(1))
    }

    @Test func eventsOfABatchKeepTheirOwnTexts() throws {
        let bench = Bench()
        for i in 0..<50 {
            #expect(
                bench.decode(#"{"resource":"r\#(i)","type":"t","timestamp":\#(i),"id":"i\#(i)","message":"m\#(i)","l":\#(i)}"#)
                    == .events(1))
        }
        for (i, event) in bench.events.enumerated() {
            #expect(event.id == "i\(i)" && event.resource == "r\(i)" && event.message == "m\(i)" && event.labels == ["l": "\(i)"])
        }
    }
}
