/// The events of a scenario, one at a time, in order of arrival.
///
/// Memory holds what is going on at the moment (alerts that fire, events on their way), whatever the length of the scenario.
public struct EventStream: Sendable {
    let plan: Plan
    private var planner: FaultPlanner
    private var writer: LineWriter
    private var timers = MinimumHeap<Timer>()
    private var transit = MinimumHeap<Delivery>()
    private var alerts: [LiveAlert] = []
    private var freeSlots: [Int32] = []
    /// By resource and type: whether an alert fires now. A second cause of a firing alert raises nothing new.
    private var firing: [Bool]
    private var numbers: [UInt32]
    private var order: UInt32 = 0
    private var faultRandom: RandomSource
    private var noiseRandom: RandomSource
    private var alertRandom: RandomSource
    private var deliveryRandom: RandomSource
    private var deploymentRandom: RandomSource
    private var delivered = 0
    private var calmFrom: Int64
    private let end: Int64
    private let lastResort: Int64
    /// What has happened so far, in order of beginning.
    private(set) var faults: [FaultRecord] = []

    /// Share of alerts that are noise where the pace is set by the number of events.
    private static let noiseShareWhenPaced = 0.25

    init(plan: Plan) {
        let options = plan.options
        self.plan = plan
        planner = FaultPlanner(plan: plan)
        writer = LineWriter(plan: plan)
        firing = Array(repeating: false, count: plan.estate.resources.count * max(1, plan.typeCount))
        numbers = Array(repeating: 0, count: plan.sources.count)
        faultRandom = RandomSource(seed: options.seed, stream: 11)
        noiseRandom = RandomSource(seed: options.seed, stream: 12)
        alertRandom = RandomSource(seed: options.seed, stream: 13)
        deliveryRandom = RandomSource(seed: options.seed, stream: 14)
        deploymentRandom = RandomSource(seed: options.seed, stream: 15)
        calmFrom = options.start
        end = options.start + Int64(options.duration * 1_000)
        // A scenario that can hardly raise anything (nothing is monitored) ends before its limit of events.
        lastResort = options.start + Int64(options.duration * 4_000)
        let paced = options.eventLimit != nil
        schedule(.fault, every: paced ? options.duration / 1_000 : Self.gap(options.faultsPerHour / 3_600), from: options.start)
        schedule(.noise, every: paced ? options.duration / 1_000 : Self.gap(options.noisePerHour / 3_600), from: options.start)
        schedule(.storm, every: Self.gap(options.stormsPerDay / 86_400), from: options.start)
        schedule(.plannedWork, every: Self.gap(options.plannedWorkPerDay / 86_400), from: options.start)
        scheduleDeployment(from: options.start)
    }

    /// Appends the next event's line to `bytes`; nil, with nothing appended, at the end.
    public mutating func next(appendingTo bytes: inout [UInt8]) -> EmittedEvent? {
        guard let event = nextDelivery() else { return nil }
        writer.append(event, to: &bytes)
        return EmittedEvent(event)
    }

    func appendID(of event: Delivery, to bytes: inout [UInt8]) { writer.appendID(of: event, to: &bytes) }

    mutating func nextDelivery() -> Delivery? {
        if let limit = plan.options.eventLimit, delivered >= limit { return nil }
        while let timer = timers.first {
            // An event arrives no earlier than it happens, so nothing to come can overtake what arrives before the next timer.
            if let arriving = transit.first, arriving.time <= timer.time { break }
            _ = timers.pop()
            run(timer)
        }
        guard let event = transit.pop() else { return nil }
        delivered += 1
        if event.fault >= 0, event.firing, !event.duplicate { faults[Int(event.fault)].count(event) }
        return event
    }
}

extension EventStream {
    private struct Timer: Timed, Sendable {
        enum Kind: Sendable { case fault, noise, storm, plannedWork, deployment, badDeployment(Int), alert(Int32) }
        let time: Int64
        let order: UInt32
        let kind: Kind
    }

    private struct LiveAlert: Sendable {
        enum Step: Sendable { case raise, again, pause, end }
        let resource: Int
        let symptom: Int
        let fault: Int32
        var end: Int64
        /// Milliseconds between repeats, 0 = none.
        let interval: Int64
        /// Nil = until the end.
        var repeatsLeft: Int?
        let clearComes: Bool
        let flaps: Bool
        var step: Step
        var salt: UInt64
    }

    private static func gap(_ rate: Double) -> Double? { rate > 0 ? 1 / rate : nil }

    private var open: Bool { plan.options.eventLimit == nil }

    private mutating func schedule(_ kind: Timer.Kind, every mean: Double?, from time: Int64) {
        guard let mean else { return }
        let gap: Double
        if case .fault = kind { gap = faultRandom.exponential(mean: mean) } else { gap = noiseRandom.exponential(mean: mean) }
        schedule(kind, at: time + max(1, Int64(gap * 1_000)))
    }

    private mutating func schedule(_ kind: Timer.Kind, at time: Int64) {
        if case .alert = kind {} else if time >= (open ? end : lastResort) { return }
        order &+= 1
        timers.push(Timer(time: time, order: order, kind: kind))
    }

