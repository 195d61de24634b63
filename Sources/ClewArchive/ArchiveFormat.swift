/// How an archive file is stored.
public enum ArchiveFormat: String, Sendable, CaseIterable {
    /// Not compressed.
    case plain
    /// gzip (RFC 1952), any number of members.
    case gzip
    /// Zstandard (RFC 8878), any number of frames.
    case zstd

    /// What a file of this name is written as: `.zst` and `.zstd`, `.gz`, else plain. Reading never asks the name.
    public init(forFileName name: String) {
        if name.hasSuffix(".zst") || name.hasSuffix(".zstd") {
            self = .zstd
        } else if name.hasSuffix(".gz") {
            self = .gzip
        } else {
            self = .plain
        }
    }

    /// What the first bytes of a file say.
    enum Recognised: Equatable {
        case format(ArchiveFormat)
        /// Something we know but do not read; its name for the message.
        case unsupported(String)
    }

    /// Recognises by magic bytes. `head` holds the first bytes of the file (up to six are looked at).
    static func recognise(_ head: UnsafeRawBufferPointer) -> Recognised {
        func starts(_ magic: [UInt8]) -> Bool { head.count >= magic.count && head.prefix(magic.count).elementsEqual(magic) }
        if starts([0x28, 0xB5, 0x2F, 0xFD]) { return .format(.zstd) }
        if head.count >= 4, head[0] & 0xF0 == 0x50, head[1] == 0x2A, head[2] == 0x4D, head[3] == 0x18 { return .format(.zstd) }
        if starts([0x1F, 0x8B]) { return .format(.gzip) }
        if starts([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) { return .unsupported("an xz file") }
        if starts([0x42, 0x5A, 0x68]) && head.count > 3 && (0x31...0x39).contains(head[3]) { return .unsupported("a bzip2 file") }
        if starts([0x04, 0x22, 0x4D, 0x18]) { return .unsupported("an lz4 file") }
        if starts([0x50, 0x4B, 0x03, 0x04]) { return .unsupported("a zip file") }
        if head.count >= 4, (0x22...0x27).contains(head[0]), head[1] == 0xB5, head[2] == 0x2F, head[3] == 0xFD {
            return .unsupported("a zstd file of a format before 1.0")
        }
        if starts([0xFF, 0xFE]) || starts([0xFE, 0xFF]) { return .unsupported("UTF-16 text") }
        return .format(.plain)
    }
}
