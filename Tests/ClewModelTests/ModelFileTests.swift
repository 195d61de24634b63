import ClewEngine
import ClewModel
import Testing

/// The file format: what is written is read again, and what is damaged is told apart.
@Suite struct ModelFileTests {
    static let provenance = Provenance(
        clew: "0.1.0", config: "sha256:aa", topology: "sha256:bb", basedOn: nil, halfLife: 604_800,
        inputs: [
            Provenance.Input(name: "a \"b\".ndjson", bytes: 12, sha256: "cc"), Provenance.Input(name: "stdin", bytes: nil, sha256: nil),
        ])

    /// A model with something in each of its parts.
    static func sample() -> CorrelationModel {
        var model = CorrelationModel()
        model.types = ["Down", "Slow", "Über"].map {
            CorrelationModel.TypeStatistics(
                name: $0, alerts: 7, clears: 2, background: 1.5, silences: [0, 0, 1.5] + [Float](repeating: 0, count: 9))
        }
        model.kinds = ["database", "pod"]
        model.pairs = [
            CorrelationModel.Pair(relation: .same, cause: 0, effect: 1, seen: 2.5),
            CorrelationModel.Pair(relation: .up, cause: 0, effect: 1, seen: 41),
            CorrelationModel.Pair(relation: .up, cause: 1, effect: 0, seen: 1),
            CorrelationModel.Pair(relation: .selfAgain, cause: 2, effect: 2, seen: 3),
        ]
        for pair in 0..<4 { model.histograms += (0..<11).map { $0 == pair + 2 ? Float(pair) + 0.5 : 0 } }
        model.expectations = [
            CorrelationModel.Expectation(relation: .same, type: 1, kind: 1, amount: 0.3),
            CorrelationModel.Expectation(relation: .up, type: 0, kind: 1, amount: 9),
            CorrelationModel.Expectation(relation: .selfAgain, type: 2, kind: 0, amount: 1),
        ]
        model.resources = [
            CorrelationModel.ResourceStatistics(name: "db", alerts: 9), CorrelationModel.ResourceStatistics(name: "web", alerts: 5),
        ]
        model.resourcePairs = [CorrelationModel.ResourcePair(a: 0, b: 1, seen: 5, aFirst: 4, far: 1, lagSum: 100)]
        model.causes.incidents = 4
        model.causes.takings = [CauseModel.Taking(type: 0, kind: 0, count: 3)]
        model.causes.lateness = [CauseModel.Lateness(type: 0, alerts: 3, sum: 4.5)]
        model.causes.held = [CauseModel.Held(resource: "db", type: 0, count: 3), CauseModel.Held(resource: "db", type: 1, count: 1)]
        model.firstEvent = EventTime(seconds: 1_767_225_600)
        model.lastEvent = EventTime(microseconds: 1_767_312_000_123_456)
        model.coincidences = 12.5
        (model.backgroundExposure, model.resourceCount) = (21_000, 17)
        (model.events, model.alerts, model.incidents) = (100, 40, 9)
        return model
    }

    static func file() -> ModelFile { ModelFile(provenance: provenance, model: sample()) }

