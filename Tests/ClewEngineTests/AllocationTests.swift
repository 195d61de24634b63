import CAllocationCounter
import ClewEngine
import ClewFormats
import Testing

/// What design calls *fast by design*: an event of a known alert allocates nothing, once tables have grown.
@Suite struct AllocationTests {
    private static let count = 100_000
    private static let batchSize = 1000

    @Test func theCounterCounts() {
        guard clew_allocations() >= 0 else { return }
        let before = clew_allocations()
        let table = Table(repeating: 0, count: 100)
        #expect(clew_allocations() > before)
        #expect(table.count == 100)
    }

    private static func check(_ before: Int64, _ after: Int64) {
        // Not counted without glibc.
        guard before >= 0 else { return }
        #expect(after - before == 0, "\(after - before) allocations for \(count) events")
    }

    /// 40 alerts in one incident, each raised (or cleared) again and again, a thousandth of a second apart.
    private static func events(_ number: Int, _ status: (Int) -> EventStatus) -> [TestEvent] {
        (0..<batchSize).map { at in
            let serial = number * batchSize + at
            return TestEvent(Double(serial) * 0.001, "host-\(serial % 8)", "T\(serial % 5)", status(serial))
        }
    }

    @Test(arguments: ["repeats", "repeats and clears"])
    func aKnownAlertTakesNothing(_ kind: String) {
        let hasClears = kind != "repeats"
        var correlator = Correlator(topology: TestStream.topology((0..<8).map { "host-\($0) -> core" }.joined(separator: ", ")))
        _ = correlator.addPartition(topic: "t", number: 0)
        // Each alert is raised, then cleared, then raised again: 40 keys, so that the step of 40 alternates.
        let status = { (serial: Int) -> EventStatus in hasClears && serial / 40 % 2 == 1 ? .resolved : .firing }
        let total = AllocationTests.count / AllocationTests.batchSize
        var batches: [EventBatch] = []
        // The first 40 s of event time let tables grow, and the incident be opened.
        for number in 0..<(40 + total) {
            batches.append(TestStream.batch(AllocationTests.events(number, status), names: &correlator.names))
        }
        for batch in batches[..<40] {
            _ = correlator.push(batch)
            _ = correlator.takeRevisions()
        }
        let before = correlator.statistics
        let allocated = clew_allocations()
        for at in 40..<batches.count {
            _ = correlator.push(batches[at])
            _ = correlator.takeRevisions()
        }
        AllocationTests.check(allocated, clew_allocations())
        let after = correlator.statistics
        #expect(after.newAlerts == before.newAlerts)
        #expect(after.taken - before.taken == UInt64(AllocationTests.count))
        #expect((after.clears > before.clears) == hasClears)
    }

    /// The same from the message on: decoded, put in order, recognised as no redelivery, correlated.
    @Test func aMessageOfAKnownAlertTakesNothing() {
        var intake = IntakeParameters()
        intake.maxRedeliveries = 5000
        var correlator = Correlator(
            topology: TestStream.topology((0..<8).map { "host-\($0) -> core" }.joined(separator: ", ")), intake: intake)
        let partition = correlator.addPartition(topic: "t", number: 0)
        // The texts of waiting events move now and then: tables have grown after the second time.
        let warm = 100_000
        let total = warm + AllocationTests.count
        let lines = (0..<total).map { serial in
            Array(
                """
                {"id":"e\(serial)","timestamp":\(1_767_225_600_000 + serial),"source":"prometheus","resource":"host-\(serial % 8)",\
                "type":"T\(serial % 5)","severity":"critical","status":"firing","message":"load \(serial % 9)","labels":{"team":"core"}}
                """.utf8)
        }
        var decoder = Decoder(rules: DecoderRules())
        var batch = EventBatch()
        AllocationTests.run(lines[..<warm], partition, &decoder, &batch, &correlator)
        let before = correlator.statistics
        let allocated = clew_allocations()
        AllocationTests.run(lines[warm...], partition, &decoder, &batch, &correlator)
        AllocationTests.check(allocated, clew_allocations())
        let after = correlator.statistics
        #expect(after.repeats - before.repeats >= UInt64(AllocationTests.count - AllocationTests.batchSize))
    }

    private static func run(
        _ lines: ArraySlice<[UInt8]>, _ partition: UInt32, _ decoder: inout Decoder, _ batch: inout EventBatch,
        _ correlator: inout Correlator
    ) {
        for at in lines.indices {
            lines[at].withUnsafeBytes {
                _ = decoder.decode(
                    MessageView(value: $0, partition: partition, offset: Int64(at)), into: &batch, names: &correlator.names)
            }
            guard batch.events.count == 500 || at == lines.endIndex - 1 else { continue }
            _ = correlator.push(batch)
            _ = correlator.takeRevisions()
            batch.removeAll()
        }
    }
}
