internal import ClewEngine

extension Decoder {
    /// Any JSON, by the pointers of the configuration.
    mutating func mapped(
        _ root: JSONValue, _ mapping: EventMapping, _ message: MessageView, _ batch: inout EventBatch, _ names: inout Names
    ) throws(DecodeFailure) {
        labels.removeAll()
        var raw = RawEvent()
        raw.id = try Decoder.text(mapping.id, root)
        raw.source = try Decoder.text(mapping.source, root)
        raw.resource = try Decoder.text(mapping.resource, root)
        raw.type = try Decoder.text(mapping.type, root)
        raw.message = try Decoder.text(mapping.message, root)
        if let pointer = mapping.timestamp { try raw.setTime(pointer.resolve(root), pointer.text) }
        try raw.setSeverity(mapping.severity?.resolve(root), mapping.severity?.text ?? "severity")
        let status = try Decoder.text(mapping.status, root)
        if status.count > 0 { try raw.setStatus(status, mapping.status?.text ?? "status") }
        for (index, label) in mapping.labels.enumerated() {
            if let value = try label.pointer.resolve(root) { labels.add(ruleNames.mapping[index], value) }
        }
        try commit(&raw, element: nil, root: root, message, &batch, &names)
    }

    /// The scalar at a pointer; empty without one.
    private static func text(_ pointer: JSONPointer?, _ root: JSONValue) throws(DecodeFailure) -> Bytes {
        guard let pointer else { return .none }
        return try Field.scalar(pointer.resolve(root), pointer.text)
    }
}
