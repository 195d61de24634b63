import CZlib

/// Streams the content of any number of gzip members; checksums and lengths verified, zero padding after a member passed over.
final class GzipDecoder {
    private let input: ByteInput
    /// On the heap: zlib keeps the address of its stream and checks it.
    private let stream: UnsafeMutablePointer<z_stream>
    private var memberStart: UInt64 = 0
    private var insideMember = false
    private var isFirstMember = true
    /// Found behind content that was handed out first.
    private var pendingFailure: ArchiveError?

    init(input: ByteInput) throws(ArchiveError) {
        self.input = input
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window, +16: gzip wrapping only.
        guard clew_inflate_init(stream, 15 + 16) == Z_OK else {
            stream.deallocate()
            throw ArchiveError(.limit, file: input.name, "not enough memory for a gzip decoder")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Decodes at most `count` bytes; 0 at the end of a file that ended with a whole member.
    func read(into target: UnsafeMutableRawPointer, count: Int) throws(ArchiveError) -> Int {
        if let pendingFailure { throw pendingFailure }
        let capacity = UInt32(clamping: count)
        stream.pointee.next_out = target.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = capacity
        while stream.pointee.avail_out == capacity {
            guard try input.refill() else {
                guard insideMember else { return 0 }
                throw ArchiveError(
                    .truncated, file: input.name, byteOffset: input.offset,
                    "truncated in the middle of a gzip member (which began at byte \(memberStart))")
            }
            if !insideMember {
                if !isFirstMember, skipPadding() { continue }
                memberStart = input.offset
                insideMember = true
            }
            if let failure = step() {
                let produced = Int(capacity - stream.pointee.avail_out)
                guard produced > 0 else { throw failure }
                pendingFailure = failure
                return produced
            }
        }
        return Int(capacity - stream.pointee.avail_out)
    }

    /// One call of zlib; what it decoded before a failure is in the output.
    private func step() -> ArchiveError? {
        let available = input.available
        let offered = UInt32(clamping: available.count)
        stream.pointee.next_in = UnsafeMutablePointer(mutating: available.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = offered
        let result = inflate(stream, Z_NO_FLUSH)
        input.consume(Int(offered - stream.pointee.avail_in))
        switch result {
        case Z_OK, Z_BUF_ERROR:
            return nil
        case Z_STREAM_END:
            insideMember = false
            isFirstMember = false
            inflateReset(stream)
            return nil
        default:
            return failure(result)
        }
    }

    /// Passes over zero bytes after a member (tapes and block devices pad with them); true if there is nothing else left to read.
    private func skipPadding() -> Bool {
        let available = input.available
        let zeros = available.prefix { $0 == 0 }.count
        input.consume(zeros)
        return zeros == available.count
    }

    private func failure(_ result: Int32) -> ArchiveError {
        let offset = input.offset
        let text = stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(result)"
        switch text {
        case "incorrect data check":
            return ArchiveError(
                .checksum, file: input.name, byteOffset: offset, "gzip checksum wrong (member which began at byte \(memberStart))")
        case "incorrect length check":
            return ArchiveError(
                .checksum, file: input.name, byteOffset: offset, "gzip length wrong (member which began at byte \(memberStart))")
        case "incorrect header check" where !isFirstMember:
            return ArchiveError(.damaged, file: input.name, byteOffset: memberStart, "what follows the gzip member is not gzip")
        default:
            return ArchiveError(
                .damaged, file: input.name, byteOffset: offset, "damaged gzip member (which began at byte \(memberStart)): \(text)")
        }
    }
}
