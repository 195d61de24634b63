import ClewConfig
import ClewKafka
import ClewService
import Glibc
import Testing

/// Brokers that are away, go away, or refuse.
@Suite(.enabled(if: KafkaBroker.canStart, "set KAFKA_HOME to start brokers"), .serialized, .timeLimit(.minutes(4)))
struct RunOutageTests {
    @Test func aWrongPasswordIsTold() throws {
        let broker = try KafkaBroker.start()
        defer { broker.stop() }
        var config = RunPlace(broker: broker.saslBootstrap ?? "").config
        config.kafka.properties = [
            "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.username": "alice", "sasl.password": "wrong-password",
        ]
        let running = try RunningService(config)
        let message = running.failure(seconds: 20)?.description ?? ""
        #expect(message.contains("authentication at \(broker.saslBootstrap ?? "?") failed"))
        #expect(!message.contains("wrong-password"))
        #expect(!running.lines.contains { $0.contains("wrong-password") })
    }

    @Test func aStopWhileNoBrokerAnswers() throws {
        var config = RunPlace(broker: "127.0.0.1:1").config
        config.http.listen = "127.0.0.1:0"
        let running = try RunningService(config)
        #expect(eventually { running.logged("waiting for Kafka") > 0 })
        let answer = try running.page("/readyz")
        #expect(answer.status == 503)
        #expect(answer.body.contains("127.0.0.1:1"))
        try running.stop(seconds: 10)
    }

    @Test func aBrokerThatGoesAndComesLosesNothing() throws {
        let broker = try KafkaBroker.start()
        defer { broker.stop() }
        let place = RunPlace(broker: broker.bootstrap)
        let admin = try Admin(properties: ["bootstrap.servers": broker.bootstrap])
        try place.createTopics(admin)
        let events = alerts(2_000, step: 11)
        let running = try RunningService(place.config)
        #expect(running.waitUntilReady())
        let producer = try Producer(properties: ["bootstrap.servers": broker.bootstrap])
        func send(_ range: Range<Int>) throws {
            for event in events[range] { try producer.produce(topic: place.input, key: nil, value: Array(event.utf8)) }
        }
        try send(0..<1_000)
        try producer.flush(timeout: .seconds(20))
        #expect(eventually { running.service.status.recordsPublished > 0 })
        broker.pause()
        #expect(eventually { !running.service.status.isReady })
        #expect(try running.page("/readyz").body.contains("cannot reach any broker"))
        try send(1_000..<2_000)
        try broker.resume()
        #expect(eventually(seconds: 60) { running.service.status.isReady })
        try producer.flush(timeout: .seconds(60))
        let expected = expectedRecords(place.config, partitions: [events], finish: false)
        #expect(eventually(seconds: 60) { running.service.status.recordsPublished == UInt64(expected.count) })
        try running.stop()
        #expect(running.logged("brokers cannot be reached") == 1)
        #expect(running.logged("brokers can be reached again") == 1)

        let consumer = try Consumer(properties: ["bootstrap.servers": broker.bootstrap])
        try consumer.assign([PartitionOffset(topic: place.incidents, partition: 0, offset: PartitionOffset.beginning)])
        var received: [Received] = []
        #expect(try poll(consumer, into: &received) { $0.count >= expected.count })
        consumer.close()
        #expect(values(received) == expected)
    }

    /// Dead letters that were produced, in the order of the topic.
    private func deadLetters(_ place: RunPlace, _ broker: KafkaBroker, count: Int) throws -> [String] {
        let consumer = try Consumer(properties: ["bootstrap.servers": broker.bootstrap])
        defer { consumer.close() }
        try consumer.assign([PartitionOffset(topic: place.dead, partition: 0, offset: PartitionOffset.beginning)])
        var received: [Received] = []
        #expect(try poll(consumer, into: &received) { $0.count >= count })
        return values(received)
    }

    /// Gives the service `count` messages, each of which is a record of the output, and freezes the broker in the midst of them.
    private func freezeWithinGarbage(
        _ count: Int, _ config: Config, _ place: RunPlace, _ broker: KafkaBroker
    ) throws -> RunningService {
        try place.createTopics(try Admin(properties: ["bootstrap.servers": broker.bootstrap]))
        let producer = try Producer(properties: ["bootstrap.servers": broker.bootstrap])
        for number in 0..<count { try producer.produce(topic: place.input, key: nil, value: Array("no event \(number)".utf8)) }
        try producer.flush(timeout: .seconds(60))
        let running = try RunningService(config)
        #expect(eventually { running.service.status.deadLettersPublished > 0 || running.isEnded })
        try broker.freeze()
        return running
    }

