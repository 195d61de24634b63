internal import ClewFormats

/// What a tail puts out.
public enum TailOutput: Sendable, Equatable {
    /// A block for a person; an empty line comes after it.
    case lines([StyledText])
    /// A record as it was, without a line end.
    case record([UInt8])
}

/// Turns the records of an incidents topic or file into what a reader is shown.
///
/// At the start of a topic it gathers: of all that was published before, only the newest revision of each incident that is
/// still unresolved is shown. Does no I/O and asks no clock.
public struct TailSession: ~Copyable {
    /// Records that could not be read, and why the first of them could not.
    public private(set) var unreadable: UInt64 = 0
    public private(set) var firstComplaint: String?
    /// Whether the past is still being gathered.
    public private(set) var isGathering: Bool
    private var reader = IncidentReader()
    private let filter: TailFilter
    private let asRecords: Bool
    private var view: TailView
    private var past: [String: (incident: IncidentSummary, bytes: [UInt8])] = [:]
    private var output: [TailOutput] = []

    /// - Parameters:
    ///   - asRecords: put out the records themselves instead of blocks.
    ///   - gathers: begin with the past, until ``endOfPast(now:)``.
    public init(filter: TailFilter = TailFilter(), view: TailView, asRecords: Bool = false, gathers: Bool = false) {
        self.filter = filter
        self.view = view
        self.asRecords = asRecords
        isGathering = gathers
    }

    /// Takes one record. `now`: monotonic seconds, nil where nothing is to be held back (files).
    public mutating func take(_ record: UnsafeRawBufferPointer, now: Double?) {
        let incident: IncidentSummary
        do {
            incident = try reader.read(record)
        } catch {
            unreadable += 1
            if firstComplaint == nil { firstComplaint = error.description }
            return
        }
        if isGathering {
            if let known = past[incident.id], known.incident.revision > incident.revision { return }
            // All revisions of an incident have the same key, so they are in one partition, in order.
            past[incident.id] = incident.isUnresolved ? (incident, asRecords ? Array(record) : []) : nil
            return
        }
        show(incident, now) { Array(record) }
    }

    /// Everything that was there at the start has been taken: shows what is unresolved, oldest first. Returns how many.
    public mutating func endOfPast(now: Double?) -> Int {
        guard isGathering else { return 0 }
        isGathering = false
        let all = past.values.sorted { ($0.incident.updatedAt, $0.incident.id) < ($1.incident.updatedAt, $1.incident.id) }
        past = [:]
        var count = 0
        for (incident, bytes) in all where filter.accepts(incident) {
            count += 1
            show(incident, now) { bytes }
        }
        return count
    }

    /// Shows updates that were held back long enough. Call a few times a second while following.
    public mutating func tick(now: Double) {
        guard !asRecords else { return }
        put(view.due(now: now))
    }

    /// What is to be put out since the last call, in order.
    public mutating func takeOutput() -> [TailOutput] {
        var taken: [TailOutput] = []
        swap(&taken, &output)
        return taken
    }

    private mutating func show(_ incident: IncidentSummary, _ now: Double?, _ bytes: () -> [UInt8]) {
        guard filter.accepts(incident) else { return }
        if asRecords { output.append(.record(bytes())) } else { put(view.take(incident, now: now)) }
    }

    private mutating func put(_ lines: [StyledText]) {
        if !lines.isEmpty { output.append(.lines(lines)) }
    }
}
