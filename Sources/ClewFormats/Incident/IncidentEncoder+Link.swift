internal import ClewEngine

extension IncidentEncoder {
    /// The evidence of a link, as an object.
    mutating func write(_ link: Link, of alert: AlertName, _ names: borrowing Names) {
        out.put("{\"to\":")
        if link.to.resource == .none {
            out.put("null")
        } else {
            out.put(byte: 0x22)
            key(link.to, names)
            out.put(byte: 0x22)
        }
        out.put(",\"relation\":\"")
        out.put(link.relation.literal)
        out.put("\",\"via\":")
        if link.via == .none { out.put("null") } else { string(link.via, names) }
        out.put(",\"hops\":")
        out.put(integer: UInt64(link.hops))
        out.put(",\"lag_s\":")
        out.put(link.lag, fraction: 3)
        out.put(",\"odds\":")
        out.put(link.odds, fraction: 3)
        out.put(",\"factors\":{")
        factors(link)
        out.put("},\"runner_up\":")
        if link.runnerUpOdds > 0 {
            out.put("{\"incident\":")
            quoted(link.runnerUp)
            out.put(",\"odds\":")
            out.put(link.runnerUpOdds, fraction: 3)
            out.put(byte: 0x7D)
        } else {
            out.put("null")
        }
        out.put(",\"stage\":\"")
        out.put(link.stage.literal)
        out.put("\",\"over_s\":")
        out.put(link.overFor, fraction: 3)
        if link.relation != .far {
            out.put(",\"seen\":")
            out.put(link.seen, fraction: 2)
            out.put(",\"expected\":")
            out.put(link.expected, fraction: 2)
        }
        // Of `up` it is a prior within `propagation`, not a factor.
        if link.relation == .up {
            out.put(",\"failing\":")
            out.put(link.failing, fraction: 4)
        }
        if link.stage == .settledAfterClear {
            out.put(",\"cleared\":{\"apart_s\":")
            out.put(link.clearedApart, fraction: 3)
            out.put(",\"length_s\":")
            out.put(link.clearedLength, fraction: 3)
            out.put(byte: 0x7D)
        }
        out.put(",\"why\":\"")
        why(link, of: alert, names)
        out.put("\"}")
    }

    /// The factors that multiply to the odds: which they are depends on the relation.
    private mutating func factors(_ link: Link) {
        switch link.relation {
        case .same, .up, .sib:
            factor("\"topology\":", link.topology)
            if link.relation == .sib { factor(",\"failing\":", link.failing) }
            factor(",\"propagation\":", link.propagation)
            factor(",\"lag\":", link.lagDensity)
            factor(",\"background\":", link.background)
        case .selfAgain:
            factor("\"recurrence\":", link.propagation)
            factor(",\"lag\":", link.lagDensity)
            factor(",\"background\":", link.background)
        case .far:
            factor("\"share\":", link.topology)
            factor(",\"rate\":", link.lagDensity)
            factor(",\"quiet\":", link.background)
        }
        if link.stage == .settledAfterClear { factor(",\"cleared_together\":", link.clearedFactor) }
    }

    private mutating func factor(_ name: StaticString, _ value: Double) {
        out.put(name)
        out.put(scientific: value)
    }
}
