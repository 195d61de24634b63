import ClewEngine
import Glibc
import Testing

/// What an event costs does not depend on the size of the topology nor on the number of open incidents: the evidence weighed
/// for a new alert is asserted, times and memory are printed. `Benchmarks/cost` runs the large sizes (`CLEW_COST=full`).
@Suite(.serialized) struct CostTests {
    private static let isFull = getenv("CLEW_COST") != nil

    /// Regions of 20 resources: 6 services with an instance each, on 2 databases and 2 queues, all of it on 4 hosts.
    private static let region = 20
    private static let probed = 10

    private struct Costs {
        var alertNanoseconds = 0.0
        var evaluations = 0.0
        var repeatNanoseconds = 0.0
        var clearNanoseconds = 0.0
        var residentMiB = 0
        var open = 0
    }

    /// Regions, and besides them resources that stand alone.
    private static func topology(regions: Int, alone: Int) -> TopologyDefinition {
        var nodes: [TopologyDefinition.Node] = []
        var edges: [TopologyDefinition.Edge] = []
        func node(_ id: String, _ kind: String) -> Int {
            nodes.append(TopologyDefinition.Node(id: id, kind: kind))
            return nodes.count - 1
        }
        for r in 0..<regions {
            func edge(_ from: Int, _ to: Int, _ kind: String) { edges.append(TopologyDefinition.Edge(from: from, to: to, kind: kind)) }
            let hosts = (0..<4).map { node("host\(r)x\($0)", "host") }
            let stores = (0..<4).map { node("store\(r)x\($0)", $0 < 2 ? "database" : "queue") }
            for (at, store) in stores.enumerated() { edge(store, hosts[at], "runs-on") }
            for s in 0..<6 {
                let service = node("service\(r)x\(s)", "service")
                let instance = node("instance\(r)x\(s)", "instance")
                edge(service, stores[s % 2], "uses")
                edge(service, stores[2 + s / 3], "uses")
                edge(service, instance, "has-instance")
                edge(instance, hosts[s % 4], "runs-on")
            }
        }
        for a in 0..<alone { _ = node("job\(a)", "job") }
        return TopologyDefinition(nodes: nodes, edges: edges, spreads: ["has-instance": .both])
    }

    /// The resources of a region, as `topology` names them.
    private static func resources(_ r: Int) -> [String] {
        (0..<4).flatMap { ["host\(r)x\($0)", "store\(r)x\($0)"] } + (0..<6).flatMap { ["service\(r)x\($0)", "instance\(r)x\($0)"] }
    }

    private static func cpuNanoseconds() -> Double {
        var now = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
        return Double(now.tv_sec) * 1e9 + Double(now.tv_nsec)
    }

    private static func residentMiB() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, 256, file) != nil else { return 0 }
        let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
        return words.count > 1 ? (Int(words[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))) / (1 << 20) : 0
    }

    /// Nanoseconds of CPU an event.
    private static func push(_ events: [TestEvent], _ correlator: inout Correlator) -> Double {
        var batches: [EventBatch] = []
        for start in stride(from: 0, to: events.count, by: 1000) {
            batches.append(TestStream.batch(events[start..<min(events.count, start + 1000)], names: &correlator.names))
        }
        let begin = cpuNanoseconds()
        for at in batches.indices {
            _ = correlator.push(batches[at])
            _ = correlator.takeRevisions()
        }
        return (cpuNanoseconds() - begin) / Double(events.count)
    }

    /// Opens `alone` incidents of one alert each, then measures in ten regions, evenly spread over `regions`.
    private static func measure(regions: Int, alone: Int) -> Costs {
        var parameters = CorrelationParameters()
        parameters.publishLone = .info
        var correlator = Correlator(topology: topology(regions: regions, alone: alone), correlation: parameters)
        _ = correlator.addPartition(topic: "t", number: 0)
        let lead = (0..<alone).map { TestEvent(Double($0) * 100 / Double(alone), "job\($0)", "JobFailed") }
        if !lead.isEmpty { _ = push(lead, &correlator) }
        // Behind the hold-back of all of those, and before they are looked at again.
        _ = push([TestEvent(140, "host0x0", "Warm"), TestEvent(146, "host0x0", "Warm")], &correlator)
        var costs = Costs()
        costs.open = correlator.statistics.incidentsOpen
        let places = (0..<probed).map { resources($0 * (regions / probed)) }
        // Each of the 200 resources gets 25 types in turn: 5,000 alerts in 80 s.
        let alerts = (0..<5000).map { at in
            TestEvent(150 + Double(at) * 0.016, places[at % probed][at / probed % region], "T\(at / (probed * region))")
        }
        let before = correlator.statistics
        costs.alertNanoseconds = push(alerts, &correlator)
        let after = correlator.statistics
        costs.evaluations = Double(after.evaluations - before.evaluations) / Double(after.newAlerts - before.newAlerts)
        var repeated = alerts
        for at in repeated.indices { repeated[at].time = 235 + Double(at) * 0.0002 }
        // The first round finds alerts whose incident had fallen silent.
        _ = push(repeated, &correlator)
        for at in repeated.indices { repeated[at].time += 1.5 }
        let settled = correlator.statistics.newAlerts
        costs.repeatNanoseconds = push(repeated, &correlator)
        #expect(correlator.statistics.newAlerts == settled)
        for at in repeated.indices {
            repeated[at].time += 1.5
            repeated[at].status = .resolved
        }
        costs.clearNanoseconds = push(repeated, &correlator)
        costs.residentMiB = residentMiB()
        correlator.finish()
        #expect(correlator.statistics.taken == UInt64(alone + 20_002))
        return costs
    }

    private static func row(_ first: Int, _ c: Costs) -> String {
        func pad(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }
        return pad("\(first)", 12) + pad("\(Int(c.alertNanoseconds))", 14) + pad("\(Int(c.evaluations * 10) / 10)", 14)
            + pad("\(Int(c.repeatNanoseconds))", 12) + pad("\(Int(c.clearNanoseconds))", 11) + pad("\(c.residentMiB)", 10)
    }

    private static let header = "  ns/new alert   evaluations   ns/repeat   ns/clear   RSS MiB"

    @Test func theSizeOfTheTopologyCostsNothingAnEvent() {
        let sizes = CostTests.isFull ? [200, 2000, 20_000, 200_000] : [200, 2000, 20_000]
        print("cost:   resources" + CostTests.header)
        var evaluations: [Double] = []
        for size in sizes {
            let costs = CostTests.measure(regions: size / CostTests.region, alone: 0)
            print("cost: " + CostTests.row(size, costs))
            evaluations.append(costs.evaluations)
        }
        #expect(evaluations[0] > 10)
        #expect(evaluations.allSatisfy { $0 <= 1.25 * evaluations[0] }, "\(evaluations)")
        #expect(evaluations.allSatisfy { $0 <= 256 })
    }

    @Test func openIncidentsCostNothingAnEvent() {
        let counts = CostTests.isFull ? [10, 100, 1000, 10_000, 100_000] : [10, 100, 1000, 10_000]
        print("cost: open incid." + CostTests.header)
        var evaluations: [Double] = []
        for count in counts {
            let costs = CostTests.measure(regions: CostTests.probed, alone: count)
            print("cost: " + CostTests.row(count, costs))
            #expect(costs.open >= count)
            evaluations.append(costs.evaluations)
        }
        #expect(evaluations.allSatisfy { $0 <= 1.1 * evaluations[0] }, "\(evaluations)")
    }
}
