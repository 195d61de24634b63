/// One alert that a fault, or nothing, will cause.
struct PlannedAlert: Sendable {
    let resource: Int
    let symptom: Int
    /// When the monitor raises it, and when its cause is gone. Milliseconds.
    let begin: Int64
    let end: Int64
}

/// Lets a fault spread through the estate and tells which alerts follow.
struct FaultPlanner: Sendable {
    private let plan: Plan
    /// By resource: the number of the fault that reached it last. So nothing need be cleared between faults.
    private var reachedBy: [Int32]
    private var fault: Int32 = 0
    /// However wide a fault spreads, it stops here.
    private static let resourcesAtMost = 600

    private struct Reached {
        let resource: Int
        let impact: Impact
        let time: Int64
        let depth: Int
    }

    init(plan: Plan) {
        self.plan = plan
        reachedBy = Array(repeating: 0, count: plan.estate.resources.count)
    }

    /// The alerts of one fault at `root`, not sorted.
    mutating func alerts(of mode: Plan.Mode, root: Int, begin: Int64, end: Int64, random: inout RandomSource) -> [PlannedAlert] {
        fault += 1
        reachedBy[root] = fault
        var alerts: [PlannedAlert] = []
        for symptom in mode.symptoms {
            let time = plan.symptoms[symptom].atEnd ? end : begin
            add(symptom, of: root, problem: time, until: max(end, time), to: &alerts, random: &random)
        }
        guard let impact = mode.mode.impact else { return alerts }
        var queue = [Reached(resource: root, impact: impact, time: begin, depth: 0)]
        var next = 0
        while next < queue.count {
            let reached = queue[next]
            next += 1
            let kind = plan.estate.resources[reached.resource].kind
            for symptom in plan.reactions[kind.index * 4 + reached.impact.index] {
                add(symptom, of: reached.resource, problem: reached.time, until: end, to: &alerts, random: &random)
            }
            if queue.count < Self.resourcesAtMost { spread(reached, end: end, into: &queue, random: &random) }
        }
        return alerts
    }

    private mutating func spread(_ cause: Reached, end: Int64, into queue: inout [Reached], random: inout RandomSource) {
        for spread in plan.spreads where spread.cause == cause.impact {
            let neighbours = spread.reversed ? plan.estate.dependencies[cause.resource] : plan.estate.dependents[cause.resource]
            for neighbour in neighbours where neighbour.kind == spread.edge && reachedBy[neighbour.resource] != fault {
                let effect = effect(of: spread, on: neighbour.resource)
                // Far from the root a problem is ever less likely to be felt.
                let fading = 1 / (1 + 0.25 * Double(cause.depth))
                guard random.chance(spread.chance * fading) else { continue }
                let time = cause.time + Int64(random.between(spread.delay) * 1_000)
                guard time < end else { continue }
                reachedBy[neighbour.resource] = fault
                queue.append(Reached(resource: neighbour.resource, impact: effect, time: time, depth: cause.depth + 1))
            }
        }
    }

    private func effect(of spread: Spread, on resource: Int) -> Impact {
        guard let shared = spread.shared, !spread.reversed else { return spread.effect }
        let spare = plan.estate.dependencies[resource].contains { $0.kind == spread.edge && reachedBy[$0.resource] != fault }
        return spare ? shared : spread.effect
    }

    private func add(
        _ symptom: Int, of resource: Int, problem: Int64, until end: Int64,
        to alerts: inout [PlannedAlert], random: inout RandomSource
    ) {
        let description = plan.symptoms[symptom]
        guard plan.monitored[resource] || description.atEnd || description.source == .changes else { return }
        guard random.chance(description.chance) else { return }
        let noticed = problem + Int64(random.between(description.delay) * 1_000)
        let begin = plan.polled(noticed, source: description.source, resource: resource)
        let recovery = Int64(random.between(5...60) * 1_000)
        let gone = plan.polled(end + recovery, source: description.source, resource: resource)
        // What is over before anybody looks is never seen.
        guard begin <= end || !description.clears else { return }
        alerts.append(PlannedAlert(resource: resource, symptom: symptom, begin: begin, end: gone))
    }
}

extension Plan {
    /// The next time that a monitor looks at a resource: every resource has its own place in the monitor's round.
    func polled(_ time: Int64, source: MonitoringSource, resource: Int) -> Int64 {
        guard source.poll > 0 else { return time }
        let interval = Int64((options.pollingInterval ?? source.poll) * 1_000)
        let phase = Int64(truncatingIfNeeded: UInt64(resource) &* 0x9E37_79B9 % UInt64(interval))
        return time + (interval - (time - phase) % interval) % interval
    }
}
