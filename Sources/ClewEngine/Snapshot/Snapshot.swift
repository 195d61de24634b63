/// Why a snapshot cannot be gone on from.
public enum SnapshotError: Error, Equatable, Sendable, CustomStringConvertible {
    case notASnapshot
    /// Its checksum does not fit its bytes.
    case damaged
    /// It was written by another build, whose state is laid out otherwise.
    case otherBuild
    /// It was written with another identity: another topology or config, say.
    case otherIdentity(String)

    public var description: String {
        switch self {
        case .notASnapshot: "not a snapshot of Clew's state"
        case .damaged: "the snapshot is damaged: its checksum does not fit"
        case .otherBuild: "the snapshot was written by another build of Clew"
        case .otherIdentity(let identity): "the snapshot was written under other conditions: \(identity)"
        }
    }
}

extension Correlator {
    private static let magic = Array("clew.state/1\n".utf8)
    private static let checksumSize = 32

    /// The whole state between two calls, as bytes: a correlator that goes on from it makes what this one would.
    ///
    /// For the build that wrote it: values stand as in memory, and another layout is refused. Identical state gives bytes of
    /// the same meaning, not always the same bytes. O(state).
    /// - Parameter identity: Conditions under which alone the state makes sense (versions of config, topology, model).
    public mutating func snapshot(identity: String) -> [UInt8] {
        var state = StateArchive()
        var identity = identity
        var layout = Correlator.layout
        state.value(&layout)
        state.string(&identity)
        transfer(&state)
        let body = Correlator.magic + state.bytes
        return body + Correlator.checksum(body[...])
    }

    /// Goes on from a snapshot. The correlator must be new: made for the same topology and with the same parameters as the
    /// one that wrote it, which `identity` stands for. Where it throws, the correlator is of no use any more.
    public mutating func resume(_ snapshot: [UInt8], identity: String) throws(SnapshotError) {
        guard snapshot.starts(with: Correlator.magic) else { throw .notASnapshot }
        let end = snapshot.count - Correlator.checksumSize
        guard end >= Correlator.magic.count, Array(snapshot[end...]) == Correlator.checksum(snapshot[..<end]) else { throw .damaged }
        var state = StateArchive(reading: Array(snapshot[Correlator.magic.count..<end]))
        var layout: UInt64 = 0
        state.value(&layout)
        guard layout == Correlator.layout else { throw .otherBuild }
        var written = ""
        state.string(&written)
        guard written == identity else { throw .otherIdentity(written) }
        transfer(&state)
        guard !state.isDamaged, state.isAtEnd else { throw .damaged }
    }

    /// Sizes of what the state is made of: another build whose layout differs most likely differs in one of them.
    private static var layout: UInt64 {
        let sizes = [
            MemoryLayout<Incident>.size, MemoryLayout<IncidentDetail>.size, MemoryLayout<AlertEntry>.size, MemoryLayout<Cell>.size,
            MemoryLayout<Representative>.size, MemoryLayout<AlertKey>.size, MemoryLayout<AlertKeyState>.size,
            MemoryLayout<AlertType>.size, MemoryLayout<Due>.size, MemoryLayout<Event>.size, MemoryLayout<Link>.size,
            MemoryLayout<ComponentActivity>.size, MemoryLayout<RootCause>.size, MemoryLayout<IncidentRevision>.size,
            MemoryLayout<AlertState>.size, MemoryLayout<CorrelatorStatistics>.size, MemoryLayout<Engine>.size,
        ]
        var hash: UInt64 = 1
        for size in sizes { hash = ByteHash.fold(hash ^ UInt64(size), 0x9E37_79B9_7F4A_7C15) }
        return hash
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update($0) }
        return hash.finish().flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) } }
    }
}
