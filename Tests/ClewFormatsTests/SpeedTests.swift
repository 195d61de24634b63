import ClewEngine
import ClewFormats
import Testing

/// Prints what decoding and encoding cost; asserts only that the work was done.
@Suite(.serialized) struct SpeedTests {
    static func line(_ i: Int) -> [UInt8] {
        let text = """
            {"id":"01JABCDEF0123456789AB\(10_000 + i)","timestamp":"2026-11-23T10:\(10 + i % 50):30.123Z","source":"prometheus",\
            "resource":"checkout-\(i % 97)","type":"HighErrorRate\(i % 7)","severity":"critical","status":"firing",\
            "message":"5xx above 5% for 5m on the checkout service of the shop in the first cluster",\
            "labels":{"cluster":"eu-1","team":"payments","namespace":"shop","pod":"checkout-7d9f8"}}
            """
        return Array(text.utf8)
    }

    @Test func nativeDecoding() {
        let lines = (0..<1000).map { SpeedTests.line($0) }
        let bytes = lines.reduce(0) { $0 + $1.count }
        let arena = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 1)
        defer { arena.deallocate() }
        var views: [UnsafeRawBufferPointer] = []
        var at = 0
        for line in lines {
            let place = UnsafeMutableRawBufferPointer(rebasing: arena[at..<(at + line.count)])
            place.copyBytes(from: line)
            views.append(UnsafeRawBufferPointer(place))
            at += line.count
        }
        var decoder = Decoder(rules: DecoderRules())
        var batch = EventBatch()
        let names = UnsafeMutablePointer<Names>.allocate(capacity: 1)
        names.initialize(to: Names(limit: 10_000))
        defer {
            names.deinitialize(count: 1)
            names.deallocate()
        }
        var total = 0
        let rounds = 1000
        let start = cpuSeconds()
        for _ in 0..<rounds {
            batch.removeAll()
            for (offset, view) in views.enumerated() {
                let message = MessageView(value: view, recordTime: nil, offset: Int64(offset))
                if case .events(let n) = decoder.decode(message, into: &batch, names: &names.pointee) { total += n }
            }
        }
        let seconds = cpuSeconds() - start
        #expect(total == rounds * views.count)
        print("native decode: \(bytes / views.count) bytes a line, \(Int(Double(total) / seconds / 1000)) k events/s of CPU")
    }

    @Test func incidentEncoding() {
        let sample = SampleIncident()
        var revision = sample.revision
        revision.alerts = (0..<6).map { index in
            var alert = sample.alert("checkout-\(index)", "HighErrorRate", Int64(index) * 1000, index == 0 ? nil : sample.up())
            alert.message = ContiguousArray("5xx above 5% for 5m on the checkout service of the shop".utf8)
            return alert
        }
        var encoder = IncidentEncoder(versions: RecordVersions(clew: "1.0.0", config: "sha256:aa", topology: "sha256:bb", model: nil))
        var bytes: ContiguousArray<UInt8> = []
        var total = 0
        let rounds = 100_000
        let start = cpuSeconds()
        for _ in 0..<rounds {
            bytes.removeAll(keepingCapacity: true)
            encoder.append(revision, names: sample.table.pointee, to: &bytes)
            total += bytes.count
        }
        let seconds = cpuSeconds() - start
        #expect(total > rounds * 1000)
        print(
            "incident encode: \(bytes.count) bytes a record, \(Int(Double(total) / seconds / 1e6)) MB/s of CPU, \(Int(Double(rounds) / seconds)) records/s"
        )
    }

    @Test func envelopeReading() {
        let line = Array(Fixtures.kcat.utf8)
        let plain = Array(Fixtures.native.utf8)
        var reader = EnvelopeReader()
        var found = 0
        let rounds = 300_000
        let start = cpuSeconds()
        line.withUnsafeBytes { for _ in 0..<rounds where reader.read($0) != nil { found += 1 } }
        let middle = cpuSeconds()
        plain.withUnsafeBytes { for _ in 0..<rounds where reader.read($0) != nil { found += 1 } }
        let end = cpuSeconds()
        #expect(found == rounds)
        print(
            "envelope decode: \(Int(Double(rounds) / (middle - start) / 1000)) k/s; plain lines told apart: \(Int(Double(rounds) / (end - middle) / 1000)) k/s"
        )
    }
}
