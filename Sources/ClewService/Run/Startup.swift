package import ClewConfig
package import ClewKafka
import ClewTelemetry
import Glibc

/// What happens before the first message: reach a broker, see that the topics exist, take over the transactional id.
package struct Startup {
    /// How long brokers are waited for; then it is for whoever started us to start us again.
    static let patience = Duration.seconds(30)
    private static let callTimeout = Duration.seconds(2)

    let config: Config
    let log: Log
    let shared: SharedState
    private let deadline = ContinuousClock.now + Startup.patience

    init(config: Config, log: Log, shared: SharedState) {
        self.config = config
        self.log = log
        self.shared = shared
    }

    /// Waits for a broker's answer. False if a stop was asked for meanwhile.
    func reachBroker(_ admin: Admin) throws(RunFailure) -> Bool {
        let cluster = try untilAnswered { () throws(KafkaError) in try admin.cluster(timeout: Startup.callTimeout) }
        guard let cluster else { return false }
        log.info(
            "connected to Kafka",
            [
                "bootstrap": LogValue(config.kafka.bootstrapServers.joined(separator: ",")), "brokers": LogValue(cluster.brokers.count),
                "cluster": LogValue(cluster.clusterID ?? "?"), "librdkafka": LogValue(KafkaLibrary.version),
            ])
        return true
    }

    /// The topics that must exist, each with the key of the config that names it.
    static func neededTopics(_ config: Config) -> [(name: String, key: String)] {
        config.input.topics.filter { !$0.isPattern }.map { (name: $0.name, key: "input.topics") }
            + [(name: config.output.incidents, key: "output.incidents"), (name: config.output.deadLetters, key: "output.dead_letters")]
    }

    /// Creates what is missing, or says all of it. False if a stop was asked for meanwhile.
    func checkTopics(_ admin: Admin) throws(RunFailure) -> Bool {
        var missing: [(name: String, key: String)] = []
        for topic in Startup.neededTopics(config) {
            let found = try untilAnswered { () throws(KafkaError) in try admin.topic(topic.name, timeout: Startup.callTimeout) != nil }
            guard let found else { return false }
            if !found { missing.append(topic) }
        }
        guard !missing.isEmpty else { return true }
        guard config.output.createTopics else { throw RunFailure(Startup.missingMessage(missing, config)) }
        let new = missing.map { Startup.newTopic($0.name, config) }
        let created = try untilAnswered { () throws(KafkaError) in try admin.createTopics(new, timeout: .seconds(10)) }
        guard let created else { return false }
        if !created.isEmpty { log.info("topics created", ["topics": LogValue(created.joined(separator: ", "))]) }
        // Other brokers learn of them a little later.
        for topic in missing {
            while true {
                let found = try untilAnswered { () throws(KafkaError) in try admin.topic(topic.name, timeout: Startup.callTimeout) != nil }
                guard let found else { return false }
                if found { break }
                guard ContinuousClock.now < deadline else { throw RunFailure("topic \(topic.name) was created, but does not appear") }
                usleep(50_000)
            }
        }
        return true
    }

    /// With the brokers' default number of partitions and copies. A record of an incident is whole: the newest is enough.
    package static func newTopic(_ name: String, _ config: Config) -> NewTopic {
        let isCompacted = name == config.output.incidents
        return NewTopic(name: name, partitionCount: -1, configuration: isCompacted ? [(name: "cleanup.policy", value: "compact")] : [])
    }

    static func missingMessage(_ missing: [(name: String, key: String)], _ config: Config) -> String {
        let names = missing.map { "\($0.name) (\($0.key))" }.joined(separator: ", ")
        let place = config.kafka.bootstrapServers.joined(separator: ",")
        return "\(missing.count == 1 ? "this topic does" : "these topics do") not exist at \(place): \(names); create "
            + "\(missing.count == 1 ? "it" : "them"), or set output.create_topics: true"
    }

    /// Fences former producers of the transactional id. False if a stop was asked for meanwhile.
    func initTransactions(_ producer: Producer) throws(RunFailure) -> Bool {
        try untilAnswered { () throws(KafkaError) in try producer.initTransactions(timeout: .seconds(5)) } != nil
    }

    /// Repeats a question until it is answered; nil if a stop was asked for meanwhile. What waiting does not mend is thrown at once.
    private func untilAnswered<Answer>(_ question: () throws(KafkaError) -> Answer) throws(RunFailure) -> Answer? {
        while !shared.isStopRequested {
            do throws(KafkaError) {
                return try question()
            } catch {
                guard Startup.mayPass(error) else { throw RunFailure(error.description) }
                guard ContinuousClock.now < deadline else {
                    throw RunFailure("\(error.description); gave up after \(Startup.patience.components.seconds) s")
                }
                log.warning("waiting for Kafka", ["error": LogValue(error.description)], atMostEvery: 10, key: "startup")
                shared.update { $0.unreachable = error.message }
                usleep(200_000)
            }
        }
        return nil
    }

    /// A refused password or certificate stays refused.
    private static func mayPass(_ error: KafkaError) -> Bool {
        if error.isFatal || error.code == .authentication || error.code == .tls { return false }
        let passing: [KafkaError.Code] = [.transport, .allBrokersDown, .resolve, .timedOut]
        return error.isRetriable || passing.contains(error.code)
    }
}
