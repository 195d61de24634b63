/// What is known of an event beside its line.
public struct EmittedEvent: Sendable, Equatable {
    /// When it arrives, milliseconds since 1970; never smaller than that of the event before.
    public let arrival: Int64
    /// Its own timestamp, milliseconds since 1970.
    public let timestamp: Int64
    public let isFiring: Bool
    /// A re-send of an alert that fires already.
    public let isRepeat: Bool
    /// The second delivery of an event, id and all.
    public let isRedelivery: Bool
    /// Number of the fault that caused it, from 0; nil = noise.
    public let fault: Int?

    init(_ event: Delivery) {
        arrival = event.time
        timestamp = event.timestamp
        isFiring = event.firing
        isRepeat = event.again
        isRedelivery = event.duplicate
        fault = event.fault < 0 ? nil : Int(event.fault)
    }
}

/// A fault that has begun, for the truth.
struct FaultRecord: Sendable {
    let mode: Int
    let root: Int
    let begin: Int64
    let end: Int64
    /// Firing events, redeliveries left out.
    private(set) var events = 0
    private(set) var rootAlerted = false

    init(mode: Int, root: Int, begin: Int64, end: Int64) {
        (self.mode, self.root, self.begin, self.end) = (mode, root, begin, end)
    }

    mutating func count(_ event: Delivery) {
        events += 1
        if Int(event.resource) == root { rootAlerted = true }
    }

    /// `F0001`, `F0002` …
    static func appendLabel(_ fault: Int, to bytes: inout [UInt8]) {
        bytes.append(0x46)
        bytes.append(decimal: fault + 1, digits: 4)
    }
}
