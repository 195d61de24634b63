import ClewArchive
import ClewCommandLine
import ClewEngine
import ClewFormats
import ClewScore

/// What is graded, as it was read: the truth first, then the assignments. About 50 bytes an event and its id.
struct ScoreSubject: ~Copyable {
    /// For the one line that a truth file may be.
    private static let longestTruth = 3 << 30
    /// Stands for the empty id, which has a number without having occurred.
    private static let absent = Int32.min

    private var ids = Names(limit: Int(Int32.max))
    private var trueNames = Names(limit: Int(Int32.max))
    private var predictedNames = Names(limit: Int(Int32.max))
    /// By id: number of the true incident, -1 for noise; of the predicted one, -1 for none; whether the assignments have it.
    private var truth: ContiguousArray<Int32> = [absent]
    private var predicted: ContiguousArray<Int32> = [-1]
    private var isKnown: ContiguousArray<Bool> = [false]
    private var accepted: [String: Set<String>] = [:]
    private var records: PublicationScore.Collector?
    private var rootCauses: [String: [String]]?
    private var paths = (assignments: "", truth: "", records: "")
    /// An id of the assignments that the truth has not.
    private var foreignID: String?

    // MARK: Reading

    /// Reads the truth; before everything else.
    mutating func readTruth(_ path: String) throws {
        paths.truth = path == "-" ? "stdin" : path
        let content = try ScoreSubject.content(path)
        var tooLong: String?
        do {
            accepted = try content.withUnsafeBytes { bytes in
                try ScenarioTruth.read(bytes) { id, incident in
                    guard let number = ids.intern(id), let label = incident.map({ trueNames.intern($0) }) ?? NameID.none else {
                        tooLong = String(decoding: (incident ?? id).count > id.count ? incident ?? id : id, as: UTF8.self)
                        return
                    }
                    while truth.count <= Int(number.index) { truth.append(ScoreSubject.absent) }
                    truth[Int(number.index)] = incident == nil ? -1 : Int32(label.index)
                }
            }
        } catch let error as IncidentRecordError {
            throw CommandFailure.runtime("\(paths.truth): \(Terminal.printable(error.description))")
        }
        if let tooLong { throw CommandFailure.runtime("\(paths.truth): \(ScoreSubject.lengthMessage(tooLong))") }
        if truth.count == 1, truth[0] == ScoreSubject.absent {
            throw CommandFailure.runtime(
                "\(paths.truth): events: expected at least one event, found none: there is nothing to grade against")
        }
        predicted = ContiguousArray(repeating: -1, count: truth.count)
        isKnown = ContiguousArray(repeating: false, count: truth.count)
    }

    mutating func readAssignments(_ path: String) throws {
        paths.assignments = path == "-" ? "stdin" : path
        var reader = AssignmentReader()
        try ScoreSubject.forEachLine(path, "assignments") { line in
            var tooLong: String?
            try reader.read(line) { id, incident in
                guard let number = ids.find(id), Int(number.index) < truth.count, truth[Int(number.index)] != ScoreSubject.absent else {
                    if foreignID == nil { foreignID = String(decoding: id, as: UTF8.self) }
                    return
                }
                isKnown[Int(number.index)] = true
                // A redelivered event that is in none erases nothing.
                guard let incident else { return }
                if let name = predictedNames.intern(incident) {
                    predicted[Int(number.index)] = Int32(name.index)
                } else {
                    tooLong = String(decoding: incident, as: UTF8.self)
                }
            }
            if let tooLong { throw CommandFailure.runtime(ScoreSubject.lengthMessage(tooLong)) }
        }
    }

    mutating func readRecords(_ path: String) throws {
        var reader = IncidentReader()
        var collector = PublicationScore.Collector()
        try ScoreSubject.forEachLine(path, "records") { line in
            let record = try reader.readOutcome(line)
            collector.add(
                PublicationScore.Record(
                    id: record.id, revision: record.revision, isMerged: record.status == .merged, opened: record.openedAt.microseconds,
                    updated: record.updatedAt.microseconds, bytes: line.count + 1, rootCauses: record.rootCauses))
        }
        records = collector
        paths.records = path == "-" ? "stdin" : path
    }

    mutating func readRootCauses(_ path: String) throws {
        var reader = RootCauseReader()
        var result: [String: [String]] = [:]
        try ScoreSubject.forEachLine(path, "root causes") { line in
            let (incident, causes) = try reader.read(line)
            result[incident] = causes
        }
        rootCauses = result
    }

