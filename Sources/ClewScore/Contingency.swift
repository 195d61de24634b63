/// Two partitions of the same events counted against each other: the sizes of their clusters, and how many events each pair shares.
///
/// Only pairs that share events are kept, so that it takes no more room than the events.
struct Contingency {
    struct Cell {
        var row: Int32
        var column: Int32
        var count: Int
    }

    /// Events.
    private(set) var total = 0
    /// Sizes of the clusters of either partition.
    private(set) var rows: ContiguousArray<Int> = []
    private(set) var columns: ContiguousArray<Int> = []
    /// By row, then by column.
    private(set) var cells: ContiguousArray<Cell> = []

    /// Counts two labellings. An event below 0 is a cluster of its own, or left out.
    ///
    /// O(n log n) for n events.
    init(rows rowOf: ContiguousArray<Int32>, columns columnOf: ContiguousArray<Int32>, where isCounted: (Int) -> Bool, loneCount: Bool) {
        rows = ContiguousArray(repeating: 0, count: Int(rowOf.max() ?? -1) + 1)
        columns = ContiguousArray(repeating: 0, count: Int(columnOf.max() ?? -1) + 1)
        var keys: ContiguousArray<UInt64> = []
        for at in rowOf.indices where isCounted(at) {
            guard loneCount || rowOf[at] >= 0 && columnOf[at] >= 0 else { continue }
            let row = Contingency.cluster(rowOf[at], &rows)
            let column = Contingency.cluster(columnOf[at], &columns)
            keys.append(UInt64(row) << 32 | UInt64(column))
        }
        total = keys.count
        keys.sort()
        var start = 0
        for at in keys.indices where at + 1 == keys.count || keys[at + 1] != keys[at] {
            let cell = Cell(
                row: Int32(truncatingIfNeeded: keys[at] >> 32), column: Int32(truncatingIfNeeded: keys[at]), count: at + 1 - start)
            cells.append(cell)
            start = at + 1
        }
    }

    private static func cluster(_ label: Int32, _ sizes: inout ContiguousArray<Int>) -> Int {
        guard label < 0 else {
            sizes[Int(label)] += 1
            return Int(label)
        }
        sizes.append(1)
        return sizes.count - 1
    }
}
