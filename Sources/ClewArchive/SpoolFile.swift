import Glibc

/// Records set aside on disk in order, and read back from the first: a temporary file without a name, gone with its owner.
///
/// Bounded: an append past ``maximumBytes`` throws. Not `Sendable`: one thread owns a spool.
public final class SpoolFile {
    /// Records held.
    public private(set) var recordCount: UInt64 = 0
    /// Bytes held, four more a record than its content.
    public private(set) var byteCount: UInt64 = 0
    /// The most bytes that may be held.
    public let maximumBytes: UInt64
    /// Records read back since the last ``rewind()``.
    public private(set) var recordsRead: UInt64 = 0

    private static let headerSize = 4

    private let descriptor: Int32
    private let name: String
    private let bufferSize: Int
    private var output: ByteOutput
    private var buffer: UnsafeMutableRawBufferPointer
    /// Writing: bytes gathered. Reading: bytes in the buffer.
    private var used = 0
    private var position = 0
    private var readOffset: UInt64 = 0
    private var isReading = false

    /// Creates the file in `directory` (nil: `TMPDIR`, else `/var/tmp`).
    ///
    /// - Parameters:
    ///   - maximumBytes: the most that may be held.
    ///   - bufferSize: memory used, more only while a longer record is read.
    public init(directory: String? = nil, maximumBytes: UInt64 = .max, bufferSize: Int = 64 << 10) throws(ArchiveError) {
        let directory = directory ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
        var template = Array("\(directory)/clew-spool-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else {
            throw ArchiveError(errno: errno, file: directory, action: "cannot create a temporary file here")
        }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        self.descriptor = descriptor
        name = "temporary file in \(directory)"
        self.maximumBytes = maximumBytes
        self.bufferSize = max(256, bufferSize)
        output = ByteOutput(name: name, descriptor: descriptor)
        buffer = Self.allocate(self.bufferSize)
    }

    deinit {
        close(descriptor)
        buffer.deallocate()
    }

    /// Adds a record of up to 2^32 - 1 bytes. Not after `rewind()`.
    public func append(_ record: UnsafeRawBufferPointer) throws(ArchiveError) {
        precondition(!isReading, "append after rewind")
        let size = UInt64(Self.headerSize + record.count)
        guard byteCount + size <= maximumBytes, let length = UInt32(exactly: record.count) else {
            throw ArchiveError(.limit, file: name, byteOffset: byteCount, "the limit of \(maximumBytes) bytes set aside is reached")
        }
        if used + Int(size) > bufferSize { try writeOut() }
        buffer.storeBytes(of: length.littleEndian, toByteOffset: used, as: UInt32.self)
        used += Self.headerSize
        if used + record.count <= bufferSize {
            UnsafeMutableRawBufferPointer(rebasing: buffer[used...]).copyMemory(from: record)
            used += record.count
        } else {
            try writeOut()
            try output.write(record)
        }
        byteCount += size
        recordCount += 1
    }

    /// Ends the writing, and goes to the first record. May be called again to read once more.
    public func rewind() throws(ArchiveError) {
        if !isReading { try writeOut() }
        isReading = true
        used = 0
        position = 0
        readOffset = 0
        recordsRead = 0
    }

    /// The next record, valid until the next call; ``LineBlock/padding`` bytes after its end are readable. nil after the last one.
    public func next() throws(ArchiveError) -> UnsafeRawBufferPointer? {
        precondition(isReading, "next before rewind")
        guard recordsRead < recordCount else { return nil }
        try ensure(Self.headerSize)
        let length = Int(UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
        try ensure(Self.headerSize + length)
        let start = position + Self.headerSize
        position = start + length
        recordsRead += 1
        return UnsafeRawBufferPointer(rebasing: buffer[start..<position])
    }

    private static func allocate(_ size: Int) -> UnsafeMutableRawBufferPointer {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size + LineBlock.padding, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        return memory
    }

    private func writeOut() throws(ArchiveError) {
        defer { used = 0 }
        try output.write(UnsafeRawBufferPointer(rebasing: buffer[..<used]))
    }

    /// At least `count` bytes from `position` on are in the buffer.
    private func ensure(_ count: Int) throws(ArchiveError) {
        guard used - position < count else { return }
        let rest = used - position
        let fresh = count > buffer.count - LineBlock.padding ? Self.allocate(count) : nil
        let target = fresh ?? buffer
        if rest > 0, let to = target.baseAddress, let from = buffer.baseAddress { memmove(to, from + position, rest) }
        if let fresh {
            buffer.deallocate()
            buffer = fresh
        }
        position = 0
        used = rest
        while used < count {
            let room = buffer.count - LineBlock.padding - used
            guard let base = buffer.baseAddress else { return }
            let got = pread(descriptor, base + used, room, off_t(readOffset))
            if got > 0 {
                used += got
                readOffset += UInt64(got)
            } else if got == 0 {
                throw ArchiveError(.truncated, file: name, byteOffset: readOffset, "shorter than what was written to it")
            } else if errno != EINTR {
                throw ArchiveError(errno: errno, file: name, byteOffset: readOffset, action: "cannot read")
            }
        }
    }
}
