extension Catalogue {
    /// How problems pass along each kind of edge. One table for every estate: what an edge means does not depend on where it is.
    static let commonSpreads: [Spread] = [
        Spread(.runsOn, .down, .down, 0.95, 1...20),
        Spread(.runsOn, .errors, .errors, 0.5, 20...150),
        Spread(.runsOn, .slow, .slow, 0.6, 20...180),
        Spread(.hasInstance, .down, .errors, shared: .reduced, 0.9, 5...60),
        Spread(.hasInstance, .errors, .errors, shared: .reduced, 0.8, 20...120),
        Spread(.hasInstance, .slow, .slow, shared: .slow, 0.45, 30...180),
        Spread(.hasInstance, .errors, .errors, 0.85, 5...90, reversed: true),
        Spread(.uses, .down, .errors, 0.85, 5...60),
        Spread(.uses, .errors, .errors, 0.7, 10...120),
        Spread(.uses, .slow, .slow, 0.7, 15...150),
        Spread(.storedOn, .errors, .errors, 0.9, 5...60),
        Spread(.storedOn, .slow, .slow, 0.8, 5...60),
        Spread(.routesTo, .down, .errors, shared: .errors, 0.7, 5...30),
        Spread(.routesTo, .errors, .errors, shared: .errors, 0.45, 10...90),
        Spread(.routesTo, .slow, .slow, shared: .slow, 0.4, 20...120),
        Spread(.checks, .errors, .errors, 0.8, 5...40),
        Spread(.checks, .slow, .slow, 0.7, 10...60),
        Spread(.poweredBy, .down, .down, shared: .reduced, 0.97, 0...4),
        Spread(.cooledBy, .down, .slow, 0.6, 300...900),
        Spread(.uplink, .down, .down, shared: .reduced, 0.95, 0...6),
        Spread(.uplink, .errors, .errors, shared: .slow, 0.35, 10...120),
        Spread(.clockedBy, .errors, .slow, 0.8, 60...900),
        Spread(.routedOver, .down, .reduced, 0.97, 0...3),
        // Neighbours see their side of a dead link; the direction of the edge does not matter.
        Spread(.link, .down, .reduced, shared: .reduced, 0.95, 0...3),
        Spread(.link, .down, .reduced, shared: .reduced, 0.95, 0...3, reversed: true),
    ]
}
