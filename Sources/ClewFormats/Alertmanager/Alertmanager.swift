internal import ClewEngine

extension Decoder {
    /// An Alertmanager webhook payload (version 4): one event an alert.
    mutating func alertmanager(
        _ root: JSONValue, _ message: MessageView, _ batch: inout EventBatch, _ names: inout Names
    ) throws(DecodeFailure) {
        guard let alerts = try Field.array(root.member("alerts"), "alerts") else {
            throw DecodeFailure(.wrongType, "alerts: expected an array, found none")
        }
        var alert = alerts.first
        for index in 0..<alerts.count {
            guard alert.isObject else { throw .wrongType("alerts/\(index)", expected: "an object", found: alert) }
            do throws(DecodeFailure) {
                try alertmanagerAlert(alert, root, message, &batch, &names)
            } catch {
                // Which of the alerts it is helps whoever reads the dead letter.
                throw DecodeFailure(error.reason, "alerts/\(index)/\(error.detail)")
            }
            alert = alert.following
        }
    }

    private mutating func alertmanagerAlert(
        _ alert: JSONValue, _ root: JSONValue, _ message: MessageView, _ batch: inout EventBatch, _ names: inout Names
    ) throws(DecodeFailure) {
        labels.removeAll()
        var raw = RawEvent()
        raw.source = Bytes("alertmanager")
        try raw.setStatus(alert.member("status"), "status")
        if let own = try Field.object(alert.member("labels"), "labels") {
            labels.addMembers(of: own)
            raw.type = try Field.scalar(own.member("alertname"), "labels/alertname")
            raw.resource = try Decoder.firstText(of: own, Decoder.resourceLabels, "labels")
            try raw.setSeverity(own.member("severity"), "labels/severity")
        } else {
            raw.flags.insert(.severityUnknown)
        }
        if let notes = try Field.object(alert.member("annotations"), "annotations") {
            raw.message = try Decoder.firstText(of: notes, Decoder.messageNotes, "annotations")
        }
        let field: StaticString = raw.status == .firing ? "startsAt" : "endsAt"
        if let value = try alert.member(field) {
            let time = try Field.time(value, "\(field)")
            // The year 1 is Go's way to say: none.
            if time.microseconds > -62_100_000_000_000_000 { raw.time = time }
        }
        if let own = raw.time, let record = message.recordTime, record.microseconds - own.microseconds > rules.resendAfter {
            raw.time = record
            raw.flags.insert(.resend)
            counters.resends += 1
        }
        try commit(&raw, element: alert, root: root, message, &batch, &names)
    }

    static let resourceLabels: [StaticString] = [
        "resource", "service", "pod", "instance", "node", "device", "host", "job", "deployment", "statefulset", "daemonset", "namespace",
        "cluster",
    ]
    private static let messageNotes: [StaticString] = ["summary", "description", "message"]

    /// The first of these members that is there and not empty.
    static func firstText(of object: JSONValue, _ members: [StaticString], _ path: StaticString) throws(DecodeFailure) -> Bytes {
        for name in members {
            let text = try Field.scalar(object.member(name), "\(path)/\(name)")
            if text.count > 0 { return text }
        }
        return .none
    }
}
