import ClewEngine
import Testing

@Suite struct WatermarkTests {
    /// A correlator with so many partitions of a topic.
    private static func correlator(partitions: Int, intake: IntakeParameters = IntakeParameters()) -> Correlator {
        var correlator = Correlator(topology: TestStream.topology("a, b, c"), intake: intake)
        for number in 0..<partitions { _ = correlator.addPartition(topic: "t", number: Int32(number)) }
        return correlator
    }

    private static func push(_ time: Double, _ partition: UInt32 = 0, _ resource: String = "a", into correlator: inout Correlator) {
        var event = TestEvent(time, resource, "T")
        event.partition = partition
        _ = correlator.push(TestStream.batch([event], names: &correlator.names))
    }

    @Test func anEventIsTakenOnceTheWatermarkIsStrictlyPastIt() {
        var correlator = WatermarkTests.correlator(partitions: 1)
        WatermarkTests.push(0, into: &correlator)
        #expect(correlator.statistics.watermark == TestStream.time(-5))
        WatermarkTests.push(5, into: &correlator)
        #expect(correlator.statistics.watermark == TestStream.time(0))
        #expect(correlator.statistics.taken == 0)
        #expect(correlator.statistics.buffered == 2)
        WatermarkTests.push(5.000_001, into: &correlator)
        #expect(correlator.statistics.taken == 1)
    }

    @Test func theWatermarkNeverFalls() {
        var correlator = WatermarkTests.correlator(partitions: 2)
        WatermarkTests.push(100, 0, into: &correlator)
        #expect(correlator.statistics.watermark == nil)
        WatermarkTests.push(50, 1, into: &correlator)
        #expect(correlator.statistics.watermark == TestStream.time(45))
        WatermarkTests.push(10, 1, into: &correlator)
        #expect(correlator.statistics.watermark == TestStream.time(45))
        #expect(correlator.statistics.late == 1)
        let third = correlator.addPartition(topic: "t", number: 2)
        WatermarkTests.push(200, 1, into: &correlator)
        #expect(correlator.statistics.watermark == TestStream.time(45))
        WatermarkTests.push(20, third, into: &correlator)
        #expect(correlator.statistics.watermark == TestStream.time(45))
    }

    @Test func aPartitionAddedLaterIsLateBehindTheWatermark() {
        var correlator = WatermarkTests.correlator(partitions: 1)
        WatermarkTests.push(100, into: &correlator)
        let added = correlator.addPartition(topic: "t", number: 1)
        WatermarkTests.push(96, added, "b", into: &correlator)
        #expect(correlator.statistics.late == 0)
        WatermarkTests.push(94, added, "b", into: &correlator)
        #expect(correlator.statistics.late == 1)
    }

    @Test func anIdlePartitionDoesNotHoldTheWatermark() {
        var correlator = WatermarkTests.correlator(partitions: 2)
        WatermarkTests.push(0, 0, into: &correlator)
        WatermarkTests.push(100, 0, into: &correlator)
        #expect(correlator.statistics.watermark == nil)
        correlator.setPartition(1, .idle)
        #expect(correlator.statistics.watermark == TestStream.time(95))
        #expect(correlator.statistics.taken == 1)
        // It wakes up with something older: taken at the watermark, and counted as late.
        correlator.setPartition(1, .active)
        WatermarkTests.push(50, 1, "b", into: &correlator)
        #expect(correlator.statistics.late == 1)
        #expect(correlator.statistics.watermark == TestStream.time(95))
        WatermarkTests.push(97, 1, "b", into: &correlator)
        #expect(correlator.statistics.late == 1)
    }

    @Test func anEndedPartitionDoesNotHoldTheWatermark() {
        var correlator = WatermarkTests.correlator(partitions: 3)
        WatermarkTests.push(10, 0, into: &correlator)
        WatermarkTests.push(300, 1, into: &correlator)
        correlator.setPartition(2, .ended)
        #expect(correlator.statistics.watermark == TestStream.time(5))
        correlator.setPartition(0, .ended)
        #expect(correlator.statistics.watermark == TestStream.time(295))
        #expect(correlator.statistics.taken == 1)
        correlator.setPartition(1, .ended)
        #expect(correlator.statistics.watermark == TestStream.time(295))
        correlator.finish()
        #expect(correlator.statistics.taken == 2)
        #expect(correlator.statistics.buffered == 0)
    }

    @Test func theWatermarkIsForcedOnlyWhileAllAreIdle() {
        var correlator = WatermarkTests.correlator(partitions: 2)
        WatermarkTests.push(0, 0, into: &correlator)
        WatermarkTests.push(0, 1, "b", into: &correlator)
        correlator.setPartition(0, .idle)
        correlator.forceWatermark(byMicroseconds: 60_000_000)
        #expect(correlator.statistics.watermark == TestStream.time(-5))
        correlator.setPartition(1, .idle)
        correlator.forceWatermark(byMicroseconds: 5_000_000)
        #expect(correlator.statistics.watermark == TestStream.time(0))
        #expect(correlator.statistics.taken == 0)
        correlator.forceWatermark(byMicroseconds: 1)
        #expect(correlator.statistics.taken == 2)
        // Event time goes on without events: the hold-back of 30 s passes.
        #expect(correlator.pendingRevisions == 0)
        correlator.forceWatermark(byMicroseconds: 31_000_000)
        #expect(correlator.pendingRevisions == 2)
        // What comes behind the forced step is late, what comes after it is not.
        correlator.setPartition(0, .active)
        WatermarkTests.push(20, 0, into: &correlator)
        #expect(correlator.statistics.late == 1)
        WatermarkTests.push(32, 0, into: &correlator)
        #expect(correlator.statistics.late == 1)
    }

