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
        var truth = ScenarioTruth()
        truth.rootCauses = try read(bytes) { id, fault in
            let id = String(decoding: id, as: UTF8.self)
            if let fault { truth.faultOfEvent[id] = String(decoding: fault, as: UTF8.self) } else { truth.noise.insert(id) }
        }
        return truth
    }

    /// Reads a truth file of any size: calls `event` with the id of each event and its fault (nil for noise), valid within the
    /// call, and returns the resources that are right as a fault's root cause.
    ///
    /// These are the fault's entry in `rootCauseSets`, else the one resource that `rootCauses` has; a fault that `rootCauses` does
    /// not name has none.
    public static func read(
        _ bytes: UnsafeRawBufferPointer, event: (_ id: UnsafeRawBufferPointer, _ fault: UnsafeRawBufferPointer?) -> Void
    ) throws(IncidentRecordError) -> [String: Set<String>] {
        var document = JSONDocument()
        do throws(DecodeFailure) {
            let root = try document.parse(bytes, maxDepth: 32)
            guard root.isObject else { throw DecodeFailure.wrongType("truth", expected: "an object", found: root) }
            guard let events = try root.member("events"), events.isObject else {
                let found = members(of: root)
                throw DecodeFailure(
                    .wrongType, "events: expected an object of event ids, each with its incident or null, found none (there is: \(found))")
            }
            try events.forEachMember { (name, value) throws(DecodeFailure) in
                guard value.isNull || value.isName else {
                    throw DecodeFailure.wrongType("events.\(name.clipped)", expected: "an incident or null", found: value)
                }
                event(name, value.isNull ? nil : value.text)
            }
            return try rootCauses(root)
        } catch {
            throw IncidentRecordError("not a truth file: \(error.detail)")
        }
    }

    private static func rootCauses(_ root: JSONValue) throws(DecodeFailure) -> [String: Set<String>] {
        var result: [String: Set<String>] = [:]
        try root.member("rootCauses")?.forEachMember { (fault, value) throws(DecodeFailure) in
            guard !value.isNull else { return }
            guard value.isString else { throw DecodeFailure.wrongType("rootCauses.\(fault.clipped)", expected: "a resource", found: value) }
            result[String(decoding: fault, as: UTF8.self)] = [String(decoding: value.text, as: UTF8.self)]
        }
        try root.member("rootCauseSets")?.forEachMember { (fault, value) throws(DecodeFailure) in
            let fault = String(decoding: fault, as: UTF8.self)
            var set: Set<String> = []
            value.forEachElement { _, each in set.insert(String(decoding: each.text, as: UTF8.self)) }
            if !set.isEmpty, result[fault] != nil { result[fault] = set }
        }
        return result
    }

    private static func members(of root: JSONValue) -> String {
        var names: [String] = []
        root.forEachMember { name, _ in names.append(name.clipped) }
        return names.isEmpty ? "nothing" : names.prefix(8).joined(separator: ", ")
    }
}
