/// Which properties of the Kafka client may be set, and which may be shown.
public enum KafkaPropertyRules {
    private static let reserved: [(name: String, reason: String)] = [
        ("bootstrap.servers", "set kafka.bootstrap_servers instead"),
        ("metadata.broker.list", "set kafka.bootstrap_servers instead"),
        ("client.id", "set kafka.client_id instead"),
        ("group.id", "set input.group instead"),
        ("auto.offset.reset", "set input.start instead"),
        ("compression.codec", "set output.compression instead"),
        ("compression.type", "set output.compression instead"),
        ("transactional.id", "set output.transactional_id instead"),
        ("enable.auto.commit", "offsets are committed in the transaction of the results"),
        ("auto.commit.interval.ms", "offsets are committed in the transaction of the results"),
        ("auto.commit.enable", "offsets are committed in the transaction of the results"),
        ("enable.auto.offset.store", "offsets are committed in the transaction of the results"),
        ("offset.store.method", "offsets are committed in the transaction of the results"),
        ("isolation.level", "only committed records may be read, or results could rest on records that never were"),
        ("enable.idempotence", "exactly-once needs the idempotent producer"),
        ("acks", "exactly-once needs the acknowledgement of all replicas"),
        ("request.required.acks", "exactly-once needs the acknowledgement of all replicas"),
        ("enable.partition.eof", "the ends of partitions tell which of them are idle"),
        ("allow.auto.create.topics", "set output.create_topics instead"),
        ("delivery.report.only.error", "a transaction is finished by the reports on its records"),
    ]

    /// Why Clew must control a property itself; nil if it may be set.
    public static func refusal(of name: String) -> String? {
        reserved.first { $0.name == name }.map { "can't be set here: \($0.reason)" }
    }

    /// Whether the value of a property must never be shown.
    public static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        if name.hasSuffix(".location") { return false }
        return ["password", "passphrase", "secret", "token", "key", "jaas", "credential", "private", "oauthbearer.config"]
            .contains { name.contains($0) } || name.hasSuffix(".pem")
    }
}
