internal import ClewYAML

/// One key of the configuration: how it is read, printed and documented. One table of these drives the YAML reader,
/// the environment, the effective config, the reference file and the documentation.
struct ConfigKey: Sendable {
    /// `input.allowed_lateness`
    let path: String
    /// One line, for the reference.
    let summary: String
    /// Whether the value can change incidents, and so belongs to `versions.config`.
    let changesIncidents: Bool
    let shape: Shape

    enum Shape: Sendable {
        case scalar(ScalarKey)
        case list(ListKey)
        /// `kafka.properties`, `input.mapping`, `input.topics`, `correlation.domains`: read by their own code.
        case properties, mapping, topics, domains
    }

    var section: String { String(path.prefix { $0 != "." }) }
    var name: String { String(path.drop { $0 != "." }.dropFirst()) }
    /// `CLEW_INPUT_ALLOWED_LATENESS`
    var variable: String { Self.variable(path) }

    static func variable(_ path: String) -> String {
        "CLEW_" + path.uppercased().replacingDots()
    }
}

extension String {
    fileprivate func replacingDots() -> String { String(map { $0 == "." ? "_" : $0 }) }
}

/// A key with a single value.
struct ScalarKey: Sendable {
    let expected: String
    let isBare: Bool
    let allowsNull: Bool
    /// Reads a text into the config; nil for null.
    let set: @Sendable (_ text: String?, inout Config) throws(Refusal) -> Void
    /// The value as text; nil for null.
    let get: @Sendable (Config) -> String?
}

/// A key with a list of scalars.
struct ListKey: Sendable {
    /// What one element is.
    let expected: String
    let check: @Sendable (String) throws(Refusal) -> Void
    let set: @Sendable ([String], inout Config) -> Void
    let get: @Sendable (Config) -> [String]
}

extension ConfigKey {
    static func scalar<Value>(
        _ path: String, _ value: any WritableKeyPath<Config, Value> & Sendable, _ format: ScalarFormat<Value>, _ summary: String,
        changesIncidents: Bool = false
    ) -> ConfigKey {
        ConfigKey(
            path: path, summary: summary, changesIncidents: changesIncidents,
            shape: .scalar(
                ScalarKey(
                    expected: format.expected, isBare: format.isBare, allowsNull: false,
                    set: { text, config throws(Refusal) in
                        guard let text else { throw Refusal() }
                        config[keyPath: value] = try format.parse(text)
                    }, get: { format.print($0[keyPath: value]) })))
    }

    static func optional<Value>(
        _ path: String, _ value: any WritableKeyPath<Config, Value?> & Sendable, _ format: ScalarFormat<Value>, _ summary: String,
        changesIncidents: Bool = false
    ) -> ConfigKey {
        ConfigKey(
            path: path, summary: summary, changesIncidents: changesIncidents,
            shape: .scalar(
                ScalarKey(
                    expected: format.expected + ", or null", isBare: format.isBare, allowsNull: true,
                    set: { text, config throws(Refusal) in
                        if let text {
                            config[keyPath: value] = try format.parse(text)
                        } else {
                            config[keyPath: value] = nil
                        }
                    }, get: { $0[keyPath: value].map(format.print) })))
    }

    static func list(
        _ path: String, _ value: any WritableKeyPath<Config, [String]> & Sendable, _ format: ScalarFormat<String>, _ summary: String,
        changesIncidents: Bool = false
    ) -> ConfigKey {
        ConfigKey(
            path: path, summary: summary, changesIncidents: changesIncidents,
            shape: .list(
                ListKey(
                    expected: format.expected, check: { text throws(Refusal) in _ = try format.parse(text) },
                    set: { $1[keyPath: value] = $0 }, get: { $0[keyPath: value] })))
    }
}
