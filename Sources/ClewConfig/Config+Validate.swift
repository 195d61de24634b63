internal import ClewEngine

extension Config {
    /// What is wrong with values that are each legal by themselves: the path of a key, and why.
    func contradictions() -> [(path: String, message: String)] {
        var found: [(path: String, message: String)] = []
        checkTopics(&found)
        checkFormats(&found)
        checkTimes(&found)
        checkDomains(&found)
        if kafka.bootstrapServers.isEmpty { found.append(("kafka.bootstrap_servers", "at least one broker is needed")) }
        if let name = Self.firstDuplicate(correlation.identity) {
            found.append(("correlation.identity", "the label \"\(name)\" is given twice"))
        }
        if let type = Self.firstDuplicate(correlation.changeTypes) {
            found.append(("correlation.change_types", "the type \(type) is given twice"))
        }
        if let path = Self.firstDuplicate(topology.files) {
            found.append(("topology.files", "the file \(path) is given twice"))
        }
        if topology.topic != nil {
            found.append(("topology.topic", "a topology topic is not supported by this version; leave it null"))
        }
        return found
    }

    private func checkTopics(_ found: inout [(path: String, message: String)]) {
        if input.topics.isEmpty { found.append(("input.topics", "at least one topic is needed")) }
        var outputs: [(path: String, name: String)] = [
            ("output.incidents", output.incidents), ("output.dead_letters", output.deadLetters), ("output.state", output.state),
        ]
        if let topic = topology.topic { outputs.append(("topology.topic", topic)) }
        for (index, one) in outputs.enumerated() {
            if let other = outputs[..<index].first(where: { $0.name == one.name }) {
                found.append((one.path, "the topic \(one.name) is already that of \(other.path)"))
            }
        }
        var seen: Set<String> = []
        for (index, topic) in input.topics.enumerated() {
            if !seen.insert(topic.name).inserted { found.append(("input.topics.\(index)", "the topic \(topic.name) is given twice")) }
            if let output = outputs.first(where: { $0.name == topic.name }) {
                found.append(
                    ("input.topics.\(index)", "the topic \(topic.name) is that of \(output.path), so Clew would read what it writes"))
            }
        }
    }

    private func checkFormats(_ found: inout [(path: String, message: String)]) {
        if let mapping = input.mapping {
            if ![.auto, .mapping].contains(input.format), !input.topics.contains(where: { $0.format == .mapping && $0.mapping == nil }) {
                found.append(("input.mapping", "has no effect with format \(input.format.rawValue); expected format mapping or auto"))
            }
            checkFields(of: mapping, "input.mapping", resource: [], type: [], &found)
        }
        for (index, topic) in input.topics.enumerated() {
            let path = "input.topics.\(index)"
            let format = topic.format ?? input.format
            if format == .mapping, topic.mapping == nil, input.mapping == nil {
                found.append((topic.format == nil ? "input.format" : path, "format mapping needs a mapping"))
            }
            guard let mapping = topic.mapping else { continue }
            if format != .auto, format != .mapping {
                found.append((path, "its mapping has no effect with format \(format.rawValue); expected format mapping or auto"))
            }
            checkFields(of: mapping, path, resource: topic.resource, type: topic.type, &found)
        }
    }

    private func checkFields(
        of mapping: Mapping, _ path: String, resource: [String], type: [String], _ found: inout [(path: String, message: String)]
    ) {
        // A topic may name the two by itself; where one uses input.mapping and does not, the mapping must.
        let users = input.topics.filter { path == "input.mapping" && $0.mapping == nil }
        let namesResource = !resource.isEmpty || (!users.isEmpty && users.allSatisfy { !$0.resource.isEmpty })
        let namesType = !type.isEmpty || (!users.isEmpty && users.allSatisfy { !$0.type.isEmpty })
        if mapping.resource == nil, !namesResource { found.append((path, "the mapping has no resource")) }
        if mapping.type == nil, !namesType { found.append((path, "the mapping has no type")) }
    }

    private func checkTimes(_ found: inout [(path: String, message: String)]) {
        if input.maxBehind < input.allowedLateness {
            found.append(("input.max_behind", "must not be less than input.allowed_lateness"))
        }
    }

    private func checkDomains(_ found: inout [(path: String, message: String)]) {
        var seen: Set<String> = []
        for (index, domain) in correlation.domains.enumerated() {
            let path = "correlation.domains.\(index)"
            if domain.name == CorrelationDomains.defaultName {
                found.append((path, "the domain default is what no other domain takes; give this one another name"))
            } else if !seen.insert(domain.name).inserted {
                found.append((path, "the domain \(domain.name) is given twice"))
            }
        }
    }

    private static func firstDuplicate(_ names: [String]) -> String? {
        var seen: Set<String> = []
        return names.first { !seen.insert($0).inserted }
    }
}
