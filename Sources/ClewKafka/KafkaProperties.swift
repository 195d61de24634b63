import CRdkafka

/// Properties of a librdkafka client, in order; the last value of a name wins.
public struct KafkaProperties: Sendable, Equatable, ExpressibleByDictionaryLiteral, CustomStringConvertible {
    /// Names and values in the order they were set.
    public private(set) var entries: [(name: String, value: String)] = []

    public init() {}

    public init(_ entries: [(name: String, value: String)]) {
        for entry in entries { self[entry.name] = entry.value }
    }

    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { self[name] = value }
    }

    /// The value of a property; setting nil takes it out.
    public subscript(name: String) -> String? {
        get { entries.last { $0.name == name }?.value }
        set {
            let index = entries.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): entries[index].value = value
            case (let index?, nil): entries.remove(at: index)
            case (nil, let value?): entries.append((name, value))
            case (nil, nil): break
            }
        }
    }

    /// These properties, with those of `other` over them.
    public func overridden(by other: KafkaProperties) -> KafkaProperties {
        var result = self
        for entry in other.entries { result[entry.name] = entry.value }
        return result
    }

    /// Asks the loaded librdkafka whether it knows each property and takes its value; connects to nothing.
    ///
    /// - Throws: `.invalidArgument`, naming the first property that is refused, and the nearest known one.
    public func check() throws(KafkaError) { rd_kafka_conf_destroy(try Configuration.make(self)) }

    /// Whether the value of this property must not be shown.
    public static func isSecret(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.contains("password") || name.contains("secret") || name.contains("private") || name.hasSuffix(".pem")
            || name == "sasl.oauthbearer.config" || name == "ssl.key" || name == "ssl_key"
    }

    /// `name=value` pairs, secrets as `***`.
    public var description: String {
        entries.map { "\($0.name)=\(Self.isSecret($0.name) ? "***" : $0.value)" }.joined(separator: ", ")
    }

    public static func == (left: KafkaProperties, right: KafkaProperties) -> Bool {
        left.entries.elementsEqual(right.entries) { $0.name == $1.name && $0.value == $1.value }
    }
}
