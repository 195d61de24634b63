/// A shop on Kubernetes: zones, nodes, services with their pods, databases with their volumes, caches, queues, ingress, probes.
struct KubernetesEstate {
    private var estate = Estate()
    private var random: RandomSource
    private let cluster: String
    private var usedNames: Set<String> = []

    private static let namespaces = [
        "storefront", "ordering", "billing", "shipping", "catalogue", "accounts", "search", "marketing", "returns", "platform",
    ]
    private static let subjects = [
        "basket", "pricing", "stock", "invoice", "address", "parcel", "voucher", "review", "image", "recommend",
        "ledger", "refund", "loyalty", "mailer", "tariff", "picking", "courier", "login", "consent", "query",
    ]
    private static let roles = ["api", "worker", "gateway", "sync", "cron", "web"]

    static func build(resources: Int, random: RandomSource, cluster: String) -> Estate {
        var builder = KubernetesEstate(random: random, cluster: cluster)
        builder.build(resources)
        return builder.estate
    }

    private init(random: RandomSource, cluster: String) { (self.random, self.cluster) = (random, cluster) }

    private mutating func build(_ size: Int) {
        let place = [(name: "cluster", value: cluster)]
        let zones = ["a", "b", "c"].map { estate.add("\(cluster)-zone-\($0)", .zone, labels: place) }
        let nodes = (0..<max(3, size / 14)).map { number in
            let name = "\(cluster)-worker-\(padded(number + 1))"
            let node = estate.add(name, .node, labels: place, alias: "\(name).\(cluster).internal.example")
            estate.connect(node, .runsOn, zones[number % 3])
            return node
        }
        let ingress = ["public", "partner"].map { estate.add("\(cluster)/ingress-\($0)", .ingress, labels: place) }
        let teams = max(1, min(Self.namespaces.count, size / 40))
        var services: [Int] = []
        var turn = 0
        while estate.resources.count < size - 4 || services.isEmpty {
            let namespace = Self.namespaces[turn % teams]
            let mates = services.filter { estate.resources[$0].labels.contains { $0.value == namespace } }
            let stores = addStores(of: namespace, round: turn / teams, nodes: nodes)
            for _ in 0..<(3 + random.below(3)) where estate.resources.count < size - 4 || services.isEmpty {
                let service = addService(in: namespace, stores: stores, mates: mates, others: services, nodes: nodes)
                services.append(service)
            }
            turn += 1
        }
        for (number, entry) in ingress.enumerated() { addEntry(entry, number, services) }
    }

    private mutating func addStores(of namespace: String, round: Int, nodes: [Int]) -> [Int] {
        let labels = [(name: "cluster", value: cluster), (name: "namespace", value: namespace), (name: "team", value: namespace)]
        let suffix = round == 0 ? "" : "-\(round + 1)"
        let database = estate.add("\(cluster)/\(namespace)/postgres\(suffix)", .database, labels: labels)
        let volume = estate.add("\(cluster)/\(namespace)/pvc-postgres\(suffix)", .volume, labels: labels)
        estate.connect(database, .storedOn, volume)
        if let node = random.pick(nodes) { estate.connect(database, .runsOn, node) }
        var stores = [database]
        if random.chance(0.5) { stores.append(estate.add("\(cluster)/\(namespace)/redis\(suffix)", .cache, labels: labels)) }
        if random.chance(0.3) { stores.append(estate.add("\(cluster)/\(namespace)/kafka\(suffix)", .queue, labels: labels)) }
        return stores
    }

    private mutating func addService(in namespace: String, stores: [Int], mates: [Int], others: [Int], nodes: [Int]) -> Int {
        let labels = [(name: "cluster", value: cluster), (name: "namespace", value: namespace), (name: "team", value: namespace)]
        var short = ""
        repeat {
            short = Self.subjects[random.below(Self.subjects.count)] + "-" + Self.roles[random.below(Self.roles.count)]
            if usedNames.contains(short) { short += "-\(usedNames.count)" }
        } while !usedNames.insert(short).inserted
        let name = "\(cluster)/\(namespace)/\(short)"
        let service = estate.add(name, .service, labels: labels, alias: short)
        for store in stores where random.chance(0.6) { estate.connect(service, .uses, store) }
        for _ in 0..<random.below(3) { if let other = random.pick(mates) { estate.connect(service, .uses, other) } }
        if random.chance(0.35), let other = random.pick(others) { estate.connect(service, .uses, other) }
        let set = token(10)
        for _ in 0..<(2 + random.below(3)) {
            let pod = estate.add("\(name)-\(set)-\(token(5))", .pod, labels: labels)
            estate.connect(service, .hasInstance, pod)
            if let node = random.pick(nodes) { estate.connect(pod, .runsOn, node) }
        }
        return service
    }

    private mutating func addEntry(_ entry: Int, _ number: Int, _ services: [Int]) {
        // The last services call the others and are called by none: they face the users.
        for service in services.suffix(max(2, services.count / 4)) where random.chance(0.7) { estate.connect(entry, .routesTo, service) }
        let labels = [(name: "cluster", value: cluster)]
        let url = estate.add("https://\(number == 0 ? "www" : "partner").\(cluster).shop.example/", .url, labels: labels)
        estate.connect(url, .checks, entry)
        let certificate = estate.add("cert:\(number == 0 ? "www" : "partner").\(cluster).shop.example", .certificate, labels: labels)
        estate.connect(entry, .uses, certificate)
    }

    /// As Kubernetes makes suffixes: letters and digits that cannot form words.
    private mutating func token(_ length: Int) -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String((0..<length).map { _ in alphabet[random.below(alphabet.count)] })
    }
}

/// At least two digits.
func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