    @Test func forcingBeforeTheFirstEventDoesNothing() {
        var correlator = WatermarkTests.correlator(partitions: 1)
        correlator.setPartition(0, .idle)
        correlator.forceWatermark(byMicroseconds: 1_000_000)
        #expect(correlator.statistics.watermark == nil)
        correlator.setPartition(0, .active)
        WatermarkTests.push(0, into: &correlator)
        #expect(correlator.statistics.late == 0)
        #expect(correlator.statistics.watermark == TestStream.time(-5))
    }

    @Test func aFullBufferTakesTheOldestEarly() {
        var intake = IntakeParameters()
        intake.maxBuffered = 10
        var correlator = WatermarkTests.correlator(partitions: 2, intake: intake)
        // Partition 1 is active and silent: nothing could be taken.
        for at in 0..<50 { WatermarkTests.push(Double(at), 0, into: &correlator) }
        #expect(correlator.statistics.buffered == 10)
        #expect(correlator.statistics.forced == 40)
        #expect(correlator.statistics.taken == 40)
        #expect(correlator.statistics.watermark == TestStream.time(39))
        // What comes behind is not lost, but late.
        WatermarkTests.push(3, 1, "b", into: &correlator)
        #expect(correlator.statistics.late == 1)
        correlator.finish()
        #expect(correlator.statistics.taken == 51)
    }

    @Test func offsetsThatStillWaitAreTold() {
        var correlator = WatermarkTests.correlator(partitions: 2)
        var events = [TestEvent(0, "a", "T"), TestEvent(1, "b", "T"), TestEvent(100, "a", "T")]
        events[1].partition = 1
        _ = correlator.push(TestStream.batch(events, names: &correlator.names))
        var waiting: [UInt32: [Int64]] = [:]
        correlator.oldestWaiting { waiting[$0, default: []].append($1) }
        #expect(waiting[0]?.sorted() == [0, 2])
        #expect(waiting[1] == [1])
    }

    // MARK: Redeliveries

    private static func redelivered(_ second: Double, partition: UInt32 = 0, limit: Int = 1_000_000) -> TestStream.Outcome {
        var first = TestEvent(0, "a", "T")
        first.id = "1"
        var again = first
        again.partition = partition
        var intake = IntakeParameters()
        intake.maxRedeliveries = limit
        var filler = TestEvent(0.5, "b", "T")
        filler.id = "2"
        return TestStream.run(
            [first, filler, TestEvent(second, "c", "T"), again], topology: TestStream.topology("a, b, c"), intake: intake,
            recordsAssignments: true)
    }

    @Test func aRedeliveryIsDropped() {
        let outcome = WatermarkTests.redelivered(3)
        #expect(outcome.statistics.redelivered == 1)
        #expect(outcome.statistics.repeats == 0)
        #expect(outcome.assignments.first { $0.sequence == 3 }?.sameAs == 0)
    }

    @Test func aRedeliveryInAnotherPartitionIsDropped() {
        #expect(WatermarkTests.redelivered(3, partition: 1).statistics.redelivered == 1)
    }

    @Test func aRedeliveryIsRememberedForTwoHours() {
        #expect(WatermarkTests.redelivered(7205).statistics.redelivered == 1)
        #expect(WatermarkTests.redelivered(7205.001).statistics.redelivered == 0)
    }

    @Test func theOldestRedeliveriesAreForgottenAtTheLimit() {
        #expect(WatermarkTests.redelivered(3, limit: 2).statistics.redelivered == 1)
        #expect(WatermarkTests.redelivered(30, limit: 1).statistics.redelivered == 0)
    }

    @Test func withoutAnIDAnEventIsNeverARedelivery() {
        let events = [TestEvent(0, "a", "T"), TestEvent(0, "a", "T"), TestEvent(0, "a", "T")]
        let outcome = TestStream.run(events, topology: TestStream.topology("a"))
        #expect(outcome.statistics.redelivered == 0)
        #expect(outcome.statistics.repeats == 2)
    }

    @Test func manyRedeliveriesAreAllRecognised() {
        var random = SeededGenerator(seed: 5)
        var events: [TestEvent] = []
        for at in 0..<20_000 {
            var event = TestEvent(Double(at) * 0.1, "a", "T")
            event.id = "\(at)"
            events.append(event)
            guard at > 100, Int.random(in: 0..<4, using: &random) == 0 else { continue }
            events.append(events[events.count - Int.random(in: 1...50, using: &random)])
        }
        let outcome = TestStream.run(events, topology: TestStream.topology("a"), batchSize: 512)
        #expect(outcome.statistics.taken == 20_000)
        #expect(Int(outcome.statistics.redelivered) == events.count - 20_000)
    }
}
