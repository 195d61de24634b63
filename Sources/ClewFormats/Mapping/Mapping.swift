internal import ClewEngine

extension Decoder {
    /// Any JSON, by the pointers of the configuration.
    mutating func mapped(
        _ root: JSONValue, _ mapping: EventMapping, _ message: MessageView, _ batch: inout EventBatch, _ names: inout Names
    ) throws(DecodeFailure) {
        labels.removeAll()
        var raw = RawEvent()
        raw.id = try text(mapping.id, root)
        raw.source = try text(mapping.source, root)
        raw.resource = try text(mapping.resource, root)
        raw.type = try text(mapping.type, root)
        raw.message = try text(mapping.message, root)
        if let pointer = mapping.timestamp { try raw.setTime(pointer.resolve(root, texts), pointer.text) }
        try raw.setSeverity(mapping.severity?.resolve(root, texts), mapping.severity?.text ?? "severity")
        let status = try text(mapping.status, root)
        if status.count > 0 { try raw.setStatus(status, mapping.status?.text ?? "status") }
        for (index, label) in mapping.labels.enumerated() {
            if let value = try label.pointer.resolve(root, texts) { labels.add(ruleNames.mapping[index], value) }
        }
        try commit(&raw, element: nil, root: root, message, &batch, &names)
    }

    /// The scalar at a pointer; empty without one.
    private func text(_ pointer: JSONPointer?, _ root: JSONValue) throws(DecodeFailure) -> Bytes {
        guard let pointer else { return .none }
        return try Field.scalar(pointer.resolve(root, texts), pointer.text)
    }
}
