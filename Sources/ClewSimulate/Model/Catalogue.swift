/// What a resource of a kind shows when it has a problem.
struct Reaction: Sendable {
    let kind: ResourceKind
    let impact: Impact
    let symptoms: [Symptom]

    init(_ kind: ResourceKind, _ impact: Impact, _ symptoms: [Symptom]) {
        (self.kind, self.impact, self.symptoms) = (kind, impact, symptoms)
    }
}

/// How a problem passes along an edge, normally from what is depended on to what depends on it.
struct Spread: Sendable {
    let edge: EdgeKind
    let cause: Impact
    /// Impact on the dependent, if nothing else steps in.
    let effect: Impact
    /// Impact if such edges are alternatives and another one still leads to something sound; nil = they are no alternatives.
    let shared: Impact?
    let chance: Double
    /// Seconds.
    let delay: ClosedRange<Double>
    /// From the dependent to what it depends on (a bad release reaches the service's pods).
    let reversed: Bool

    init(
        _ edge: EdgeKind, _ cause: Impact, _ effect: Impact, shared: Impact? = nil,
        _ chance: Double, _ delay: ClosedRange<Double>, reversed: Bool = false
    ) {
        (self.edge, self.cause, self.effect, self.shared) = (edge, cause, effect, shared)
        (self.chance, self.delay, self.reversed) = (chance, delay, reversed)
    }
}

/// A way in which a resource fails.
struct FailureMode: Sendable {
    enum Role: Sendable { case fault, storm, plannedWork }

    let name: String
    let kind: ResourceKind
    /// Nil: nobody but the root notices.
    let impact: Impact?
    /// Relative frequency among the modes with the same role.
    let weight: Double
    /// Seconds that it lasts.
    let lasts: ClosedRange<Double>
    /// What the root shows beside its reaction to the impact.
    let symptoms: [Symptom]
    let role: Role
    /// The root's neighbours along this kind of edge are as right an answer as the root.
    let alsoRight: EdgeKind?

    init(
        _ name: String, _ kind: ResourceKind, _ impact: Impact?, weight: Double = 1, lasts: ClosedRange<Double>,
        role: Role = .fault, alsoRight: EdgeKind? = nil, _ symptoms: [Symptom] = []
    ) {
        (self.name, self.kind, self.impact, self.weight, self.lasts) = (name, kind, impact, weight, lasts)
        (self.role, self.alsoRight, self.symptoms) = (role, alsoRight, symptoms)
    }
}

/// Everything that can go wrong in an estate, and how it shows.
struct Catalogue: Sendable {
    let reactions: [Reaction]
    let spreads: [Spread]
    let modes: [FailureMode]
    /// Alerts that come and go by themselves, by kind.
    let noise: [(kind: ResourceKind, symptoms: [Symptom])]

    /// The spreads are those of the first: all estates share one table.
    static func + (one: Catalogue, other: Catalogue) -> Catalogue {
        Catalogue(
            reactions: one.reactions + other.reactions, spreads: one.spreads,
            modes: one.modes + other.modes, noise: one.noise + other.noise)
    }
}
