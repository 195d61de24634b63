import ClewSimulate
import Foundation
import Testing

/// A native event as a test reads it.
struct ReadEvent {
    let id: String
    let timestamp: String
    let source: String
    let resource: String
    let type: String
    let severity: String
    let status: String
    let message: String
    let labels: [String: String]

    init(line: some Sequence<UInt8>) throws {
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
        func text(_ key: String) throws -> String { try #require(object[key] as? String, "\(key) in \(object)") }
        id = try text("id")
        timestamp = try text("timestamp")
        source = try text("source")
        resource = try text("resource")
        type = try text("type")
        severity = try text("severity")
        status = try text("status")
        message = try text("message")
        labels = try #require(object["labels"] as? [String: String])
    }

    /// Milliseconds since 1970; nil unless it is RFC 3339 in UTC with three digits of a second.
    var milliseconds: Int64? {
        guard timestamp.utf8.count == 24, let date = try? Self.format.parse(timestamp) else { return nil }
        return Int64((date.timeIntervalSince1970 * 1_000).rounded())
    }

    private static let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}

struct ReadTopology {
    var kinds: [String: String] = [:]
    var nodes = 0
    var edges: [(from: String, to: String, kind: String)] = []

    init() {}

    init(json: [UInt8]) throws {
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
        for node in try #require(object["nodes"] as? [[String: Any]]) {
            nodes += 1
            kinds[try #require(node["id"] as? String)] = try #require(node["kind"] as? String)
        }
        for edge in try #require(object["edges"] as? [[String: String]]) {
            edges.append((try #require(edge["from"]), try #require(edge["to"]), try #require(edge["kind"])))
        }
    }

    /// Unique ids, edges between two different known nodes.
    func expectValid() {
        #expect(nodes > 0 && kinds.count == nodes, "an id is given twice")
        for edge in edges {
            #expect(edge.from != edge.to && kinds[edge.from] != nil && kinds[edge.to] != nil, "\(edge)")
        }
        let distinct = Set(edges.map { "\($0.from) \($0.kind) \($0.to)" })
        #expect(distinct.count == edges.count, "an edge is given twice")
    }
}

struct ReadTruth {
    /// Nil = noise.
    let events: [String: String?]
    let rootCauses: [String: String]
    let rootCauseSets: [String: [String]]
    /// In order of beginning, which is that of their labels; times as they are written, which sort as text.
    let faults: [(begin: String, end: String)]

    init(json: [UInt8]) throws {
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json)) as? [String: Any])
        events = try #require(object["events"] as? [String: Any]).mapValues { $0 as? String }
        rootCauses = try #require(object["rootCauses"] as? [String: String])
        rootCauseSets = try #require(object["rootCauseSets"] as? [String: [String]])
        let times = object["faults"] as? [String: [String: Any]] ?? [:]
        faults = try times.sorted { $0.key < $1.key }.map {
            (begin: try #require($0.value["begin"] as? String), end: try #require($0.value["end"] as? String))
        }
    }
}

extension Scenario {
    func allEvents() -> [UInt8] {
        var bytes: [UInt8] = []
        forEachChunk { bytes += $0 }
        return bytes
    }

    func eventLines() throws -> [ReadEvent] {
        try allEvents().split(separator: 0x0A).map { try ReadEvent(line: $0) }
    }
}

/// A short scenario in which everything happens.
func shortOptions(seed: UInt64 = 7) -> ScenarioOptions {
    var options = ScenarioOptions()
    options.seed = seed
    options.duration = 2 * 3_600
    options.faultsPerHour = 6
    options.stormsPerDay = 24
    options.plannedWorkPerDay = 24
    options.duplicates = 0.05
    options.lateShare = 0.05
    options.staleTopology = 0.1
    return options
}
