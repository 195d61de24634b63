/// How often the true root cause is among the first that an incident names.
public struct RootCauseScore: Sendable, Equatable {
    /// True incidents whose root cause is known and that have events.
    public var incidents = 0
    /// Of those: the true root is named first; among the first three; among the first five.
    public var top1Right = 0
    public var top3Right = 0
    public var top5Right = 0
    /// Of those: no root cause is named, because all events are alone or their incident was never shown.
    public var unnamed = 0

    public var top1: Double? { share(top1Right) }
    public var top3: Double? { share(top3Right) }
    public var top5: Double? { share(top5Right) }

    private func share(_ count: Int) -> Double? { incidents > 0 ? Double(count) / Double(incidents) : nil }

    /// Asks, for each true incident, the predicted incident with most of its events: of equals the smaller one, then the lower id.
    ///
    /// - Parameters:
    ///   - accepted: by label of a true incident, as it was given to `GradedEvents`: the resources that are right. A true incident
    ///     without an entry does not count.
    ///   - id: the id of a predicted incident by its label.
    ///   - named: its root causes, best first.
    public init(_ graded: GradedEvents, accepted: [Int32: Set<String>], id: (Int32) -> String, named: (Int32) -> [String]) {
        let overlap = IncidentOverlap(graded)
        var holder = ContiguousArray<Contingency.Cell?>(repeating: nil, count: graded.trueIncidents)
        for cell in overlap.cells {
            guard let best = holder[Int(cell.row)] else {
                holder[Int(cell.row)] = cell
                continue
            }
            let (size, bestSize) = (overlap.predictedSizes[Int(cell.column)], overlap.predictedSizes[Int(best.column)])
            let isBetter: Bool
            if (cell.count, -size) != (best.count, -bestSize) {
                isBetter = (cell.count, -size) > (best.count, -bestSize)
            } else {
                let (one, other) = (id(graded.predictedLabels[Int(cell.column)]), id(graded.predictedLabels[Int(best.column)]))
                isBetter = one.utf8.lexicographicallyPrecedes(other.utf8)
            }
            if isBetter { holder[Int(cell.row)] = cell }
        }
        for (label, cell) in zip(graded.trueLabels, holder) {
            guard let right = accepted[label] else { continue }
            incidents += 1
            let causes = cell.map { named(graded.predictedLabels[Int($0.column)]) } ?? []
            if causes.isEmpty { unnamed += 1 }
            guard let rank = causes.firstIndex(where: { right.contains($0) }) else { continue }
            if rank < 1 { top1Right += 1 }
            if rank < 3 { top3Right += 1 }
            if rank < 5 { top5Right += 1 }
        }
    }
}
