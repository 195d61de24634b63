extension Decoder {
    /// An event without a resource or type: says where its format looks for one, so that whoever reads the dead letter
    /// knows what to send, or to configure.
    func missing(_ reason: DeadReason) -> DecodeFailure {
        let isResource = reason == .resourceMissing
        let field = isResource ? "resource" : "type"
        var expected = "a name"
        if let place = isResource ? resourcePlace : typePlace {
            expected += " in \(place), or where `\(field):` of the topic says"
        }
        return DecodeFailure(reason, "\(field): expected \(expected), found none")
    }

    private var resourcePlace: String? {
        switch format {
        case .alertmanager: "one of the labels \(Decoder.resourceLabels.map(\.description).joined(separator: ", "))"
        case .pagerduty: "payload/source"
        case .cloudevents: "data/resource, subject or source"
        case .otlp: "one of the attributes service.name, k8s.pod.name, host.name"
        case .syslog: "hostname or HOST"
        case .mapping: rules.mapping?.resource?.text
        case .native, .auto: nil
        }
    }

    private var typePlace: String? {
        switch format {
        case .alertmanager: "the label alertname"
        case .pagerduty: "payload/class, payload/component or payload/summary"
        case .cloudevents: "data/type or type"
        case .otlp: "eventName, the attribute event.name, severityText or severityNumber"
        case .syslog: "programname or PROGRAM"
        case .mapping: rules.mapping?.type?.text
        case .native, .auto: nil
        }
    }
}