    @Test func whatIsWrittenIsReadAgain() throws {
        let bytes = ModelFileTests.file().encoded()
        let loaded = try ModelFile.decode(bytes, file: "m")
        #expect(loaded.file.model == ModelFileTests.sample())
        #expect(loaded.file.provenance == ModelFileTests.provenance)
        #expect(loaded.file.encoded() == bytes)
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update($0) }
        #expect(loaded.digest == "sha256:" + hash.finishHex())
        let empty = ModelFile(provenance: ModelFileTests.provenance, model: CorrelationModel())
        #expect(try ModelFile.decode(empty.encoded(), file: "m").file.model == CorrelationModel())
    }

    @Test func theFirstLineTellsWhereItComesFrom() throws {
        let bytes = ModelFileTests.file().encoded()
        let line = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
        #expect(line.hasPrefix(#"{"schema":"clew.model/1","clew":"0.1.0","config":"sha256:aa","topology":"sha256:bb","based_on":null"#))
        #expect(
            line.contains(#""inputs":[{"name":"a \"b\".ndjson","bytes":12,"sha256":"cc"},{"name":"stdin","bytes":null,"sha256":null}]"#))
        #expect(line.contains(#""events":{"count":100,"first":"2026-01-01T00:00:00Z","last":"2026-01-02T00:00:00.123456Z"}"#))
        #expect(line.contains(#""counts":{"alerts":40,"incidents":9,"types":3,"kinds":2,"pairs":4,"resource_pairs":1}"#))
    }

    private func failure(_ bytes: [UInt8]) -> ModelError? {
        do throws(ModelError) {
            _ = try ModelFile.decode(bytes, file: "some.model")
            return nil
        } catch {
            return error
        }
    }

    @Test func whatIsNoModelIsTold() {
        for text in ["{\"id\":\"1\"}\n", "", "PK\u{3}\u{4}"] {
            #expect(failure(Array(text.utf8))?.code == .notAModel)
        }
        #expect(
            failure([])?.description
                == "some.model: not a model file: expected the first line to begin with {\"schema\":\"clew.model/1\"; `clew learn` writes such"
        )
    }

    @Test func aNewerFormatIsTold() {
        let text = String(decoding: ModelFileTests.file().encoded().prefix { $0 != 0x0A }, as: UTF8.self)
        let newer = failure(Array((text.prefix(22) + "23" + text.dropFirst(23) + "\n").utf8))
        #expect(newer?.code == .newer)
        #expect(newer?.reason == "a model of format clew.model/23; this version of clew reads clew.model/1")
    }

    @Test func everyTruncationIsTold() {
        let bytes = ModelFileTests.file().encoded()
        for length in 0..<bytes.count {
            let code = failure(Array(bytes[..<length]))?.code
            #expect(
                code == (length == 0 ? .notAModel : .truncated) || length < 24 && code == .newer, "\(length): \(String(describing: code))")
        }
    }

    @Test func everyChangedByteIsTold() {
        let bytes = ModelFileTests.file().encoded()
        for at in bytes.indices {
            var damaged = bytes
            damaged[at] ^= 0x11
            #expect(failure(damaged) != nil, "byte \(at)")
        }
        #expect(failure(bytes + [0x0A])?.reason.contains("1 bytes follow the end of the model") == true)
        var body = bytes
        body[bytes.count - 40] ^= 1
        #expect(failure(body)?.code == .checksum)
    }

    /// Content that makes no sense, under a right checksum: an index too large, a wrong order, a weight that is none.
    @Test(arguments: [
        (0, "section pairs: type 9 of 3"), (1, "section pairs: pairs out of order, or twice"), (2, "section pairs: a weight of nan"),
        (3, "section types: names out of order, or twice"), (4, "section causes: kind 7 of 2"),
    ])
    func contentIsChecked(_ which: Int, _ reason: String) {
        var model = ModelFileTests.sample()
        switch which {
        case 0: model.pairs[0].effect = 9
        case 1: model.pairs.swapAt(1, 2)
        case 2: model.pairs[0].seen = .nan
        case 3: model.types.swapAt(0, 1)
        default: model.causes.takings[0].kind = 7
        }
        let error = failure(ModelFile(provenance: ModelFileTests.provenance, model: model).encoded())
        #expect(error?.code == .damaged)
        #expect(error?.description == "some.model: damaged: " + reason)
    }

    /// A hundred thousand pairs, each with four lags: read, checked and taken over by an engine.
    @Test func aLargeModelIsReadQuickly() throws {
        var model = CorrelationModel()
        func name(_ n: Int) -> String { "Type" + String(repeating: "0", count: 5 - "\(n)".count) + "\(n)" }
        model.types = (0..<1000).map {
            CorrelationModel.TypeStatistics(
                name: name($0), alerts: 100, clears: 90, background: 3, silences: [Float](repeating: 1, count: 12))
        }
        model.kinds = ["node"]
        for cause in 0..<1000 {
            for effect in 0..<100 {
                model.pairs.append(CorrelationModel.Pair(relation: .up, cause: UInt32(cause), effect: UInt32(effect), seen: 1.25))
                model.histograms += (0..<11).map { $0 % 3 == 1 ? 0.31 : 0 }
            }
        }
        let bytes = ModelFile(provenance: ModelFileTests.provenance, model: model).encoded()
        let clock = ContinuousClock()
        var best = Duration.seconds(100)
        for _ in 0..<5 {
            let start = clock.now
            let loaded = try ModelFile.decode(bytes, file: "m")
            var correlator = Correlator(topology: TopologyDefinition())
            _ = correlator.adopt(loaded.file.model)
            best = min(best, clock.now - start)
            #expect(correlator.statistics.pairs == 100_000)
        }
        print("a model of 100,000 pairs (\(bytes.count) bytes) is read and taken over in \(best)")
    }
}
