/// Writes the truth: which firing event belongs to which fault, and where each fault began.
///
/// It runs the stream once more, so that a long scenario needs no list of its events.
struct TruthWriter {
    private var stream: EventStream
    private var bytes: [UInt8] = []
    private var separator: UInt8 = 0x20

    init(plan: Plan) { stream = EventStream(plan: plan) }

    mutating func write<Failure: Error>(chunk: Int, _ body: ([UInt8]) throws(Failure) -> Void) throws(Failure) {
        bytes.append(text: "{\"kind\":\"simulated\",\"events\":{")
        separator = 0x20
        while let event = stream.nextDelivery() {
            guard event.firing, !event.duplicate, Int(event.symptom) != stream.plan.deployment else { continue }
            beginEntry()
            bytes.append(0x22)
            stream.appendID(of: event, to: &bytes)
            bytes.append(text: "\":")
            if event.fault < 0 {
                bytes.append(text: "null")
            } else {
                bytes.append(0x22)
                FaultRecord.appendLabel(Int(event.fault), to: &bytes)
                bytes.append(0x22)
            }
            if bytes.count >= chunk {
                try body(bytes)
                bytes.removeAll(keepingCapacity: true)
            }
        }
        bytes.append(text: "\n}")
        appendRootCauses()
        bytes.append(text: "}\n")
        try body(bytes)
    }

    private mutating func beginEntry() {
        if separator == 0x2C { bytes.append(0x2C) }
        separator = 0x2C
        bytes.append(0x0A)
    }

    /// An object with one entry for each fault that was seen; `value` appends it, or returns false to leave the fault out.
    private mutating func appendObject(_ key: String, _ include: (FaultRecord) -> Bool, _ value: (FaultRecord, inout [UInt8]) -> Void) {
        bytes.append(text: ",\n\"\(key)\":{")
        separator = 0x20
        for (number, fault) in stream.faults.enumerated() where fault.events > 0 && include(fault) {
            beginEntry()
            bytes.append(0x22)
            FaultRecord.appendLabel(number, to: &bytes)
            bytes.append(text: "\":")
            value(fault, &bytes)
        }
        bytes.append(text: "\n}")
    }

    private mutating func appendRootCauses() {
        let plan = stream.plan
        let resources = plan.estate.resources
        appendObject("rootCauses", { _ in true }) { fault, bytes in bytes.append(jsonString: resources[fault.root].name) }
        let accepted = { (fault: FaultRecord) in plan.accepted(root: fault.root, mode: plan.modes[fault.mode].mode) }
        appendObject("rootCauseSets", { accepted($0).count > 1 }) { fault, bytes in
            bytes.append(0x5B)
            for (position, name) in accepted(fault).enumerated() {
                if position > 0 { bytes.append(0x2C) }
                bytes.append(jsonString: name)
            }
            bytes.append(0x5D)
        }
        var timestamps = TimestampWriter()
        appendObject("faults", { _ in true }) { fault, bytes in
            bytes.append(text: "{\"mode\":")
            bytes.append(jsonString: plan.modes[fault.mode].mode.name)
            bytes.append(text: ",\"root\":")
            bytes.append(jsonString: resources[fault.root].name)
            bytes.append(text: ",\"begin\":\"")
            timestamps.append(fault.begin, to: &bytes)
            bytes.append(text: "\",\"end\":\"")
            timestamps.append(fault.end, to: &bytes)
            bytes.append(text: "\",\"events\":")
            bytes.append(decimal: fault.events)
            bytes.append(text: ",\"rootAlerted\":\(fault.rootAlerted)}")
        }
    }
}
