import Glibc

/// A file opened for reading in sequence, with a window of its bytes. Owns the descriptor (but not stdin's).
final class ByteInput {
    let name: String
    /// Size of a regular file, nil for a pipe or a device.
    let totalBytes: UInt64?
    /// Offset of the byte after the window.
    private(set) var endOffset: UInt64 = 0
    private(set) var atEnd = false

    private let descriptor: Int32
    private let owned: Bool
    private let window: UnsafeMutableRawPointer
    private let capacity: Int
    private var position = 0
    private var limit = 0

    /// Opens `path`, or takes stdin for `-`.
    init(path: String, windowSize: Int) throws(ArchiveError) {
        let name = path == "-" ? "stdin" : path
        var descriptor: Int32 = STDIN_FILENO
        if path != "-" {
            repeat { descriptor = open(path, O_RDONLY | O_CLOEXEC) } while descriptor < 0 && errno == EINTR
            guard descriptor >= 0 else { throw ArchiveError(errno: errno, file: name, action: "cannot open") }
        }
        do {
            totalBytes = try Self.size(of: descriptor, name: name)
        } catch {
            if path != "-" { close(descriptor) }
            throw error
        }
        self.name = name
        self.descriptor = descriptor
        owned = path != "-"
        capacity = windowSize
        window = .allocate(byteCount: windowSize, alignment: 64)
        if totalBytes != nil { posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL) }
    }

    deinit {
        if owned { close(descriptor) }
        window.deallocate()
    }

    private static func size(of descriptor: Int32, name: String) throws(ArchiveError) -> UInt64? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ArchiveError(errno: errno, file: name, action: "cannot open") }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return UInt64(max(0, status.st_size))
        case S_IFDIR: throw ArchiveError(.notRegularFile, file: name, "is a directory, not a regular file")
        case S_IFBLK: throw ArchiveError(.notRegularFile, file: name, "is a block device, not a regular file")
        default: return nil
        }
    }

    /// The unread bytes of the window.
    var available: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: window + position, count: limit - position) }

    /// Offset of the first unread byte.
    var offset: UInt64 { endOffset - UInt64(limit - position) }

    func consume(_ count: Int) {
        position += count
        assert(position <= limit)
    }

    /// Reads more into an empty window; false at the end of the file.
    func refill() throws(ArchiveError) -> Bool {
        if position < limit { return true }
        position = 0
        limit = 0
        return try extend()
    }

    /// Reads more behind what the window holds; false at the end of the file or if the window is full.
    func extend() throws(ArchiveError) -> Bool {
        guard !atEnd, limit < capacity else { return false }
        let count = try readDescriptor(into: window + limit, count: capacity - limit)
        limit += count
        return count > 0
    }

    /// Reads past the window straight into the caller's memory, the window's rest first; 0 at the end.
    func read(into target: UnsafeMutableRawPointer, count: Int) throws(ArchiveError) -> Int {
        let held = available
        guard held.count > 0, let base = held.baseAddress else {
            return atEnd ? 0 : try readDescriptor(into: target, count: count)
        }
        let taken = min(count, held.count)
        target.copyMemory(from: base, byteCount: taken)
        consume(taken)
        return taken
    }

    private func readDescriptor(into target: UnsafeMutableRawPointer, count: Int) throws(ArchiveError) -> Int {
        while true {
            let got = Glibc.read(descriptor, target, count)
            if got > 0 {
                endOffset += UInt64(got)
                return got
            }
            if got == 0 {
                atEnd = true
                return 0
            }
            if errno == EINTR { continue }
            throw ArchiveError(errno: errno, file: name, byteOffset: endOffset, action: "cannot read")
        }
    }
}
