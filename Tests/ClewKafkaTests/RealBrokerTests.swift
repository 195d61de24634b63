import ClewKafka
import Glibc
import Synchronization
import Testing

@Suite(.enabled(if: KafkaBroker.isAvailable, "no real broker: set KAFKA_BOOTSTRAP or KAFKA_HOME"), .serialized, .timeLimit(.minutes(3)))
struct RealBrokerTests {
    let broker: KafkaBroker
    let admin: Admin

    init() throws {
        broker = try KafkaBroker.shared()
        admin = try Admin(properties: ["bootstrap.servers": broker.bootstrap])
    }

    private func properties(_ more: KafkaProperties = [:]) -> KafkaProperties {
        let base: KafkaProperties = ["bootstrap.servers": broker.bootstrap]
        return base.overridden(by: more)
    }

    private func produce(_ topic: String, _ values: [String], partition: Int32 = 0) throws {
        let producer = try Producer(properties: properties())
        for value in values {
            try producer.produce(topic: topic, key: nil, value: Array(value.utf8), partitioning: .partition(partition))
        }
        try producer.flush(timeout: .seconds(20))
    }

    @Test func topicsAndCluster() throws {
        let name = uniqueName("admin")
        #expect(try admin.topic(name, timeout: .seconds(5)) == nil)
        try createTopic(admin, name, partitions: 3)
        let info = try admin.topic(name, timeout: .seconds(5))
        #expect(info?.partitionCount == 3)
        #expect(info?.replicationFactor == 1)
        #expect(try admin.createTopics([NewTopic(name: name, partitionCount: 3)], timeout: .seconds(10)).isEmpty)
        let cluster = try admin.cluster(timeout: .seconds(5))
        #expect(cluster.brokers.count >= 1)
        #expect(cluster.controllerID != nil)
        #expect(cluster.clusterID?.isEmpty == false)
        #expect(cluster.topics.contains { $0.name == name })
        #expect {
            try admin.createTopics(
                [NewTopic(name: uniqueName("bad"), partitionCount: 1, configuration: [("no.such.key", "1")])], timeout: .seconds(10))
        } throws: { error in
            "\(error)".contains("cannot create topic bad-") && "\(error)".contains("no.such.key")
        }
        #expect(try admin.deleteTopics([name], timeout: .seconds(10)) == [name])
    }

    @Test func transactionCommitsRecordsAndOffsetsTogether() throws {
        let input = uniqueName("in"), output = uniqueName("out"), group = uniqueName("group")
        for topic in [input, output] { try createTopic(admin, topic) }
        try produce(input, ["a", "b", "c"])
        let producer = try Producer(properties: properties(["transactional.id": group]))
        try producer.initTransactions(timeout: .seconds(30))

        let consumer = try Consumer(properties: properties(["group.id": group]))
        try consumer.subscribe(names: [input])
        var received: [Received] = []
        #expect(try poll(consumer, into: &received) { $0.count == 3 })

        try producer.beginTransaction()
        try producer.produce(topic: output, key: nil, value: Array("thrown away".utf8))
        // Sent before the abort, so that it is in the topic and only hidden.
        try producer.flush(timeout: .seconds(10))
        try producer.sendOffsets(
            [PartitionOffset(topic: input, partition: 0, offset: 3)], group: try consumer.groupMetadata(), timeout: .seconds(10))
        try producer.abortTransaction(timeout: .seconds(10))
        let partition = TopicPartition(topic: input, partition: 0)
        #expect(try consumer.committed([partition], timeout: .seconds(10)).first?.isActual == false)

        try producer.beginTransaction()
        try producer.produce(topic: output, key: nil, value: Array("kept".utf8))
        try producer.sendOffsets(
            [PartitionOffset(topic: input, partition: 0, offset: 2)], group: try consumer.groupMetadata(), timeout: .seconds(10))
        try producer.commitTransaction(timeout: .seconds(10))
        #expect(try consumer.committed([partition], timeout: .seconds(10)).first?.offset == 2)
        consumer.close()

        // The next member of the group goes on where the transaction ended.
        let next = try Consumer(properties: properties(["group.id": group]))
        try next.subscribe(names: [input])
        received = []
        #expect(try poll(next, into: &received) { !$0.isEmpty })
        #expect(values(received) == ["c"])
        next.close()

        let reader = try Consumer(properties: properties())
        try reader.assign([PartitionOffset(topic: output, partition: 0, offset: PartitionOffset.beginning)])
        received = []
        #expect(try poll(reader, into: &received) { !$0.isEmpty })
        #expect(values(received) == ["kept"])
        reader.close()
        let all = try Consumer(properties: properties(["isolation.level": "read_uncommitted"]))
        try all.assign([PartitionOffset(topic: output, partition: 0, offset: PartitionOffset.beginning)])
        received = []
        #expect(try poll(all, into: &received) { $0.count >= 2 })
        #expect(values(received) == ["thrown away", "kept"])
        all.close()
    }

    @Test func aFailedTransactionIsAbortedAndTheNextOneSucceeds() throws {
        let topic = uniqueName("small")
        try createTopic(admin, topic, configuration: [("max.message.bytes", "1000")])
        let producer = try Producer(properties: properties(["transactional.id": topic]))
        try producer.initTransactions(timeout: .seconds(30))
        try producer.beginTransaction()
        try producer.produce(topic: topic, key: nil, value: [UInt8](repeating: 0x61, count: 5_000))
        #expect {
            try producer.commitTransaction(timeout: .seconds(10))
        } throws: { error in
            guard let error = error as? KafkaError else { return false }
            return error.requiresAbort && !error.isFatal && error.message.contains("topic \(topic) not delivered")
        }
        try producer.abortTransaction(timeout: .seconds(10))
        // librdkafka 2.0.2 counts the refused record, so the broker refuses the next ones as out of sequence: one more abort.
        var aborts = 1
        while true {
            do {
                try producer.beginTransaction()
                try producer.produce(topic: topic, key: nil, value: Array("fits".utf8))
                try producer.commitTransaction(timeout: .seconds(10))
                break
            } catch {
                guard error.requiresAbort, aborts < 3 else { throw error }
                try producer.abortTransaction(timeout: .seconds(10))
                aborts += 1
            }
        }
        let reader = try Consumer(properties: properties())
        try reader.assign([PartitionOffset(topic: topic, partition: 0, offset: PartitionOffset.beginning)])
        var received: [Received] = []
        #expect(try poll(reader, into: &received) { !$0.isEmpty })
        #expect(values(received) == ["fits"])
        reader.close()
    }

    @Test func aNewerProducerFencesTheOlder() throws {
        let topic = uniqueName("fence")
        try createTopic(admin, topic)
        let old = try Producer(properties: properties(["transactional.id": topic]))
        try old.initTransactions(timeout: .seconds(30))
        try old.beginTransaction()
        try old.produce(topic: topic, key: nil, value: Array("old".utf8))
        try old.flush(timeout: .seconds(10))
        let new = try Producer(properties: properties(["transactional.id": topic]))
        try new.initTransactions(timeout: .seconds(30))
        #expect {
            try old.commitTransaction(timeout: .seconds(10))
        } throws: { error in
            guard let error = error as? KafkaError else { return false }
            return error.isFatal && error.isFenced
        }
        #expect(old.fatalFailure != nil)
        try new.beginTransaction()
        try new.produce(topic: topic, key: nil, value: Array("new".utf8))
        try new.commitTransaction(timeout: .seconds(10))
        let reader = try Consumer(properties: properties())
        try reader.assign([PartitionOffset(topic: topic, partition: 0, offset: PartitionOffset.beginning)])
        var received: [Received] = []
        #expect(try poll(reader, into: &received) { !$0.isEmpty })
        #expect(values(received) == ["new"])
        reader.close()
    }

    @Test(arguments: ["range", "cooperative-sticky"])
    func partitionsAreSharedAndGivenBack(strategy: String) throws {
        let topic = uniqueName("share"), group = uniqueName("group")
        try createTopic(admin, topic, partitions: 4)
        let settings = properties([
            "group.id": group, "partition.assignment.strategy": strategy, "heartbeat.interval.ms": "300", "session.timeout.ms": "6000",
        ])
        var told: [String] = []
        let first = try Consumer(properties: settings)
        first.rebalanceHandler = .init(
            assigned: { told.append("+\($0.count)") }, revoked: { told.append("-\($0.count)") }, lost: { told.append("!\($0.count)") })
        try first.subscribe(names: [topic])
        var received: [Received] = []
        #expect(try poll(first, into: &received) { _ in first.assignment.count == 4 })
        #expect(told == ["+4"])

        // Each member is polled on its own thread, as they would be in two processes.
        let second = OtherMember(settings, topic)
        #expect(try poll(first, into: &received) { _ in first.assignment.count == 2 && second.partitionCount == 2 })
        #expect(try admin.memberCount(ofGroup: group, timeout: .seconds(10)) == 2)
        #expect(told.contains { $0.hasPrefix("-") })
        second.stop()
        #expect(try poll(first, into: &received) { _ in first.assignment.count == 4 })
        #expect(!told.contains { $0.hasPrefix("!") })
        let before = told.count
        first.close()
        #expect(told.count > before && told.last == "-4")
        #expect(try admin.memberCount(ofGroup: group, timeout: .seconds(10)) == 0)
    }

    @Test func whatIsGivenUpIsNotPausedWhenItComesBack() throws {
        let topic = uniqueName("paused"), group = uniqueName("group")
        try createTopic(admin, topic, partitions: 2)
        let settings = properties(["group.id": group, "heartbeat.interval.ms": "300", "session.timeout.ms": "6000"])
        let first = try Consumer(properties: settings)
        defer { first.close() }
        try first.subscribe(names: [topic])
        var received: [Received] = []
        #expect(try poll(first, into: &received) { _ in first.assignment.count == 2 })
        try first.pause(Array(first.assignment))
        let second = OtherMember(settings, topic)
        #expect(try poll(first, into: &received) { _ in first.assignment.count == 1 && second.partitionCount == 1 })
        second.stop()
        #expect(try poll(first, into: &received) { _ in first.assignment.count == 2 })
        let producer = try Producer(properties: properties())
        for partition in 0..<2 as Range<Int32> {
            try producer.produce(topic: topic, key: nil, value: Array("\(partition)".utf8), partitioning: .partition(partition))
        }
        try producer.flush(timeout: .seconds(20))
        #expect(try poll(first, into: &received) { $0.count == 2 })
        #expect(Set(values(received)) == ["0", "1"])
    }

    @Test func startPositions() throws {
        let topic = uniqueName("start")
        try createTopic(admin, topic)
        try produce(topic, ["a", "b"])
        let partition = TopicPartition(topic: topic, partition: 0)
        let probe = try Consumer(properties: properties())
        #expect(try probe.offsets(atMilliseconds: 0, of: [partition], timeout: .seconds(5)).first?.offset == 0)
        #expect(try probe.startOffsets(for: [partition]).first?.offset == PartitionOffset.beginning)
        probe.close()

        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let cut = Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000 + 1
        while Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000 <= cut { clock_gettime(CLOCK_REALTIME, &now) }
        try produce(topic, ["c", "d"])
        for (start, expected) in [(StartPosition.timestamp(milliseconds: cut), ["c", "d"]), (.earliest, ["a", "b", "c", "d"])] {
            let consumer = try Consumer(properties: properties(["group.id": uniqueName("g")]), start: start)
            try consumer.subscribe(names: [topic])
            var received: [Received] = []
            #expect(try poll(consumer, into: &received) { $0.count >= expected.count })
            #expect(values(received) == expected)
            consumer.close()
        }
        let latest = try Consumer(properties: properties(["group.id": uniqueName("g")]), start: .latest)
        try latest.subscribe(names: [topic])
        var received: [Received] = []
        #expect(try poll(latest, into: &received) { _ in !latest.assignment.isEmpty })
        #expect(
            try poll(latest, seconds: 10, into: &received) { _ in
                (try? latest.positions(of: [partition]).first?.offset) == 4 || latest.cachedWatermarks(of: partition)?.high == 4
            })
        try produce(topic, ["e"])
        #expect(try poll(latest, into: &received) { !$0.isEmpty })
        #expect(values(received) == ["e"])
        latest.close()
    }

    @Test func theHandlerMayReplaceStartOffsets() throws {
        let topic = uniqueName("replace")
        try createTopic(admin, topic)
        try produce(topic, ["a", "b", "c"])
        let consumer = try Consumer(properties: properties(["group.id": topic]))
        consumer.rebalanceHandler.assigned = { partitions in
            for index in partitions.indices { partitions[index].offset = 2 }
        }
        try consumer.subscribe(names: [topic])
        var received: [Received] = []
        #expect(try poll(consumer, into: &received) { !$0.isEmpty })
        #expect(values(received) == ["c"])
        try consumer.commit([PartitionOffset(topic: topic, partition: 0, offset: 3)])
        #expect(try consumer.committed([TopicPartition(topic: topic, partition: 0)], timeout: .seconds(5)).first?.offset == 3)
        consumer.close()
    }

    @Test func aMissingTopicIsNamed() throws {
        let topic = uniqueName("missing")
        let consumer = try Consumer(properties: properties(["group.id": topic]))
        try consumer.subscribe(names: [topic])
        let batch = consumer.makeBatch()
        var found: KafkaError?
        let deadline = ContinuousClock.now + .seconds(20)
        while found == nil, ContinuousClock.now < deadline {
            try consumer.poll(into: batch, timeout: .milliseconds(100))
            found = batch.errors.first
        }
        #expect(found?.code == .unknownTopicOrPartition)
        #expect(found?.message == "topic \(topic) does not exist")
        consumer.close()
    }

    @Test(.enabled(if: KafkaBroker.canStart))
    func wrongPasswordAndABrokerThatIsStoppedAndStarted() throws {
        let own = try KafkaBroker.start()
        defer { own.stop() }
        let bootstrap = own.saslBootstrap ?? ""
        func login(_ password: String) -> KafkaProperties {
            [
                "bootstrap.servers": bootstrap, "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN",
                "sasl.username": "alice", "sasl.password": password,
            ]
        }
        let start = ContinuousClock.now
        #expect {
            try Admin(properties: login("wrong-password")).cluster(timeout: .seconds(20))
        } throws: { error in
            guard let error = error as? KafkaError else { return false }
            return error.code == .authentication && error.message.contains("authentication at \(bootstrap) failed")
                && !error.message.contains("wrong-password")
        }
        #expect(ContinuousClock.now - start < .seconds(10))

        let admin = try Admin(properties: login("right-password"))
        try createTopic(admin, "restart")
        let producer = try Producer(properties: login("right-password"))
        try producer.produce(topic: "restart", key: nil, value: Array("before".utf8))
        try producer.flush(timeout: .seconds(20))
        let consumer = try Consumer(properties: login("right-password").overridden(by: ["group.id": "restart"]))
        try consumer.subscribe(names: ["restart"])
        var received: [Received] = []
        #expect(try poll(consumer, into: &received) { $0.count == 1 })

        own.pause()
        #expect {
            try admin.cluster(timeout: .seconds(1))
        } throws: { error in
            "\(error)".contains("cannot reach any broker of \(bootstrap)")
        }
        try producer.produce(topic: "restart", key: nil, value: Array("during".utf8))
        #expect(try poll(consumer, seconds: 1, into: &received) { $0.count == 2 } == false)
        try own.resume()
        try producer.flush(timeout: .seconds(30))
        #expect(try poll(consumer, into: &received) { $0.count == 2 })
        #expect(values(received) == ["before", "during"])

        // Leaving a group whose broker is gone must not take for ever.
        own.pause()
        let closing = ContinuousClock.now
        consumer.close()
        #expect(ContinuousClock.now - closing < .seconds(20))
    }
}

