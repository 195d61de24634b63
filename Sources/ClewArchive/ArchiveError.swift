import Glibc

/// What went wrong with an archive file: which file, where in it, and what.
///
/// `description` is made for a terminal or a log: `FILE: byte 123: truncated in the middle of a zstd frame…`.
public struct ArchiveError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The class of failure, for callers that decide by it.
    public enum Code: Sendable, Equatable {
        /// The file could not be opened, read or created; `systemErrno` tells why.
        case system
        /// The path names something that has no content to read in sequence (a directory, a block device).
        case notRegularFile
        /// The content ended inside a compressed frame or member.
        case truncated
        /// A stored checksum or length does not agree with the content.
        case checksum
        /// The compressed content is damaged or followed by something else.
        case damaged
        /// A compression that is recognised but not read, or a frame that needs too much memory.
        case unsupported
        /// The reader at the other end of a pipe has gone.
        case brokenPipe
        /// No space left on the device, or a quota or file size limit was reached.
        case storageFull
        /// A stated bound of ours was reached.
        case limit
    }

    /// The class of failure.
    public let code: Code
    /// The file as the caller named it; `stdin` or `stdout` for `-`.
    public let file: String
    /// Byte offset in the file as stored (compressed bytes for compressed files); nil where there is none.
    public let byteOffset: UInt64?
    /// The errno of the failed system call, 0 if there was none.
    public let systemErrno: Int32
    /// What happened, without file and offset.
    public let reason: String

    init(_ code: Code, file: String, byteOffset: UInt64? = nil, systemErrno: Int32 = 0, _ reason: String) {
        self.code = code
        self.file = file
        self.byteOffset = byteOffset
        self.systemErrno = systemErrno
        self.reason = reason
    }

    /// From the errno of a system call that has just failed: `action` is what we were doing ("cannot open").
    public init(errno number: Int32, file: String, byteOffset: UInt64? = nil, action: String) {
        let code: Code =
            switch number {
            case EPIPE: .brokenPipe
            case ENOSPC, EDQUOT, EFBIG: .storageFull
            default: .system
            }
        self.init(code, file: file, byteOffset: byteOffset, systemErrno: number, "\(action): \(Self.text(ofErrno: number))")
    }

    /// `FILE: byte N: REASON`.
    public var description: String {
        guard let byteOffset else { return "\(file): \(reason)" }
        return "\(file): byte \(byteOffset): \(reason)"
    }

    static func text(ofErrno number: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            guard let base = buffer.baseAddress else { return "error \(number)" }
            base.initialize(repeating: 0, count: buffer.count)
            guard strerror_r(number, base, buffer.count) == 0 else { return "error \(number)" }
            return String(cString: base)
        }
    }
}
