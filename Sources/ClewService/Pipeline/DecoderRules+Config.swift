public import ClewConfig
public import ClewFormats

extension DecoderRules {
    /// How the messages of a topic are read: the topic's own rules, else those of `input`.
    ///
    /// Pointers were checked when the config was validated; a faulty one is left out here.
    public init(_ config: Config, topic: Config.Topic? = nil) {
        self.init()
        format = EventFormat(rawValue: (topic?.format ?? config.input.format).rawValue) ?? .auto
        if let mapping = topic?.mapping ?? config.input.mapping { self.mapping = EventMapping(mapping) }
        resource = (topic?.resource ?? []).compactMap { FieldSource($0) }
        type = (topic?.type ?? []).compactMap { FieldSource($0) }
        identity = config.correlation.identity
        resendAfter = config.input.resendAfter.inMicroseconds
        limits = DecoderLimits()
        limits.messageBytes = config.limits.messageBytes
        limits.nesting = config.limits.nesting
        limits.events = config.limits.events
        limits.labels = config.limits.labels
        limits.labelNameBytes = config.limits.labelNameBytes
        limits.labelValueBytes = config.limits.labelValueBytes
        limits.textBytes = config.limits.textBytes
        limits.idBytes = config.limits.idBytes
        limits.dedupKeys = config.limits.dedupKeys
    }
}

extension EventMapping {
    init(_ mapping: Config.Mapping) {
        self.init()
        func pointer(_ text: String?) -> JSONPointer? { text.flatMap { JSONPointer($0) } }
        id = pointer(mapping.id)
        timestamp = pointer(mapping.timestamp)
        source = pointer(mapping.source)
        resource = pointer(mapping.resource)
        type = pointer(mapping.type)
        severity = pointer(mapping.severity)
        status = pointer(mapping.status)
        message = pointer(mapping.message)
        labels = mapping.labels.sorted { $0.key < $1.key }.compactMap { name, text in
            JSONPointer(text).map { Label(name: name, pointer: $0) }
        }
    }
}
