import Glibc

/// Reads an archive file in sequence and hands out its lines in blocks.
///
/// Plain, gzip and zstd are told apart by the file's first bytes, not by its name. Decompression streams: memory is one
/// buffer of ``Options/blockSize`` (more only while a longer line is read), an input window of 128 KiB, and the
/// decoder's own window (zstd: what the frame asks for, 2 MiB at level 3, at most 128 MiB).
///
/// Not `Sendable`: one thread owns a reader.
public final class ArchiveReader {
    /// What may be set for a reader.
    public struct Options: Sendable {
        /// Bytes read or decompressed at a time, 4 KiB or more; lines are handed out in blocks of about this size.
        public var blockSize = 256 << 10
        /// The longest line that is taken, in bytes without its line end; longer ones are reported and passed over.
        public var maximumLineLength = 16 << 20
        /// Whether a pretty-printed JSON file is read as if each of its values, or each element of its list, were a line.
        public var unfoldsJSON = false

        public init(blockSize: Int = 256 << 10, maximumLineLength: Int = 16 << 20, unfoldsJSON: Bool = false) {
            self.blockSize = blockSize
            self.maximumLineLength = maximumLineLength
            self.unfoldsJSON = unfoldsJSON
        }
    }

    /// What a reader hands out.
    public enum Item {
        /// Whole lines, valid until the reader's next call.
        case lines(LineBlock)
        /// A line longer than allowed was passed over.
        case oversized(OversizedLine)
    }

    /// A line that was longer than ``Options/maximumLineLength``, and so not handed out.
    public struct OversizedLine: Sendable, Equatable {
        /// Number of the line, from 1.
        public let number: UInt64
        /// Its length in bytes without the line end.
        public let length: UInt64
    }

    /// The file as the caller named it; `stdin` for `-`.
    public let name: String
    /// How the file is stored.
    public let format: ArchiveFormat
    /// Size of the file as stored, in bytes; nil for a pipe.
    public var storedBytesTotal: UInt64? { input.totalBytes }
    /// How many bytes of the file as stored have been read.
    public var storedBytesRead: UInt64 { input.offset }
    /// Number of lines handed out or passed over so far.
    public private(set) var linesRead: UInt64 = 0

    private enum Decoder {
        case plain
        case gzip(GzipDecoder)
        case zstd(ZstdDecoder)
    }

    private let input: ByteInput
    private let decoder: Decoder
    private let options: Options
    private var buffer: LineBuffer
    /// Content has ended, or an error was found: nothing more is decoded.
    private var contentEnded = false
    /// Found behind lines that are handed out first.
    private var pendingError: ArchiveError?
    /// Length so far of a line that is being passed over.
    private var skippedLength: UInt64?
    private var atFirstByte = true
    private var unfolder: JSONUnfolder?

    /// Opens a file, or stdin for `-`, and looks at its first bytes.
    ///
    /// Throws if it cannot be opened, is a directory or a block device, or is of a known kind that is not read (xz, bzip2, …).
    public init(path: String, options: Options = Options()) throws(ArchiveError) {
        let input = try ByteInput(path: path, windowSize: 128 << 10)
        while input.available.count < 6, try input.extend() {}
        switch ArchiveFormat.recognise(input.available) {
        case .unsupported(let kind):
            throw ArchiveError(.unsupported, file: input.name, byteOffset: 0, "is \(kind); plain text, gzip and zstd are read")
        case .format(let format):
            self.format = format
            switch format {
            case .plain: decoder = .plain
            case .gzip: decoder = .gzip(try GzipDecoder(input: input))
            case .zstd: decoder = .zstd(try ZstdDecoder(input: input))
            }
        }
        self.input = input
        self.options = options
        if options.unfoldsJSON { unfolder = JSONUnfolder() }
        name = input.name
        buffer = LineBuffer(blockSize: max(4 << 10, options.blockSize))
    }

