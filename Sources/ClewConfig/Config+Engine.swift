public import ClewEngine

extension Config {
    /// What the engine's correlation is to be given.
    public var correlationParameters: CorrelationParameters {
        var result = CorrelationParameters()
        result.threshold = correlation.threshold
        result.holdBack = correlation.holdBack.inSeconds
        result.maxAge = correlation.maxAge.inSeconds
        result.maxAlerts = correlation.maxAlerts
        result.maxQuiet = correlation.maxQuiet?.inSeconds
        result.idle = correlation.idle.inSeconds
        result.updateInterval = correlation.updateInterval.inSeconds
        result.publishLone = correlation.publishLone
        result.changeTypes = correlation.changeTypes
        result.changeWindow = correlation.changeWindow.inSeconds
        result.fuseThreshold = correlation.fuseThreshold
        result.settleThreshold = correlation.settleThreshold
        result.burstThreshold = correlation.burstThreshold
        // The second settlement can't come before the first.
        result.settleLate = max(correlation.settleLate, correlation.holdBack).inSeconds
        result.resolveAfter = correlation.resolveAfter.inSeconds
        result.chronicCount = correlation.chronicCount
        result.halfLife = model.halfLife?.inSeconds
        result.learns = model.mode == .learn
        result.maxResourcePairs = model.maxResourcePairs
        result.maxKeys = correlation.maxKeys
        result.maxPairs = correlation.maxPairs
        result.maxBoundResources = correlation.maxBoundResources
        return result
    }

    /// What the ordering of events is to be given.
    public var intakeParameters: IntakeParameters {
        var result = IntakeParameters()
        result.allowedLateness = input.allowedLateness.inMicroseconds
        result.maxBehind = input.maxBehind.inMicroseconds
        result.maxAhead = input.maxAhead.inMicroseconds
        result.maxAheadUnrecorded = input.maxAheadUnrecorded.inMicroseconds
        result.redeliveryMemory = input.redeliveryMemory.inMicroseconds
        result.maxRedeliveries = input.maxRedeliveries
        result.maxBuffered = input.maxBuffered
        return result
    }

    /// The transactional id as set, else `clew-` and the group.
    public var transactionalID: String { output.transactionalID ?? "clew-\(input.group)" }
}

extension Duration {
    /// Whole microseconds; what is smaller is cut, what is too large is clamped.
    public var inMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, over) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        return overflow || over ? (seconds < 0 ? .min : .max) : sum
    }

    /// Seconds as a floating-point number.
    public var inSeconds: Double { Double(inMicroseconds) / 1e6 }
}
