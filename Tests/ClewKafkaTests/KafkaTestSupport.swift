import ClewKafka
import Glibc
import Synchronization
import Testing

/// A record, copied out of a batch.
struct Received: Equatable {
    var topic: String
    var partition: Int32
    var offset: Int64
    var key: String?
    var value: String?
}

func text(_ bytes: UnsafeRawBufferPointer?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

/// A name that no other test has, also on a broker that is kept.
func uniqueName(_ stem: String) -> String {
    "\(stem)-\(getpid())-\(counter.add(1, ordering: .relaxed).newValue)"
}

private let counter = Atomic(0)

/// Polls until `done` holds; false if it does not within the time.
func poll(
    _ consumer: Consumer, seconds: Int = 30, into received: inout [Received], until done: ([Received]) -> Bool
) throws -> Bool {
    let batch = consumer.makeBatch(capacity: 500)
    let deadline = ContinuousClock.now + .seconds(seconds)
    while !done(received) {
        guard ContinuousClock.now < deadline else { return false }
        try consumer.poll(into: batch, timeout: .milliseconds(50))
        batch.forEach { message in
            received.append(
                Received(
                    topic: consumer.topics[message.topicIndex], partition: message.partition, offset: message.offset,
                    key: text(message.key), value: text(message.value)))
        }
    }
    return true
}

func values(_ received: [Received]) -> [String] { received.compactMap(\.value) }

/// Creates a topic; a broker that has just started refuses for a moment.
func createTopic(
    _ admin: Admin, _ name: String, partitions: Int = 1, configuration: [(name: String, value: String)] = []
) throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while true {
        do {
            let topic = NewTopic(name: name, partitionCount: partitions, configuration: configuration)
            try admin.createTopics([topic], timeout: .seconds(10))
            break
        } catch {
            guard ContinuousClock.now < deadline else { throw error }
            usleep(100_000)
        }
    }
    while try admin.topic(name, timeout: .seconds(5))?.partitionCount != partitions {
        guard ContinuousClock.now < deadline else { throw KafkaBroker.Failure("topic \(name) did not appear") }
        usleep(20_000)
    }
}

/// Log records, gathered from the library's threads.
final class Seen: Sendable {
    private let gathered = Mutex<[KafkaLogRecord]>([])

    func add(_ record: KafkaLogRecord) { gathered.withLock { $0.append(record) } }

    var records: [KafkaLogRecord] { gathered.withLock { $0 } }
}
