import ClewEngine
import ClewFormats
import ClewKafka
import ClewService
import Glibc
import Testing

@Suite struct TailKafkaTests {
    /// A file that is gone with the test.
    private final class File {
        let path: String
        init(_ lines: [String]) throws {
            path = "/tmp/clew-play-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).ndjson"
            let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
            let file = try #require(fopen(path, "w"))
            _ = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
            fclose(file)
        }
        deinit { unlink(path) }
    }

    private func properties(_ cluster: MockCluster) -> KafkaProperties { ["bootstrap.servers": cluster.bootstrap] }

    /// Polls until `condition` holds.
    private func poll(_ follower: IncidentFollower, seconds: Double = 20, until condition: ([String]) -> Bool) throws -> [String] {
        var values: [String] = []
        let deadline = ContinuousClock.now + .seconds(seconds)
        while !condition(values), ContinuousClock.now < deadline {
            try follower.poll(timeout: .milliseconds(50)) { values.append(String(decoding: $0, as: UTF8.self)) }
        }
        return values
    }

    @Test(.timeLimit(.minutes(1))) func followsAllPartitionsAndGoesOn() throws {
        let cluster = try MockCluster()
        defer { cluster.close() }
        try cluster.createTopic("incidents", partitionCount: 3)
        let producer = try Producer(properties: properties(cluster))
        for number in 0..<30 {
            try producer.produce(topic: "incidents", key: Array("k\(number)".utf8), value: Array("v\(number)".utf8))
        }
        try producer.produce(topic: "incidents", key: Array("k1".utf8), value: nil)
        try producer.flush(timeout: .seconds(10))
        let follower = try #require(try IncidentFollower(properties: properties(cluster), topic: "incidents"))
        defer { follower.close() }
        let past = try poll(follower) { _ in follower.hasReachedEnd }
        #expect(Set(past) == Set((0..<30).map { "v\($0)" }))
        try producer.produce(topic: "incidents", key: Array("k2".utf8), value: Array("later".utf8))
        try producer.flush(timeout: .seconds(10))
        #expect(try poll(follower) { !$0.isEmpty } == ["later"])
    }

    @Test(.timeLimit(.minutes(1))) func playsFilesKeyedByResource() throws {
        let cluster = try MockCluster()
        defer { cluster.close() }
        try cluster.createTopic("alerts", partitionCount: 4)
        let events = (0..<200).map { number in
            let second = (number % 60 < 10 ? "0" : "") + "\(number % 60)"
            return """
                {"id":"\(number)","timestamp":"2026-06-09T10:0\(number / 60):\(second)Z","resource":"r\(number % 7)","type":"Down"}
                """
        }
        let dump = #"{"topic":"old","partition":3,"offset":9,"ts":1781000000000,"key":"x","payload":"{\"resource\":\"q\"}"}"#
        let file = try File(events + ["", "not an event", dump])
        var player = EventPlayer(producer: try Producer(properties: properties(cluster)), topic: "alerts")
        let summary = try player.play([file.path])
        #expect(summary.messages == 202)
        // The dump's message has no type: it is published all the same, as is the text.
        #expect(summary.unreadable == 2)
        let consumer = try Consumer(properties: properties(cluster))
        defer { consumer.close() }
        try consumer.assign((0..<4).map { PartitionOffset(topic: "alerts", partition: $0, offset: PartitionOffset.beginning) })
        let batch = consumer.makeBatch()
        var partitionOf: [String: Set<Int32>] = [:]
        var values: Set<String> = []
        let deadline = ContinuousClock.now + .seconds(20)
        while values.count < 202, ContinuousClock.now < deadline {
            try consumer.poll(into: batch, timeout: .milliseconds(50))
            batch.forEach { record in
                values.insert(record.value.map { String(decoding: $0, as: UTF8.self) } ?? "")
                if let key = record.key { partitionOf[String(decoding: key, as: UTF8.self), default: []].insert(record.partition) }
            }
        }
        #expect(values == Set(events + ["not an event", #"{"resource":"q"}"#]))
        #expect(Set(partitionOf.keys) == Set((0..<7).map { "r\($0)" }))
        #expect(partitionOf.values.allSatisfy { $0.count == 1 })
    }

    @Test(.timeLimit(.minutes(1))) func keepsThePaceOfTheEvents() throws {
        let cluster = try MockCluster()
        defer { cluster.close() }
        try cluster.createTopic("alerts", partitionCount: 1)
        let file = try File([
            #"{"timestamp":"2026-06-09T10:00:00Z","resource":"a","type":"T"}"#,
            #"{"timestamp":"2026-06-09T10:00:30Z","resource":"a","type":"T"}"#,
            // A clock that is years ahead, and back: not waited for.
            #"{"timestamp":"2099-06-09T10:00:30Z","resource":"a","type":"T"}"#,
            #"{"timestamp":"2026-06-09T10:00:40Z","resource":"a","type":"T"}"#,
            #"{"timestamp":"2026-06-09T10:01:00Z","resource":"a","type":"T"}"#,
        ])
        let producer = try Producer(properties: properties(cluster))
        var player = EventPlayer(producer: producer, topic: "alerts", speed: 100)
        let begin = ContinuousClock.now
        let summary = try player.play([file.path])
        let took = ContinuousClock.now - begin
        #expect(summary.messages == 5)
        // 30 s and 20 s at a hundredfold.
        #expect(took >= .milliseconds(490))
        #expect(took < .seconds(10))
        var stopped = EventPlayer(producer: producer, topic: "alerts", speed: 0.001)
        #expect(try stopped.play([file.path], shouldStop: { true }).messages == 0)
    }
}
