public import ClewEngine

/// What a decoder remembers from message to message, as bytes, for a snapshot (which nothing writes yet).
///
/// Layout, little endian: version (UInt8, 1), count (UInt32), then for each PagerDuty key, the one longest not
/// triggered first: the key's digest (2 × UInt64), severity (UInt8), and resource, type, source and identity, each as
/// length (UInt16) and bytes.
extension Decoder {
    private static var stateVersion: UInt8 { 1 }

    /// Appends the state to `bytes`.
    public func appendState(names: borrowing Names, to bytes: inout ContiguousArray<UInt8>) {
        bytes.append(Decoder.stateVersion)
        Decoder.append(UInt32(clamping: dedupKeys.count), to: &bytes)
        var written = ContiguousArray<UInt8>()
        dedupKeys.forEach { key, entry in
            Decoder.append(key.low, to: &written)
            Decoder.append(key.high, to: &written)
            written.append(entry.severity.rawValue)
            for name in [entry.resource, entry.type, entry.source, entry.identity] {
                names.withBytes(name) { text in
                    Decoder.append(UInt16(clamping: text.count), to: &written)
                    written.append(contentsOf: text)
                }
            }
        }
        bytes.append(contentsOf: written)
    }

    /// Replaces the state by one that `appendState` wrote, and returns whether it was whole; if not, nothing is known.
    public mutating func restoreState(_ bytes: UnsafeRawBufferPointer, names: inout Names) -> Bool {
        dedupKeys.removeAll()
        var reader = StateReader(bytes)
        guard reader.integer(UInt8.self) == Decoder.stateVersion, let count = reader.integer(UInt32.self) else { return false }
        for _ in 0..<count {
            guard let low = reader.integer(UInt64.self), let high = reader.integer(UInt64.self),
                let severity = reader.integer(UInt8.self).flatMap(Severity.init(rawValue:)),
                let resource = reader.name(&names), let type = reader.name(&names), let source = reader.name(&names),
                let identity = reader.name(&names)
            else {
                dedupKeys.removeAll()
                return false
            }
            dedupKeys.store(
                DedupKeys.Key(low: low, high: high),
                DedupEntry(resource: resource, type: type, source: source, identity: identity, severity: severity))
        }
        return reader.isAtEnd
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout ContiguousArray<UInt8>) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// Reads integers and names one after the other.
private struct StateReader {
    private let bytes: Bytes
    private var at = 0

    init(_ bytes: Bytes) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }

    mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) -> T? {
        let size = MemoryLayout<T>.size
        guard bytes.count - at >= size else { return nil }
        defer { at += size }
        return T(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: T.self))
    }

    mutating func name(_ names: inout Names) -> NameID? {
        guard let length = integer(UInt16.self), bytes.count - at >= Int(length) else { return nil }
        defer { at += Int(length) }
        return names.intern(bytes.slice(at, at + Int(length)))
    }
}
