import Foundation
import Testing

/// The examples under `topologies/`: what the documentation says of them is true of the files.
@Suite struct TopologyFileTests {
    struct Example: CustomTestStringConvertible {
        let name: String
        let events: ClosedRange<Int>
        let faults: Int
        /// Resources of events that the topology does not know, on purpose.
        var unknown: Set<String> = []
        var redeliveries = 1
        var testDescription: String { name }
    }

    static let examples = [
        Example(name: "small", events: 25...40, faults: 2, redeliveries: 0),
        Example(
            name: "shop", events: 400...900, faults: 8,
            unknown: [
                "checkout-7f9c6d5b84-x2x7q", "job-sitemap", "recommendations-6k8vx4c2zd-7tzrw", "recommendations-6k8vx4c2zd-c5hdp",
                "recommendations-6k8vx4c2zd-mq9xk", "worker-03.shop.internal",
            ]),
        Example(name: "datacentre", events: 100...400, faults: 4),
        Example(name: "telecom-ring", events: 100...400, faults: 4),
    ]

    private func file(_ example: Example, _ name: String) throws -> [UInt8] {
        let here = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        let root = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: root.appending(path: "topologies/\(example.name)/\(name)")))
    }

    @Test(arguments: examples)
    func topologyIsValid(example: Example) throws {
        let text = String(decoding: try file(example, "topology.yaml"), as: UTF8.self)
        #expect(text.hasPrefix("# \(example.name)"), "a header comment tells what it is")
        try readTopology(text).expectValid()
    }

    @Test(arguments: examples)
    func eventsFitTopologyAndTruth(example: Example) throws {
        let topology = try readTopology(String(decoding: try file(example, "topology.yaml"), as: UTF8.self))
        let truth = try ReadTruth(json: try file(example, "truth.json"))
        let lines = try file(example, "events.ndjson").split(separator: 0x0A)
        #expect(example.events.contains(lines.count))
        var seen: [String: ArraySlice<UInt8>] = [:]
        var firing: Set<String> = []
        var unknown: Set<String> = []
        var redeliveries = 0
        for line in lines {
            let event = try ReadEvent(line: line)
            #expect(event.milliseconds != nil && event.timestamp.hasPrefix("2026-"), "\(event.timestamp)")
            if topology.kinds[event.resource] == nil { unknown.insert(event.resource) }
            if event.status == "firing" { firing.insert(event.id) }
            if let first = seen.updateValue(line, forKey: event.id) {
                redeliveries += 1
                #expect(first.elementsEqual(line), "\(event.id) is given to two events")
            }
        }
        #expect(unknown == example.unknown)
        #expect(redeliveries == example.redeliveries)
        #expect(firing == Set(truth.events.keys))
        let labels = Set(truth.events.values.compactMap { $0 })
        #expect(labels == Set(truth.rootCauses.keys) && labels.count == example.faults)
        for (fault, root) in truth.rootCauses {
            #expect(topology.kinds[root] != nil, "root \(root) of \(fault)")
            if let set = truth.rootCauseSets[fault] { #expect(set.contains(root)) }
        }
    }

    @Test(arguments: examples)
    func readmeNamesEveryFault(example: Example) throws {
        let text = String(decoding: try file(example, "README.md"), as: UTF8.self)
        for fault in try ReadTruth(json: try file(example, "truth.json")).rootCauses.keys {
            #expect(text.contains("`\(fault)`"), "\(fault) is not told of")
        }
    }

    /// Reads the style that these files keep to: one flow mapping a line, under `nodes:` and `edges:`.
    private func readTopology(_ text: String) throws -> ReadTopology {
        var topology = ReadTopology()
        var section = ""
        for raw in text.split(separator: "\n") {
            let line = raw.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasSuffix(":"), !raw.hasPrefix(" ") {
                section = String(line.dropLast())
                continue
            }
            #expect(line.hasPrefix("- {") && line.hasSuffix("}"), "\(line)")
            func value(_ key: String) throws -> String {
                let start = try #require(line.range(of: "\(key): "), "\(key) in \(line)").upperBound
                let rest = line[start...]
                let end = rest.hasPrefix("\"") ? rest.dropFirst().firstIndex(of: "\"") : rest.firstIndex { $0 == "," || $0 == "}" }
                return rest[..<(try #require(end))].trimmingCharacters(in: ["\""])
            }
            if section == "nodes" {
                topology.nodes += 1
                topology.kinds[try value("id")] = try value("kind")
            } else {
                #expect(section == "edges")
                topology.edges.append((try value("from"), try value("to"), try value("kind")))
            }
        }
        return topology
    }
}