    private static func lengthMessage(_ name: String) -> String {
        "expected ids and incidents of at most \(Names.longest) bytes, found \"\(String(name.prefix(32)))…\" of \(name.utf8.count)"
    }

    /// Calls `body` with each line that is not blank; what it throws is told with file and line.
    private static func forEachLine(_ path: String, _ label: String, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var bar = ProgressBar()
        defer { bar.clear() }
        var due = 0.0
        do {
            let reader = try ArchiveReader(path: path)
            while let item = try reader.next() {
                switch item {
                case .oversized(let line):
                    throw CommandFailure.runtime("\(reader.name):\(line.number): expected a shorter line, found \(line.length) bytes")
                case .lines(let block):
                    for line in block where line.bytes.contains(where: { $0 > 0x20 }) {
                        do {
                            try body(line.bytes)
                        } catch let error as IncidentRecordError {
                            throw CommandFailure.runtime("\(reader.name):\(line.number): \(Terminal.printable(error.description))")
                        } catch let error as CommandFailure {
                            let reason = error.message.hasPrefix("clew: ") ? String(error.message.dropFirst(6)) : error.message
                            throw CommandFailure.runtime("\(reader.name):\(line.number): \(Terminal.printable(reason))")
                        }
                    }
                }
                let now = ProgressBar.monotonicSeconds()
                guard now >= due else { continue }
                due = now + ProgressBar.interval
                bar.update(
                    label: label, done: Int(reader.storedBytesRead), total: reader.storedBytesTotal.map { Int($0) }, unit: "B", now: now)
            }
        } catch let error as ArchiveError {
            throw CommandFailure.runtime(error.description)
        }
    }

    private static func content(_ path: String) throws -> ContiguousArray<UInt8> {
        var content: ContiguousArray<UInt8> = []
        do {
            let reader = try ArchiveReader(path: path, options: ArchiveReader.Options(maximumLineLength: longestTruth))
            while let item = try reader.next() {
                switch item {
                case .lines(let block): content.append(contentsOf: block.bytes)
                case .oversized(let line):
                    throw CommandFailure.runtime("\(reader.name):\(line.number): expected a shorter line, found \(line.length) bytes")
                }
            }
        } catch let error as ArchiveError {
            throw CommandFailure.runtime(error.description)
        }
        return content
    }

    // MARK: Grading

    /// The first place of an id that occurs.
    private var firstPlace: Int { truth[0] == ScoreSubject.absent ? 1 : 0 }

    private var eventCount: Int { truth.count - firstPlace }
    private var knownCount: Int { isKnown.reduce(0) { $0 + ($1 ? 1 : 0) } }

    /// What makes the figures say less than they seem to.
    func warnings() -> [String] {
        var found: [String] = []
        if let missing = missingEvents() { found.append(missing) }
        if let records, records.isEmpty { found.append("\(paths.records) holds no record: no root cause and no publication to grade") }
        return found
    }

    /// Says so where the assignments lack events of the truth; nil if they have all.
    private func missingEvents() -> String? {
        let missing = eventCount - knownCount
        guard missing > 0 else { return nil }
        var text = "\(paths.assignments) lacks \(missing) of the \(eventCount) events of \(paths.truth)"
        if let place = isKnown.indices.first(where: { $0 >= firstPlace && !isKnown[$0] }) {
            text += ", the first of them \(ids.string(NameID(index: UInt32(place))))"
        }
        if missing == eventCount, let foreignID { text += "; its own ids are like \(foreignID)" }
        return text + ": they count as lone"
    }

    func grade() -> ScoreReport {
        let events = GradedEvents(truth: truth[firstPlace...], predicted: predicted[firstPlace...])
        let incidents = IncidentScore(events)
        let all = Agreement(events, .all)
        var report = ScoreReport(
            known: Double(knownCount) / Double(eventCount), incidents: incidents, all: all,
            labelled: incidents.noise == 0 ? all : Agreement(events, .labelled), publication: records?.score())
        guard records != nil || rootCauses != nil else { return report }
        var acceptedByLabel: [Int32: Set<String>] = [:]
        for label in events.trueLabels { acceptedByLabel[label] = accepted[trueNames.string(NameID(index: UInt32(label)))] }
        report.rootCause = RootCauseScore(
            events, accepted: acceptedByLabel, id: { predictedNames.string(NameID(index: UInt32($0))) },
            named: { label in
                let incident = predictedNames.string(NameID(index: UInt32(label)))
                if let rootCauses { return rootCauses[incident] ?? [] }
                return records?.rootCauses(of: incident) ?? []
            })
        return report
    }
}
