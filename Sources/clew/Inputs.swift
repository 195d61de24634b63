import ClewCommandLine
import ClewConfig
import ClewEngine
import ClewKafka
import ClewYAML

/// Reads what several commands are given: config and topology. What is wrong with them ends the command with code 2.
enum Inputs {
    static let configOption = Option.value(
        "config", short: "c", .file, placeholder: "FILE", "Config file (YAML); CLEW_… variables override it")
    static let topologyOption = Option.value(
        "topology", short: "t", .file, placeholder: "FILE", repeatable: true,
        "Topology file (YAML or JSON), in place of those of the config; may be given several times")

    static func config(_ path: String?) throws -> Config {
        do {
            return try Config.load(path, environment: Config.processEnvironment())
        } catch {
            throw CommandFailure.usage(error.description)
        }
    }

    static func topology(_ paths: [String]) throws -> TopologyDefinition {
        guard !paths.isEmpty else { return TopologyDefinition() }
        do {
            return try TopologyFile.load(paths)
        } catch {
            throw CommandFailure.usage(error.description)
        }
    }

    /// How to reach Kafka: bootstrap servers, client id, and what the config passes through.
    static func clientProperties(_ config: Config) -> KafkaProperties {
        let own = KafkaProperties([
            (name: "bootstrap.servers", value: config.kafka.bootstrapServers.joined(separator: ",")),
            (name: "client.id", value: config.kafka.clientID),
        ])
        return own.overridden(
            by: KafkaProperties(config.kafka.properties.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }))
    }
}
