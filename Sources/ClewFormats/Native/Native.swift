internal import ClewEngine

extension Decoder {
    /// A native event, whose top level has been walked: labels are collected already.
    mutating func native(
        _ top: TopLevel, _ root: JSONValue, _ message: MessageView, _ batch: inout EventBatch, _ names: inout Names
    ) throws(DecodeFailure) {
        if let duplicate = top.duplicate { throw .duplicate(Bytes(duplicate)) }
        var raw = RawEvent()
        raw.id = try Field.scalar(top.id, "id")
        raw.source = try Field.string(top.source, "source")
        raw.resource = try Field.string(top.resource, "resource")
        raw.type = try Field.string(top.type, "type")
        raw.message = try Field.scalar(top.message, "message")
        _ = try Field.object(top.labels, "labels")
        try raw.setTime(top.timestamp, "timestamp")
        try raw.setSeverity(top.severity, "severity")
        try raw.setStatus(top.status, "status")
        try commit(&raw, element: nil, root: root, message, &batch, &names)
    }
}
