/// What is known of an alert type: whether it clears, how often it is sent again, how often it occurs by itself
/// (algorithm.md §3, §4).
struct AlertType: BitwiseCopyable {
    var name: NameID
    /// Clears and new alerts counted.
    var clearCount = 0.0
    var newCount = 0.0
    /// Silences between raises of one uncleared key, in bins that end at 2, 5, 10, … 2560 s, and one open.
    var silenceCount = 0.0
    /// Longest silence that the re-send interval allows, s; 0 while none is known.
    var resendKeep = 0.0
    /// C_y: decayed background weight, and its time.
    var background = 0.0
    var backgroundTime = -Double.infinity

    /// Whether alerts of this type are cleared by their source (§3.1).
    @inline(__always)
    var clears: Bool { clearCount > 0 && clearCount >= 0.1 * newCount }

    /// The longest silence after which an uncleared alert is still taken to be on (§3.2), seconds.
    @inline(__always)
    var keep: Double { resendKeep > 0 ? resendKeep : clears ? 7200 : 60 }
}

/// All alert types, by dense index in the order of their first event.
struct AlertTypes: ~Copyable {
    static let silenceBins = 12
    private static let fewestSilences = 3.0
    private static let longestResend = 1280.0

    private var byName = Table<Int32>()
    var all = Table<AlertType>()
    private var silences = Table<Double>()
    /// How the counts of silences fade.
    var fading = Fading()

    var count: Int { all.count }

    /// The index of a type, or -1 if no event had it yet.
    func find(_ name: NameID) -> Int {
        Int(name.index) < byName.count ? Int(byName[Int(name.index)]) : -1
    }

    /// The index of a type that `find` does not know.
    mutating func add(_ name: NameID) -> Int {
        if byName.count <= Int(name.index) { byName.resize(to: Int(name.index) + 256, filling: -1) }
        byName[Int(name.index)] = Int32(all.count)
        all.append(AlertType(name: name))
        for _ in 0..<AlertTypes.silenceBins { silences.append(0) }
        return all.count - 1
    }

    /// Counts the silence before a raise of an uncleared key.
    mutating func countSilence(_ type: Int, _ gap: Double) {
        var bin = 0
        while bin < 11, gap >= AlertTypes.binEnd(bin) { bin += 1 }
        silences[type * AlertTypes.silenceBins + bin] += fading.inflation
        all[type].silenceCount += fading.inflation
        all[type].resendKeep = resendKeep(type)
    }

    /// The weights of a type's silences as they are stored, by bin.
    func silences(_ type: Int) -> [Double] {
        (0..<AlertTypes.silenceBins).map { silences[type * AlertTypes.silenceBins + $0] }
    }

    /// Takes over what a model knows of a type; before the first event.
    mutating func adopt(_ known: CorrelationModel.TypeStatistics, as type: Int) {
        all[type].newCount += known.alerts
        all[type].clearCount += known.clears
        for (bin, weight) in known.silences.enumerated() where bin < AlertTypes.silenceBins {
            silences[type * AlertTypes.silenceBins + bin] += Double(weight)
            all[type].silenceCount += Double(weight)
        }
        all[type].resendKeep = resendKeep(type)
    }

    /// Brings all counts of silences back to the scale of now.
    mutating func rescale() {
        for at in 0..<silences.count { silences[at] *= fading.deflation }
        for at in 0..<all.count { all[at].silenceCount *= fading.deflation }
        fading.restart()
    }

    /// Ends of the silence bins: those of the lags, and 2560 s.
    private static func binEnd(_ bin: Int) -> Double { bin < 10 ? Propagation.binEnds[bin] : 2560 }

    /// Twice the end of the median bin, at least 60 s; 0 where too little or nothing regular is known.
    private func resendKeep(_ type: Int) -> Double {
        let total = all[type].silenceCount
        guard total * fading.deflation >= AlertTypes.fewestSilences else { return 0 }
        var bin = 0
        var running = silences[type * AlertTypes.silenceBins]
        while running <= total / 2 {
            bin += 1
            running += silences[type * AlertTypes.silenceBins + bin]
        }
        guard bin < 11, AlertTypes.binEnd(bin) <= AlertTypes.longestResend else { return 0 }
        return max(60, 2 * AlertTypes.binEnd(bin))
    }
}
