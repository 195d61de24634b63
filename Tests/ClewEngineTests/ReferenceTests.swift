import ClewArchive
import ClewConfig
import ClewEngine
import ClewFormats
import Glibc
import Testing

/// The engine against the reference implementation of algorithm.md: the partitions of whole data sets, as digests.
///
/// The sets are not part of the repository: they are looked for in `$CLEW_DATA`, else in `../shared/data` beside it.
@Suite struct ReferenceTests {
    struct Expectation: Sendable, CustomTestStringConvertible {
        var name: String
        var events: Int
        var clusters: Int
        /// SHA-256 over a line `id TAB first LF` for each event in input order (redeliveries left out), `first` being the
        /// number of the first event of its cluster, or `-`.
        var digest: String
        var testDescription: String { name }
    }

    static let expectations: [Expectation] = [
        ("k8s_medium", 8145, 809, "0a7203059b0c378edd35b8bfe7364e80c188ce9d8c7806ed3687b3bcb99d02b4"),
        ("dc_medium", 7971, 1207, "c9abd091b923403630db6f4b118a471ed2cb4fd0ff88531a05f5fcc1c0ced497"),
        ("telco_medium", 13074, 1742, "9ccbac035caa2c2684cfd9b7c0cf279db995337d85ad0cd20b317e1cd734d0b8"),
        ("mixed_slow_poll", 13229, 2947, "6655d66a431417d14ca67544c5a8be2497cd67aa1edfc930ac03e6549cd0e285"),
        ("ms_micross", 14168, 158, "66aacd64f44cd6fca1ed73e6748076b3eb9f1117ea8633e46032fc3352db7304"),
        ("ms_boutique1", 21161, 394, "dcbbfc1039d02e92ebd0ce35127a4d87f45d96e4d8509fd0f3e8f9edebfe9d72"),
        ("telecom_sample", 61119, 6907, "20521c5603684c8f86310c5406f35b421bf6c6c4bd924b161b032d8c803ba9c3"),
        ("telecom_24v", 64780, 3658, "6defc498b6b40dd1728cc79efa6d3639dcb01cfd1295d20ef9eed0c6a5a0bc65"),
    ].map { Expectation(name: $0.0, events: $0.1, clusters: $0.2, digest: $0.3) }

    static let folder: String = {
        if let named = getenv("CLEW_DATA") { return String(cString: named) }
        // …/Tests/ClewEngineTests/ReferenceTests.swift: three levels up is the repository.
        let parts = #filePath.split(separator: "/").dropLast(3)
        let beside = "/" + parts.dropLast().joined(separator: "/") + "/shared/data"
        return beside
    }()

    static func hasSet(_ set: String) -> Bool {
        access("\(folder)/\(set)/events.ndjson.zst", R_OK) == 0 && access("\(folder)/\(set)/topology.json", R_OK) == 0
    }

    @Test(arguments: expectations)
    func thePartitionIsTheReferences(_ expected: Expectation) throws {
        guard ReferenceTests.hasSet(expected.name) else {
            print("SKIPPED: no data set \(expected.name) in \(ReferenceTests.folder); set CLEW_DATA to the folder of the data sets")
            return
        }
        let found = try ReferenceTests.partition(of: expected.name)
        #expect(found.events == expected.events)
        #expect(found.clusters == expected.clusters)
        #expect(found.digest == expected.digest)
    }

    private static func partition(of set: String) throws -> PartitionDigest {
        var replay = PartitionReplay(topology: try TopologyFile.load(["\(folder)/\(set)/topology.json"]))
        let reader = try ArchiveReader(path: "\(folder)/\(set)/events.ndjson.zst")
        while let item = try reader.next() {
            guard case .lines(let block) = item else { continue }
            for line in block { replay.add(line.bytes) }
            replay.push()
        }
        return replay.finish()
    }
}
