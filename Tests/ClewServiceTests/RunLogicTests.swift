import ClewConfig
import ClewKafka
import ClewService
import Testing

@Suite struct RunIdleClockTests {
    @Test func idleAfterTimeAtTheEnd() {
        var clock = IdleClock(idleAfter: 3)
        clock.add(0)
        _ = clock.look(at: 100)
        #expect(clock.look(at: 101) == IdleClock.Change())
        clock.reachedEnd(of: 0)
        #expect(clock.look(at: 102).nowIdle.isEmpty)
        #expect(clock.look(at: 103).nowIdle.isEmpty)
        #expect(clock.look(at: 104).nowIdle == [0])
        #expect(clock.isIdle(0))
        // Time counts from the look after the one that made it idle.
        #expect(clock.look(at: 104.5).elapsed == 0.5)
    }

    @Test func neverWhileItLags() {
        var clock = IdleClock(idleAfter: 1)
        clock.add(0)
        for second in 0..<50 { #expect(clock.look(at: Double(second)) == IdleClock.Change()) }
    }

    @Test func aRecordStartsAnew() {
        var clock = IdleClock(idleAfter: 2)
        clock.add(0)
        clock.reachedEnd(of: 0)
        _ = clock.look(at: 0)
        _ = clock.look(at: 1)
        let wasIdle = clock.arrived(at: 0)
        #expect(!wasIdle)
        clock.reachedEnd(of: 0)
        #expect(clock.look(at: 2).nowIdle.isEmpty)
        #expect(clock.look(at: 3).nowIdle == [0])
        let wasIdleThen = [clock.arrived(at: 0), clock.arrived(at: 0)]
        #expect(wasIdleThen == [true, false])
        #expect(!clock.isIdle(0))
    }

    @Test func emptyIsIdleAtOnce() {
        var clock = IdleClock(idleAfter: 30)
        clock.add(0)
        clock.add(1)
        clock.reachedEnd(of: 1, isEmpty: true)
        #expect(clock.look(at: 0).nowIdle == [1])
        // One is still active, so no time is counted.
        #expect(clock.look(at: 1).elapsed == 0)
    }

    @Test func noTimeWithoutBrokers() {
        var clock = IdleClock(idleAfter: 2)
        clock.add(0)
        clock.reachedEnd(of: 0)
        _ = clock.look(at: 0)
        for second in 1..<20 { #expect(clock.look(at: Double(second), isBlind: true) == IdleClock.Change()) }
        #expect(clock.look(at: 20).nowIdle.isEmpty)
        #expect(clock.look(at: 21).nowIdle == [0])
        #expect(clock.look(at: 22, isBlind: true).elapsed == 0)
        #expect(clock.look(at: 22.25).elapsed == 0.25)
    }

    @Test func aHeldUpLoopCountsLittle() {
        var clock = IdleClock(idleAfter: 5)
        clock.add(0)
        clock.reachedEnd(of: 0)
        _ = clock.look(at: 0)
        #expect(clock.look(at: 1_000).nowIdle.isEmpty)
    }

    @Test func pausedIsNotIdle() {
        var clock = IdleClock(idleAfter: 1)
        clock.add(0)
        clock.reachedEnd(of: 0)
        clock.lostSight(of: 0)
        _ = clock.look(at: 0)
        #expect(clock.look(at: 1).nowIdle.isEmpty)
        clock.remove(0)
        clock.reachedEnd(of: 0)
        let wasIdle = clock.arrived(at: 0)
        #expect(!wasIdle)
        #expect(clock.look(at: 2) == IdleClock.Change())
    }
}

@Suite struct RunBackPressureTests {
    private typealias Partition = BackPressure.Partition

    @Test func twoMarks() {
        var pressure = BackPressure(limit: 100)
        let open = [Partition(index: 0, clock: 10), Partition(index: 1, clock: 50)]
        #expect(pressure.decide(buffered: 74, watermark: 10, partitions: open) == BackPressure.Change())
        #expect(pressure.decide(buffered: 75, watermark: 10, partitions: open).pause == [1])
        let paused = [Partition(index: 0, clock: 20), Partition(index: 1, clock: 50, isPaused: true)]
        // Between the marks it stays as it is.
        #expect(pressure.decide(buffered: 60, watermark: 20, partitions: paused) == BackPressure.Change())
        #expect(pressure.decide(buffered: 50, watermark: 20, partitions: paused).resume == [1])
        #expect(!pressure.isOn)
    }

    @Test func theHolderIsNeverPaused() {
        var pressure = BackPressure(limit: 100)
        let change = pressure.decide(
            buffered: 90, watermark: 50, partitions: [Partition(index: 0, clock: 60), Partition(index: 1, clock: 50, isPaused: true)])
        #expect(change == BackPressure.Change(pause: [0], resume: [1]))
    }

    @Test func oneWithoutEventsHoldsAndIsRead() {
        var pressure = BackPressure(limit: 100)
        let change = pressure.decide(
            buffered: 80, watermark: nil, partitions: [Partition(index: 0, clock: 60), Partition(index: 1, clock: nil)])
        #expect(change.pause == [0])
    }

    @Test func aFullOutputHoldsAllAndLetsThemGo() {
        var pressure = BackPressure(limit: 100)
        let open = [Partition(index: 0, clock: 10), Partition(index: 1, clock: 50), Partition(index: 2, clock: nil, isActive: false)]
        #expect(pressure.decide(buffered: 0, watermark: 10, isOutputFull: true, partitions: open).pause == [0, 1, 2])
        #expect(!pressure.isOn)
        var paused = open
        for index in paused.indices { paused[index].isPaused = true }
        #expect(pressure.decide(buffered: 0, watermark: 10, isOutputFull: true, partitions: paused) == BackPressure.Change())
        #expect(pressure.decide(buffered: 0, watermark: 10, partitions: paused).resume == [0, 1, 2])
        // What is ahead of the watermark stays where too much waits.
        #expect(pressure.decide(buffered: 80, watermark: 10, partitions: paused).resume == [0, 2])
    }

    @Test func idleIsLeftAlone() {
        var pressure = BackPressure(limit: 100)
        let change = pressure.decide(buffered: 80, watermark: 10, partitions: [Partition(index: 0, clock: 60, isActive: false)])
        #expect(change == BackPressure.Change())
    }
}

@Suite struct TransactionBatchTests {
    private func offsets(_ first: Int64, _ second: Int64) -> [PartitionOffset] {
        [PartitionOffset(topic: "t", partition: 0, offset: first), PartitionOffset(topic: "t", partition: 1, offset: second)]
    }

    @Test func theGroupsOffsetsTellWhetherItWasCommitted() {
        let batch = TransactionBatch()
        batch.offsets = offsets(10, 20)
        batch.before = offsets(5, PartitionOffset.none)
        #expect(batch.isCommitted(where: offsets(10, 20)) == true)
        #expect(batch.isCommitted(where: offsets(5, PartitionOffset.none)) == false)
        // Somebody else has read on, or only half of it is there, which no transaction leaves.
        #expect(batch.isCommitted(where: offsets(12, 20)) == nil)
        #expect(batch.isCommitted(where: offsets(10, PartitionOffset.none)) == nil)
        batch.removeAll()
        #expect(batch.before.isEmpty)
    }
}

@Suite struct RunReadinessTests {
    @Test func saysWhy() {
        var readiness = Readiness()
        #expect(!readiness.isReady)
        readiness.phase = .joining
        #expect(readiness.obstacles == ["waiting for the consumer group to assign partitions"])
        readiness.phase = .running
        #expect(readiness.isReady)
        readiness.group = "two members"
        readiness.unreachable = "no broker"
        #expect(readiness.obstacles == ["no broker", "two members"])
        readiness = Readiness()
        readiness.phase = .draining
        #expect(readiness.obstacles == ["draining: a stop was asked for"])
    }

    @Test func oneEngineMustSeeAllPartitions() {
        let all = Set((0..<3).map { TopicPartition(topic: "a", partition: $0) })
        var check = GroupCheck(group: "g")
        #expect(check.judge(assigned: all, expected: all, members: 1, now: 0) == nil)
        #expect(check.judge(assigned: all, expected: all, members: nil, now: 0) == nil)
        let two = check.judge(assigned: all.filter { $0.partition == 0 }, expected: all, members: 2, now: 1)
        #expect(two?.contains("group g has 2 members") == true)
        #expect(two?.contains("1 of 3") == true)
        // A new partition is found by the consumer a little later than by us.
        let more = all.union([TopicPartition(topic: "a", partition: 3)])
        check = GroupCheck(group: "g")
        #expect(check.judge(assigned: all, expected: more, members: 1, now: 10) == nil)
        #expect(check.judge(assigned: all, expected: more, members: 1, now: 10 + GroupCheck.patience)?.contains("a/3") == true)
        #expect(check.judge(assigned: more, expected: more, members: 1, now: 200) == nil)
        #expect(check.judge(assigned: all, expected: more, members: 1, now: 300) == nil)
    }
}

@Suite struct RunSubscriptionTests {
    @Test func patternsNeverMatchOurOwnOutputs() throws {
        var config = Config()
        config.input.topics = [Config.Topic(name: "alerts"), Config.Topic(name: "^inc.*|^mon\\.")]
        let subscription = try Subscription(config)
        #expect(subscription.includes("alerts"))
        #expect(!subscription.includes("alerts2"))
        #expect(subscription.includes("mon.db"))
        #expect(subscription.includes("incoming"))
        for own in ["incidents", "incidents.dead", "incidents.state"] { #expect(!subscription.includes(own)) }
        config.input.topics = [Config.Topic(name: "^.*")]
        #expect(try !Subscription(config).includes("__consumer_offsets"))
    }

    @Test func aWrongPatternIsTold() {
        var config = Config()
        config.input.topics = [Config.Topic(name: "^(alerts")]
        #expect {
            try Subscription(config)
        } throws: { "\($0)".contains("input.topics: \"^(alerts\" is no regular expression: ") }
    }
}

@Suite struct RunTransactionBatchTests {
    private func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0x61, count: count) }