    /// Longer than the session and the transaction: also for the library's own clocks, which count from an answer that stays out.
    private func waitOutSession() {
        let end = ContinuousClock.now + .seconds(5)
        #expect(eventually { ContinuousClock.now > end })
    }

    /// With a full outbox behind a transaction that nobody answers, the service goes on polling and telling how it stands.
    @Test func aFullOutputHoldsTheInputAndNothingElse() throws {
        let broker = try KafkaBroker.start()
        defer { broker.stop() }
        let place = RunPlace(broker: broker.bootstrap)
        let count = 6 * TransactionBatch.fullAtEntries
        let running = try freezeWithinGarbage(count, place.config, place, broker)
        let paused = "clew_partition_paused{topic=\"\(place.input)\",partition=\"0\"}"
        #expect(try eventually { try running.metric(paused) == 1 })
        #expect(try running.metric("clew_output_waiting_bytes") ?? 0 > 0)
        #expect(running.logged("the brokers are slow to take the results") == 1)
        try broker.thaw()
        #expect(eventually(seconds: 60) { running.service.status.deadLettersPublished == UInt64(count) || running.isEnded })
        #expect(try eventually { try running.metric(paused) == 0 && running.metric("clew_output_waiting_bytes") == 0 })
        try running.stop()
        #expect(try deadLetters(place, broker, count: count) == (0..<count).map { "no event \($0)" })
    }

    /// The group has gone on without us, and comes back only by a poll: also at a stop.
    @Test func aStopWhileTheGroupIsAwayLosesAndDoublesNothing() throws {
        let broker = try KafkaBroker.start()
        defer { broker.stop() }
        let place = RunPlace(broker: broker.bootstrap)
        var config = place.config
        config.kafka.properties = ["transaction.timeout.ms": "1000", "session.timeout.ms": "1500", "heartbeat.interval.ms": "300"]
        let count = 5 * TransactionBatch.fullAtEntries
        let running = try freezeWithinGarbage(count, config, place, broker)
        waitOutSession()
        running.service.requestStop()
        #expect(eventually { running.logged("draining") == 1 || running.isEnded })
        try broker.thaw()
        try running.stop()
        let published = Int(running.service.status.deadLettersPublished)
        // What was published is just what the group has committed.
        let reader = try Consumer(properties: ["bootstrap.servers": broker.bootstrap, "group.id": place.group])
        let committed = try reader.committed([TopicPartition(topic: place.input, partition: 0)], timeout: .seconds(20))
        reader.close()
        #expect(committed.map(\.offset) == [Int64(published)], "\(running.lines)")
        #expect(try deadLetters(place, broker, count: published) == (0..<published).map { "no event \($0)" })
        // The next one goes on where this one has ended.
        let next = try RunningService(place.config)
        #expect(eventually(seconds: 60) { next.service.status.deadLettersPublished == UInt64(count - published) || next.isEnded })
        try next.stop()
        #expect(try deadLetters(place, broker, count: count) == (0..<count).map { "no event \($0)" })
    }

    /// The brokers abort the transaction and fence the producer, the group goes on without its member, and the outbox is full.
    @Test func anOutageLongerThanATransactionLosesAndDoublesNothing() throws {
        let broker = try KafkaBroker.start()
        defer { broker.stop() }
        let place = RunPlace(broker: broker.bootstrap)
        var config = place.config
        config.kafka.properties = ["transaction.timeout.ms": "1000", "session.timeout.ms": "1500", "heartbeat.interval.ms": "300"]
        let count = 5 * TransactionBatch.fullAtEntries
        let running = try freezeWithinGarbage(count, config, place, broker)
        #expect(eventually { !running.service.status.isReady })
        waitOutSession()
        try broker.thaw()
        #expect(eventually(seconds: 60) { running.service.status.deadLettersPublished == UInt64(count) || running.isEnded })
        try running.stop()
        #expect(running.logged("partitions lost") == 1)
        #expect(try deadLetters(place, broker, count: count) == (0..<count).map { "no event \($0)" })
    }
}
