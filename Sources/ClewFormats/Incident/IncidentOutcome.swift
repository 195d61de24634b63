public import ClewEngine

/// The little of an incident record that grading needs.
public struct IncidentOutcome: Sendable, Equatable {
    public var id = ""
    public var revision = 0
    public var status = IncidentSummary.Status.open
    /// Time of its first alert, and of this revision.
    public var openedAt = EventTime.distantPast
    public var updatedAt = EventTime.distantPast
    /// Resources, best first.
    public var rootCauses: [String] = []

    public init() {}
}

extension IncidentReader {
    /// Reads what grading needs of one record; alerts and evidence are checked as JSON and passed over.
    public mutating func readOutcome(_ bytes: UnsafeRawBufferPointer) throws(IncidentRecordError) -> IncidentOutcome {
        do throws(DecodeFailure) {
            let root = try parse(bytes)
            var result = IncidentOutcome()
            (result.id, result.status) = try IncidentReader.identity(root)
            result.revision = try RecordFields.integer(root, "revision")
            guard let opened = try RecordFields.time(root, "opened_at"), let updated = try RecordFields.time(root, "updated_at") else {
                throw DecodeFailure(.timestampMissing, "opened_at and updated_at: expected times, found none")
            }
            (result.openedAt, result.updatedAt) = (opened, updated)
            try root.member("root_causes")?.forEachElement { (_, value) throws(DecodeFailure) in
                result.rootCauses.append(try RecordFields.text(value, "resource"))
            }
            return result
        } catch {
            throw IncidentRecordError("not an incident record: \(error.detail)")
        }
    }
}
