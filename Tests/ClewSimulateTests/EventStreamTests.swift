import ClewSimulate
import Testing

@Suite struct EventStreamTests {
    @Test(arguments: Scenario.Kind.allCases)
    func linesAreNativeEvents(kind: Scenario.Kind) throws {
        let scenario = try Scenario(kind, options: shortOptions())
        var stream = scenario.events()
        var bytes: [UInt8] = []
        var arrival = Int64.min
        var seen: [String: [UInt8]] = [:]
        var redeliveries = 0
        while let event = stream.next(appendingTo: &bytes) {
            #expect(event.arrival >= arrival, "events come in order of arrival")
            arrival = event.arrival
            #expect(bytes.last == 0x0A)
            let read = try ReadEvent(line: bytes)
            #expect(read.milliseconds == event.timestamp)
            #expect(read.timestamp.hasPrefix("2026-"))
            #expect(read.status == (event.isFiring ? "firing" : "resolved"))
            #expect(["critical", "major", "minor", "warning", "info"].contains(read.severity))
            #expect(!read.message.isEmpty && !read.message.contains("{"))
            #expect(!read.labels.isEmpty)
            if event.isRedelivery {
                redeliveries += 1
                #expect(seen[read.id] == bytes, "a redelivery is the same line again")
            } else {
                #expect(seen.updateValue(bytes, forKey: read.id) == nil, "id \(read.id) is given twice")
            }
            bytes.removeAll(keepingCapacity: true)
        }
        #expect(seen.count > 100)
        #expect(redeliveries > 0)
    }

    @Test func chunksHoldWholeLines() throws {
        let scenario = try Scenario(.telecom, options: shortOptions())
        var chunks = 0
        var joined: [UInt8] = []
        scenario.forEachChunk(of: 2_000) { chunk in
            chunks += 1
            joined += chunk
            #expect(chunk.last == 0x0A)
            #expect(chunk.count < 2_000 + 1_000)
        }
        #expect(chunks > 3)
        #expect(joined == scenario.allEvents())
    }

    @Test func bodyMayStopTheStream() throws {
        struct Full: Error {}
        let scenario = try Scenario(.kubernetes, options: shortOptions())
        var calls = 0
        #expect(throws: Full.self) {
            try scenario.forEachChunk(of: 1_000) { (_: [UInt8]) throws(Full) in
                calls += 1
                if calls == 2 { throw Full() }
            }
        }
        #expect(calls == 2)
    }

    /// What fires was off, what is resolved was on: an alert's life makes sense, whatever its causes.
    @Test func alertsFireBeforeTheyClear() throws {
        var options = shortOptions()
        options.duplicates = 0
        options.lateShare = 0
        options.clockSkew = 0
        var on: Set<String> = []
        let events = try Scenario(.kubernetes, options: options).eventLines()
        for event in events.sorted(by: { ($0.timestamp, $0.id) < ($1.timestamp, $1.id) }) {
            let key = "\(event.resource) \(event.type)"
            if event.status == "firing" { on.insert(key) } else { #expect(on.remove(key) != nil, "\(key) cleared while off") }
        }
    }
}
