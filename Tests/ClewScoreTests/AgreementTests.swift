import ClewScore
import Testing

/// The measures of a partition: by hand, at their ends, and against counting pairs one by one.
@Suite struct AgreementTests {
    /// Truth A = {1, 2, 3}, B = {4, 5}, noise 6; predicted x = {1, 2, 4}, y = {5}, and 3 and 6 alone.
    private let events = GradedEvents(truth: labels("AAABB-"), predicted: labels("xx-xy-"))

    @Test func byHand() throws {
        let all = try #require(Agreement(events, .all))
        // 4 pairs share a true incident, 3 a predicted one, 1 both; 15 in all.
        expectNear([all.pairwise.precision, all.pairwise.recall, all.pairwise.f1], [1.0 / 3, 1.0 / 4, 2.0 / 7])
        expectNear([all.ari], [(1 - 12.0 / 15) / (3.5 - 12.0 / 15)])
        let thirds = 2.0 / 3
        expectNear([all.bcubed.precision], [(thirds + thirds + 1 + 1.0 / 3 + 1 + 1) / 6])
        expectNear([all.bcubed.recall], [(thirds + thirds + 1.0 / 3 + 0.5 + 0.5 + 1) / 6])
        let labelled = try #require(Agreement(events, .labelled))
        expectNear([labelled.bcubed.precision], [(thirds + thirds + 1 + 1.0 / 3 + 1) / 5])
        // 4 and 3 of 10 pairs.
        expectNear([labelled.ari], [(1 - 12.0 / 10) / (3.5 - 12.0 / 10)])
    }

    @Test func adjustedMutualInformationByHand() throws {
        // Two clusters of two against two clusters of two, crossed: mutual information 0. Dealt at random an overlap of 2 (and 0) has
        // probability 1/6 + 1/6, of 1 it is 2/3: the expectation is ln 2 / 3, the entropies are ln 2.
        let crossed = try #require(Agreement(GradedEvents(truth: labels("AABB"), predicted: labels("xyxy")), .all))
        expectNear([crossed.ami], [-0.5])
        expectNear([crossed.ari], [-0.5])
        expectNear([crossed.homogeneity, crossed.completeness, crossed.vMeasure], [0, 0, 0])
    }

    @Test func equalPartitionsArePerfect() throws {
        for text in ["A", "AB", "AA", "AABBBC", "ABCDE", "AAAAA", "-", "--A", "AB-"] {
            let a = try #require(Agreement(GradedEvents(truth: labels(text), predicted: labels(text.lowercased())), .all))
            expectNear(
                [a.ari, a.ami, a.vMeasure, a.bcubed.f1, a.pairwise.f1, a.homogeneity, a.completeness], [1, 1, 1, 1, 1, 1, 1],
                within: 1e-9)
        }
    }

    @Test func oneClusterAndLoneOnes() throws {
        let lumped = try #require(Agreement(GradedEvents(truth: labels("AABB"), predicted: labels("xxxx")), .all))
        expectNear([lumped.ari, lumped.ami, lumped.homogeneity, lumped.completeness], [0, 0, 0, 1], within: 1e-9)
        expectNear([lumped.bcubed.precision, lumped.bcubed.recall], [0.5, 1])
        let lone = try #require(Agreement(GradedEvents(truth: labels("AABB"), predicted: labels("----")), .all))
        expectNear([lone.ari, lone.ami, lone.homogeneity, lone.completeness], [0, 0, 1, 0.5], within: 1e-9)
        expectNear([lone.bcubed.precision, lone.bcubed.recall, lone.pairwise.precision, lone.pairwise.recall], [1, 0.5, 1, 0])
        let opposite = try #require(Agreement(GradedEvents(truth: labels("AAAA"), predicted: labels("----")), .all))
        expectNear([opposite.ari, opposite.ami, opposite.bcubed.f1], [0, 0, 0.4], within: 1e-9)
    }

    @Test func noEventsNoFigures() {
        #expect(Agreement(GradedEvents(truth: [Int32](), predicted: [Int32]()), .all) == nil)
        #expect(Agreement(GradedEvents(truth: labels("--"), predicted: labels("xx")), .labelled) == nil)
    }

    @Test func numbersMayHaveGapsAndAnyOrder() throws {
        let dense = Agreement(GradedEvents(truth: [0, 0, 1, 2], predicted: [1, 0, 0, -1]), .all)
        let sparse = GradedEvents(truth: [900, 900, 7, 50_000], predicted: [3, 70_000, 70_000, -5])
        #expect(Agreement(sparse, .all) == dense)
        #expect(sparse.trueIncidents == 3)
        #expect(Array(sparse.predictedLabels) == [3, 70_000])
        // Of a longer one the rest is left out.
        #expect(GradedEvents(truth: [1, 1, 1], predicted: [1]).count == 1)
    }

    @Test(arguments: 0..<40)
    func asCountedPairByPair(seed: Int) throws {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let count = 2 + next(40)
        let (kinds, guesses) = (1 + next(8), 1 + next(8))
        let truth = (0..<count).map { _ in Int32(next(kinds + 1) - 1) }
        let predicted = (0..<count).map { _ in Int32(next(guesses + 1) - 1) }
        func same(_ labels: [Int32], _ a: Int, _ b: Int) -> Bool { a == b || labels[a] >= 0 && labels[a] == labels[b] }
        var (precision, recall) = (0.0, 0.0)
        var pairs = (both: 0, truth: 0, predicted: 0)
        for a in 0..<count {
            var (both, inTruth, inPredicted) = (0, 0, 0)
            for b in 0..<count {
                if same(truth, a, b) { inTruth += 1 }
                if same(predicted, a, b) { inPredicted += 1 }
                if same(truth, a, b), same(predicted, a, b) { both += 1 }
            }
            precision += Double(both) / Double(inPredicted)
            recall += Double(both) / Double(inTruth)
            pairs = (pairs.both + both - 1, pairs.truth + inTruth - 1, pairs.predicted + inPredicted - 1)
        }
        let found = try #require(Agreement(GradedEvents(truth: truth, predicted: predicted), .all))
        expectNear([found.bcubed.precision, found.bcubed.recall], [precision / Double(count), recall / Double(count)])
        let (p, r) = (Double(pairs.both) / Double(pairs.predicted), Double(pairs.both) / Double(pairs.truth))
        expectNear([found.pairwise.precision, found.pairwise.recall], [pairs.predicted > 0 ? p : 1, pairs.truth > 0 ? r : 1])
    }

    /// A million events in clusters of 1,400 sizes: equal sizes are taken once, and few overlaps of two sizes are likely.
    @Test(.timeLimit(.minutes(1)))
    func manySizesAreNoTrouble() throws {
        var truth: [Int32] = []
        for size in 1...1_400 { truth += [Int32](repeating: Int32(size), count: size) }
        let predicted = truth.indices.map { at in at % 3 == 0 ? Int32(2_000 + at % 977) : truth[at] }
        let found = try #require(Agreement(GradedEvents(truth: truth, predicted: predicted), .all))
        #expect(found.ami > 0.5 && found.ami < found.vMeasure)
    }
}
