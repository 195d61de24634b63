import ClewScore
import Testing

@Suite struct BaselineTests {
    private func events(_ list: [(second: Int, resource: Int32, labels: Int32)]) -> [Baseline.Event] {
        list.map { Baseline.Event(time: Int64($0.second) * 1_000_000, resource: $0.resource, labels: $0.labels) }
    }

    /// 0 – 1 – 2, and 3 – 4; 5 is in no topology.
    private let edges: [(Int32, Int32)] = [(0, 1), (2, 1), (3, 4)]

    @Test func sessionsEndAfterSilence() {
        let stream = events([(0, 0, 0), (60, 4, 1), (121, 0, 0), (122, 5, 0)])
        #expect(Baseline.session.incidents(of: stream, edges: edges) == [0, 0, 1, 1])
        #expect(Baseline.session.incidents(of: stream, edges: edges, quiet: 61) == [0, 0, 0, 0])
        #expect(Baseline.session.incidents(of: [], edges: []) == [])
    }

    @Test func componentsAreApart() {
        let stream = events([(0, 0, 0), (1, 4, 0), (120, 2, 0), (121, 5, 0), (122, 3, 0), (241, 1, 0)])
        #expect(Baseline.component.incidents(of: stream, edges: edges) == [0, 1, 0, 2, 3, 4])
    }

    @Test func aHopJoinsTheLatestNeighbour() {
        // 0 and 2 are two hops apart; 1 joins the later of them, and 0 then goes by 1.
        let stream = events([(0, 0, 0), (10, 2, 0), (20, 1, 0), (30, 0, 0), (40, 4, 0), (151, 1, 0)])
        #expect(Baseline.hop.incidents(of: stream, edges: edges) == [0, 1, 1, 1, 2, 3])
    }

    @Test func labelsGroupWhateverTheResource() {
        let stream = events([(0, 0, 7), (1, 0, 8), (300, 5, 7), (601, 0, 7)])
        #expect(Baseline.labels.incidents(of: stream, edges: []) == [0, 1, 0, 2])
    }

    @Test func aQuietTimeWithoutEnd() {
        let stream = events([(0, 0, 0), (1_000_000, 1, 0)])
        #expect(Baseline.session.incidents(of: stream, edges: [], quiet: 8.64e16) == [0, 0])
    }

    @Test func theOrderOfTheFileDoesNotMatter() {
        let stream = events([(0, 0, 0), (60, 4, 1), (121, 0, 0), (122, 5, 0)])
        for method in Baseline.allCases {
            let forward = method.incidents(of: stream, edges: edges)
            #expect(Array(method.incidents(of: stream.reversed(), edges: edges).reversed()) == forward)
        }
    }
}
