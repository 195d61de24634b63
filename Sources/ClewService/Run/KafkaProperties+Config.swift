public import ClewConfig
import ClewEngine
public import ClewKafka

extension KafkaProperties {
    /// What every client of a config has in common: brokers, client id, and the properties passed through.
    public init(_ config: Config) {
        self.init([
            ("bootstrap.servers", config.kafka.bootstrapServers.joined(separator: ",")), ("client.id", config.kafka.clientID),
        ])
        for (name, value) in config.kafka.properties.sorted(by: { $0.key < $1.key }) { self[name] = value }
    }

    /// Those of the consumer group. A member that crashed is noticed after 10 s, unless the config says otherwise.
    static func consumer(_ config: Config) -> KafkaProperties {
        let own: KafkaProperties = [
            "group.id": config.input.group, "session.timeout.ms": "10000",
            "topic.blacklist": Subscription.internalTopics.map { "^\($0)$" }.joined(separator: ","),
        ]
        return own.overridden(by: KafkaProperties(config))
    }

    /// Those of the transactional producer. Whether a record fits is for the topic to say, after compression.
    static func producer(_ config: Config) -> KafkaProperties {
        let own: KafkaProperties = [
            "transactional.id": config.transactionalID, "compression.codec": config.output.compression.rawValue,
            "message.max.bytes": "33554432",
            // A commit sends what is left at once; before it requests are to be full.
            "linger.ms": "200",
        ]
        return own.overridden(by: KafkaProperties(config))
    }
}

extension StartPosition {
    init(_ start: Config.Start) {
        switch start {
        case .earliest: self = .earliest
        case .latest: self = .latest
        case .at(let time): self = .timestamp(milliseconds: time.microseconds / 1000)
        }
    }
}
