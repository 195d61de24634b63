import ClewScore
import Testing

/// Random partitions with the figures that another implementation of the same measures gave for them (numpy and scipy).
@Suite struct GoldenTests {
    struct Case: Sendable, CustomStringConvertible {
        var seed: UInt64
        var count: Int
        var `true`: Int
        var other: Int
        var noise: Int
        var alone: Int
        var follow: Int
        /// ARI, AMI, V-measure, homogeneity, completeness, B-cubed P and R, pairwise P and R.
        var all: [Double]
        var labelled: [Double]
        var macro: Double
        /// Events, labelled, noise, true and predicted incidents, unassigned, over-merge and 90, over-split and 90, exact, noise in
        /// labelled, false incidents.
        var counts: [Int]
        /// Incidents; right among the first one and three.
        var rootCause: [Int]

        var description: String { "seed \(seed), \(count) events" }

        /// A true and a predicted label an event, from a linear congruential generator (Knuth's MMIX constants).
        func labels() -> (truth: [Int32], predicted: [Int32]) {
            var state = seed
            func next(_ bound: Int) -> Int {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int(state >> 33) % bound
            }
            var truth: [Int32] = []
            var predicted: [Int32] = []
            for _ in 0..<count {
                let incident = next(next(self.true) + 1)
                truth.append(next(100) < noise ? -1 : Int32(incident))
                let guess = next(100) < follow ? incident : self.true + next(other)
                predicted.append(next(100) < alone ? -1 : Int32(guess))
            }
            return (truth, predicted)
        }
    }

    @Test(arguments: cases)
    func agreesWithTheOtherImplementation(_ it: Case) throws {
        let (truth, predicted) = it.labels()
        let events = GradedEvents(truth: truth, predicted: predicted)
        expectNear(figures(try #require(Agreement(events, .all))), it.all, within: 5e-7)
        expectNear(figures(try #require(Agreement(events, .labelled))), it.labelled, within: 5e-7)
        let s = IncidentScore(events)
        expectNear([try #require(s.macroBestF1)], [it.macro], within: 5e-7)
        #expect(
            [
                s.events, s.labelled, s.noise, s.trueIncidents, s.predictedIncidents, s.unassigned, s.overMerge, s.overMerge90, s.overSplit,
                s.overSplit90, s.exact, s.noiseInLabelled, s.falseIncidents,
            ] == it.counts)
        var accepted: [Int32: Set<String>] = [:]
        for label in truth where label >= 0 { accepted[label] = ["r\(label % 7)"] }
        let r = RootCauseScore(
            events, accepted: accepted,
            id: { label in
                let digits = String(label)
                return "p" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
            }, named: { label in [1, 3, 2, 5].map { "r\((Int(label) * $0) % 9)" } })
        #expect([r.incidents, r.top1Right, r.top3Right] == it.rootCause)
    }

    private func figures(_ a: Agreement) -> [Double] {
        [
            a.ari, a.ami, a.vMeasure, a.homogeneity, a.completeness, a.bcubed.precision, a.bcubed.recall, a.pairwise.precision,
            a.pairwise.recall,
        ]
    }

    private static let cases = [
        Case(
            seed: 1, count: 12, true: 3, other: 3, noise: 20, alone: 10, follow: 60,
            all: [0.1054217, 0.1983688, 0.6397238, 0.7436983, 0.561256, 0.7916667, 0.525, 0.375, 0.1875],
            labelled: [0.2040816, 0.328791, 0.5672474, 1.0, 0.3959144, 1.0, 0.3666667, 1.0, 0.1875],
            macro: 0.6190476, counts: [12, 9, 3, 2, 5, 2, 0, 0, 2, 2, 0, 2, 0],
            rootCause: [2, 1, 2]),
        Case(
            seed: 2, count: 60, true: 8, other: 5, noise: 30, alone: 20, follow: 70,
            all: [0.3687904, 0.4564392, 0.7703094, 0.766452, 0.7742058, 0.649768, 0.7048611, 0.4758621, 0.3854749],
            labelled: [0.4662393, 0.5710445, 0.7438247, 0.9035376, 0.6320934, 0.9121951, 0.5680894, 0.8846154, 0.3854749],
            macro: 0.7684953, counts: [60, 41, 19, 8, 11, 11, 1, 1, 4, 4, 2, 12, 1],
            rootCause: [8, 6, 6]),
        Case(
            seed: 3, count: 500, true: 40, other: 60, noise: 10, alone: 5, follow: 80,
            all: [0.6007656, 0.6681142, 0.8258656, 0.8826794, 0.7759232, 0.762249, 0.5988203, 0.8294767, 0.4850125],
            labelled: [0.6328873, 0.7112106, 0.8317283, 0.9419629, 0.7445914, 0.8900598, 0.550247, 0.9616178, 0.4850125],
            macro: 0.7963733, counts: [500, 446, 54, 38, 84, 35, 26, 26, 29, 27, 3, 46, 4],
            rootCause: [38, 7, 15]),
        Case(
            seed: 4, count: 500, true: 500, other: 1, noise: 0, alone: 0, follow: 50,
            all: [0.0068086, 0.1491252, 0.6621863, 0.5265249, 0.892019, 0.4922187, 0.7607714, 0.007058, 0.5099338],
            labelled: [0.0068086, 0.1491252, 0.6621863, 0.5265249, 0.892019, 0.4922187, 0.7607714, 0.007058, 0.5099338],
            macro: 0.5660833, counts: [500, 500, 0, 254, 174, 0, 1, 1, 81, 81, 92, 0, 0],
            rootCause: [254, 27, 86]),
        Case(
            seed: 5, count: 2000, true: 30, other: 400, noise: 50, alone: 30, follow: 40,
            all: [0.1108346, 0.1919532, 0.7948273, 0.8260241, 0.7659012, 0.5570893, 0.5774541, 0.203611, 0.0829782],
            labelled: [0.1435286, 0.2710646, 0.6260735, 0.9221344, 0.4739174, 0.8511416, 0.1094923, 0.9178082, 0.0829782],
            macro: 0.3770023, counts: [2000, 949, 1051, 28, 374, 606, 99, 99, 28, 28, 0, 559, 106],
            rootCause: [28, 7, 14]),
        Case(
            seed: 6, count: 20000, true: 900, other: 2500, noise: 15, alone: 10, follow: 75,
            all: [0.5545044, 0.6559108, 0.8786495, 0.9119084, 0.8477313, 0.7000744, 0.5601565, 0.7055723, 0.4574747],
            labelled: [0.6233648, 0.7215486, 0.888969, 0.9718478, 0.8191153, 0.8912037, 0.4800904, 0.9806399, 0.4574747],
            macro: 0.7483125, counts: [20000, 16920, 3080, 847, 2928, 2025, 1119, 1119, 763, 751, 52, 2624, 132],
            rootCause: [847, 96, 279]),
        Case(
            seed: 7, count: 200000, true: 3000, other: 20000, noise: 30, alone: 10, follow: 70,
            all: [0.4343673, 0.5634838, 0.8603035, 0.8621345, 0.8584804, 0.5078887, 0.5862343, 0.4814897, 0.3959222],
            labelled: [0.5648895, 0.6914569, 0.8731191, 0.9666325, 0.796103, 0.8513951, 0.4079249, 0.9864608, 0.3959222],
            macro: 0.6602005, counts: [200000, 139768, 60232, 2946, 21636, 20059, 11350, 11350, 2818, 2808, 59, 51796, 1663],
            rootCause: [2946, 330, 986]),
    ]
}