    @Test func keepsAbsentAndEmptyApart() {
        let batch = TransactionBatch()
        batch.appendDeadLetter(key: nil, value: nil, headers: [("clew.reason", "tombstone")])
        bytes(0).withUnsafeBytes { batch.appendDeadLetter(key: $0, value: $0, headers: []) }
        #expect(batch.entries[0].key == nil)
        #expect(batch.entries[0].value == nil)
        #expect(batch.entries[1].key?.isEmpty == true)
        #expect(batch.deadLetters == 2)
        #expect(batch.incidents == 0)
        batch.removeAll()
        #expect(batch.isEmpty)
    }

    @Test func isFullBySize() {
        var batch = TransactionBatch()
        bytes(TransactionBatch.fullAtBytes).withUnsafeBytes { batch.appendIncident(key: "INC", record: $0) }
        #expect(batch.isFull)
        batch = TransactionBatch()
        for _ in 0..<TransactionBatch.fullAtEntries { batch.appendDeadLetter(key: nil, value: nil, headers: []) }
        #expect(batch.isFull)
    }

    @Test func shrinksWhatATopicRefuses() {
        let batch = TransactionBatch()
        let large = bytes(TransactionBatch.safeBytes + 1)
        large.withUnsafeBytes { record in
            batch.appendIncident(key: "INC-1", record: record)
            batch.appendDeadLetter(key: nil, value: record, headers: [("clew.reason", "too_large")])
        }
        bytes(10).withUnsafeBytes { batch.appendIncident(key: "INC-2", record: $0) }
        let removed = batch.shrink()
        #expect(removed == 1)
        #expect(batch.incidents == 1)
        #expect(batch.entries.map { $0.value?.count } == [TransactionBatch.safeBytes, 10])
        let headers = batch.headers[batch.entries[0].headers].map { header in
            "\(header.name)=\(String(decoding: batch.bytes[header.value], as: UTF8.self))"
        }
        #expect(headers == ["clew.reason=too_large", "clew.truncated=\(large.count)"])
    }
}

