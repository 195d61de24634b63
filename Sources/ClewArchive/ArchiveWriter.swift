import Glibc

/// Writes an archive file: buffered, plain or compressed, to a path or to stdout (`-`).
///
/// A process that writes to pipes should ignore SIGPIPE; a reader that has gone is then reported as `.brokenPipe`.
/// Not `Sendable`: one thread owns a writer. After a thrown error the content on disk is incomplete; close or drop it.
public final class ArchiveWriter {
    /// What may be set for a writer.
    public struct Options: Sendable {
        /// How the file is stored; nil: by its name (`.zst`, `.gz`, else plain).
        public var format: ArchiveFormat?
        /// Compression level: zstd 1 to 19 (default 3), gzip 1 to 9 (default 6). nil: the default.
        public var level: Int?
        /// Write beside the target and rename at `close()`, so that the name never shows half a file. A device or a pipe is
        /// written as it is.
        public var replacesAtomically = false
        /// Bytes gathered before they are compressed or written.
        public var bufferSize = 256 << 10

        public init(format: ArchiveFormat? = nil, level: Int? = nil, replacesAtomically: Bool = false, bufferSize: Int = 256 << 10) {
            self.format = format
            self.level = level
            self.replacesAtomically = replacesAtomically
            self.bufferSize = bufferSize
        }
    }

    /// The file as the caller named it; `stdout` for `-`.
    public let name: String
    /// How the file is stored.
    public let format: ArchiveFormat
    /// Bytes of content taken so far.
    public private(set) var contentBytes: UInt64 = 0
    /// Bytes written to the file so far, after compression.
    public var storedBytes: UInt64 { output.offset }

    private var output: ByteOutput
    private let compressor: (any Compressor)?
    private let path: String
    /// The file that is renamed to `path` in the end; nil if `path` is written itself.
    private let temporaryPath: String?
    private var buffer: [UInt8] = []
    private let bufferSize: Int
    private var isOpen = true

    /// Creates the file, or truncates it if it exists.
    public init(path: String, options: Options = Options()) throws(ArchiveError) {
        let name = path == "-" ? "stdout" : path
        let format = options.format ?? ArchiveFormat(forFileName: path)
        switch format {
        case .plain: compressor = nil
        case .zstd: compressor = try ZstdCompressor(name: name, level: options.level ?? 3)
        case .gzip: compressor = try GzipCompressor(name: name, level: options.level ?? 6)
        }
        let isReplaced = options.replacesAtomically && path != "-" ? try ArchiveWriter.mayReplace(path) : false
        let temporary = isReplaced ? "\(path).\(getpid()).tmp" : nil
        var descriptor: Int32 = STDOUT_FILENO
        if path != "-" {
            descriptor = open(temporary ?? path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw ArchiveError(errno: errno, file: name, action: "cannot create") }
        }
        self.name = name
        self.path = path
        self.format = format
        temporaryPath = temporary
        output = ByteOutput(name: name, descriptor: descriptor, isNewFile: path != "-")
        bufferSize = max(1, options.bufferSize)
        buffer.reserveCapacity(bufferSize)
    }

    deinit { abandon() }

    /// Whether a file may be renamed to `path`: not over a device or a pipe. Throws where there is a directory, so that this is
    /// not found out in the end.
    private static func mayReplace(_ path: String) throws(ArchiveError) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return true }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw ArchiveError(errno: EISDIR, file: path, action: "cannot create") }
        return status.st_mode & S_IFMT == S_IFREG
    }

    /// Adds bytes to the content.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        precondition(isOpen, "write after close")
        contentBytes += UInt64(bytes.count)
        if buffer.count + bytes.count > bufferSize { try passOn() }
        if bytes.count >= bufferSize {
            try store(bytes)
        } else {
            buffer.append(contentsOf: bytes)
        }
    }

    /// Adds the UTF-8 of `text` to the content.
    public func write(_ text: String) throws(ArchiveError) {
        try write(Array(text.utf8))
    }

    /// Adds bytes to the content.
    public func write(_ bytes: [UInt8]) throws(ArchiveError) {
        let result = bytes.withUnsafeBytes { bytes -> Result<Void, ArchiveError> in
            do throws(ArchiveError) { return .success(try write(bytes)) } catch { return .failure(error) }
        }
        try result.get()
    }

    /// Everything taken so far gets to the file, so that a reader can see it. Costs compression if called often.
    public func flush() throws(ArchiveError) {
        try passOn()
        try finish(end: false)
    }

    /// Ends the current frame or member (with its checksum): what is in the file so far is whole, whatever comes later.
    public func endFrame() throws(ArchiveError) {
        try passOn()
        try finish(end: true)
    }

    /// Writes what is left, ends the last frame, and renames the file if it replaces another. Called twice, does nothing.
    ///
    /// - Parameter synchronously: wait until the content is on the device, too.
    public func close(synchronously: Bool = false) throws(ArchiveError) {
        guard isOpen else { return }
        do throws(ArchiveError) {
            try endFrame()
            if contentBytes == 0 { try storeEmptyFrame() }
        } catch {
            abandon()
            throw error
        }
        isOpen = false
        guard path != "-" else { return }
        let synchronised = !synchronously || fsync(output.descriptor) == 0 || errno == EINVAL || errno == EROFS
        let syncError = errno
        let closed = Glibc.close(output.descriptor) == 0
        let closeError = errno
        guard synchronised else { throw failedClose(syncError) }
        guard closed else { throw failedClose(closeError) }
        if let temporaryPath, rename(temporaryPath, path) != 0 { throw failedClose(errno) }
    }

    /// Gives up: closes the file, and removes it if it was to replace another.
    public func abandon() {
        guard isOpen else { return }
        isOpen = false
        if path != "-" { Glibc.close(output.descriptor) }
        if let temporaryPath { unlink(temporaryPath) }
    }

    private func failedClose(_ number: Int32) -> ArchiveError {
        if let temporaryPath { unlink(temporaryPath) }
        return ArchiveError(errno: number, file: name, byteOffset: output.offset, action: "cannot finish writing")
    }

    private func passOn() throws(ArchiveError) {
        guard !buffer.isEmpty else { return }
        // Exchanged, not copied: with two owners, emptying it would allocate it anew.
        var full: [UInt8] = []
        swap(&full, &buffer)
        defer {
            full.removeAll(keepingCapacity: true)
            swap(&full, &buffer)
        }
        let result = full.withUnsafeBytes { bytes -> Result<Void, ArchiveError> in
            do throws(ArchiveError) { return .success(try store(bytes)) } catch { return .failure(error) }
        }
        try result.get()
    }

    private func store(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        guard let compressor else { return try output.write(bytes) }
        try compressor.compress(bytes) { (piece) throws(ArchiveError) in try output.write(piece) }
    }

    private func finish(end: Bool) throws(ArchiveError) {
        try compressor?.flush(end: end) { (piece) throws(ArchiveError) in try output.write(piece) }
    }

    /// A compressed file without content still holds one frame, so that other tools take it for what it is.
    private func storeEmptyFrame() throws(ArchiveError) {
        let empty: [UInt8]
        switch format {
        case .plain: return
        case .zstd: empty = [0x28, 0xB5, 0x2F, 0xFD, 0x24, 0x00, 0x01, 0x00, 0x00, 0x99, 0xE9, 0xD8, 0x51]
        case .gzip: empty = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        }
        let result = empty.withUnsafeBytes { bytes -> Result<Void, ArchiveError> in
            do throws(ArchiveError) { return .success(try output.write(bytes)) } catch { return .failure(error) }
        }
        try result.get()
    }
}
