import ClewKafka
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(2))) struct MockClusterTests {
    private func properties(_ cluster: MockCluster, _ more: KafkaProperties = [:]) -> KafkaProperties {
        let base: KafkaProperties = ["bootstrap.servers": cluster.bootstrap]
        return base.overridden(by: more)
    }

    @Test func roomIsOneRequestAndNotQuiteAnother() throws {
        let cluster = try MockCluster()
        try cluster.createTopic("t", partitionCount: 1)
        let producer = try Producer(properties: properties(cluster, ["batch.size": "10000", "linger.ms": "60000"]))
        #expect(producer.room == 19_000)
        #expect(!producer.isRequestFull)
        let value = [UInt8](repeating: 0x61, count: 900)
        for _ in 0..<9 { try producer.produce(topic: "t", key: [0x6B], value: value) }
        #expect(producer.room == 19_000 - 9 * 901)
        #expect(!producer.isRequestFull)
        try producer.flush(timeout: .seconds(10))
        #expect(producer.room == 19_000)
        #expect(producer.deliveries.bytes == 9 * 901)
    }

    /// Where only one request's worth of all partitions was handed over, none of their requests would be full: each would wait for
    /// `linger.ms`.
    @Test func roomGrowsWithThePartitions() throws {
        let cluster = try MockCluster()
        try cluster.createTopic("t", partitionCount: 4)
        let producer = try Producer(properties: properties(cluster, ["batch.size": "10000", "linger.ms": "60000"]))
        let value = [UInt8](repeating: 0x61, count: 1_000)
        func produce(_ partition: Int32) throws {
            try producer.produce(topic: "t", key: nil, value: value, partitioning: .partition(partition))
        }
        for partition in 0..<4 as Range<Int32> { try produce(partition) }
        try producer.flush(timeout: .seconds(10))
        #expect(producer.deliveries.partitions == 4)
        #expect(producer.room == 49_000)
        var next: Int32 = 0
        while producer.room > 0 {
            try produce(next % 4)
            next += 1
        }
        #expect(producer.isRequestFull)
        let deadline = ContinuousClock.now + .seconds(30)
        while producer.deliveries.delivered == 4, ContinuousClock.now < deadline { producer.poll(timeout: .milliseconds(50)) }
        #expect(producer.deliveries.delivered > 4)
        try producer.flush(timeout: .seconds(10))
        #expect(!producer.isRequestFull)
    }

    /// Without reports on what went well, a transaction would never be finished.
    @Test func everyRecordIsReported() throws {
        let cluster = try MockCluster()
        try cluster.createTopic("t", partitionCount: 1)
        let producer = try Producer(properties: properties(cluster, ["delivery.report.only.error": "true"]))
        for _ in 0..<3 { try producer.produce(topic: "t", key: nil, value: [0x61]) }
        try producer.flush(timeout: .seconds(10))
        #expect(producer.deliveries.delivered == 3)
        #expect(producer.deliveries.bytes == 3)
    }

    @Test func roundTripWithHeadersTombstonesAndPartitionEnds() throws {
        let cluster = try MockCluster()
        try cluster.createTopic("t", partitionCount: 2)
        let producer = try Producer(properties: properties(cluster))
        try producer.produce(
            topic: "t", key: Array("k".utf8), value: Array("v".utf8), headers: [("a", Array("1".utf8)), ("b", []), ("a", Array("2".utf8))],
            partitioning: .partition(1))
        try producer.produce(topic: "t", key: Array("k".utf8), value: nil, partitioning: .partition(1))
        try producer.produce(topic: "t", key: nil, value: [], partitioning: .partition(1))
        try producer.flush(timeout: .seconds(10))
        #expect(producer.deliveries.delivered == 3)
        #expect(producer.pendingCount == 0)

        let consumer = try Consumer(properties: properties(cluster))
        try consumer.assign((0..<2).map { PartitionOffset(topic: "t", partition: $0, offset: PartitionOffset.beginning) })
        let batch = consumer.makeBatch(capacity: 100)
        var ends: Set<MessageBatch.EndOfPartition> = []
        var count = 0
        let deadline = ContinuousClock.now + .seconds(20)
        while (count < 3 || ends.count < 2) && ContinuousClock.now < deadline {
            try consumer.poll(into: batch, timeout: .milliseconds(100))
            ends.formUnion(batch.ends)
            #expect(batch.errors.isEmpty)
            batch.forEach { message in
                #expect(message.partition == 1)
                #expect(message.offset == Int64(count))
                #expect(consumer.topics[message.topicIndex] == "t")
                #expect(message.topic == "t")
                switch count {
                case 0:
                    #expect(text(message.key) == "k")
                    #expect(text(message.value) == "v")
                    #expect(text(message.header("a")) == "2")
                    #expect(message.header("none") == nil)
                    var names: [String] = []
                    message.forEachHeader { name, value in names.append("\(name)=\(text(value) ?? "nil")") }
                    #expect(names == ["a=1", "b=", "a=2"])
                    #expect((message.timestamp ?? 0) > 1_577_836_800_000)
                case 1: #expect(message.value == nil)
                default:
                    #expect(message.key == nil)
                    #expect(message.value?.count == 0)
                }
                count += 1
            }
        }
        #expect(count == 3)
        #expect(ends.contains { $0.partition.partition == 1 && $0.offset == 3 })
        #expect(ends.contains { $0.partition.partition == 0 && $0.offset == 0 })
        #expect(try consumer.positions(of: [TopicPartition(topic: "t", partition: 1)]).first?.offset == 3)
        consumer.close()
        consumer.close()
        #expect(batch.count == 0)
    }

    @Test func seekPauseAndWatermarks() throws {
        let cluster = try MockCluster()
        try cluster.createTopic("s", partitionCount: 1)
        let partition = TopicPartition(topic: "s", partition: 0)
        let producer = try Producer(properties: properties(cluster))
        for number in 0..<10 { try producer.produce(topic: "s", key: nil, value: Array("\(number)".utf8)) }
        try producer.flush(timeout: .seconds(10))
        let consumer = try Consumer(properties: properties(cluster))
        try consumer.assign([PartitionOffset(partition, offset: 4)])
        #expect(consumer.assignment == [partition])
        var received: [Received] = []
        #expect(try poll(consumer, into: &received) { $0.count >= 6 })
        #expect(values(received) == ["4", "5", "6", "7", "8", "9"])
        #expect(consumer.cachedWatermarks(of: partition)?.high == 10)
        #expect(try consumer.watermarks(of: partition, timeout: .seconds(5)) == WatermarkOffsets(low: 0, high: 10))
        received = []
        try consumer.seek([PartitionOffset(partition, offset: 8)], timeout: .seconds(5))
        #expect(try poll(consumer, into: &received) { $0.count >= 2 })
        #expect(values(received) == ["8", "9"])

        try consumer.pause([partition])
        try producer.produce(topic: "s", key: nil, value: Array("later".utf8))
        try producer.flush(timeout: .seconds(10))
        received = []
        #expect(try poll(consumer, seconds: 1, into: &received) { !$0.isEmpty } == false)
        try consumer.resume([partition])
        #expect(try poll(consumer, into: &received) { !$0.isEmpty })
        #expect(values(received) == ["later"])
        consumer.close()
    }

    @Test func patternsNeverMatchWhatIsExcluded() throws {
        let cluster = try MockCluster()
        for name in ["alerts-eu", "alerts-us", "alerts-dead", "other"] { try cluster.createTopic(name, partitionCount: 1) }
        let producer = try Producer(properties: properties(cluster))
        for name in ["alerts-eu", "alerts-us", "alerts-dead", "other"] {
            try producer.produce(topic: name, key: nil, value: Array(name.utf8))
        }
        try producer.flush(timeout: .seconds(10))
        let consumer = try Consumer(properties: properties(cluster, ["group.id": "g"]), excluding: ["alerts-dead"])
        try consumer.subscribe(names: [], patterns: ["^alerts-.*"])
        var received: [Received] = []
        #expect(try poll(consumer, into: &received) { $0.count >= 2 })
        #expect(Set(values(received)) == ["alerts-eu", "alerts-us"])
        #expect(Set(consumer.assignment.map(\.topic)) == ["alerts-eu", "alerts-us"])
        consumer.close()
    }

    @Test func backPressureWaitsForRoom() throws {
        let cluster = try MockCluster()
        try cluster.createTopic("b", partitionCount: 1)
        let producer = try Producer(properties: properties(cluster, ["queue.buffering.max.messages": "100", "linger.ms": "1"]))
        for number in 0..<2_000 { try producer.produce(topic: "b", key: nil, value: Array("\(number)".utf8)) }
        try producer.flush(timeout: .seconds(20))
        #expect(producer.deliveries.delivered == 2_000)

        try cluster.setBroker(1, isUp: false)
        #expect {
            for number in 0..<200 {
                try producer.produce(topic: "b", key: nil, value: Array("\(number)".utf8), timeout: .milliseconds(200))
            }
        } throws: { error in
            (error as? KafkaError)?.isRetriable == true
        }
    }

    @Test func deliveryFailuresComeToLight() throws {
        let cluster = try MockCluster()
        try cluster.createTopic("d", partitionCount: 1)
        let producer = try Producer(properties: properties(cluster, ["enable.idempotence": "false"]))
        try cluster.fail(.produce, with: .messageTooLarge)
        try producer.produce(topic: "d", key: nil, value: Array("x".utf8))
        #expect {
            try producer.flush(timeout: .seconds(10))
        } throws: { error in
            (error as? KafkaError)?.code == .messageTooLarge && "\(error)".contains("topic d")
        }
        #expect(producer.deliveries.failed == 1)
        try producer.produce(topic: "d", key: nil, value: Array("y".utf8))
        try producer.flush(timeout: .seconds(10))
        #expect(producer.deliveries.delivered == 1)
    }

    @Test func aBrokerThatGoesAndComesBack() throws {
        let cluster = try MockCluster()
        try cluster.createTopic("u", partitionCount: 1)
        let errors = Mutex<[KafkaError]>([])
        let events = ClientEvents(error: { error in errors.withLock { $0.append(error) } })
        let producer = try Producer(properties: properties(cluster, ["reconnect.backoff.max.ms": "200"]), events: events)
        try producer.produce(topic: "u", key: nil, value: Array("1".utf8))
        try producer.flush(timeout: .seconds(10))
        try cluster.setBroker(1, isUp: false)
        try producer.produce(topic: "u", key: nil, value: Array("2".utf8))
        let deadline = ContinuousClock.now + .seconds(20)
        while errors.withLock({ $0.isEmpty }), ContinuousClock.now < deadline { producer.poll(timeout: .milliseconds(50)) }
        #expect(errors.withLock { $0.contains { $0.code == .transport || $0.code == .allBrokersDown } })
        try cluster.setBroker(1, isUp: true)
        try producer.flush(timeout: .seconds(20))
        #expect(producer.deliveries.delivered == 2)
    }

    @Test func transactionErrorsAreClassified() throws {
        let cluster = try MockCluster()
        try cluster.createTopic("x", partitionCount: 1)
        let plain = try Producer(properties: properties(cluster))
        #expect {
            try plain.initTransactions(timeout: .seconds(1))
        } throws: { error in
            "\(error)".contains("transactional.id")
        }
        let producer = try Producer(properties: properties(cluster, ["transactional.id": "tx"]))
        #expect(producer.transactionalID == "tx")
        try producer.initTransactions(timeout: .seconds(10))
        #expect {
            try producer.commitTransaction(timeout: .seconds(5))
        } throws: { error in
            (error as? KafkaError)?.code == .state
        }
        try producer.beginTransaction()
        try cluster.fail(.produce, with: .messageTooLarge)
        try producer.produce(topic: "x", key: nil, value: Array("x".utf8))
        #expect {
            try producer.commitTransaction(timeout: .seconds(10))
        } throws: { error in
            (error as? KafkaError)?.requiresAbort == true && (error as? KafkaError)?.isFatal == false
        }
        try producer.abortTransaction(timeout: .seconds(10))
        #expect(producer.fatalFailure == nil)
    }

    @Test func aPollIsWokenFromAnotherThread() throws {
        let cluster = try MockCluster()
        let consumer = try Consumer(properties: properties(cluster))
        let batch = consumer.makeBatch()
        let waker = consumer.waker
        waker.wake()
        let start = ContinuousClock.now
        try consumer.poll(into: batch, timeout: .seconds(30))
        #expect(ContinuousClock.now - start < .seconds(15))
        consumer.close()
        waker.wake()
    }

    @Test func tearDownEndsInTime() throws {
        for _ in 0..<3 {
            let cluster = try MockCluster(brokerCount: 2)
            #expect(cluster.bootstrap.split(separator: ",").count == 2)
            let start = ContinuousClock.now
            cluster.close(timeout: .seconds(5))
            #expect(ContinuousClock.now - start < .seconds(8))
            cluster.close()
        }
    }
}
