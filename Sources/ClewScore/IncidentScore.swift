/// How the incidents came out, as an operator would count it: merged, split, whole, and what noise was taken in.
public struct IncidentScore: Sendable, Equatable {
    /// Events that count; those with a true incident; those without.
    public var events = 0
    public var labelled = 0
    public var noise = 0
    /// Incidents that hold some of these events.
    public var trueIncidents = 0
    public var predictedIncidents = 0
    /// Events that are in no predicted incident.
    public var unassigned = 0
    /// Mean over the true incidents of the best F1, on events, that any predicted incident reaches; nil without true incidents.
    public var macroBestF1: Double?
    /// Predicted incidents that hold events of two or more true ones; those whose biggest holds less than 90 % of the labelled events.
    public var overMerge = 0
    public var overMerge90 = 0
    /// True incidents in two or more predicted ones, lone events counted; those whose biggest part is less than 90 %.
    public var overSplit = 0
    public var overSplit90 = 0
    /// True incidents with a predicted incident of exactly the same events.
    public var exact = 0
    /// Noise events in predicted incidents that hold labelled events too.
    public var noiseInLabelled = 0
    /// Predicted incidents of nothing but noise.
    public var falseIncidents = 0

    /// Share of the noise that is in incidents with labelled events; nil without noise.
    public var noiseSwallowed: Double? { noise > 0 ? Double(noiseInLabelled) / Double(noise) : nil }
    /// Events for each thing that an operator is shown: an incident, or an event in none.
    public var compression: Double { Double(events) / Double(max(1, predictedIncidents + unassigned)) }

    /// Counts. O(n log n) for n events.
    public init(_ graded: GradedEvents) { self.init(IncidentOverlap(graded)) }

    init(_ overlap: IncidentOverlap) {
        events = overlap.events
        labelled = overlap.labelled
        noise = events - labelled
        trueIncidents = overlap.trueSizes.count
        predictedIncidents = overlap.predictedSizes.count
        unassigned = overlap.unassigned
        var incidents = TrueParts(overlap)
        var parts = ContiguousArray(repeating: 0, count: predictedIncidents)
        var biggest = parts
        for cell in overlap.cells {
            incidents.add(cell, overlap)
            let column = Int(cell.column)
            parts[column] += 1
            biggest[column] = max(biggest[column], cell.count)
        }
        for at in parts.indices {
            if parts[at] == 0 { falseIncidents += 1 }
            guard parts[at] > 1 else { continue }
            overMerge += 1
            if Double(biggest[at]) < 0.9 * Double(overlap.labelledIn[at]) { overMerge90 += 1 }
        }
        for at in incidents.parts.indices where incidents.parts[at] > 1 {
            overSplit += 1
            if Double(incidents.biggest[at]) < 0.9 * Double(overlap.trueSizes[at]) { overSplit90 += 1 }
        }
        exact = incidents.exact
        macroBestF1 = trueIncidents == 0 ? nil : incidents.best.reduce(0, +) / Double(trueIncidents)
        for at in overlap.labelledIn.indices where overlap.labelledIn[at] > 0 {
            noiseInLabelled += overlap.predictedSizes[at] - overlap.labelledIn[at]
        }
    }
}

/// What the true incidents were broken into. A lone event is a part of one event.
private struct TrueParts {
    var parts: ContiguousArray<Int>
    var biggest: ContiguousArray<Int>
    var best: ContiguousArray<Double> = []
    var exact = 0

    init(_ overlap: IncidentOverlap) {
        parts = overlap.aloneIn
        biggest = ContiguousArray(overlap.aloneIn.map { min($0, 1) })
        for (size, alone) in zip(overlap.trueSizes, overlap.aloneIn) {
            if size == 1, alone == 1 { exact += 1 }
            best.append(alone > 0 ? 2 / Double(size + 1) : 0)
        }
    }

    mutating func add(_ cell: Contingency.Cell, _ overlap: IncidentOverlap) {
        let at = Int(cell.row)
        let size = overlap.trueSizes[at]
        let predicted = overlap.predictedSizes[Int(cell.column)]
        parts[at] += 1
        biggest[at] = max(biggest[at], cell.count)
        best[at] = max(best[at], 2 * Double(cell.count) / Double(size + predicted))
        if cell.count == size, cell.count == predicted { exact += 1 }
    }
}

/// True incidents against predicted ones; noise and lone events are counted apart.
struct IncidentOverlap {
    var events: Int
    var labelled = 0
    var unassigned = 0
    /// Events by true incident, and those of them that are in no predicted one.
    var trueSizes: ContiguousArray<Int>
    var aloneIn: ContiguousArray<Int>
    /// Events by predicted incident, and those of them that have a true one.
    var predictedSizes: ContiguousArray<Int>
    var labelledIn: ContiguousArray<Int>
    var cells: ContiguousArray<Contingency.Cell>

    init(_ graded: GradedEvents) {
        events = graded.count
        trueSizes = ContiguousArray(repeating: 0, count: graded.trueIncidents)
        aloneIn = trueSizes
        predictedSizes = ContiguousArray(repeating: 0, count: graded.predictedIncidents)
        labelledIn = predictedSizes
        for (truth, predicted) in zip(graded.truth, graded.predicted) {
            if truth >= 0 {
                labelled += 1
                trueSizes[Int(truth)] += 1
                if predicted < 0 { aloneIn[Int(truth)] += 1 } else { labelledIn[Int(predicted)] += 1 }
            }
            if predicted < 0 { unassigned += 1 } else { predictedSizes[Int(predicted)] += 1 }
        }
        cells = Contingency(rows: graded.truth, columns: graded.predicted, where: { _ in true }, loneCount: false).cells
    }
}
