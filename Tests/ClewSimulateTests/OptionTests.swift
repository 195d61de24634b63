import ClewSimulate
import Testing

@Suite struct OptionTests {
    private func count(_ change: (inout ScenarioOptions) -> Void, where isCounted: (EmittedEvent) -> Bool) throws -> Int {
        var options = shortOptions()
        change(&options)
        var stream = try Scenario(.dataCentre, options: options).events()
        var bytes: [UInt8] = []
        var count = 0
        while let event = stream.next(appendingTo: &bytes) {
            bytes.removeAll(keepingCapacity: true)
            if isCounted(event) { count += 1 }
        }
        return count
    }

    @Test func duplicates() throws {
        #expect(try count({ $0.duplicates = 0 }, where: \.isRedelivery) == 0)
        #expect(try count({ $0.duplicates = 0.2 }, where: \.isRedelivery) > 20)
    }

    @Test func missingClears() throws {
        let none = try count(
            {
                $0.missingClears = 1; $0.flapping = 0
            }, where: { !$0.isFiring })
        #expect(none == 0)
        #expect(try count({ $0.missingClears = 0 }, where: { !$0.isFiring }) > 50)
    }

    @Test func resends() throws {
        let often = try count({ $0.resendInterval = 60 }, where: \.isRepeat)
        let seldom = try count({ $0.resendInterval = 900 }, where: \.isRepeat)
        #expect(often > 3 * seldom)
        let never = try count(
            {
                $0.resendInterval = 0; $0.stormsPerDay = 0
            }, where: \.isRepeat)
        #expect(never < seldom)
    }

    @Test func lateness() throws {
        let late: (EmittedEvent) -> Bool = { $0.arrival - $0.timestamp > 5_000 }
        #expect(
            try count(
                {
                    $0.lateShare = 0; $0.duplicates = 0
                }, where: late) == 0)
        #expect(
            try count(
                {
                    $0.lateShare = 0.2; $0.duplicates = 0
                }, where: late) > 20)
    }

    @Test func clockSkew() throws {
        let fromTheFuture: (EmittedEvent) -> Bool = { $0.timestamp > $0.arrival }
        #expect(try count({ $0.clockSkew = 0 }, where: fromTheFuture) == 0)
        #expect(try count({ $0.clockSkew = 60 }, where: fromTheFuture) > 20)
    }

    @Test func faultAndNoiseRates() throws {
        #expect(
            try count(
                {
                    $0.faultsPerHour = 0; $0.stormsPerDay = 0; $0.plannedWorkPerDay = 0
                }, where: { $0.fault != nil }) == 0)
        #expect(try count({ $0.noisePerHour = 0 }, where: { $0.fault == nil }) == 0)
    }

    @Test func withoutOverlapFaultsFollowEachOther() throws {
        var options = shortOptions()
        options.duration = 12 * 3_600
        options.overlap = 0
        options.stormsPerDay = 0
        options.plannedWorkPerDay = 0
        let faults = try ReadTruth(json: Scenario(.kubernetes, options: options).truthJSON()).faults
        #expect(faults.count > 5)
        for (one, next) in zip(faults, faults.dropFirst()) { #expect(one.end < next.begin) }
    }

    /// A resource is looked at in a fixed rhythm: all its events from a polling monitor have the same place in the round.
    @Test func pollingIntervalShowsInTimestamps() throws {
        var options = shortOptions()
        options.pollingInterval = 300
        options.clockSkew = 0
        options.flapping = 0
        options.noisePerHour = 0
        options.resendInterval = 0
        var place: [String: Int64] = [:]
        for event in try Scenario(.kubernetes, options: options).eventLines() where event.source == "prometheus" {
            let time = try #require(event.milliseconds) % 300_000
            #expect(place.updateValue(time, forKey: event.resource).map { $0 == time } ?? true, "\(event.resource)")
        }
        #expect(place.count > 20)
    }

    @Test func eventLimitIsExact() throws {
        #expect(try count({ $0.eventLimit = 1_234 }, where: { _ in true }) == 1_234)
    }

    /// Where nothing can be raised, a limit of events must not be waited for forever.
    @Test func silentEstateEnds() throws {
        let events = try count(
            {
                $0.silentResources = 1; $0.eventLimit = 10_000; $0.plannedWorkPerDay = 0
            }, where: { _ in true })
        #expect(events == 0)
    }

    @Test func staleTopologyLacksResources() throws {
        var options = shortOptions()
        options.staleTopology = 0
        let whole = try ReadTopology(json: Scenario(.kubernetes, options: options).topologyJSON())
        options.staleTopology = 0.3
        let stale = try ReadTopology(json: Scenario(.kubernetes, options: options).topologyJSON())
        #expect(Set(stale.kinds.keys).isStrictSubset(of: whole.kinds.keys))
        #expect(stale.kinds.values.filter { $0 == "service" }.count == whole.kinds.values.filter { $0 == "service" }.count)
    }

    @Test func outOfRange() throws {
        var options = ScenarioOptions()
        options.missingClears = 1.5
        let error = #expect(throws: ScenarioOptionError.self) { try Scenario(.telecom, options: options) }
        #expect(error?.description == "missingClears is 1.5, expected 0.0 to 1.0")
        options = ScenarioOptions()
        options.noisePerHour = .nan
        #expect(throws: ScenarioOptionError.self) { try Scenario(.telecom, options: options) }
    }
}
