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
}
