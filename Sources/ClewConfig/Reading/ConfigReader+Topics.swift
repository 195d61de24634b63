internal import ClewYAML

/// The keys with a structure of their own: `kafka.properties`, `input.topics`, `input.mapping`.
extension ConfigReader {
    // MARK: Properties

    mutating func readProperties(_ node: YAMLNode) {
        let path = "kafka.properties"
        if node.isNull { return }
        guard node.kind == .mapping else {
            report(Place(node), path, "expected a mapping of librdkafka properties, found \(node.found)")
            return
        }
        for (key, value) in node.entries {
            let name = key.text ?? ""
            let inner = "\(path).\(name)"
            places[inner] = Place(key)
            guard allows(property: name, inner, Place(key)) else { continue }
            // What is wrong with it may be said, but not what it is.
            guard let input = input(value, inner, expected: "a scalar") else { continue }
            guard let text = input.text else {
                report(input.place, inner, "expected a value, found null")
                continue
            }
            config.kafka.properties[name] = text
        }
    }

    mutating func allows(property name: String, _ path: String, _ place: Place) -> Bool {
        let isName = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || "._-".utf8.contains(byte)
        }
        guard isName, !name.isEmpty else {
            // Not echoed: without a colon it may hold the value.
            report(place, "kafka.properties", "expected the name of a librdkafka property: letters, digits, '.', '_' and '-'")
            return false
        }
        if let reason = KafkaPropertyRules.refusal(of: name) {
            report(place, path, reason)
            return false
        }
        return true
    }

    // MARK: Topics

    mutating func readTopics(_ node: YAMLNode) {
        let path = "input.topics"
        guard node.kind == .sequence else {
            report(Place(node), path, "expected a list of topics, found \(node.found)")
            return
        }
        config.input.topics = []
        for (index, element) in node.elements.enumerated() {
            let inner = "\(path).\(index)"
            places[inner] = Place(element)
            if element.kind == .mapping, element["file"] == nil {
                readTopic(element, inner)
            } else if let name = text(element, inner, .topicOrPattern) {
                config.input.topics.append(Config.Topic(name: name))
            }
        }
    }

    private mutating func readTopic(_ node: YAMLNode, _ path: String) {
        var topic = Config.Topic(name: "")
        for (key, value) in node.entries {
            let inner = "\(path).\(key.text ?? "")"
            switch key.text {
            case "name": topic.name = text(value, inner, .topicOrPattern) ?? "?"
            case "format":
                if value.isNull { break }
                guard let input = input(value, inner, expected: ScalarFormat<Config.Format>.words().expected) else { break }
                do throws(Refusal) {
                    topic.format = try ScalarFormat<Config.Format>.words().parse(input.text ?? "")
                } catch {
                    report(
                        input.place, inner,
                        "expected \(ScalarFormat<Config.Format>.words().expected), found \(input.found)" + Self.clause(error))
                }
            case "mapping": topic.mapping = readMapping(value, inner)
            case "resource": topic.resource = readSources(value, inner)
            case "type": topic.type = readSources(value, inner)
            default:
                let known = ["name", "format", "mapping", "resource", "type"]
                let hint = NearestName.hint(for: key.text ?? "", among: known)
                report(
                    Place(key), path,
                    "unknown key \"\(YAMLText.excerpt(key.text ?? ""))\" of a topic"
                        + (hint.isEmpty ? "; its keys are \(known.joined(separator: ", "))" : hint))
            }
        }
        guard !topic.name.isEmpty else {
            report(Place(node), path, "a topic has no name")
            return
        }
        config.input.topics.append(topic)
    }

    private mutating func readSources(_ node: YAMLNode, _ path: String) -> [String] {
        if node.isNull { return [] }
        guard node.kind == .sequence else { return text(node, path, .fieldSource).map { [$0] } ?? [] }
        return node.elements.enumerated().compactMap { text($1, "\(path).\($0)", .fieldSource) }
    }

    // MARK: Mapping

    /// The fields of a mapping, in the order they are printed.
    static var mappingFields: [(name: String, value: WritableKeyPath<Config.Mapping, String?>)] {
        [
            ("id", \.id), ("timestamp", \.timestamp), ("source", \.source), ("resource", \.resource), ("type", \.type),
            ("severity", \.severity), ("status", \.status), ("message", \.message),
        ]
    }

    mutating func readMapping(_ node: YAMLNode, _ path: String) -> Config.Mapping? {
        if node.isNull { return nil }
        guard node.kind == .mapping else {
            report(Place(node), path, "expected a mapping of event fields to JSON pointers, or null, found \(node.found)")
            return nil
        }
        var mapping = Config.Mapping()
        for (key, value) in node.entries {
            let name = key.text ?? ""
            let inner = "\(path).\(name)"
            if let field = Self.mappingFields.first(where: { $0.name == name }) {
                if !value.isNull { mapping[keyPath: field.value] = text(value, inner, .jsonPointer) }
            } else if name == "labels" {
                readLabels(value, inner, &mapping)
            } else {
                let known = Self.mappingFields.map(\.name) + ["labels"]
                let hint = NearestName.hint(for: name, among: known)
                report(
                    Place(key), path,
                    "unknown field \"\(YAMLText.excerpt(name))\""
                        + (hint.isEmpty ? "; the fields are \(known.joined(separator: ", "))" : hint))
            }
        }
        return mapping
    }

    private mutating func readLabels(_ node: YAMLNode, _ path: String, _ mapping: inout Config.Mapping) {
        if node.isNull { return }
        guard node.kind == .mapping else {
            report(Place(node), path, "expected a mapping of label names to JSON pointers, found \(node.found)")
            return
        }
        for (key, value) in node.entries {
            let name = key.text ?? ""
            if let pointer = text(value, "\(path).\(name)", .jsonPointer) { mapping.labels[name] = pointer }
        }
    }
}