@Suite struct RunSourcesTests {
    @Test func goesOnWhereNobodyElseHas() {
        var sources = Sources()
        let number = sources.add(TopicPartition(topic: "a", partition: 2), topic: 0)
        #expect(sources.start(of: number, groupSays: 5) == nil)
        sources[number].position = 90
        sources[number].committed = 50
        #expect(sources.start(of: number, groupSays: 50) == 90)
        #expect(sources.start(of: number, groupSays: 60) == nil)
        // The transaction under way may have been committed.
        sources[number].offered = 60
        #expect(sources.start(of: number, groupSays: 60) == 90)
        sources[number].committed = nil
        #expect(sources.start(of: number, groupSays: nil) == 90)
    }

    @Test func looksUpByNumbers() {
        var sources = Sources()
        let number = sources.add(TopicPartition(topic: "b", partition: 3), topic: 0)
        let found = [1, 1, 0, 7].map { sources.number(topicIndex: $0, partition: 3, topics: ["a", "b"]) }
        #expect(found == [number, number, nil, nil])
    }
}

@Suite struct SignalMeaningTests {
    @Test func theFirstStopsALaterOneEnds() {
        var meaning = SignalMeaning()
        #expect(meaning.came(at: 100) == .stop)
        #expect(meaning.came(at: 100.5) == .endAtOnce)
    }

    @Test func oneToTheProcessAndItsGroupIsOne() {
        var meaning = SignalMeaning()
        #expect(meaning.came(at: 100) == .stop)
        #expect(meaning.came(at: 100.001) == .ignore)
        #expect(meaning.came(at: 100.499) == .ignore)
        // The time is that of the first: ignored ones do not prolong it.
        #expect(meaning.came(at: 100.6) == .endAtOnce)
    }
}

@Suite struct NewTopicTests {
    @Test func onlyTheIncidentsAreCompacted() {
        let config = Config()
        let topics = ["incidents", "incidents.dead", "alerts"].map { Startup.newTopic($0, config) }
        #expect(topics.map { $0.configuration.map { "\($0.name)=\($0.value)" } } == [["cleanup.policy=compact"], [], []])
        #expect(topics.allSatisfy { $0.partitionCount == -1 && $0.replicationFactor == -1 })
    }
}
