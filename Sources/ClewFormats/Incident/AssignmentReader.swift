/// Reads the lines of an assignments file (`replay --assignments`, or any tool's): `{"id": …, "incident": … or null}`.
public struct AssignmentReader: ~Copyable {
    private static let maxDepth = 8
    private var document = JSONDocument()

    public init() {}

    /// Reads one line and calls `body` with the event's id and its incident (nil: in none), valid within the call.
    ///
    /// Other members are passed over. Ids may be texts or numbers.
    public mutating func read(
        _ line: UnsafeRawBufferPointer, _ body: (_ id: UnsafeRawBufferPointer, _ incident: UnsafeRawBufferPointer?) -> Void
    ) throws(IncidentRecordError) {
        do throws(DecodeFailure) {
            let root = try document.parse(line, maxDepth: AssignmentReader.maxDepth)
            guard root.isObject else { throw DecodeFailure.wrongType("line", expected: "an object", found: root) }
            guard let id = try root.member("id") else { throw DecodeFailure(.wrongType, "id: expected the id of an event, found none") }
            let incident = try root.member("incident")
            for (name, value) in [("id", id), ("incident", incident ?? id)] where !value.isName {
                throw DecodeFailure.wrongType(name, expected: "a text or a number", found: value)
            }
            body(id.text, incident?.text)
        } catch {
            throw IncidentRecordError("expected {\"id\": …, \"incident\": … or null}: \(error.detail)")
        }
    }
}

/// Reads root causes given apart from incident records: `{"incident": …, "rootCauses": [best first]}`, a line an incident.
public struct RootCauseReader: ~Copyable {
    private static let maxDepth = 8
    private var document = JSONDocument()

    public init() {}

    /// The incident's id, and its root causes, best first. Other members are passed over.
    public mutating func read(_ line: UnsafeRawBufferPointer) throws(IncidentRecordError) -> (incident: String, rootCauses: [String]) {
        do throws(DecodeFailure) {
            let root = try document.parse(line, maxDepth: RootCauseReader.maxDepth)
            guard root.isObject else { throw DecodeFailure.wrongType("line", expected: "an object", found: root) }
            guard let incident = try root.member("incident"), incident.isName else {
                throw DecodeFailure(.wrongType, "incident: expected the id of an incident, found none")
            }
            guard let causes = try root.member("rootCauses"), causes.isArray else {
                throw DecodeFailure(.wrongType, "rootCauses: expected a list of resources, found none")
            }
            var resources: [String] = []
            try causes.forEachElement { (index, value) throws(DecodeFailure) in
                guard value.isString else { throw DecodeFailure.wrongType("rootCauses[\(index)]", expected: "a text", found: value) }
                resources.append(String(decoding: value.text, as: UTF8.self))
            }
            return (String(decoding: incident.text, as: UTF8.self), resources)
        } catch {
            throw IncidentRecordError("expected {\"incident\": …, \"rootCauses\": […]}: \(error.detail)")
        }
    }
}

extension JSONValue {
    /// A text or a number: what may name something.
    var isName: Bool { isString || kind == .number }
}

// One owner, nothing shared.
extension AssignmentReader: @unchecked Sendable {}
extension RootCauseReader: @unchecked Sendable {}
