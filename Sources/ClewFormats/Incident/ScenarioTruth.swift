internal import ClewEngine

/// What had really happened in a scenario (`truth.json`): which fault each event comes from, and where each fault began.
public struct ScenarioTruth: Sendable, Equatable {
    /// The fault of an event by its id. Ids of events that no fault caused are in `noise`.
    public var faultOfEvent: [String: String] = [:]
    /// Ids of firing events that belong to no fault.
    public var noise: Set<String> = []
    /// The resources that are right as a fault's root cause.
    public var rootCauses: [String: Set<String>] = [:]

    public init() {}

    /// Reads `events`, `rootCauses` and `rootCauseSets`; what else is in the file is passed over.
    public static func read(_ bytes: UnsafeRawBufferPointer) throws(IncidentRecordError) -> ScenarioTruth {
        var document = JSONDocument()
        do throws(DecodeFailure) {
            let root = try document.parse(bytes, maxDepth: 32)
            var truth = ScenarioTruth()
            guard let events = try root.member("events"), events.isObject else {
                throw DecodeFailure(.wrongType, "events: expected an object of event ids, found none")
            }
            events.forEachMember { name, value in
                let id = String(decoding: name, as: UTF8.self)
                if value.isString { truth.faultOfEvent[id] = String(decoding: value.text, as: UTF8.self) } else { truth.noise.insert(id) }
            }
            try root.member("rootCauses")?.forEachMember { name, value in
                truth.rootCauses[String(decoding: name, as: UTF8.self), default: []].insert(String(decoding: value.text, as: UTF8.self))
            }
            try root.member("rootCauseSets")?.forEachMember { name, value in
                value.forEachElement { _, each in
                    truth.rootCauses[String(decoding: name, as: UTF8.self), default: []].insert(String(decoding: each.text, as: UTF8.self))
                }
            }
            return truth
        } catch {
            throw IncidentRecordError("not a truth file: \(error.detail)")
        }
    }
}
