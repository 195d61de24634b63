import CRdkafka

/// Turns properties into the library's configuration object, with messages that name the property.
enum Configuration {
    /// The version of the librdkafka that is loaded, such as `2.0.2`.
    static var libraryVersion: Int32 { rd_kafka_version() }

    /// The caller owns what is returned until it is handed to `rd_kafka_new`.
    static func make(_ properties: KafkaProperties) throws(KafkaError) -> OpaquePointer {
        guard let configuration = rd_kafka_conf_new() else {
            throw KafkaError(code: .invalidArgument, message: "not enough memory for a Kafka client")
        }
        for (name, value) in properties.entries {
            if let error = set(configuration, name, value) {
                rd_kafka_conf_destroy(configuration)
                throw error
            }
        }
        return configuration
    }

    /// Whether the loaded library has a property (names come and go between versions).
    static func isKnown(_ name: String) -> Bool { knownNames().contains(name) }

    private static func set(_ configuration: OpaquePointer, _ name: String, _ value: String) -> KafkaError? {
        let (result, text) = withErrorText { rd_kafka_conf_set(configuration, name, value, $0, $1) }
        switch result {
        case RD_KAFKA_CONF_OK:
            return nil
        case RD_KAFKA_CONF_UNKNOWN:
            let nearest = nearestName(to: name).map { "; did you mean \"\($0)\"?" } ?? ""
            return KafkaError(
                code: .invalidArgument,
                message: "unknown Kafka property \"\(name)\" (librdkafka \(FailureDiagnosis.text(ofVersion: libraryVersion)))\(nearest)")
        default:
            // The library's text may quote the value.
            let detail = KafkaProperties.isSecret(name) ? "the value is not accepted" : text
            return KafkaError(code: .invalidArgument, message: "Kafka property \"\(name)\": \(detail)")
        }
    }

    static func withErrorText<Result>(_ body: (UnsafeMutablePointer<CChar>?, Int) -> Result) -> (Result, String) {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer in
            buffer.initialize(repeating: 0)
            let result = body(buffer.baseAddress, buffer.count)
            return (result, buffer.baseAddress.map { String(cString: $0) } ?? "")
        }
    }

    private static func knownNames() -> [String] {
        guard let configuration = rd_kafka_conf_new() else { return [] }
        defer { rd_kafka_conf_destroy(configuration) }
        var count = 0
        guard let dump = rd_kafka_conf_dump(configuration, &count) else { return [] }
        defer { rd_kafka_conf_dump_free(dump, count) }
        var names = stride(from: 0, to: count, by: 2).compactMap { index in dump[index].map { String(cString: $0) } }
        // Without a default the dump leaves them out.
        names += [
            "bootstrap.servers", "group.id", "group.instance.id", "transactional.id", "sasl.username", "sasl.password", "ssl.ca.location",
            "ssl.certificate.location", "ssl.key.location", "ssl.key.password", "ssl.ca.pem", "ssl.key.pem", "ssl.certificate.pem",
            "ssl.keystore.location", "ssl.keystore.password", "sasl.oauthbearer.config", "debug", "client.rack", "topic.blacklist",
        ]
        return names
    }

    /// The known name with the least edits, if they are few.
    private static func nearestName(to name: String) -> String? {
        let best = knownNames().map { ($0, editDistance(Array(name.utf8), Array($0.utf8))) }.min { $0.1 < $1.1 }
        guard let best, best.1 <= max(2, name.utf8.count / 3) else { return nil }
        return best.0
    }

    private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let substituted = diagonal + (a == b ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[right.count]
    }
}