    private mutating func run(_ timer: Timer) {
        let options = plan.options
        switch timer.kind {
        case .alert(let slot): advance(slot, at: timer.time)
        case .noise: beginNoise(at: timer.time)
        case .fault: beginFault(at: timer.time)
        case .storm:
            _ = begin(.storm, at: timer.time)
            schedule(.storm, every: Self.gap(options.stormsPerDay / 86_400), from: timer.time)
        case .plannedWork:
            _ = begin(.plannedWork, at: timer.time)
            schedule(.plannedWork, every: Self.gap(options.plannedWorkPerDay / 86_400), from: timer.time)
        case .deployment:
            deploy(at: timer.time)
            scheduleDeployment(from: timer.time)
        case .badDeployment(let root): beginDeploymentFault(of: root, at: timer.time)
        }
    }

    // MARK: What goes wrong

    private mutating func beginFault(at time: Int64) {
        let alerts = begin(.fault, at: time)
        if let perEvent = pace(at: time) {
            schedule(.fault, every: Double(max(1, alerts)) * perEvent / (1 - Self.noiseShareWhenPaced), from: time)
        } else if let mean = Self.gap(plan.options.faultsPerHour / 3_600) {
            let next = time + Int64(faultRandom.exponential(mean: mean) * 1_000)
            let calm = calmFrom + Int64(faultRandom.between(120...900) * 1_000)
            schedule(.fault, at: faultRandom.chance(plan.options.overlap) ? next : max(next, calm))
        }
    }

    /// Seconds of event time an alert, where the number of events is given: more where the stream is ahead of its schedule.
    private func pace(at time: Int64) -> Double? {
        guard let limit = plan.options.eventLimit else { return nil }
        let passed = Double(time - plan.options.start) / 1_000
        let due = Double(limit) * passed / plan.options.duration
        let ahead = (Double(delivered) + 200) / (due + 200)
        return 2.2 * plan.options.duration / Double(limit) * min(4, max(0.25, ahead * ahead))
    }

    /// Begins a fault of this role and returns the number of alerts that it will raise.
    private mutating func begin(_ role: FailureMode.Role, at time: Int64) -> Int {
        let weights = plan.modes.map { $0.mode.role == role ? $0.mode.weight : 0 }
        guard let chosen = faultRandom.index(byWeight: weights), let root = faultRandom.pick(plan.modes[chosen].roots) else { return 0 }
        return begin(chosen, root: root, at: time, \.faultRandom)
    }

    private mutating func begin(_ chosen: Int, root: Int, at time: Int64, _ source: WritableKeyPath<EventStream, RandomSource>) -> Int {
        var random = self[keyPath: source]
        defer { self[keyPath: source] = random }
        let mode = plan.modes[chosen]
        let over = time + Int64(random.between(mode.mode.lasts) * 1_000)
        calmFrom = max(calmFrom, over)
        let number = Int32(faults.count)
        faults.append(FaultRecord(mode: chosen, root: root, begin: time, end: over))
        let planned = planner.alerts(of: mode, root: root, begin: time, end: over, random: &random)
        for alert in planned { add(alert, fault: number) }
        return planned.count
    }

    // MARK: Deployments

    /// Share of deployments that begin a fault.
    private static let badDeployments = 0.1

    private mutating func scheduleDeployment(from time: Int64) {
        guard let mean = Self.gap(plan.options.deploymentsPerDay / 86_400) else { return }
        schedule(.deployment, at: time + max(1, Int64(deploymentRandom.exponential(mean: mean) * 1_000)))
    }

    private mutating func deploy(at time: Int64) {
        guard let symptom = plan.deployment, let resource = deploymentRandom.pick(plan.deployable) else { return }
        add(PlannedAlert(resource: resource, symptom: symptom, begin: time, end: time + 1), fault: -1)
        guard deploymentRandom.chance(Self.badDeployments) else { return }
        // Some show at once, some when the load comes: from 5 s to 20 min, each size as likely.
        let octaves = deploymentRandom.between(0...7.9)
        var delay = 5_000.0 * (1 + octaves - octaves.rounded(.down))
        for _ in 0..<Int(octaves) { delay *= 2 }
        schedule(.badDeployment(resource), at: time + Int64(delay))
    }

    private mutating func beginDeploymentFault(of root: Int, at time: Int64) {
        let kind = plan.estate.resources[root].kind
        let weights = plan.modes.map { $0.mode.role == .fault && $0.mode.kind == kind ? $0.mode.weight : 0 }
        guard let chosen = deploymentRandom.index(byWeight: weights) else { return }
        _ = begin(chosen, root: root, at: time, \.deploymentRandom)
    }

    private mutating func beginNoise(at time: Int64) {
        if let place = noiseRandom.pick(plan.noisy), plan.monitored[place.resource], let symptom = noiseRandom.pick(place.symptoms) {
            let length = Int64((30 + noiseRandom.exponential(mean: 400)) * 1_000)
            add(PlannedAlert(resource: place.resource, symptom: symptom, begin: time, end: time + length), fault: -1)
        }
        if let perEvent = pace(at: time) {
            schedule(.noise, every: perEvent / Self.noiseShareWhenPaced, from: time)
        } else {
            schedule(.noise, every: Self.gap(plan.options.noisePerHour / 3_600), from: time)
        }
    }

