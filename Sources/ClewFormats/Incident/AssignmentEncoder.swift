public import ClewEngine

/// Writes the lines of `replay --assignments`: which incident an event came into.
public struct AssignmentEncoder: ~Copyable {
    private var out = RecordWriter()

    /// Creates an encoder with an empty buffer.
    public init() {}

    /// Appends one line, with its line end.
    ///
    /// - Parameters:
    ///   - id: the event's id, or what stands for it (`topic/partition/offset`, `FILE:LINE`, with `#k`).
    ///   - incident: the engine's incident, merges followed; nil for clears, chronic and standing alerts.
    ///   - file: the file as it was given.
    ///   - line: the line in it, from 1.
    ///   - index: which event of its message, from 0.
    public mutating func append(
        id: UnsafeRawBufferPointer, incident: IncidentID?, file: String, line: Int64, index: UInt32,
        to bytes: inout ContiguousArray<UInt8>
    ) {
        out.removeAll()
        out.put("{\"id\":")
        out.put(string: id)
        out.put(",\"incident\":")
        if let incident { out.put(id: incident) } else { out.put("null") }
        out.put(",\"file\":")
        var file = file
        file.withUTF8 { out.put(string: Bytes($0)) }
        out.put(",\"line\":")
        out.put(integer: Int(line))
        out.put(",\"index\":")
        out.put(integer: UInt64(index))
        out.put("}\n")
        bytes.append(contentsOf: out.bytes)
    }
}

// One owner, nothing shared.
extension AssignmentEncoder: @unchecked Sendable {}
