import ClewEngine
import Testing

/// Implausible clocks (design: *Implausible*): replaced by the record's time, else by the partition's greatest, else dead.
@Suite struct ClockTests {
    static let year1970 = -TestStream.start
    static let year2099 = 73.0 * 365.25 * 86_400
    static let day = 86_400.0

    /// Pushes events one by one; tells where the partition's clock stands after each.
    private static func clocks(_ events: [TestEvent], hint: Double? = nil) -> (clocks: [Double], rejected: Int, replaced: Int) {
        var correlator = Correlator(topology: TestStream.topology("a"))
        let p = correlator.addPartition(topic: "t", number: 0)
        if let hint { correlator.setHint(TestStream.time(hint), ofPartition: p) }
        var clocks: [Double] = []
        var rejected = 0
        for event in events {
            rejected += correlator.push(TestStream.batch([event], names: &correlator.names)).count
            clocks.append(correlator.clock(ofPartition: p).map { $0.seconds - TestStream.start } ?? .nan)
        }
        correlator.finish()
        #expect(Int(correlator.statistics.implausible) == rejected)
        return (clocks, rejected, Int(correlator.statistics.clocksReplaced))
    }

    private static func event(_ time: Double, record: Double? = nil) -> TestEvent {
        var event = TestEvent(time, "a", "T")
        event.recordTime = record
        return event
    }

    @Test func aTimeBefore2000IsReplacedByTheRecords() {
        let found = ClockTests.clocks([ClockTests.event(ClockTests.year1970, record: 7)])
        #expect(found.clocks == [7])
        #expect(found.replaced == 1)
    }

    @Test func aTimeBefore2000IsReplacedByTheGreatest() {
        let found = ClockTests.clocks([ClockTests.event(3), ClockTests.event(ClockTests.year1970)])
        #expect(found.clocks == [3, 3])
        #expect(found.replaced == 1)
    }

    @Test func aTimeBefore2000WithNothingElseIsDead() {
        let found = ClockTests.clocks([ClockTests.event(ClockTests.year1970), ClockTests.event(3)])
        #expect(found.clocks.count == 2 && found.clocks[0].isNaN && found.clocks[1] == 3)
        #expect(found.rejected == 1)
        #expect(found.replaced == 0)
        // A record time before 2000 helps nothing.
        #expect(ClockTests.clocks([ClockTests.event(ClockTests.year1970, record: ClockTests.year1970)]).rejected == 1)
    }

    /// A dump with `"ts": 0`: the record's time is broken, not the event's.
    @Test func aRecordTimeBefore2000SaysNothing() {
        let found = ClockTests.clocks([ClockTests.event(3, record: ClockTests.year1970), ClockTests.event(5, record: 0 - TestStream.start)])
        #expect(found.clocks == [3, 5])
        #expect(found.rejected == 0 && found.replaced == 0)
    }

    @Test func aFirstEventWithABrokenClockIsMendedByTheHint() {
        for broken in [ClockTests.year1970, ClockTests.year2099] {
            let found = ClockTests.clocks([ClockTests.event(broken), ClockTests.event(5)], hint: 2)
            #expect(found.clocks == [2, 5])
            #expect(found.replaced == 1)
        }
    }

    @Test func aFirstEventFarAheadIsMendedByItsRecord() {
        let found = ClockTests.clocks([ClockTests.event(ClockTests.year2099, record: 4), ClockTests.event(5)])
        #expect(found.clocks == [4, 5])
    }

    /// With neither hint nor record nothing tells that the first clock is wrong: those after it take its time.
    @Test func aFirstEventFarAheadWithNothingElseIsBelieved() {
        let found = ClockTests.clocks([ClockTests.event(ClockTests.year2099), ClockTests.event(5)])
        #expect(found.clocks == [ClockTests.year2099, ClockTests.year2099])
        #expect(found.replaced == 1)
    }

    @Test func theBoundsAreInclusive() {
        let behind = 7 * ClockTests.day
        #expect(ClockTests.clocks([ClockTests.event(0), ClockTests.event(-behind)]).replaced == 0)
        #expect(ClockTests.clocks([ClockTests.event(0), ClockTests.event(-behind - 0.001)]).replaced == 1)
        #expect(ClockTests.clocks([ClockTests.event(0), ClockTests.event(400 * ClockTests.day)]).replaced == 0)
        #expect(ClockTests.clocks([ClockTests.event(0), ClockTests.event(400 * ClockTests.day + 0.001)]).replaced == 1)
        #expect(ClockTests.clocks([ClockTests.event(600, record: 0)]).replaced == 0)
        #expect(ClockTests.clocks([ClockTests.event(600.001, record: 0)]).replaced == 1)
        // With a record's time, 400 days do not apply; 7 days behind do.
        let far = ClockTests.event(500 * ClockTests.day, record: 500 * ClockTests.day)
        #expect(ClockTests.clocks([ClockTests.event(0, record: 0), far]).replaced == 0)
        #expect(ClockTests.clocks([ClockTests.event(0, record: 0), ClockTests.event(-8 * ClockTests.day, record: 1)]).clocks == [0, 1])
    }

    /// The year 9999 is a valid timestamp, and nothing contradicts it where it comes first.
    @Test(arguments: ["A", "A A", "A 30m A"])
    func aTimeInTheFarFutureDoesNotStopTheStream(_ line: String) {
        var timeline = Timeline("db", "A: db/Down")
        let events = timeline.events(line).map { event in
            var moved = event
            moved.time += 251_635_000_000
            return moved
        }
        let outcome = TestStream.run(events, topology: timeline.topology)
        #expect(Int(outcome.statistics.taken) == events.count)
        #expect(!timeline.run(line).isEmpty)
    }

    /// Beyond the year 9999, up to what the type holds: a broken clock, of an event, of a record, or as a hint.
    @Test func timesBeyondTheYear9999AreImplausible() {
        var correlator = Correlator(topology: TestStream.topology("a"))
        let p = correlator.addPartition(topic: "t", number: 0)
        correlator.setHint(EventTime(microseconds: .max), ofPartition: p)
        let events = (0..<4).map { TestEvent(Double($0), "a", "T") }
        var batch = TestStream.batch(events, names: &correlator.names)
        // Dead: nothing to replace it by. Then one that is right, one with a broken record, one with a right record.
        batch.events[0].time = EventTime(microseconds: .max)
        batch.events[0].recordTime = EventTime(microseconds: .max - 999)
        batch.events[2].recordTime = EventTime(microseconds: .max)
        batch.events[3].time = EventTime(microseconds: .min)
        batch.events[3].recordTime = TestStream.time(3)
        let rejected = correlator.push(batch)
        #expect(rejected == [0])
        #expect(correlator.statistics.clocksReplaced == 1)
        #expect(correlator.clock(ofPartition: p) == TestStream.time(3))
        correlator.setPartition(p, .idle)
        correlator.forceWatermark(byMicroseconds: 3_600_000_000)
        #expect(correlator.statistics.taken == 3)
    }

    @Test func batchesKeepTheIndicesOfWhatIsDead() {
        let events = [ClockTests.event(ClockTests.year1970), ClockTests.event(1), ClockTests.event(ClockTests.year1970)]
        let outcome = TestStream.run(events, topology: TestStream.topology("a"), recordsAssignments: true)
        #expect(outcome.rejected == [0])
        // Numbers of arrival count what is dead too.
        #expect(outcome.assignments.map(\.sequence) == [1, 2])
    }
}
