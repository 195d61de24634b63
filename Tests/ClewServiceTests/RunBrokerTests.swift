import ClewConfig
import ClewEngine
import ClewKafka
import ClewModel
import ClewService
import Glibc
import Testing

/// The service against a real broker.
@Suite(.enabled(if: KafkaBroker.isAvailable, "no real broker: set KAFKA_BOOTSTRAP or KAFKA_HOME"), .serialized, .timeLimit(.minutes(4)))
struct RunBrokerTests {
    let broker: KafkaBroker
    let admin: Admin

    init() throws {
        broker = try KafkaBroker.shared()
        admin = try Admin(properties: ["bootstrap.servers": broker.bootstrap])
    }

    private var properties: KafkaProperties { ["bootstrap.servers": broker.bootstrap] }

    private func produce(_ topic: String, _ values: [String], partition: Int32 = 0) throws {
        let producer = try Producer(properties: properties)
        for value in values {
            try producer.produce(topic: topic, key: nil, value: Array(value.utf8), partitioning: .partition(partition))
        }
        try producer.flush(timeout: .seconds(20))
    }

    /// Everything committed in a topic of one partition, up to its present end.
    private func records(_ topic: String) throws -> [Received] {
        let consumer = try Consumer(properties: properties)
        defer { consumer.close() }
        try consumer.assign([PartitionOffset(topic: topic, partition: 0, offset: PartitionOffset.beginning)])
        let batch = consumer.makeBatch()
        var received: [Received] = []
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            try consumer.poll(into: batch, timeout: .milliseconds(20))
            batch.forEach { message in
                received.append(
                    Received(
                        topic: topic, partition: message.partition, offset: message.offset, key: text(message.key),
                        value: text(message.value)))
            }
            if !batch.ends.isEmpty { return received }
        }
        throw KafkaBroker.Failure("\(topic) was not read to its end")
    }

    private func committed(_ place: RunPlace, partition: Int32 = 0) throws -> Int64? {
        let consumer = try Consumer(properties: properties.overridden(by: ["group.id": place.group]))
        defer { consumer.close() }
        let offsets = try consumer.committed([TopicPartition(topic: place.input, partition: partition)], timeout: .seconds(20))
        return offsets.first.flatMap { $0.isActual ? $0.offset : nil }
    }

    @Test func sameRecordsAsFromAFile() throws {
        let place = RunPlace(broker: broker.bootstrap)
        try place.createTopics(admin)
        let events = alerts(300, step: 13)
        try produce(place.input, events)
        let expected = expectedRecords(place.config, partitions: [events], finish: false)
        #expect(expected.count > 10)
        let running = try RunningService(place.config)
        #expect(running.waitUntilReady())
        #expect(eventually { running.service.status.recordsPublished == UInt64(expected.count) })
        try running.stop()
        let records = try records(place.incidents)
        #expect(values(records) == expected)
        // The key is the incident's id.
        #expect(records.allSatisfy { $0.value?.contains("\"id\":\"\($0.key ?? "-")\"") == true })
        #expect(try self.records(place.dead).isEmpty)
        // What waited for the watermark at the stop is read again: the events within the last 5 s.
        #expect(try committed(place) == 299)
        #expect(running.logged("open incidents are not kept over a stop") == 1)
        #expect(running.logged("stopped; every result is committed") == 1)
    }

    @Test func severalPartitionsGiveTheSame() throws {
        let place = RunPlace(broker: broker.bootstrap)
        try place.createTopics(admin, partitions: 3)
        let events = alerts(300, step: 7)
        let partitions = (0..<3).map { part in events.indices.filter { $0 % 3 == part }.map { events[$0] } }
        for part in 0..<3 { try produce(place.input, partitions[part], partition: Int32(part)) }
        let expected = expectedRecords(place.config, partitions: partitions, finish: false)
        let running = try RunningService(place.config)
        #expect(eventually { running.service.status.recordsPublished == UInt64(expected.count) })
        try running.stop()
        #expect(try values(records(place.incidents)) == expected)
    }

    @Test func incidentsOpenAndResolveWhenTrafficStops() throws {
        let place = RunPlace(broker: broker.bootstrap)
        try place.createTopics(admin, partitions: 2)
        var config = place.config
        config.input.idleAfter = .seconds(1)
        config.input.allowedLateness = .seconds(1)
        config.correlation.holdBack = .seconds(2)
        config.correlation.updateInterval = .seconds(1)
        // Partition 1 stays empty, so it is idle at once.
        try produce(place.input, alerts(5))
        let running = try RunningService(config)
        #expect(eventually { running.service.status.recordsPublished >= 1 })
        #expect(try running.metric("clew_partition_idle{topic=\"\(place.input)\",partition=\"1\"}") == 1)
        try running.stop()
        let all = expectedRecords(config, partitions: [alerts(5), []], finish: true)
        let records = try values(records(place.incidents))
        #expect(records == Array(all.prefix(records.count)))
    }

    @Test func deadLettersSayWhyAndFromWhere() throws {
        let place = RunPlace(broker: broker.bootstrap)
        try place.createTopics(admin)
        let producer = try Producer(properties: properties)
        let bad: [(key: [UInt8]?, value: [UInt8]?)] = [
            (nil, Array("no json".utf8)), (Array("k1".utf8), nil), ([], []), (Array("k2".utf8), [0x7B, 0xFF, 0x00, 0x7D]),
            (nil, Array(#"{"resource":"r","type":"t","status":"perhaps"}"#.utf8)),
        ]
        for (key, value) in bad { try producer.produce(topic: place.input, key: key, value: value) }
        for event in alerts(60) { try producer.produce(topic: place.input, key: nil, value: Array(event.utf8)) }
        try producer.flush(timeout: .seconds(20))
        let running = try RunningService(place.config)
        #expect(eventually { running.service.status.deadLettersPublished == 5 && running.service.status.events > 50 })
        #expect(try running.metric("clew_dead_letters_total{topic=\"\(place.input)\",reason=\"tombstone\"}") == 1)
        #expect(try running.metric("clew_output_records_total{topic=\"\(place.dead)\"}") == 5)
        try running.stop()

        let consumer = try Consumer(properties: properties)
        defer { consumer.close() }
        try consumer.assign([PartitionOffset(topic: place.dead, partition: 0, offset: PartitionOffset.beginning)])
        let batch = consumer.makeBatch()
        var letters: [(headers: [String: String], key: [UInt8]?, value: [UInt8]?)] = []
        _ = try eventually {
            try consumer.poll(into: batch, timeout: .milliseconds(20))
            batch.forEach { message in
                var headers: [String: String] = [:]
                message.forEachHeader { headers[$0] = text($1) }
                letters.append((headers, message.key.map { Array($0) }, message.value.map { Array($0) }))
            }
            return letters.count == 5
        }
        #expect(letters.map { $0.headers["clew.reason"] } == ["not_json", "tombstone", "empty", "not_utf8", "status_unknown"])
        #expect(letters.map(\.key) == bad.map(\.key))
        #expect(letters.map(\.value) == bad.map(\.value))
        for (offset, letter) in letters.enumerated() {
            #expect(letter.headers["clew.topic"] == place.input)
            #expect(letter.headers["clew.partition"] == "0")
            #expect(letter.headers["clew.offset"] == "\(offset)")
            #expect(letter.headers["clew.detail"]?.isEmpty == false)
            #expect(letter.headers["clew.timestamp"].flatMap { Int64($0) }.map { $0 > 1_700_000_000_000 } == true)
        }
    }

    @Test func committedOnlyWithTheOutput() throws {
        let place = RunPlace(broker: broker.bootstrap)
        try place.createTopics(admin)
        var config = place.config
        config.output.commitInterval = .seconds(60)
        try produce(place.input, alerts(200, step: 10))
        let running = try RunningService(config)
        #expect(eventually { running.service.status.messages == 200 })
        // The first transaction went out with the first batch; what came after waits for the interval.
        let before = try committed(place) ?? 0
        try produce(place.input, alerts(100, from: 1_772_412_600, step: 10))
        #expect(eventually { running.service.status.messages == 300 })
        let count = try records(place.incidents).count
        #expect(try committed(place) ?? 0 == before)
        try running.stop()
        #expect(try committed(place) == 299)
        #expect(try records(place.incidents).count > count)
    }

    /// A lone warning, which time lets go: nothing is published of it, so there is no output with which its offset would be committed.
    private func loneWarning() throws -> (RunPlace, Config) {
        let place = RunPlace(broker: broker.bootstrap)
        try place.createTopics(admin)
        var config = place.config
        config.input.idleAfter = .seconds(1)
        config.input.allowedLateness = .seconds(2)
        try produce(place.input, alerts(1, severity: "warning"))
        return (place, config)
    }

    @Test func whatTimeAloneLetsGoIsCommittedToo() throws {
        let (place, config) = try loneWarning()
        let running = try RunningService(config)
        #expect(eventually { running.service.status.events == 1 })
        #expect(try eventually { try committed(place) == 1 })
        try running.stop()
        #expect(try records(place.incidents).isEmpty)
    }

    @Test func aStopCommitsWhatItLetsGo() throws {
        var (place, config) = try loneWarning()
        config.output.commitInterval = .seconds(60)
        let running = try RunningService(config)
        // The first transaction went out while it still waited, the next one would be a minute later.
        #expect(eventually { running.service.status.events == 1 })
        try running.stop()
        #expect(try committed(place) == 1)
    }

    @Test func missingTopicsAreAllNamed() throws {
        let place = RunPlace(broker: broker.bootstrap)
        try createTopic(admin, place.incidents)
        let running = try RunningService(place.config)
        let message = running.failure()?.description ?? ""
        #expect(message.contains("\(place.input) (input.topics), \(place.dead) (output.dead_letters)"))
        #expect(message.contains("output.create_topics: true"))
        #expect(!message.contains("\(place.incidents) ("))
        #expect(throws: KafkaBroker.Failure.self) { try running.page("/healthz") }

        var config = place.config
        config.output.createTopics = true
        let second = try RunningService(config)
        #expect(second.waitUntilReady())
        try second.stop()
        for topic in [place.input, place.dead] { #expect(try admin.topic(topic, timeout: .seconds(5)) != nil) }
    }

    @Test func aSecondMemberIsAnError() throws {
        let place = RunPlace(broker: broker.bootstrap)
        try place.createTopics(admin, partitions: 2)
        let running = try RunningService(place.config)
        #expect(running.waitUntilReady())
        #expect(try running.page("/readyz").status == 200)
        let other = try Consumer(properties: properties.overridden(by: ["group.id": place.group]))
        try other.subscribe(names: [place.input])
        let batch = other.makeBatch()
        let noticed = try eventually {
            try other.poll(into: batch, timeout: .milliseconds(50))
            return running.service.status.obstacles.contains { $0.contains("has 2 members") }
        }
        #expect(noticed)
        let answer = try running.page("/readyz")
        #expect(answer.status == 503)
        #expect(answer.body.contains("not ready: group \(place.group) has 2 members"))
        #expect(running.lines.contains { $0.contains("ERROR") && $0.contains("has 2 members") })
        other.close()
        #expect(eventually { running.service.status.isReady && running.service.status.partitions == 2 })
        #expect(try running.page("/readyz").status == 200)
        try running.stop()
    }

    @Test func aTakenTransactionalIDEndsTheRun() throws {
        let place = RunPlace(broker: broker.bootstrap)
        try place.createTopics(admin)
        let running = try RunningService(place.config)
        #expect(running.waitUntilReady())
        let other = try Producer(properties: properties.overridden(by: ["transactional.id": place.config.transactionalID]))
        try other.initTransactions(timeout: .seconds(20))
        try produce(place.input, alerts(50))
        let message = running.failure()?.description ?? ""
        #expect(message.contains("another instance with the transactional id \"\(place.config.transactionalID)\" has taken over"))
    }

    @Test func readinessAndMetrics() throws {
        let place = RunPlace(broker: broker.bootstrap)
        try place.createTopics(admin)
        let running = try RunningService(place.config)
        #expect(try running.page("/healthz").status == 200)
        #expect(running.waitUntilReady())
        #expect(try running.page("/readyz").body.contains("ready"))
        try produce(place.input, alerts(40) + alerts(1) + ["?"])
        #expect(eventually { running.service.status.deadLettersPublished == 1 })
        let topic = place.input
        #expect(try eventually { try running.metric("clew_messages_total{topic=\"\(topic)\"}") == 42 })
        #expect(try running.metric("clew_events_total{topic=\"\(topic)\",outcome=\"decoded\"}") == 41)
        #expect(try running.metric("clew_events_total{topic=\"\(topic)\",outcome=\"dead\"}") == 1)
        #expect(try running.metric("clew_events_late_total") == 1)
        #expect(try eventually { try running.metric("clew_consumer_lag_records{topic=\"\(topic)\",partition=\"0\"}") == 0 })
        #expect(try running.metric("clew_watermark_lag_seconds{topic=\"\(topic)\",partition=\"0\"}") == 5)
        #expect(try running.metric("clew_partitions_assigned") == 1)
        #expect(try running.metric("clew_ready") == 1)
        try expectTables(running, place)
        #expect(try running.metric("clew_transactions_total{outcome=\"committed\"}") ?? 0 >= 1)
        #expect(try running.metric("clew_build_info{version=\"\(ClewVersion.text)\",librdkafka=\"\(KafkaLibrary.version)\"}") == 1)
        #expect(try running.metric("process_resident_memory_bytes") ?? 0 > 0)
        let text = try running.page("/metrics").body
        for line in text.split(separator: "\n") where line.hasPrefix("# TYPE clew_") {
            let words = line.split(separator: " ")
            if words.last == "counter" { #expect(words[2].hasSuffix("_total"), "\(line)") }
        }
        #expect(try running.page("/elsewhere").status == 404)
        try running.stop()
    }

    /// Each bounded table has its gauge, and each limit of the config is told.
    private func expectTables(_ running: RunningService, _ place: RunPlace) throws {
        let config = place.config
        // 41 events with ids, of which the one that comes again 40 s late waits for nothing and those of the last 5 s still wait.
        let taken = try running.metric("clew_events_taken_total") ?? 0
        #expect(taken > 30)
        #expect(try running.metric("clew_redeliveries_remembered") == taken)
        #expect(try running.metric("clew_reorder_buffer_events") ?? 0 > 0)
        // 7 resources with 3 types each.
        #expect(try running.metric("clew_alert_keys") == 21)
        #expect(try running.metric("clew_resources_bound") == 7)
        #expect(try running.metric("clew_resources_with_alerts") == 7)
        for name in ["clew_names", "clew_resources", "clew_incidents_in_memory", "clew_incident_alerts", "clew_due_entries"] {
            #expect(try running.metric(name) ?? 0 > 0, "\(name)")
        }
        for name in ["clew_changes_remembered", "clew_learned_pairs", "clew_resource_pairs"] {
            #expect(try running.metric(name) != nil, "\(name)")
        }
        #expect(try running.metric("clew_dedup_keys{topic=\"\(place.input)\"}") == 0)
        let limits = [
            ("input.max_buffered", config.input.maxBuffered), ("input.max_redeliveries", config.input.maxRedeliveries),
            ("limits.names", config.limits.names), ("limits.dedup_keys", config.limits.dedupKeys),
            ("correlation.max_keys", config.correlation.maxKeys), ("correlation.max_pairs", config.correlation.maxPairs),
            ("correlation.max_bound_resources", config.correlation.maxBoundResources),
            ("model.max_resource_pairs", config.model.maxResourcePairs),
        ]
        for (key, limit) in limits { #expect(try running.metric("clew_limit{key=\"\(key)\"}") == Double(limit), "\(key)") }
    }

    @Test func aModelIsAdoptedAndNamedInTheRecords() throws {
        let place = RunPlace(broker: broker.bootstrap)
        try place.createTopics(admin)
        let events = alerts(300, step: 13)
        let learned = try model(from: alerts(600, from: 1_772_300_000, step: 13))
        let expected = expectedRecords(place.config, model: learned, partitions: [events], finish: false)
        #expect(expected != expectedRecords(place.config, partitions: [events], finish: false))
        try produce(place.input, events)
        let running = try RunningService(place.config, model: learned)
        #expect(eventually { running.service.status.recordsPublished == UInt64(expected.count) })
        // The gauges begin with what the model knows.
        #expect(try running.metric("clew_learned_pairs") ?? 0 >= Double(learned.file.model.pairs.count))
        try running.stop()
        #expect(running.logged("model loaded") == 1)
        #expect(running.logged(learned.digest) == 1)
        let records = try values(records(place.incidents))
        #expect(records == expected)
        #expect(records.allSatisfy { $0.contains("\"model\":\"\(learned.digest)\"") })
    }

    @Test func regexSubscriptionExcludesOutputs() throws {
        let stem = uniqueName("rx")
        var config = RunPlace(broker: broker.bootstrap).config
        config.input.topics = [Config.Topic(name: "^\(stem)\\..*")]
        config.output.incidents = "\(stem).incidents"
        config.output.deadLetters = "\(stem).dead"
        config.output.state = "\(stem).state"
        config.output.createTopics = true
        for topic in ["\(stem).a", "\(stem).b"] { try createTopic(admin, topic) }
        let running = try RunningService(config)
        #expect(running.waitUntilReady())
        #expect(eventually { running.service.status.partitions == 2 })
        try produce("\(stem).a", ["x"])
        try produce("\(stem).b", ["y"])
        #expect(eventually { running.service.status.deadLettersPublished == 2 })
        // Were the dead letters read again, there would be more of them.
        try produce("\(stem).a", ["z"])
        #expect(eventually { running.service.status.deadLettersPublished == 3 })
        #expect(running.service.status.messages == 3)
        try running.stop()
    }

    @Test func readingAheadIsHeldBack() throws {
        let place = RunPlace(broker: broker.bootstrap)
        try place.createTopics(admin, partitions: 2)
        var config = place.config
        config.input.maxBuffered = 2_000
        config.kafka.properties = ["fetch.message.max.bytes": "20000"]
        // Two streams over the same time; one of them begins to flow when the other has been read as far as is allowed.
        let early = alerts(8_000, step: 2, severity: "minor", prefix: "early")
        let late = alerts(8_000, step: 2, severity: "minor", prefix: "late")
        try produce(place.input, early, partition: 0)
        try produce(place.input, Array(late[..<10]), partition: 1)
        let running = try RunningService(config)
        #expect(try eventually { try running.metric("clew_partition_paused{topic=\"\(place.input)\",partition=\"0\"}") == 1 })
        #expect(running.service.status.messages < 5_000)
        #expect(running.service.status.lag > 0)
        try produce(place.input, Array(late[10...]), partition: 1)
        #expect(eventually { running.service.status.messages == 16_000 })
        #expect(eventually { running.service.status.events >= 15_990 })
        #expect(try running.metric("clew_events_forced_total") == 0)
        #expect(try running.metric("clew_events_late_total") == 0)
        try running.stop()
        let expected = expectedRecords(config, partitions: [[], early.indices.flatMap { [early[$0], late[$0]] }], finish: true)
        let records = try values(records(place.incidents))
        #expect(records == Array(expected.prefix(records.count)))
    }

    @Test func whatATopicRefusesAsTooLargeIsCut() throws {
        let place = RunPlace(broker: broker.bootstrap)
        try createTopic(admin, place.input, configuration: [("max.message.bytes", "4000000")])
        try createTopic(admin, place.incidents)
        try createTopic(admin, place.dead, configuration: [("max.message.bytes", "200000")])
        let producer = try Producer(properties: properties.overridden(by: ["message.max.bytes": "4000000"]))
        // Nothing that can be compressed.
        var state: UInt64 = 1
        let large = (0..<1_500_000).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(state >> 56)
        }
        try producer.produce(topic: place.input, key: Array("k".utf8), value: large)
        for event in alerts(60) { try producer.produce(topic: place.input, key: nil, value: Array(event.utf8)) }
        try producer.flush(timeout: .seconds(20))
        let running = try RunningService(place.config)
        #expect(eventually { running.service.status.deadLettersPublished == 1 && running.service.status.recordsPublished > 0 })
        try running.stop()
        let consumer = try Consumer(properties: properties)
        defer { consumer.close() }
        try consumer.assign([PartitionOffset(topic: place.dead, partition: 0, offset: PartitionOffset.beginning)])
        let batch = consumer.makeBatch()
        #expect(
            try eventually {
                try consumer.poll(into: batch, timeout: .milliseconds(20))
                return batch.count == 1
            })
        #expect(batch[0].value.map { Array($0) } == Array(large[..<150_000]))
        #expect(text(batch[0].header("clew.truncated")) == "1500000")
        #expect(text(batch[0].header("clew.reason")) == "too_large")
    }

    @Test func restartGoesOnWithoutLoss() throws {
        let place = RunPlace(broker: broker.bootstrap)
        try place.createTopics(admin)
        let first = alerts(100, step: 10)
        try produce(place.input, first)
        var running = try RunningService(place.config)
        #expect(eventually { running.service.status.messages == 100 })
        try running.stop()
        let before = try records(place.incidents).count
        let second = alerts(100, from: 1_772_499_600, step: 10)
        try produce(place.input, second)
        running = try RunningService(place.config)
        // The one that waited for the watermark, and the new ones.
        #expect(eventually { running.service.status.messages == 101 })
        let expected = expectedRecords(place.config, partitions: [[first[99]] + second], finish: false)
        #expect(eventually { running.service.status.recordsPublished == UInt64(expected.count) })
        try running.stop()
        #expect(try values(records(place.incidents)).dropFirst(before).elementsEqual(expected))
    }
}
