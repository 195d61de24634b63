extension Decoder {
    /// An event without a resource or type: says where its format looks for one, so that whoever reads the dead letter
    /// knows what to send, or to configure.
    func missing(_ reason: DeadReason) -> DecodeFailure {
        let isResource = reason == .resourceMissing
        let field = isResource ? "resource" : "type"
        let places = places
        var expected = "a name"
        if let place = isResource ? places.resource : places.type {
            expected += " in \(place), or where `\(field):` of the topic says"
        }
        return DecodeFailure(reason, "\(field): expected \(expected), found none")
    }

    /// Where the format looks for them; nil where the field has their own name.
    private var places: (resource: String?, type: String?) {
        switch format {
        case .alertmanager:
            ("one of the labels \(Decoder.resourceLabels.map(\.description).joined(separator: ", "))", "the label alertname")
        case .pagerduty: ("payload/source", "payload/class, payload/component or payload/summary")
        case .cloudevents: ("data/resource, subject or source", "data/type or type")
        case .otlp:
            (
                "one of the attributes service.name, k8s.pod.name, host.name",
                "eventName, the attribute event.name, severityText or severityNumber"
            )
        case .syslog: ("hostname or HOST", "programname or PROGRAM")
        case .mapping: (rules.mapping?.resource?.text, rules.mapping?.type?.text)
        case .native, .auto: (nil, nil)
        }
    }
}
