/// An alert as its neighbourhood remembers it (algorithm.md §2.4). 32 bytes: the weighing of evidence reads hundreds of
/// them for each new alert. Resources are numbered below 2^28.
struct Representative: BitwiseCopyable {
    var time: Double
    /// What its own odds are divided by when it is taken as an effect (§8).
    var background: Double
    private var packed: UInt32
    var type: UInt32
    var key: Int32
    var alert: UInt32

    static let nobody = Representative(time: 0, background: 0, resource: 0, type: 0, key: -1, alert: 0, affinity: 0, hops: 0)

    init(time: Double, background: Double, resource: UInt32, type: UInt32, key: Int32, alert: UInt32, affinity: UInt8, hops: UInt8) {
        self.time = time
        self.background = background
        packed = resource & 0x0FFF_FFFF | UInt32(affinity & 3) << 30 | UInt32(hops & 3) << 28
        self.type = type
        self.key = key
        self.alert = alert
    }

    @inline(__always) var resource: UInt32 { packed & 0x0FFF_FFFF }
    /// Of the way from it to the cell's resource: index into `Graph.affinities`, and hops.
    @inline(__always) var affinity: UInt8 { UInt8(truncatingIfNeeded: packed >> 30) }
    @inline(__always) var hops: UInt8 { UInt8(truncatingIfNeeded: packed >> 28) & 3 }
}

/// A row's head: how many cells it has, their places in the order of their making (then the free ones), and the number of
/// the newest alert in it.
struct CellRow: BitwiseCopyable {
    var latest: UInt32
    var count: UInt8
    var order: (UInt8, UInt8, UInt8)
}

/// What one incident left at one resource: up to three alerts on it, three on what depends on it, and their count.
struct Cell: BitwiseCopyable {
    /// Slot and number of the incident that made it; read through redirects.
    var incident: Int32
    var number: UInt32
    var ownCount: UInt8
    var belowCount: UInt8
    /// Decayed count of alerts below, and its time.
    var below: Double
    var belowTime: Double
    /// Time of the last alert.
    var last: Double
    /// Number of the newest alert in its lists.
    var latest: UInt32 = 0
    /// From this time on none of its alerts can be a reason for another: all have ended too long ago.
    var overFrom = Double.infinity
}

/// The cells of all resources that alerts have touched: rows of three places, with the order of their making.
struct Cells: ~Copyable {
    static let perResource = 3
    static let representatives = 3

    private var rowOf = Table<Int32>()
    private(set) var heads = Table<CellRow>()
    private var resources = Table<Int32>()
    private var free = Table<Int32>()
    var cells = Table<Cell>()
    /// Per cell three own, then three below.
    var list = Table<Representative>()

    /// Rows in use.
    var rows: Int { heads.count - free.count }

    mutating func addResource() { rowOf.append(-1) }

    /// The row of a resource, or -1 if it has no cell.
    @inline(__always)
    func row(_ resource: Int) -> Int { Int(rowOf[resource]) }

    /// The row of a resource, made now if needed.
    mutating func makeRow(_ resource: Int) -> Int {
        if rowOf[resource] >= 0 { return Int(rowOf[resource]) }
        let row: Int
        if free.count > 0 {
            row = Int(free.removeLast())
            heads[row].latest = 0
        } else {
            row = heads.count
            heads.append(CellRow(latest: 0, count: 0, order: (0, 1, 2)))
            resources.append(-1)
            let none = Cell(incident: -1, number: 0, ownCount: 0, belowCount: 0, below: 0, belowTime: 0, last: 0)
            for _ in 0..<Cells.perResource { cells.append(none) }
            for _ in 0..<(Cells.perResource * 2 * Cells.representatives) { list.append(.nobody) }
        }
        rowOf[resource] = Int32(row)
        resources[row] = Int32(resource)
        return row
    }

    /// The index of cell `j` of a row, in order of making.
    @inline(__always)
    func index(_ row: Int, _ j: Int) -> Int {
        let order = heads[row].order
        return row * Cells.perResource + Int(j == 0 ? order.0 : j == 1 ? order.1 : order.2)
    }

    /// Appends an empty cell; the row must have room.
    mutating func append(_ row: Int, _ cell: Cell) -> Int {
        let at = index(row, Int(heads[row].count))
        cells[at] = cell
        heads[row].count += 1
        return at
    }

    /// Removes cell `j` of a row. An empty row is given back.
    mutating func remove(_ row: Int, _ j: Int) {
        let order = heads[row].order
        switch j {
        case 0: heads[row].order = (order.1, order.2, order.0)
        case 1: heads[row].order = (order.0, order.2, order.1)
        default: break
        }
        heads[row].count -= 1
        if heads[row].count == 0 {
            rowOf[Int(resources[row])] = -1
            free.append(Int32(row))
        }
    }

    /// Puts an alert into a list of a cell: a later one of the type keeps it out, an earlier one goes, the first goes
    /// where there are four.
    @inline(__always)
    mutating func put(_ cell: Int, own: Bool, _ alert: Representative) {
        let start = cell * 2 * Cells.representatives + (own ? 0 : Cells.representatives)
        var count = Int(own ? cells[cell].ownCount : cells[cell].belowCount)
        var gap = -1
        for k in 0..<count where list[start + k].type == alert.type {
            if alert.time < list[start + k].time { return }
            gap = k
            break
        }
        if gap < 0, count == Cells.representatives { gap = 0 }
        if gap >= 0 {
            for k in gap..<(count - 1) { list[start + k] = list[start + k + 1] }
            count -= 1
        }
        list[start + count] = alert
        heads[cell / Cells.perResource].latest = alert.alert
        cells[cell].latest = alert.alert
        cells[cell].overFrom = .infinity
        if own { cells[cell].ownCount = UInt8(count + 1) } else { cells[cell].belowCount = UInt8(count + 1) }
    }

    mutating func transfer(_ state: inout StateArchive) {
        state.table(&rowOf)
        state.table(&heads)
        state.table(&resources)
        state.table(&free)
        state.table(&cells)
        state.table(&list)
    }
}