    /// The next lines, or the report of a line that is too long; nil at the end.
    ///
    /// Damage is thrown once, after all whole lines before it have been handed out; then the file is at its end.
    public func next() throws(ArchiveError) -> Item? {
        buffer.dropTaken()
        while true {
            if let item = takeBuffered() { return item }
            if contentEnded { return try finish() }
            fill()
        }
    }

    /// Calls `line` for each line to the end of the file, `oversized` for each one that is too long.
    public func forEachLine(
        _ line: (ArchiveLine) throws -> Void, oversized: (OversizedLine) throws -> Void = { _ in }
    ) throws {
        while let item = try next() {
            switch item {
            case .lines(let block): for each in block { try line(each) }
            case .oversized(let report): try oversized(report)
            }
        }
    }

    /// What whole lines the buffer holds.
    private func takeBuffered() -> Item? {
        if skippedLength != nil {
            guard let rest = buffer.takeThroughNewline() else {
                skippedLength? += UInt64(buffer.dropAll(keepingCarriageReturn: true))
                return nil
            }
            skippedLength? += UInt64(rest)
            return reportSkipped()
        }
        let whole = buffer.wholeLinesCount(limit: options.maximumLineLength)
        switch whole {
        case .lines(let count): return handOut(count)
        case .oversized:
            skippedLength = 0
            return takeBuffered()
        case .none:
            return nil
        }
    }

    private func handOut(_ count: Int) -> Item {
        let bytes = buffer.take(count)
        let newlines = bytes.count(of: 0x0A)
        let lines = bytes.last == 0x0A ? newlines : newlines + 1
        defer { linesRead += UInt64(lines) }
        return .lines(LineBlock(bytes: bytes, firstLine: linesRead + 1, lineCount: lines))
    }

    private func reportSkipped() -> Item? {
        guard let length = skippedLength else { return nil }
        skippedLength = nil
        linesRead += 1
        return .oversized(OversizedLine(number: linesRead, length: length))
    }

    /// The end of content: a last line without a line end, then the error if there is one, then nil.
    private func finish() throws(ArchiveError) -> Item? {
        if let error = pendingError {
            pendingError = nil
            buffer.dropAll()
            skippedLength = nil
            let place = linesRead == 0 ? "" : " (after line \(linesRead) of its content)"
            throw ArchiveError(
                error.code, file: error.file, byteOffset: error.byteOffset, systemErrno: error.systemErrno, error.reason + place)
        }
        if skippedLength != nil {
            skippedLength? += UInt64(buffer.dropAll())
            return reportSkipped()
        }
        let rest = buffer.count
        guard rest > 0 else { return nil }
        let length = buffer.lineLength(rest)
        if length > options.maximumLineLength {
            buffer.dropAll()
            skippedLength = UInt64(length)
            return reportSkipped()
        }
        return handOut(rest)
    }

    /// Decodes more content behind what the buffer holds. An error ends the content and is kept for later.
    private func fill() {
        buffer.makeRoom(lineLimit: options.maximumLineLength)
        do throws(ArchiveError) {
            repeat {
                let free = buffer.free
                let count = try decode(into: free)
                if count == 0 { contentEnded = true }
                unfolder?.unfold(UnsafeMutableRawBufferPointer(rebasing: free[..<count]))
                buffer.added(count)
                if atFirstByte, buffer.count >= 3 || contentEnded {
                    atFirstByte = false
                    buffer.dropByteOrderMark()
                }
                // A pipe's lines are handed out as they come; a file's buffer is filled.
            } while !contentEnded && buffer.free.count > 0 && (input.totalBytes != nil || atFirstByte)
        } catch {
            pendingError = error
            contentEnded = true
        }
    }

    private func decode(into free: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        guard let target = free.baseAddress else { return 0 }
        switch decoder {
        case .plain: return try input.read(into: target, count: free.count)
        case .gzip(let gzip): return try gzip.read(into: target, count: free.count)
        case .zstd(let zstd): return try zstd.read(into: target, count: free.count)
        }
    }
}
