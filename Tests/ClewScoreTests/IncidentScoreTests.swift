import ClewScore
import Testing

@Suite struct IncidentScoreTests {
    private func score(_ truth: String, _ predicted: String) -> IncidentScore {
        IncidentScore(GradedEvents(truth: labels(truth), predicted: labels(predicted)))
    }

    @Test func byHand() throws {
        let s = score("AAABB-", "xx-xy-")
        #expect([s.events, s.labelled, s.noise, s.trueIncidents, s.predictedIncidents, s.unassigned] == [6, 5, 1, 2, 2, 2])
        #expect([s.overMerge, s.overMerge90, s.overSplit, s.overSplit90, s.exact] == [1, 1, 2, 2, 0])
        #expect([s.noiseInLabelled, s.falseIncidents] == [0, 0])
        // A: x has 2 of its 3, and 3 events; B: y has 1 of 2, alone.
        expectNear([try #require(s.macroBestF1), s.compression], [(4.0 / 6 + 2.0 / 3) / 2, 6.0 / 4])
        #expect(s.noiseSwallowed == 0)
    }

    @Test func noise() throws {
        let apart = score("AA--", "xxzz")
        #expect([apart.exact, apart.falseIncidents, apart.noiseInLabelled, apart.overMerge, apart.overSplit] == [1, 1, 0, 0, 0])
        #expect(apart.macroBestF1 == 1)
        let swallowed = score("AAA-", "xxxx")
        #expect([swallowed.exact, swallowed.falseIncidents, swallowed.noiseInLabelled] == [0, 0, 1])
        expectNear([try #require(swallowed.macroBestF1), try #require(swallowed.noiseSwallowed)], [6.0 / 7, 1])
        #expect(score("AA", "xx").noiseSwallowed == nil)
    }

    @Test func nineTenthsAreNoMergeAndNoSplit() {
        // Nine events of A and one of B in one incident; ten of C, of which one is alone.
        let s = score("AAAAAAAAAB" + "CCCCCCCCCC", "xxxxxxxxxx" + "yyyyyyyyy-")
        #expect([s.overMerge, s.overMerge90, s.overSplit, s.overSplit90] == [1, 0, 1, 0])
        let below = score("AAAAAAAABB", "xxxxxxxxxx")
        #expect([below.overMerge, below.overMerge90] == [1, 1])
    }

    @Test func loneEventsAndNothing() {
        let lone = score("AB", "--")
        #expect(lone.exact == 2)
        #expect(lone.macroBestF1 == 1)
        #expect(lone.compression == 1)
        let none = score("", "")
        #expect(none.macroBestF1 == nil)
        #expect(none.compression == 0)
    }

    @Test func rootCauses() {
        let events = GradedEvents(truth: labels("AAABB-"), predicted: labels("xx-xy-"))
        let (a, b, c) = (labels("A")[0], labels("B")[0], labels("C")[0])
        let named: [Int32: [String]] = [labels("x")[0]: ["q", "r1", "r2"], labels("y")[0]: ["r2"]]
        func grade(_ accepted: [Int32: Set<String>]) -> RootCauseScore {
            RootCauseScore(events, accepted: accepted, id: { String($0) }, named: { named[$0] ?? [] })
        }
        // A is x's. B has an event in x and one in y: the smaller one, y, is asked. C has no events.
        let s = grade([a: ["r1"], b: ["r2"], c: ["r3"]])
        #expect([s.incidents, s.top1Right, s.top3Right, s.top5Right, s.unnamed] == [2, 1, 2, 2, 0])
        #expect(s.top1 == 0.5)
        #expect(grade([a: ["other", "q"]]).top1Right == 1)
        let none = grade([:])
        #expect(none.incidents == 0)
        #expect(none.top1 == nil)
    }

    @Test func anEqualHolderIsTheLowerIDAndALoneIncidentNamesNothing() {
        let events = GradedEvents(truth: labels("AABB"), predicted: labels("xy--"))
        let s = RootCauseScore(
            events, accepted: [labels("A")[0]: ["right"], labels("B")[0]: ["right"]],
            id: { $0 == labels("x")[0] ? "INC-2" : "INC-10" }, named: { $0 == labels("y")[0] ? ["w", "w", "w", "right"] : ["right"] })
        #expect([s.incidents, s.top1Right, s.top3Right, s.top5Right, s.unnamed] == [2, 0, 0, 1, 1])
    }

    @Test func publication() throws {
        var collector = PublicationScore.Collector()
        func add(_ id: String, _ revision: Int, opened: Int64, updated: Int64, merged: Bool = false, _ causes: [String] = []) {
            collector.add(
                PublicationScore.Record(
                    id: id, revision: revision, isMerged: merged, opened: opened * 1_000_000, updated: updated * 1_000_000, bytes: 100,
                    rootCauses: causes))
        }
        add("a", 1, opened: 0, updated: 30, ["p"])
        add("b", 1, opened: 600, updated: 660)
        add("a", 3, opened: 0, updated: 3_600, ["r", "s"])
        add("a", 2, opened: 0, updated: 90, ["q"])
        add("b", 2, opened: 600, updated: 700, merged: true)
        add("c", 4, opened: 1_000, updated: 7_200)
        #expect(collector.rootCauses(of: "a") == ["r", "s"])
        #expect(collector.rootCauses(of: "z") == nil)
        let s = collector.score()
        #expect([s.incidents, s.merged, s.records, s.bytes, s.incidentsWithFirst] == [3, 1, 6, 600, 2])
        expectNear([s.hours, try #require(s.incidentsPerHour), try #require(s.mergedShare)], [2, 1.5, 1.0 / 3])
        let revisions = try #require(s.revisions)
        expectNear([revisions.mean, revisions.p50, revisions.p95, revisions.max], [3, 3, 4, 4])
        let delay = try #require(s.delay)
        expectNear([delay.mean, delay.p50, delay.p95, delay.max], [45, 30, 60, 60])
        let none = PublicationScore.Collector().score()
        #expect(none.revisions == nil && none.delay == nil && none.incidentsPerHour == nil && none.mergedShare == nil)
    }
}
