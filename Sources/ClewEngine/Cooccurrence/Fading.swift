/// Exponential forgetting of many sums at once: instead of shrinking each of them as time goes by, what is added grows
/// in proportion (forward decay, Cormode et al. 2009). Without a half-life nothing changes.
struct Fading: BitwiseCopyable {
    /// What a unit added now weighs in the stored sums, and what a stored sum is to be multiplied by when it is read.
    private(set) var inflation = 1.0
    private(set) var deflation = 1.0
    private var origin = Double.nan

    private static let largest = 1e100

    /// Moves on to event time `time`, seconds; an earlier one changes nothing.
    mutating func advance(to time: Double, _ halfLife: Double) {
        if origin.isNaN { origin = time }
        let halves = (time - origin) / halfLife
        guard halves > 0 else { return }
        let grown = Elementary.exp(min(halves * 0.693_147_180_559_945_3, 690))
        guard grown > inflation else { return }
        inflation = grown
        deflation = 1 / grown
    }

    /// The stored sums are about to outgrow a float: multiply them by `deflation`, then `restart`.
    var needsRescaling: Bool { inflation > Fading.largest }

    /// The stored sums are as of `time` (the next moment that is told, if none is given).
    mutating func restart(at time: Double = .nan) {
        origin = time
        inflation = 1
        deflation = 1
    }
}
