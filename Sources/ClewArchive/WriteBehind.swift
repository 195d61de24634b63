import CLinux
import Glibc

/// Sends a long file to the device while it is written, and gives its pages back once they are there: gigabytes of records
/// neither push other data out of the page cache (a Kafka broker's on the same machine, above all), nor make the kernel find
/// ever new pages, which costs more than copying into them. At most 128 MiB are left to be written; who writes faster than the
/// device waits for it. All of it is advice: what fails changes nothing.
struct WriteBehind {
    /// Bytes that are sent at a time, and most that are kept.
    static let piece: UInt64 = 8 << 20
    static let most: UInt64 = 128 << 20

    private let descriptor: Int32
    private var sent: UInt64 = 0
    private var dropped: UInt64 = 0

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// The file is written up to `offset`.
    @inline(__always)
    mutating func advance(to offset: UInt64) {
        while offset - sent >= WriteBehind.piece { send() }
    }

    private mutating func send() {
        _ = sync_file_range(descriptor, Int64(sent), Int64(WriteBehind.piece), UInt32(clew_sync_write))
        sent += WriteBehind.piece
        guard sent - dropped > WriteBehind.most else { return }
        let all = clew_sync_wait_before | clew_sync_write | clew_sync_wait_after
        _ = sync_file_range(descriptor, Int64(dropped), Int64(WriteBehind.piece), UInt32(all))
        _ = posix_fadvise(descriptor, off_t(dropped), off_t(WriteBehind.piece), POSIX_FADV_DONTNEED)
        dropped += WriteBehind.piece
    }
}
