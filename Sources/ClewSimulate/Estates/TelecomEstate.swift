/// A telecom region: a core pair, aggregation pairs, access rings of nodes with microwave or fibre tails, base stations and cells,
/// site power and the clock master.
struct TelecomEstate {
    private var estate = Estate()
    private var random: RandomSource
    private let region: String
    private var place: [(name: String, value: String)] { [(name: "region", value: region)] }
    private var stations = 0

    static func build(resources: Int, random: RandomSource, region: String) -> Estate {
        var builder = TelecomEstate(random: random, region: region)
        builder.build(resources)
        return builder.estate
    }

    private init(random: RandomSource, region: String) { (self.random, self.region) = (random, region) }

    private mutating func build(_ size: Int) {
        let cores = [1, 2].map { addDevice("\(region)-core-\($0)", .router) }
        estate.connect(cores[0], .link, cores[1])
        let clock = estate.add("\(region)-grandmaster-1", .clock, labels: place)
        let functions = ["amf", "upf", "mme"].map { name in
            let function = estate.add("\(region)-\(name)-1", .coreFunction, labels: place)
            for core in cores { estate.connect(function, .uplink, core) }
            return function
        }
        var ring = 0
        while estate.resources.count < size - 8 || ring == 0 {
            let pair = ["a", "b"].map { side in
                let router = addDevice("\(region)-agg-\(padded(ring + 1))\(side)", .router)
                for core in cores { estate.connect(router, .uplink, core) }
                return router
            }
            estate.connect(pair[0], .link, pair[1])
            for _ in 0..<2 where estate.resources.count < size - 8 || ring == 0 {
                ring += 1
                addRing(ring, between: pair, clock: clock, functions: functions, size: size)
            }
        }
    }

    private mutating func addDevice(_ name: String, _ kind: ResourceKind) -> Int {
        estate.add(name, kind, labels: place, alias: "\(name).\(region).example.net")
    }

    /// Aggregation a - node 1 - node 2 - … - node n - aggregation b, each hop over a fibre span.
    private mutating func addRing(_ number: Int, between pair: [Int], clock: Int, functions: [Int], size: Int) {
        let ring = "\(region)-ring\(padded(number))"
        let labels = place + [(name: "ring", value: ring)]
        var previous = pair[0]
        let nodes = 5 + random.below(4)
        for position in 1...nodes {
            if position > 2, estate.resources.count >= size - 4 { break }
            let site = estate.add("\(ring)-site\(padded(position))", .site, labels: labels)
            let name = "\(ring)-node\(padded(position))"
            let node = estate.add(name, .accessNode, labels: labels, alias: "\(name).\(region).example.net")
            estate.connect(node, .poweredBy, site)
            // A ring protects: every node reaches both ends.
            for router in pair { estate.connect(node, .uplink, router) }
            let span = estate.add("\(ring)-span\(padded(position))", .fibre, labels: labels)
            estate.connect(node, .link, previous)
            estate.connect(previous, .routedOver, span)
            estate.connect(node, .routedOver, span)
            for _ in 0..<(1 + random.below(2)) { addStation(at: node, site: site, clock: clock, functions: functions, labels: labels) }
            previous = node
        }
        estate.connect(previous, .link, pair[1])
    }

    private mutating func addStation(at node: Int, site: Int, clock: Int, functions: [Int], labels: [(name: String, value: String)]) {
        stations += 1
        let name = "\(region)-bs-\(padded(stations))"
        let station = estate.add(name, .baseStation, labels: labels)
        if random.chance(0.5) {
            let hop = estate.add("\(region)-mw-\(padded(stations))", .microwave, labels: labels)
            estate.connect(station, .uplink, hop)
            estate.connect(hop, .uplink, node)
        } else {
            estate.connect(station, .uplink, node)
        }
        estate.connect(station, .poweredBy, site)
        if random.chance(0.6) { estate.connect(station, .clockedBy, clock) }
        if let function = random.pick(functions) { estate.connect(station, .uses, function) }
        for sector in 1...3 {
            let cell = estate.add("\(name)-cell\(sector)", .cell, labels: labels)
            estate.connect(cell, .runsOn, station)
        }
    }
}