/// A group member on a thread of its own.
final class OtherMember: Sendable {
    private let count = Atomic(0)
    private let stopping = Atomic(false)
    private let ended = Atomic(false)

    var partitionCount: Int { count.load(ordering: .acquiring) }

    init(_ properties: KafkaProperties, _ topic: String) {
        let work = Unmanaged.passRetained(Work(member: self, properties: properties, topic: topic))
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
                work.member.run(work.properties, work.topic)
                work.member.ended.store(true, ordering: .releasing)
                return nil
            }, work.toOpaque())
        if result == 0 { pthread_detach(thread) }
    }

    func stop() {
        stopping.store(true, ordering: .releasing)
        let deadline = ContinuousClock.now + .seconds(30)
        while !ended.load(ordering: .acquiring), ContinuousClock.now < deadline { usleep(1_000) }
        let hasEnded = ended.load(ordering: .acquiring)
        #expect(hasEnded, "a member of the group did not end")
    }

    private func run(_ properties: KafkaProperties, _ topic: String) {
        do {
            let consumer = try Consumer(properties: properties)
            try consumer.subscribe(names: [topic])
            let batch = consumer.makeBatch(capacity: 100)
            while !stopping.load(ordering: .acquiring) {
                try consumer.poll(into: batch, timeout: .milliseconds(20))
                count.store(consumer.assignment.count, ordering: .releasing)
            }
            consumer.close()
        } catch {
            Issue.record("the other member failed: \(error)")
        }
    }

    private final class Work: Sendable {
        let member: OtherMember
        let properties: KafkaProperties
        let topic: String

        init(member: OtherMember, properties: KafkaProperties, topic: String) {
            self.member = member
            self.properties = properties
            self.topic = topic
        }
    }
}
