import ClewArchive
import ClewEngine
import ClewFormats

/// Collects which incident each event came into, and writes the assignments file at the end, when no merge can follow.
///
/// About 40 bytes an event and its id.
struct AssignmentsFile: ~Copyable {
    private struct Place {
        var file: UInt32
        var index: UInt32
        var line: UInt64
        var idEnd: UInt64
    }

    private let path: String
    private var writer: ArchiveWriter?
    private let files: [String]
    private var places: ContiguousArray<Place> = []
    private var ids: ContiguousArray<UInt8> = []
    /// Place of the incident in `publicIDs` + 1 by sequence; 0: none.
    private var incidents: ContiguousArray<UInt32> = []
    private var firstCopies: ContiguousArray<(sequence: UInt64, first: UInt64)> = []
    private var mergedInto: ContiguousArray<UInt32> = []
    private var publicIDs: ContiguousArray<IncidentID> = []
    /// Place in `publicIDs` by domain and number of the incident there.
    private var numbering: [ContiguousArray<UInt32>] = []

    init(path: String, files: [String]) {
        self.path = path
        self.files = files
    }

    /// Creates the file, so that a path that cannot be written is found before the work.
    mutating func begin() throws(ArchiveError) { writer = try ArchiveWriter(path: path) }

    /// Notes an event that is about to be pushed, in the order of pushing.
    mutating func note(
        _ event: Event, id: UnsafeRawBufferPointer, file: UInt32, line: UInt64, topic: String?, number: Int32, isOneOfMany: Bool
    ) {
        if id.count > 0 {
            ids.append(contentsOf: id)
        } else {
            let base = topic.map { "\($0)/\(number)/\(event.offset)" } ?? "\(files[Int(file)]):\(line)"
            ids.append(contentsOf: base.utf8)
            if isOneOfMany { ids.append(contentsOf: "#\(event.indexInMessage)".utf8) }
        }
        places.append(Place(file: file, index: event.indexInMessage, line: line, idEnd: UInt64(ids.count)))
        incidents.append(0)
    }

    /// Puts the event of that place into an incident that no correlator has made: its number stands for its id.
    mutating func assign(_ incident: UInt32, to sequence: Int) {
        while publicIDs.count <= Int(incident) {
            publicIDs.append(IncidentID(value: UInt64(publicIDs.count)))
            mergedInto.append(.max)
        }
        incidents[sequence] = incident + 1
    }

    /// Takes over what the correlator has decided since the last call.
    mutating func collect(_ correlator: inout Correlator) {
        while numbering.count < correlator.domainCount { numbering.append([]) }
        for founding in correlator.takeFoundings() {
            let (domain, number) = AssignmentsFile.parts(founding.number)
            while numbering[domain].count <= number { numbering[domain].append(0) }
            numbering[domain][number] = UInt32(publicIDs.count)
            publicIDs.append(founding.id)
            mergedInto.append(.max)
        }
        for assignment in correlator.takeAssignments() {
            if let first = assignment.sameAs {
                firstCopies.append((assignment.sequence, first))
            } else if let incident = assignment.incident {
                incidents[Int(assignment.sequence)] = place(incident) + 1
            }
        }
        for merge in correlator.takeMerges() { mergedInto[Int(place(merge.from))] = place(merge.into) }
    }

    private static func parts(_ incident: UInt64) -> (domain: Int, number: Int) {
        (Int(incident >> 32), Int(UInt32(truncatingIfNeeded: incident)))
    }

    private func place(_ incident: UInt64) -> UInt32 {
        let (domain, number) = AssignmentsFile.parts(incident)
        return numbering[domain][number]
    }

    /// Writes the lines in the order of the input: by file, line, and place in the message.
    mutating func write() throws {
        for copy in firstCopies { incidents[Int(copy.sequence)] = incidents[Int(copy.first)] }
        var order = ContiguousArray(0..<UInt32(places.count))
        order.sort {
            let a = places[Int($0)]
            let b = places[Int($1)]
            return (a.file, a.line, a.index) < (b.file, b.line, b.index)
        }
        guard let writer else { return }
        var encoder = AssignmentEncoder()
        var line: ContiguousArray<UInt8> = []
        for at in order {
            let place = places[Int(at)]
            let start = at == 0 ? 0 : Int(places[Int(at) - 1].idEnd)
            line.removeAll(keepingCapacity: true)
            let incident = self.incident(Int(at))
            ids.withUnsafeBytes {
                encoder.append(
                    id: UnsafeRawBufferPointer(rebasing: $0[start..<Int(place.idEnd)]), incident: incident,
                    file: files[Int(place.file)], line: Int64(place.line), index: place.index, to: &line)
            }
            try line.withUnsafeBytes { bytes in try writer.write(bytes) }
        }
        try writer.close()
    }

    private func incident(_ sequence: Int) -> IncidentID? {
        guard incidents[sequence] > 0 else { return nil }
        var number = Int(incidents[sequence] - 1)
        while mergedInto[number] != .max { number = Int(mergedInto[number]) }
        return publicIDs[number]
    }
}
