internal import ClewYAML

extension Config {
    /// What is printed for a value that must not be shown.
    public static let redaction = "<redacted>"

    /// The whole effective config as YAML. Unless `redacted` is false, secret properties are printed as `<redacted>`;
    /// what was read from a file of its own is always printed as `{file: PATH}`. Parsed again it gives the same config.
    public func effectiveYAML(redacted: Bool = true) -> String {
        ConfigKey.sections.map { section in
            "\(section):\n" + ConfigKey.all.filter { $0.section == section }.map { $0.yaml(of: self, redacted: redacted) }.joined()
        }.joined()
    }

    /// The content that can change incidents, as bytes that are equal exactly if it is: the input of `versions.config`.
    ///
    /// Of the topics only those with rules of their own count, and domains only where there are some.
    public func canonicalBytes() -> [UInt8] {
        var bare = self
        bare.fileSources = [:]
        // Not where the model lies: `versions.model` tells what is in it.
        bare.model.file = nil
        bare.input.topics.removeAll { $0 == Topic(name: $0.name) }
        // What is not used says nothing: the hash is that of a version that did not know it.
        let unused =
            (correlation.domains.isEmpty ? ["correlation.domains"] : [])
            + (correlation.changeTypes.isEmpty ? ["correlation.change_types", "correlation.change_window"] : [])
        let counting = ConfigKey.all.filter { $0.changesIncidents && !unused.contains($0.path) }
        let lines = counting.map { key in "\(key.path) \(key.value(of: bare, redacted: false))\n" }
        return Array(("clew.config/1\n" + lines.joined()).utf8)
    }
}

extension ConfigKey {
    /// The key's line of YAML (several for some), indented by two.
    func yaml(of config: Config, redacted: Bool) -> String {
        switch shape {
        case .properties where !config.kafka.properties.isEmpty:
            return "  \(name):\n"
                + properties(of: config, redacted: redacted).map { "    \(YAMLText.scalar($0.name)): \($0.text)\n" }.joined()
        case .topics where config.input.topics.contains { $0 != Config.Topic(name: $0.name) }:
            return "  \(name):\n" + topics(of: config).map { "    - \($0)\n" }.joined()
        case .domains where !config.correlation.domains.isEmpty:
            return "  \(name):\n" + domains(of: config).map { "    - \($0)\n" }.joined()
        default: return "  \(name): \(value(of: config, redacted: redacted))\n"
        }
    }

    /// The value in one line (YAML's flow style).
    func value(of config: Config, redacted: Bool) -> String {
        switch shape {
        case .scalar(let scalar):
            if let source = Self.source(path, config) { return source }
            return scalar.get(config).map { scalar.isBare ? $0 : YAMLText.scalar($0) } ?? "null"
        case .list(let list):
            let elements = list.get(config).enumerated().map { Self.source("\(path).\($0)", config) ?? YAMLText.scalar($1) }
            return "[\(elements.joined(separator: ", "))]"
        case .properties:
            let entries = properties(of: config, redacted: redacted).map { "\(YAMLText.scalar($0.name)): \($0.text)" }
            return "{\(entries.joined(separator: ", "))}"
        case .mapping: return config.input.mapping.map { Self.text(of: $0, path, config) } ?? "null"
        case .topics: return "[\(topics(of: config).joined(separator: ", "))]"
        case .domains: return "[\(domains(of: config).joined(separator: ", "))]"
        }
    }

    /// `{file: PATH}` where the value came from a file.
    private static func source(_ path: String, _ config: Config) -> String? {
        config.fileSources[path].map { "{file: \(YAMLText.scalar($0))}" }
    }

    private func properties(of config: Config, redacted: Bool) -> [(name: String, text: String)] {
        config.kafka.properties.sorted { $0.key < $1.key }.map { name, value in
            if let source = Self.source("\(path).\(name)", config) { return (name, source) }
            return (name, redacted && KafkaPropertyRules.isSecret(name) ? YAMLText.quoted(Config.redaction) : YAMLText.scalar(value))
        }
    }

    private func topics(of config: Config) -> [String] {
        config.input.topics.enumerated().map { index, topic in
            let path = "\(path).\(index)"
            if topic == Config.Topic(name: topic.name) { return Self.source(path, config) ?? YAMLText.scalar(topic.name) }
            func sources(_ values: [String], _ key: String) -> String {
                let texts = values.enumerated().map { Self.source("\(path).\(key).\($0)", config) ?? YAMLText.scalar($1) }
                return "\(key): [\(texts.joined(separator: ", "))]"
            }
            var parts = ["name: \(Self.source("\(path).name", config) ?? YAMLText.scalar(topic.name))"]
            if let format = topic.format { parts.append("format: \(format.rawValue)") }
            if let mapping = topic.mapping { parts.append("mapping: \(Self.text(of: mapping, "\(path).mapping", config))") }
            if !topic.resource.isEmpty { parts.append(sources(topic.resource, "resource")) }
            if !topic.type.isEmpty { parts.append(sources(topic.type, "type")) }
            return "{\(parts.joined(separator: ", "))}"
        }
    }

    private func domains(of config: Config) -> [String] {
        config.correlation.domains.enumerated().map { index, domain in
            let path = "\(path).\(index)"
            let resources = domain.resources.enumerated().map {
                Self.source("\(path).resources.\($0)", config) ?? YAMLText.scalar($1.text)
            }
            let name = Self.source("\(path).name", config) ?? YAMLText.scalar(domain.name)
            return "{name: \(name), resources: [\(resources.joined(separator: ", "))]}"
        }
    }

    private static func text(of mapping: Config.Mapping, _ path: String, _ config: Config) -> String {
        var parts = ConfigReader.mappingFields.compactMap { field in
            mapping[keyPath: field.value].map { "\(field.name): \(source("\(path).\(field.name)", config) ?? YAMLText.scalar($0))" }
        }
        if !mapping.labels.isEmpty {
            let labels = mapping.labels.sorted { $0.key < $1.key }.map { name, pointer in
                "\(YAMLText.scalar(name)): \(source("\(path).labels.\(name)", config) ?? YAMLText.scalar(pointer))"
            }
            parts.append("labels: {\(labels.joined(separator: ", "))}")
        }
        return "{\(parts.joined(separator: ", "))}"
    }
}
