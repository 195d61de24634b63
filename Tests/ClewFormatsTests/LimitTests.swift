import ClewFormats
import Testing

/// Ten times each limit of what one message may hold: cut or refused as documented, counted, and the next message is read as ever.
@Suite struct LimitTests {
    /// All limits small.
    private static let rules: DecoderRules = {
        var rules = DecoderRules()
        rules.limits.messageBytes = 4000
        rules.limits.nesting = 5
        rules.limits.labels = 8
        rules.limits.labelNameBytes = 10
        rules.limits.labelValueBytes = 20
        rules.limits.textBytes = 30
        rules.limits.idBytes = 16
        rules.limits.events = 3
        rules.limits.dedupKeys = 50
        return rules
    }()

    private static func goesOn(_ bench: Bench) throws {
        let event = try bench.one(#"{"resource":"a","type":"b","timestamp":1,"id":"1","message":"m","l":"v"}"#)
        #expect(event.id == "1" && event.message == "m" && event.labels == ["l": "v"])
    }

    @Test func textsAreCut() throws {
        let bench = Bench(LimitTests.rules)
        func long(_ length: Int) -> String { String(repeating: "x", count: 10 * length) }
        let event = try bench.one(
            #"{"resource":"a","type":"b","timestamp":1,"id":"\#(long(16))","message":"\#(long(30))","\#(long(10))":"\#(long(20))"}"#)
        #expect(event.id?.utf8.count ?? 0 <= 16)
        #expect(event.message.utf8.count == 30)
        #expect(event.labels.count == 1)
        #expect(event.labels.first?.key.utf8.count == 10)
        #expect(event.labels.first?.value.utf8.count == 20)
        #expect(bench.decoder.counters.labelsCut >= 1)
        try LimitTests.goesOn(bench)
    }

    @Test func furtherLabelsAreLeftOut() throws {
        let bench = Bench(LimitTests.rules)
        let labels = (0..<80).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        let event = try bench.one("{\"resource\":\"a\",\"type\":\"b\",\"timestamp\":1,\"severity\":\"major\",\(labels)}")
        #expect(event.labels.count == 8)
        #expect(event.labels["k0"] == "0" && event.labels["k79"] == nil)
        #expect(bench.decoder.counters.labelsCut >= 1)
        try LimitTests.goesOn(bench)
    }

    @Test func whatIsTooMuchIsADeadLetter() throws {
        let bench = Bench(LimitTests.rules)
        let deep = String(repeating: "[", count: 50) + String(repeating: "]", count: 50)
        #expect(bench.refused(#"{"resource":"a","type":"b","timestamp":1,"x":\#(deep)}"#) == .tooDeep)
        try LimitTests.goesOn(bench)
        #expect(bench.refused(#"{"resource":"a","type":"b","timestamp":1,"x":"\#(String(repeating: "y", count: 40_000))"}"#) == .tooLarge)
        try LimitTests.goesOn(bench)
        let alert = #"{"status":"firing","labels":{"alertname":"A","host":"h"},"startsAt":"2026-11-23T10:15:30Z"}"#
        let alerts = (0..<30).map { _ in alert }.joined(separator: ",")
        #expect(bench.refused(#"{"receiver":"x","version":"4","groupKey":"g","status":"firing","alerts":[\#(alerts)]}"#) == .tooManyEvents)
        try LimitTests.goesOn(bench)
    }

    @Test func newNamesAreDeadLettersOnceTheTableIsFull() throws {
        let bench = Bench(LimitTests.rules, names: 20)
        var refused = 0
        for at in 0..<200 {
            if bench.decode(#"{"resource":"r\#(at)","type":"b","timestamp":1}"#) == .events(1) { continue }
            #expect(bench.refused(#"{"resource":"r\#(at)","type":"b","timestamp":1}"#) == .tooManyNames)
            refused += 1
        }
        #expect(refused >= 180)
        #expect(bench.decode(#"{"resource":"r1","type":"b","timestamp":1}"#) == .events(1))
    }

    /// What a decoder keeps between messages is the same after a hundred and after five hundred keys.
    @Test func pagerDutyKeysStayWithinTheirLimit() {
        let bench = Bench(LimitTests.rules)
        func trigger(_ key: Int) -> String {
            #"{"event_action":"trigger","routing_key":"r","dedup_key":"key-\#(1000 + key)","#
                + #""payload":{"source":"h","class":"c","severity":"error","timestamp":1}}"#
        }
        var sizes: [Int] = []
        for key in 0..<500 {
            #expect(bench.decode(trigger(key)) == .events(1))
            if key % 100 == 99 { sizes.append(bench.state().count) }
        }
        #expect(sizes.allSatisfy { $0 == sizes[0] }, "\(sizes)")
    }
}
