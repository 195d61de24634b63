import ClewEngine
import ClewFormats
import Glibc
import Testing

@Suite struct BadInputTests {
    @Test(arguments: [
        ("", DeadReason.empty), ("  \n", .empty), ("{", .truncated), (#"{"resource":"a"#, .truncated), (#"{"resource":"a","#, .truncated),
        (#"{"resource":tru"#, .truncated), (#"{"a":1"#, .truncated), ("{}x", .trailingBytes), (#"{"a":1} {"a":2}"#, .trailingBytes),
        ("{}}", .trailingBytes), ("x", .notJSON), ("{a:1}", .notJSON), (#"{"a":1,}"#, .notJSON), (#"{"a":01}"#, .notJSON),
        (#"{"a":+1}"#, .notJSON), (#"{"a":1.}"#, .notJSON), (#"{"a":NaN}"#, .notJSON), (#"{"a":"\x"}"#, .notJSON),
        (#"{"a":"\u12g4"}"#, .notJSON),
        (#"{"a" "b"}"#, .notJSON), (#"{"a":[1,2}"#, .notJSON), (#"{"a":1]"#, .notJSON), ("{\"a\":\"x\u{1}y\"}", .notJSON),
        ("{\"a\":\"x\u{0}y\"}", .notJSON),
        ("{\"a\"\u{0}:1}", .notJSON), ("[]", .wrongType), ("[7]", .wrongType), ("7", .wrongType), (#""text""#, .wrongType),
        ("null", .wrongType),
        ("{}", .unknownFormat),
        (#"{"hello":"world"}"#, .unknownFormat), (#"{"type":"b","timestamp":1}"#, .resourceMissing),
        (#"{"resource":"a","timestamp":1}"#, .typeMissing),
        (#"{"resource":"","type":"b","timestamp":1}"#, .resourceMissing), (#"{"resource":null,"type":"b"}"#, .resourceMissing),
        (#"{"resource":"a","type":"b","timestamp":1,"status":"maybe"}"#, .statusUnknown),
        (#"{"resource":"a","resource":"a","type":"b","timestamp":1}"#, .duplicateKey),
        (#"{"resource":"a","type":"b","timestamp":1,"timestamp":2}"#, .duplicateKey),
    ])
    func refused(text: String, reason: DeadReason) {
        let bench = Bench()
        #expect(bench.refused(text) == reason)
    }

    @Test(arguments: [
        #""id":{}"#, #""id":[1]"#, #""source":1"#, #""resource":5"#, #""resource":["a"]"#, #""type":{}"#, #""type":true"#,
        #""severity":{}"#, #""severity":[]"#,
        #""status":1"#, #""status":[]"#, #""message":{}"#, #""message":[]"#, #""labels":[]"#, #""labels":"x""#, #""timestamp":{}"#,
        #""timestamp":true"#,
    ])
    func aWrongTypeInEachField(field: String) throws {
        let bench = Bench()
        let rest = [#""resource":"a""#, #""type":"b""#, #""timestamp":1"#].filter { !field.hasPrefix($0.split(separator: ":")[0]) }
        let (reason, detail) = try #require(bench.refusedDetail(Array("{\((rest + [field]).joined(separator: ","))}".utf8)))
        #expect(reason == .wrongType)
        // It names the field, what was expected and what was found.
        let name = String(field.split(separator: ":")[0]).replacing("\"", with: "")
        #expect(detail.hasPrefix("\(name): expected ") && detail.contains(", found "))
    }

    @Test func aTombstone() {
        let bench = Bench()
        let outcome = bench.decode(MessageView(value: nil))
        #expect(outcome == .dead(.tombstone, "expected a value, found none"))
    }

    @Test(arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]])
    func notUTF8(bytes: [UInt8]) throws {
        let bench = Bench()
        let message = Array(#"{"resource":"a"#.utf8) + bytes + Array(#"","type":"b","timestamp":1}"#.utf8)
        let (reason, detail) = try #require(bench.refusedDetail(message))
        #expect(reason == .notUTF8 && detail.contains("expected UTF-8"))
    }

    @Test func tenMegabytesOfBrackets() {
        let bench = Bench()
        let text = String(repeating: "[", count: 10_000_000)
        #expect(bench.refused(text) == .tooLarge)
        var rules = DecoderRules()
        rules.limits.messageBytes = 20_000_000
        let wide = Bench(rules)
        #expect(wide.refused(text) == .tooDeep)
        #expect(wide.refused(String(repeating: #"{"a":"#, count: 100_000)) == .tooDeep)
    }

    @Test func nestingUpToTheLimit() throws {
        func nested(_ depth: Int) -> String {
            let open = String(repeating: "[", count: depth - 1)
            return #"{"resource":"a","type":"b","timestamp":1,"x":\#(open)\#(open.replacing("[", with: "]"))}"#
        }
        let bench = Bench()
        _ = try bench.one(nested(64))
        #expect(bench.refused(nested(65)) == .tooDeep)
    }

    @Test func numbersOutOfRangeAreFineWhereTheyAreTexts() throws {
        let bench = Bench()
        let event = try bench.one(#"{"resource":"a","type":"b","timestamp":1,"id":123456789012345678901234567890,"x":1e999,"y":-0}"#)
        #expect(event.id == "123456789012345678901234567890" && event.labels == ["x": "1e999", "y": "-0"])
    }

    @Test func aMessageAsLargeAsTheLimitWithoutAnyBlank() {
        // Megabytes of members must not take quadratic time.
        var rules = DecoderRules()
        rules.limits.messageBytes = 8_000_000
        let bench = Bench(rules)
        let members = (0..<400_000).map { "\"k\($0)\":1" }.joined(separator: ",")
        let start = cpuSeconds()
        #expect(bench.decode("{\"resource\":\"a\",\"type\":\"b\",\"timestamp\":1,\(members)}") == .events(1))
        #expect(bench.events[0].labels.count == 128)
        #expect(cpuSeconds() - start < 10)
    }

    /// No byte past the end is read: the message ends where its page does, and the next page may not be touched.
    @Test func nothingPastTheEndIsRead() throws {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let map = try #require(mmap(nil, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        try #require(map != MAP_FAILED)
        defer { munmap(map, 3 * page) }
        #expect(mprotect(map + 2 * page, page, PROT_NONE) == 0)
        let bench = Bench()
        for fixture in Fixtures.all {
            let bytes = Array(fixture.utf8)
            for length in stride(from: bytes.count, to: 0, by: -1) {
                let start = map + 2 * page - length
                UnsafeMutableRawBufferPointer(start: start, count: length).copyBytes(from: bytes[0..<length])
                bench.batch.removeAll()
                let value = UnsafeRawBufferPointer(start: start, count: length)
                let outcome = bench.decode(MessageView(value: value, recordTime: EventTime(ms: 1)))
                if length < bytes.count, case .events = outcome { Issue.record("decoded though cut at \(length): \(fixture)") }
            }
        }
    }

    /// Whatever bytes come, the decoder stays whole, and a refused message leaves no trace in the batch.
    @Test func mutatedFixtures() {
        var random = SplitMix(state: 20_261_123)
        let bench = Bench(names: 100_000)
        var reader = EnvelopeReader()
        var dead = 0
        var rounds = 0
        for fixture in Fixtures.all {
            let original = Array(fixture.utf8)
            for _ in 0..<1500 {
                rounds += 1
                let bytes = mutated(original, &random)
                let before = (bench.batch.events.count, bench.batch.payload.count)
                let outcome = bench.decode(bytes, at: EventTime(ms: 1_763_892_930_000))
                switch outcome {
                case .events(let count): #expect(bench.batch.events.count == before.0 + count)
                case .ignored: #expect((bench.batch.events.count, bench.batch.payload.count) == before)
                case .dead(_, let detail):
                    dead += 1
                    #expect((bench.batch.events.count, bench.batch.payload.count) == before && !detail.isEmpty)
                }
                for event in bench.batch.events[before.0...] {
                    #expect(Int(event.payloadStart) + event.payloadLength <= bench.batch.payload.count)
                    #expect(event.resource != .none && event.type != .none)
                }
                bytes.withUnsafeBytes { _ = reader.read($0) }
                if bench.batch.events.count > 500 { bench.batch.removeAll() }
            }
        }
        #expect(dead > rounds / 10 && dead < rounds)
    }

    private func mutated(_ original: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let at = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: at)
            case 2: bytes.insert(Array(#"{}[]",:\0e-"#.utf8).randomElement(using: &random) ?? 0, at: at)
            case 3: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...20, using: &random)))
            default: bytes.insert(contentsOf: bytes[at..<min(bytes.count, at + 30)], at: at)
            }
        }
        return bytes
    }
}
