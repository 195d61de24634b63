/// Events with the incident that each really belongs to and the one that it was put into: what every measure is taken of.
///
/// Incidents are given as numbers from 0 in any order and with gaps (an interner's ids, say) and renumbered here; below 0 means none.
public struct GradedEvents: Sendable {
    /// By event: number of the true incident, -1 for noise.
    let truth: ContiguousArray<Int32>
    /// By event: number of the predicted incident, -1 for none.
    let predicted: ContiguousArray<Int32>
    /// The numbers that the caller gave, by ours.
    public let trueLabels: ContiguousArray<Int32>
    public let predictedLabels: ContiguousArray<Int32>

    /// Events.
    public var count: Int { truth.count }
    /// True incidents that have events.
    public var trueIncidents: Int { trueLabels.count }
    /// Predicted incidents that have some of these events.
    public var predictedIncidents: Int { predictedLabels.count }

    /// Takes two labellings of the same events; of a longer one the rest is left out.
    ///
    /// Time and memory in proportion to the events and the greatest label.
    public init(truth: some Collection<Int32>, predicted: some Collection<Int32>) {
        let count = min(truth.count, predicted.count)
        (self.truth, trueLabels) = GradedEvents.renumber(truth.prefix(count))
        (self.predicted, predictedLabels) = GradedEvents.renumber(predicted.prefix(count))
    }

    private static func renumber(_ labels: some Collection<Int32>) -> (ContiguousArray<Int32>, ContiguousArray<Int32>) {
        var numbers = ContiguousArray<Int32>(repeating: -1, count: Int(max(-1, labels.max() ?? -1)) + 1)
        var names: ContiguousArray<Int32> = []
        var result: ContiguousArray<Int32> = []
        result.reserveCapacity(labels.count)
        for label in labels {
            guard label >= 0 else {
                result.append(-1)
                continue
            }
            if numbers[Int(label)] < 0 {
                numbers[Int(label)] = Int32(names.count)
                names.append(label)
            }
            result.append(numbers[Int(label)])
        }
        return (result, names)
    }
}
