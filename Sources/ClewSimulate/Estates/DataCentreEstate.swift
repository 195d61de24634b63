/// A data centre: a fat tree of switches, racks with two power units and two leaf switches, hosts, VMs on shared storage, applications.
struct DataCentreEstate {
    private var estate = Estate()
    private var random: RandomSource
    private let name: String
    private var place: [(name: String, value: String)] { [(name: "site", value: name)] }

    private static let duties = ["erp", "mail", "files", "build", "print", "wiki", "crm", "hr", "bi", "portal", "archive", "scan"]

    static func build(resources: Int, random: RandomSource, name: String) -> Estate {
        var builder = DataCentreEstate(random: random, name: name)
        builder.build(resources)
        return builder.estate
    }

    private init(random: RandomSource, name: String) { (self.random, self.name) = (random, name) }

    private mutating func build(_ size: Int) {
        let feeds = ["a", "b"].map { estate.add("\(name)-feed-\($0)", .feed, labels: place) }
        let cooling = ["1", "2"].map { estate.add("\(name)-crac-\($0)", .cooling, labels: place) }
        let edges = [1, 2].map { addDevice("\(name)-fw-\($0)", .firewall) }
        let spines = (1...4).map { addDevice("\(name)-spine-\($0)", .switchDevice) }
        for spine in spines { for edge in edges { estate.connect(spine, .uplink, edge) } }
        let arrays = (1...max(1, min(4, size / 300))).map { number in
            let array = addDevice("\(name)-array-\(number)", .array)
            for feed in feeds { estate.connect(array, .poweredBy, feed) }
            return array
        }
        let datastores = arrays.enumerated().flatMap { number, array in
            (1...3).map { store in
                let datastore = estate.add("\(name)-ds-\(number + 1)\(store)", .datastore, labels: place)
                estate.connect(datastore, .storedOn, array)
                return datastore
            }
        }
        let balancers = [1, 2].map { number in
            let balancer = addDevice("\(name)-lb-\(number)", .balancer)
            for spine in spines.prefix(2) { estate.connect(balancer, .uplink, spine) }
            return balancer
        }
        var machines: [Int] = []
        var rack = 0
        // An application with its VMs is added for each rack's worth of machines, so both share the size.
        while estate.resources.count < size - 12 || machines.isEmpty {
            rack += 1
            let hosts = addRack(rack, feeds: feeds, cooling: cooling[rack % 2], spines: spines)
            let fresh = addMachines(on: hosts, datastores: datastores, size: size)
            machines += fresh
            addApplications(on: machines, rack: rack, balancers: balancers)
        }
    }

    private mutating func addDevice(_ name: String, _ kind: ResourceKind) -> Int {
        estate.add(name, kind, labels: place, alias: "\(name).\(self.name).example.net")
    }

    private mutating func addRack(_ number: Int, feeds: [Int], cooling: Int, spines: [Int]) -> [Int] {
        let rack = "\(name)-rack\(padded(number))"
        let labels = place + [(name: "rack", value: rack)]
        let units = zip(["a", "b"], feeds).map { side, feed in
            let unit = estate.add("\(rack)-pdu-\(side)", .pdu, labels: labels)
            estate.connect(unit, .poweredBy, feed)
            return unit
        }
        let leaves = zip(["a", "b"], units).map { side, unit in
            let leaf = estate.add("\(rack)-leaf-\(side)", .switchDevice, labels: labels)
            for spine in spines { estate.connect(leaf, .uplink, spine) }
            estate.connect(leaf, .poweredBy, unit)
            return leaf
        }
        return (1...8).map { slot in
            let host = "\(rack)-host\(padded(slot))"
            let index = estate.add(host, .host, labels: labels, alias: "\(host).\(name).example.net")
            for unit in units { estate.connect(index, .poweredBy, unit) }
            for leaf in leaves { estate.connect(index, .uplink, leaf) }
            estate.connect(index, .cooledBy, cooling)
            return index
        }
    }

    private mutating func addMachines(on hosts: [Int], datastores: [Int], size: Int) -> [Int] {
        var machines: [Int] = []
        for host in hosts {
            for _ in 0..<(2 + random.below(3)) where estate.resources.count < size - 6 || machines.isEmpty {
                let duty = Self.duties[random.below(Self.duties.count)]
                let machine = estate.add("\(name)-vm-\(duty)-\(estate.resources.count)", .vm, labels: place)
                estate.connect(machine, .runsOn, host)
                if let datastore = random.pick(datastores) { estate.connect(machine, .storedOn, datastore) }
                machines.append(machine)
            }
        }
        return machines
    }

    private mutating func addApplications(on machines: [Int], rack: Int, balancers: [Int]) {
        for number in 0..<3 {
            let duty = Self.duties[(rack * 3 + number) % Self.duties.count]
            let labels = place + [(name: "team", value: duty)]
            let application = estate.add("\(name)-app-\(duty)-\(rack)", .application, labels: labels)
            for _ in 0..<(2 + random.below(2)) {
                if let machine = random.pick(machines) { estate.connect(application, .hasInstance, machine) }
            }
            if random.chance(0.5) { estate.connect(balancers[number % 2], .routesTo, application) }
        }
    }
}
