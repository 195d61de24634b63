/// One event on its way: what is needed to write its line.
struct Delivery: Timed, Sendable {
    /// Arrival, milliseconds.
    let time: Int64
    let order: UInt32
    let timestamp: Int64
    let resource: Int32
    let symptom: Int32
    /// -1 = noise.
    let fault: Int32
    /// Number in its source's count.
    let number: UInt32
    /// Where the numbers in the message come from.
    let salt: UInt64
    let firing: Bool
    let again: Bool
    let duplicate: Bool
}

/// Writes native events as NDJSON. Everything that does not change from event to event is prepared once.
struct LineWriter: Sendable {
    private let idPrefixes: [[UInt8]]
    private let sourceOf: [Int]
    private let sourceParts: [[UInt8]]
    private let names: [[UInt8]]
    private let aliases: [[UInt8]?]
    private let usesAliases: [Bool]
    private let typeParts: [[UInt8]]
    private let messages: [[MessagePiece]]
    private let labels: [[UInt8]]
    private let symptomLabels: [[UInt8]]
    private var timestamps = TimestampWriter()
    private static let firing = Array("firing\",\"message\":\"".utf8)
    private static let resolved = Array("resolved\",\"message\":\"resolved: ".utf8)
    private static let idKey = Array("{\"id\":\"".utf8)
    private static let timestampKey = Array("\",\"timestamp\":\"".utf8)
    private static let labelsKey = Array("\",\"labels\":{".utf8)

    init(plan: Plan) {
        idPrefixes = plan.sources.map { Array("\($0.name)-".utf8) }
        sourceOf = plan.sourceOf
        sourceParts = plan.sources.map { source in
            var bytes: [UInt8] = Array("\",\"source\":".utf8)
            bytes.append(jsonString: source.name)
            return bytes + Array(",\"resource\":\"".utf8)
        }
        names = plan.estate.resources.map { Self.escaped($0.name) }
        aliases = plan.estate.resources.indices.map { index in
            plan.aliased[index] ? plan.estate.resources[index].alias.map(Self.escaped) : nil
        }
        usesAliases = plan.sourceOf.map { plan.sources[$0].usesAliases }
        typeParts = plan.symptoms.map { symptom in
            Array("\",\"type\":\"\(symptom.type)\",\"severity\":\"\(symptom.severity.rawValue)\",\"status\":\"".utf8)
        }
        messages = plan.symptoms.map { MessagePiece.pieces(of: $0.message) }
        let verbose = plan.options.verboseLabels
        labels = plan.estate.resources.map(Self.labels)
        symptomLabels = plan.symptoms.map { verbose ? Self.verboseLabels(of: $0) : [] }
    }

    /// Appends the event's line, newline included.
    mutating func append(_ event: Delivery, to bytes: inout [UInt8]) {
        let symptom = Int(event.symptom)
        let resource = Int(event.resource)
        bytes.append(contentsOf: Self.idKey)
        appendID(of: event, to: &bytes)
        bytes.append(contentsOf: Self.timestampKey)
        timestamps.append(event.timestamp, to: &bytes)
        bytes.append(contentsOf: sourceParts[sourceOf[symptom]])
        appendName(resource, symptom: symptom, to: &bytes)
        bytes.append(contentsOf: typeParts[symptom])
        bytes.append(contentsOf: event.firing ? Self.firing : Self.resolved)
        var salt = event.salt
        for piece in messages[symptom] {
            switch piece {
            case .text(let text): bytes.append(contentsOf: text)
            case .resource: appendName(resource, symptom: symptom, to: &bytes)
            case .number(let low, let span):
                bytes.append(decimal: low + Int(salt >> 33) % span)
                salt = salt &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            }
        }
        bytes.append(contentsOf: Self.labelsKey)
        bytes.append(contentsOf: labels[resource])
        bytes.append(contentsOf: symptomLabels[symptom])
        bytes.append(0x7D)
        bytes.append(0x7D)
        bytes.append(0x0A)
    }

    func appendID(of event: Delivery, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: idPrefixes[sourceOf[Int(event.symptom)]])
        bytes.append(decimal: Int(event.number), digits: 6)
    }

    private func appendName(_ resource: Int, symptom: Int, to bytes: inout [UInt8]) {
        if usesAliases[symptom], let alias = aliases[resource] {
            bytes.append(contentsOf: alias)
        } else {
            bytes.append(contentsOf: names[resource])
        }
    }

    private static func escaped(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(jsonString: text)
        return Array(bytes.dropFirst().dropLast())
    }

    private static func labels(of resource: Estate.Resource) -> [UInt8] {
        var bytes: [UInt8] = []
        for (position, label) in resource.labels.enumerated() {
            if position > 0 { bytes.append(0x2C) }
            bytes.append(jsonString: label.name)
            bytes.append(0x3A)
            bytes.append(jsonString: label.value)
        }
        return bytes
    }

    private static func verboseLabels(of symptom: Symptom) -> [UInt8] {
        Array(",\"job\":\"\(symptom.source.name)\",\"runbook\":\"https://runbooks.example/\(symptom.type)\"".utf8)
    }
}
