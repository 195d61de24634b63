import Glibc

/// A descriptor written in full, with the offset for messages.
struct ByteOutput {
    let name: String
    let descriptor: Int32
    private(set) var offset: UInt64 = 0
    private var writeBehind: WriteBehind?

    /// - Parameter isNewFile: A regular file that is written from its beginning, and not read meanwhile.
    init(name: String, descriptor: Int32, isNewFile: Bool = false) {
        self.name = name
        self.descriptor = descriptor
        if isNewFile { writeBehind = WriteBehind(descriptor: descriptor) }
    }

    /// Writes all bytes, however many calls it takes.
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        guard let base = bytes.baseAddress else { return }
        var at = 0
        while at < bytes.count {
            let written = Glibc.write(descriptor, base + at, bytes.count - at)
            if written > 0 {
                at += written
                offset += UInt64(written)
                writeBehind?.advance(to: offset)
            } else if written < 0, errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, -1)
            } else if written < 0, errno != EINTR {
                throw ArchiveError(errno: errno, file: name, byteOffset: offset, action: "cannot write")
            }
        }
    }
}
