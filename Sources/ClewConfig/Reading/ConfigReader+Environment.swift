internal import ClewYAML

/// Every scalar by a variable: `CLEW_` and its path in capitals, dots as `_`.
extension ConfigReader {
    private static let propertiesPrefix = "CLEW_KAFKA_PROPERTIES_"
    private static let mappingPrefix = "CLEW_INPUT_MAPPING_"
    private static let mappingLabelsPrefix = "CLEW_INPUT_MAPPING_LABELS_"

    mutating func read(environment: [String: String], ignoring: Set<String>) {
        let names = environment.keys.filter { $0.hasPrefix("CLEW_") && !ignoring.contains($0) }
        for name in names.sorted() {
            guard let value = environment[name] else { continue }
            if let key = ConfigKey.all.first(where: { $0.variable == name }) {
                read(key, name, value)
            } else if name.hasPrefix(Self.propertiesPrefix) {
                readProperty(name, value)
            } else if name.hasPrefix(Self.mappingPrefix) {
                readMappingField(name, value)
            } else if !Self.isServiceLink(name, value) {
                let known = ConfigKey.all.map(\.variable) + Self.mappingFields.map { Self.mappingPrefix + $0.name.uppercased() }
                report(Place(variable: name), "", "unknown variable" + NearestName.hint(for: name, among: known))
            }
        }
    }

    private mutating func read(_ key: ConfigKey, _ name: String, _ value: String) {
        let place = Place(variable: name)
        places[key.path] = place
        forgetFiles(of: key.path)
        switch key.shape {
        case .scalar(let scalar):
            guard var input = input(value, key.path, place) else { return }
            if scalar.allowsNull, value.isEmpty || value == "null" { input.text = nil }
            set(scalar, key.path, input)
        case .list(let list):
            var values: [String] = []
            for (index, part) in Self.parts(of: value).enumerated() {
                let path = "\(key.path).\(index)"
                guard let input = input(part, path, place), let text = checked(input, path, list) else { continue }
                values.append(text)
            }
            list.set(values, &config)
        case .topics:
            config.input.topics = []
            for (index, part) in Self.parts(of: value).enumerated() {
                let path = "\(key.path).\(index)"
                guard let input = input(part, path, place), let topic = text(input, path, .topicOrPattern) else { continue }
                config.input.topics.append(Config.Topic(name: topic))
            }
        case .properties:
            report(place, key.path, "expected one variable for each property, such as \(Self.propertiesPrefix)SECURITY_PROTOCOL")
        case .domains:
            report(place, key.path, "domains can't be given by a variable; write them into the config file")
        case .mapping:
            report(place, key.path, "expected one variable for each field, such as \(Self.mappingPrefix)RESOURCE")
        }
    }

    private mutating func readProperty(_ name: String, _ value: String) {
        var property = String(name.dropFirst(Self.propertiesPrefix.count).lowercased().map { $0 == "_" ? "." : $0 })
        // The one property of librdkafka with an underscore in its name.
        if property == "log.level" { property = "log_level" }
        let path = "kafka.properties.\(property)"
        let place = Place(variable: name)
        places[path] = place
        forgetFiles(of: path)
        guard allows(property: property, path, place), let input = input(value, path, place) else { return }
        config.kafka.properties[property] = input.text ?? ""
    }

    private mutating func readMappingField(_ name: String, _ value: String) {
        let place = Place(variable: name)
        var mapping = config.input.mapping ?? Config.Mapping()
        let isLabel = name.hasPrefix(Self.mappingLabelsPrefix)
        let field = name.dropFirst(isLabel ? Self.mappingLabelsPrefix.count : Self.mappingPrefix.count).lowercased()
        let path = "input.mapping." + (isLabel ? "labels." : "") + field
        let known = isLabel ? nil : Self.mappingFields.first { $0.name == field }
        guard isLabel ? !field.isEmpty : known != nil else {
            let names = Self.mappingFields.map { Self.mappingPrefix + $0.name.uppercased() } + [Self.mappingLabelsPrefix + "NAME"]
            report(place, "", "unknown variable" + NearestName.hint(for: name, among: names))
            return
        }
        forgetFiles(of: path)
        guard let input = input(value, path, place), let pointer = text(input, path, .jsonPointer) else { return }
        if let known { mapping[keyPath: known.value] = pointer } else { mapping.labels[field] = pointer }
        config.input.mapping = mapping
        places["input.mapping"] = place
    }

    /// The value, or the content of the file that it names as `{file: PATH}`.
    private mutating func input(_ value: String, _ path: String, _ place: Place) -> Input? {
        guard value.hasPrefix("{file:"), value.hasSuffix("}") else {
            let isSecret = path.hasPrefix("kafka.properties.")
            let found = value.isEmpty ? "nothing" : isSecret ? "something else" : YAMLText.excerpt(value)
            return Input(text: value, found: found, place: place)
        }
        let inner = value.dropFirst("{file:".count).dropLast().drop { $0 == " " }
        return content(of: String(inner), path, place)
    }

    /// A value of the environment replaces what the file said, so it no longer comes from where that came from.
    private mutating func forgetFiles(of path: String) {
        config.fileSources = config.fileSources.filter { $0.key != path && !$0.key.hasPrefix(path + ".") }
    }

    /// A comma-separated list; `\,` is a comma of an element. Space around the elements doesn't count; nothing is an empty list.
    private static func parts(of value: String) -> [String] {
        var parts = [""]
        var isEscape = false
        for character in value {
            if isEscape {
                parts[parts.count - 1] += character == "," ? "," : "\\\(character)"
                isEscape = false
            } else if character == "\\" {
                isEscape = true
            } else if character == "," {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        if isEscape { parts[parts.count - 1] += "\\" }
        let trimmed = parts.map { part in
            String(part.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        }
        return trimmed == [""] ? [] : trimmed
    }

    /// Kubernetes sets such variables for every service of the namespace; one named `clew` or `clew-…` gives these.
    private static func isServiceLink(_ name: String, _ value: String) -> Bool {
        if name.hasSuffix("_SERVICE_HOST") || name.hasSuffix("_SERVICE_PORT") || name.contains("_SERVICE_PORT_") { return true }
        if name.hasSuffix("_PORT") { return value.contains("://") }
        let parts = name.split(separator: "_")
        guard let protocolAt = parts.lastIndex(where: { $0 == "TCP" || $0 == "UDP" || $0 == "SCTP" }), protocolAt >= 2 else { return false }
        return parts[protocolAt - 2] == "PORT" && parts[protocolAt - 1].allSatisfy(\.isNumber)
            && parts.count - protocolAt <= 2
    }
}