    // MARK: The life of an alert

    private mutating func add(_ planned: PlannedAlert, fault: Int32) {
        let symptom = plan.symptoms[planned.symptom]
        let options = plan.options
        var interval = symptom.clears ? options.resendInterval ?? symptom.source.resend : symptom.repeats ?? 0
        var repeats: Int?
        var end = planned.end
        if let mean = options.resendsPerAlert, symptom.clears {
            if interval <= 0 { interval = 300 }
            let count = alertRandom.geometric(mean: mean)
            repeats = count
            end = planned.begin + Int64((Double(count) + alertRandom.between(0.1...0.95)) * interval * 1_000)
        }
        let flaps = symptom.clears && alertRandom.chance(options.flapping)
        let alert = LiveAlert(
            resource: planned.resource, symptom: planned.symptom, fault: fault, end: max(end, planned.begin + 1_000),
            interval: Int64(interval * 1_000), repeatsLeft: repeats,
            clearComes: symptom.clears && !alertRandom.chance(options.missingClears), flaps: flaps, step: .raise, salt: alertRandom.next())
        let slot: Int32
        if let free = freeSlots.popLast() {
            slot = free
            alerts[Int(free)] = alert
        } else {
            slot = Int32(alerts.count)
            alerts.append(alert)
        }
        schedule(.alert(slot), at: planned.begin)
    }

    private mutating func advance(_ slot: Int32, at time: Int64) {
        let index = Int(slot)
        let key = alerts[index].resource * plan.typeCount + plan.typeOf[alerts[index].symptom]
        switch alerts[index].step {
        case .raise:
            guard !firing[key] else { return freeSlots.append(slot) }
            firing[key] = true
            report(index, at: time, firing: true, again: false)
        case .again:
            alerts[index].repeatsLeft = alerts[index].repeatsLeft.map { $0 - 1 }
            report(index, at: time, firing: true, again: true)
        case .pause:
            firing[key] = false
            report(index, at: time, firing: false, again: false)
            let back = time + Int64(alertRandom.between(10...90) * 1_000)
            guard back < alerts[index].end else { return freeSlots.append(slot) }
            alerts[index].step = .raise
            return schedule(.alert(slot), at: back)
        case .end:
            firing[key] = false
            if alerts[index].clearComes { report(index, at: time, firing: false, again: false) }
            return freeSlots.append(slot)
        }
        scheduleNextStep(of: slot, after: time)
    }

    private mutating func scheduleNextStep(of slot: Int32, after time: Int64) {
        let index = Int(slot)
        let alert = alerts[index]
        if alert.flaps {
            let off = time + Int64(alertRandom.between(20...150) * 1_000)
            alerts[index].step = off < alert.end ? .pause : .end
            return schedule(.alert(slot), at: min(off, alert.end))
        }
        // Repeats of a state come by the clock, repeats of a happening when it happens again.
        let clears = plan.symptoms[alert.symptom].clears
        let wait = clears ? alert.interval : Int64(Double(alert.interval) * alertRandom.between(0.4...1.6))
        let again = time + max(wait, 200)
        if alert.interval > 0, alert.repeatsLeft != 0, again < alert.end {
            alerts[index].step = .again
            schedule(.alert(slot), at: again)
        } else {
            alerts[index].step = .end
            // What merely happened is over at once.
            schedule(.alert(slot), at: clears ? max(alert.end, time + 1) : time + 1)
        }
    }

    private mutating func report(_ index: Int, at time: Int64, firing: Bool, again: Bool) {
        let alert = alerts[index]
        if firing { alerts[index].salt = alertRandom.next() }
        let source = plan.sourceOf[alert.symptom]
        numbers[source] += 1
        var delay = deliveryRandom.between(40...1_400)
        if deliveryRandom.chance(plan.options.lateShare) { delay += deliveryRandom.uniform() * plan.options.maximumLateness * 1_000 }
        send(alert, index: index, at: time, delay: Int64(delay), firing: firing, again: again, duplicate: false)
        if deliveryRandom.chance(plan.options.duplicates) {
            let later = delay + deliveryRandom.between(200...45_000)
            send(alert, index: index, at: time, delay: Int64(later), firing: firing, again: again, duplicate: true)
        }
    }

    private mutating func send(
        _ alert: LiveAlert, index: Int, at time: Int64, delay: Int64, firing: Bool, again: Bool, duplicate: Bool
    ) {
        order &+= 1
        transit.push(
            Delivery(
                time: time + delay, order: order, timestamp: time + plan.clockSkew[alert.resource],
                resource: Int32(alert.resource), symptom: Int32(alert.symptom), fault: alert.fault,
                number: numbers[plan.sourceOf[alert.symptom]], salt: alerts[index].salt,
                firing: firing, again: again, duplicate: duplicate))
    }
}
