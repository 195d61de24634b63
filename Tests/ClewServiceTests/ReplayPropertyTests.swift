import ClewConfig
import ClewEngine
import ClewFormats
import ClewService
import ClewSimulate
import Testing

/// The same events, however they come, give the same bytes (ARCHITECTURE.md, *What must hold* 1): scenarios without events
/// later than the bound, over seeds; in any order within the bound, over any partitions and files, with any redeliveries.
@Suite struct ReplayPropertyTests {
    /// A sequence of numbers from a seed (SplitMix64).
    private struct Chance: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    private struct Case: CustomTestStringConvertible {
        var kind: Scenario.Kind
        var seed: UInt64
        var testDescription: String { "\(kind.rawValue) \(seed)" }
    }

    private static let cases = [Scenario.Kind.kubernetes, .dataCentre, .telecom].flatMap { kind in
        (1...4 as ClosedRange<UInt64>).map { Case(kind: kind, seed: $0) }
    }

    private static func second(_ line: String) -> Double { EventTime(rfc3339: Dump.field("timestamp", line))?.seconds ?? 0 }

    /// Each event once, sorted by time.
    private static func events(_ scenario: Scenario) -> [String] {
        var lines: [String] = []
        scenario.forEachChunk { lines += String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init) }
        return Dump.sorted(lines)
    }

    /// Arrival: each event less than 5 s after its time; a tenth of them once or twice more within an hour.
    private static func arriving(_ events: [String], _ chance: inout Chance) -> [String] {
        var keyed: [(at: Double, line: String)] = []
        for line in events {
            let time = second(line)
            keyed.append((time + Double.random(in: 0..<4.99, using: &chance), line))
            guard Int.random(in: 0..<10, using: &chance) == 0 else { continue }
            for _ in 0..<Int.random(in: 1...2, using: &chance) {
                keyed.append((time + Double.random(in: 0..<3600, using: &chance), line))
            }
        }
        return keyed.sorted { $0.at < $1.at }.map(\.line)
    }

    /// `kcat -J` lines of so many partitions, each event in one at random, in order of arrival.
    private static func dumped(_ lines: [String], partitions: Int, _ chance: inout Chance) -> [(partition: Int, line: String)] {
        var offsets = [Int](repeating: 0, count: partitions)
        return lines.map { line in
            let partition = Int.random(in: 0..<partitions, using: &chance)
            defer { offsets[partition] += 1 }
            let payload = line.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return (
                partition,
                "{\"topic\":\"alerts\",\"partition\":\(partition),\"offset\":\(offsets[partition]),\"tstype\":\"create\",\"ts\":"
                    + "\(Int(second(line) * 1000) + 40),\"broker\":1,\"key\":null,\"payload\":\"\(payload)\"}"
            )
        }
    }

    @Test(arguments: cases)
    private func arrivalPartitionsFilesAndRedeliveriesDoNotMatter(_ which: Case) throws {
        var options = ScenarioOptions()
        options.seed = which.seed
        options.duration = 10_800
        options.faultsPerHour = 5
        options.lateShare = 0
        options.duplicates = 0
        let scenario = try Scenario(which.kind, options: options)
        let topology = try TopologyFile.parse(String(decoding: scenario.topologyJSON(), as: UTF8.self), file: "topology.json")
        let place = try ReplayPlace()
        let events = ReplayPropertyTests.events(scenario)
        let plain = try ReplayPlace.replay([try place.write("plain", events)], topology: topology)
        #expect(plain.lines.count > 4)
        #expect(plain.summary.statistics.late == 0)
        var chance = Chance(state: which.seed &* 1009)
        for files in 1...4 {
            let arriving = ReplayPropertyTests.arriving(events, &chance)
            // A file without envelopes is a partition.
            var parts = [[String]](repeating: [], count: files)
            for line in arriving { parts[Int.random(in: 0..<files, using: &chance)].append(line) }
            let paths = try parts.enumerated().map { try place.write("part-\($0.offset)", $0.element) }
            let dealt = try ReplayPlace.replay(paths.shuffled(using: &chance), topology: topology)
            #expect(dealt.lines == plain.lines, "\(files) files")
            #expect(Int(dealt.summary.statistics.redelivered) == arriving.count - events.count)
            // Partitions spread over files: a file has a stretch of the topic.
            let records = ReplayPropertyTests.dumped(arriving, partitions: [1, 2, 3, 7][files - 1], &chance)
            let length = (records.count + files - 1) / files
            let stretches = try (0..<files).map { part in
                try place.write("stretch-\(part)", records[(part * length)..<min(records.count, (part + 1) * length)].map(\.line))
            }
            let read = try ReplayPlace.replay(stretches, topology: topology)
            #expect(read.lines == plain.lines, "\(files) files of a dump")
        }
    }
}
