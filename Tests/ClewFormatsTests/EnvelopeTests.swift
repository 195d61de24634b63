import ClewEngine
import ClewFormats
import Testing

@Suite struct EnvelopeTests {
    private func text(_ bytes: UnsafeRawBufferPointer?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    /// Reads one line; the bytes stay valid while `body` runs.
    private func read<R>(_ line: String, _ body: (Envelope?) throws -> R) rethrows -> R {
        var reader = EnvelopeReader()
        let bytes = Array(line.utf8)
        return try bytes.withUnsafeBytes { try body(reader.read($0)) }
    }

    @Test func kcat() throws {
        try read(Fixtures.kcat) { envelope in
            let envelope = try #require(envelope)
            #expect(text(envelope.topic) == "alerts" && envelope.partition == 2 && envelope.offset == 1207)
            #expect(envelope.recordTime == EventTime(ms: 1_763_892_931_000) && text(envelope.key) == "checkout")
            #expect(text(envelope.payload) == #"{"resource":"checkout","type":"Slow","message":"p99 > 2 s"}"#)
            #expect(envelope.hasHeaders && text(envelope.header("trace")) == "a\"b" && text(envelope.header("ce_specversion")) == "1.0")
            #expect(envelope.header("1.0") == nil)
        }
        try read(Fixtures.kcatTombstone) { envelope in
            let envelope = try #require(envelope)
            #expect(envelope.payload == nil && envelope.recordTime == nil && envelope.partition == 0 && !envelope.hasHeaders)
        }
    }

    @Test func connect() throws {
        try read(Fixtures.connectRecord) { envelope in
            let envelope = try #require(envelope)
            #expect(text(envelope.topic) == "alerts" && envelope.partition == 1 && envelope.offset == 9 && envelope.key == nil)
            #expect(text(envelope.payload) == #"{"resource":"a","type":"b"}"# && text(envelope.header("h")) == "v")
        }
        try read(Fixtures.connectSchema) { envelope in
            let envelope = try #require(envelope)
            #expect(envelope.topic == nil && envelope.partition == nil && text(envelope.payload) == #"{"resource":"a","type":"b"}"#)
        }
    }

    @Test(arguments: [
        Fixtures.native, Fixtures.alertmanager, Fixtures.pagerDutyTrigger, Fixtures.otlp, #"{"topic":"t","partition":0,"offset":1}"#,
        #"{"topic":"t","partition":-1,"offset":1,"payload":""}"#, #"{"topic":"t","partition":0.5e999,"offset":1,"payload":""}"#, "", "{",
        #"{"topic"#,
        #"{"timestamp":1,"resource":"a","type":"b"}"#, #"{"topic":"t","partition":0,"offset":1,"payload":""} x"#,
    ])
    func noEnvelope(line: String) {
        read(line) { #expect($0 == nil) }
    }

    @Test func theMessageInsideIsDecoded() throws {
        let bench = Bench()
        read(Fixtures.kcat.replacing("ce_specversion", with: "other")) { envelope in
            guard let envelope else { return }
            let view = MessageView(value: envelope.payload, recordTime: envelope.recordTime, headers: envelope, partition: 2, offset: 1207)
            #expect(bench.decode(view) == .events(1))
        }
        #expect(bench.events.first?.resource == "checkout" && bench.events.first?.time == EventTime(ms: 1_763_892_931_000))
    }
}
