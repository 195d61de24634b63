import ClewConfig
import ClewEngine
import ClewFormats
import ClewSimulate
import Testing

/// The engine against the reference implementation of algorithm.md, on scenarios that are made anew from their seeds: no data
/// set and no reference is needed. How the digests are made: `Benchmarks/reference`, which runs the reference itself.
@Suite struct SimulatedReferenceTests {
    struct Expectation: Sendable, CustomTestStringConvertible {
        var kind: Scenario.Kind
        var seed: UInt64
        /// A day on 800 resources with more faults and noise, else six hours as `clew simulate` has them by default.
        var isLong: Bool
        /// First 16 hex digits of SHA-256 over topology and events: the stream that the reference was given.
        var stream: String
        var events: Int
        var clusters: Int
        var digest: String
        var testDescription: String { "\(kind.rawValue) \(seed)\(isLong ? ", a day" : "")" }
    }

    private typealias Row = (Scenario.Kind, UInt64, Bool, String, Int, Int, String)

    private static let rows: [Row] = [
        (
            Scenario.Kind.kubernetes, 1, false, "51dcd0d99c6e8552", 1239, 223,
            "4388dc516fa5b0f3c451e9b67e613320b211b425b5c620557f10580241e436de"
        ),
        (
            Scenario.Kind.kubernetes, 2, false, "2f34f838e67ac54d", 2065, 239,
            "6f18dd73df5ab903aa79a32880e9f9b8c3e8130ae163c32c5fb06e3ed0f06640"
        ),
        (
            Scenario.Kind.kubernetes, 3, false, "c7b1e75853229ae9", 1594, 247,
            "8177bee2e939fb4377701b84b7ccbcbc5bcebabab3b209470f6b7b2573f52d0e"
        ),
        (
            Scenario.Kind.kubernetes, 4, true, "e280f6294a73d6fb", 13015, 1862,
            "e8bfc1f21395077c4926a9fd7f85fb82f11343bc221908ed6a009177492e49c2"
        ),
        (
            Scenario.Kind.kubernetes, 5, true, "eaef7e03d7b1c0ab", 13956, 1917,
            "3c5f6d9802f7e744bf7849fcabc1451123113fb4ad4e9c79c353ef282c34e471"
        ),
        (
            Scenario.Kind.dataCentre, 1, false, "e69535520370a0c9", 1880, 244,
            "2a0e4f0795395b82ee1a6892a95ecdb561c5344d43ef450b8acce5c5434daf06"
        ),
        (
            Scenario.Kind.dataCentre, 2, false, "fc947f4f5e9ebc8c", 1184, 266,
            "6bdd7777338bb1337f88ad2d55c42bb0a6eed8a83a1a1d5f4c59455e90593048"
        ),
        (
            Scenario.Kind.dataCentre, 3, false, "7f73b6c69cbd309a", 1170, 235,
            "e0a08914f4911552cfe43d014615d31344f252892419d8f2628bbc9a353f564d"
        ),
        (
            Scenario.Kind.dataCentre, 4, true, "a339527bc7582d6e", 7209, 1970,
            "1f54e8fe0dd7948613a45ccad7e79f3180f3c76c9e84b9f762d37e5ba77f5a1b"
        ),
        (
            Scenario.Kind.dataCentre, 5, true, "f1c524293dd93fab", 10132, 1896,
            "b6002a80a350d0428bd581f994e22dc591ba27d7a1c9e10091d5a1dcc89a9b0b"
        ),
        (Scenario.Kind.telecom, 1, false, "a0adc4109728a5df", 644, 255, "2a16c2b54694b427ea524873d4b657d65cf3b261c16c8a93722531ef6c28210d"),
        (Scenario.Kind.telecom, 2, false, "b44d38fe084b667c", 926, 264, "019907159e71a0f865c8812bcd4e254e50e192bb8423b6e0d63d6af50f7dce68"),
        (Scenario.Kind.telecom, 3, false, "c83879bbf73eb915", 781, 221, "60b84b4649b57136d49df474e2f3a4f8e2047dcd56ba808740555adc6852bbe3"),
        (
            Scenario.Kind.telecom, 4, true, "541da529b2b59dde", 6544, 1880,
            "5db25d0b512019400fe5e2ed6f2db20e4e6a9cf4bbe71d37029d956a847dfb07"
        ),
        (
            Scenario.Kind.telecom, 5, true, "43052a7785516581", 5437, 1894,
            "b0e728005ab5985423e07902935c2c62326aee8b798cea01c514a4a2c575a080"
        ),
    ]

    static let expectations = rows.map {
        Expectation(kind: $0.0, seed: $0.1, isLong: $0.2, stream: $0.3, events: $0.4, clusters: $0.5, digest: $0.6)
    }

    @Test(arguments: expectations)
    func thePartitionIsTheReferences(_ expected: Expectation) throws {
        var options = ScenarioOptions()
        options.seed = expected.seed
        if expected.isLong {
            options.duration = 86_400
            options.resources = 800
            options.faultsPerHour = 6
            options.noisePerHour = 80
        }
        let scenario = try Scenario(expected.kind, options: options)
        let topology = scenario.topologyJSON()
        var replay = PartitionReplay(topology: try TopologyFile.parse(String(decoding: topology, as: UTF8.self), file: "topology.json"))
        var hash = SHA256()
        topology.withUnsafeBytes { hash.update($0) }
        scenario.forEachChunk { chunk in
            chunk.withUnsafeBytes { hash.update($0) }
            replay.addLines(chunk)
        }
        let stream = hash.finishHex().prefix(16)
        try #require(stream == expected.stream, "the scenario is another than the reference was given; see Benchmarks/reference")
        let found = replay.finish()
        #expect(found.events == expected.events)
        #expect(found.clusters == expected.clusters)
        #expect(found.digest == expected.digest)
    }
}
