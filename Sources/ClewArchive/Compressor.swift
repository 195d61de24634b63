import CZlib
import CZstd
import Glibc

/// Turns content into stored bytes, which it hands to `sink` in pieces.
protocol Compressor: AnyObject {
    typealias Sink = (UnsafeRawBufferPointer) throws(ArchiveError) -> Void

    func compress(_ bytes: UnsafeRawBufferPointer, to sink: Sink) throws(ArchiveError)
    /// All content so far becomes readable; with `end`, the frame or member ends here and the next content begins another.
    func flush(end: Bool, to sink: Sink) throws(ArchiveError)
}

/// Frames with a checksum.
final class ZstdCompressor: Compressor {
    private let name: String
    private let context: OpaquePointer
    private let staging: UnsafeMutableRawBufferPointer
    private var insideFrame = false

    /// `level`: 1 to 19.
    init(name: String, level: Int) throws(ArchiveError) {
        guard let context = ZSTD_createCCtx() else {
            throw ArchiveError(.limit, file: name, "not enough memory for a zstd encoder")
        }
        self.name = name
        self.context = context
        staging = .allocate(byteCount: ZSTD_CStreamOutSize(), alignment: 16)
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(clamping: min(19, max(1, level))))
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    }

    deinit {
        ZSTD_freeCCtx(context)
        staging.deallocate()
    }

    func compress(_ bytes: UnsafeRawBufferPointer, to sink: Sink) throws(ArchiveError) {
        insideFrame = insideFrame || bytes.count > 0
        var source = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        while source.pos < source.size { _ = try step(&source, ZSTD_e_continue, to: sink) }
    }

    func flush(end: Bool, to sink: Sink) throws(ArchiveError) {
        guard insideFrame else { return }
        var source = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
        while try step(&source, end ? ZSTD_e_end : ZSTD_e_flush, to: sink) > 0 {}
        if end { insideFrame = false }
    }

    private func step(_ source: inout ZSTD_inBuffer, _ mode: ZSTD_EndDirective, to sink: Sink) throws(ArchiveError) -> Int {
        var output = ZSTD_outBuffer(dst: staging.baseAddress, size: staging.count, pos: 0)
        let left = ZSTD_compressStream2(context, &output, &source, mode)
        guard ZSTD_isError(left) == 0 else {
            throw ArchiveError(.damaged, file: name, "zstd cannot compress: \(String(cString: ZSTD_getErrorName(left)))")
        }
        if output.pos > 0 { try sink(UnsafeRawBufferPointer(rebasing: staging.prefix(output.pos))) }
        return left
    }
}

/// Members of RFC 1952.
final class GzipCompressor: Compressor {
    private let name: String
    private let stream: UnsafeMutablePointer<z_stream>
    private let staging: UnsafeMutableRawBufferPointer
    private var insideMember = false

    /// `level`: 1 to 9.
    init(name: String, level: Int) throws(ArchiveError) {
        self.name = name
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        staging = .allocate(byteCount: 64 << 10, alignment: 16)
        guard clew_deflate_init(stream, Int32(clamping: min(9, max(1, level))), 15 + 16) == Z_OK else {
            stream.deallocate()
            staging.deallocate()
            throw ArchiveError(.limit, file: name, "not enough memory for a gzip encoder")
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
        staging.deallocate()
    }

    func compress(_ bytes: UnsafeRawBufferPointer, to sink: Sink) throws(ArchiveError) {
        insideMember = insideMember || bytes.count > 0
        var rest = bytes
        while rest.count > 0 {
            let share = UInt32(clamping: rest.count)
            stream.pointee.next_in = UnsafeMutablePointer(mutating: rest.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = share
            try run(Z_NO_FLUSH, to: sink)
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(Int(share)))
        }
    }

    func flush(end: Bool, to sink: Sink) throws(ArchiveError) {
        guard insideMember else { return }
        stream.pointee.avail_in = 0
        try run(end ? Z_FINISH : Z_SYNC_FLUSH, to: sink)
        guard end else { return }
        deflateReset(stream)
        insideMember = false
    }

    /// Until the input is taken and the output is not full.
    private func run(_ mode: Int32, to sink: Sink) throws(ArchiveError) {
        repeat {
            stream.pointee.next_out = staging.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(staging.count)
            let result = deflate(stream, mode)
            guard result != Z_STREAM_ERROR else { throw ArchiveError(.damaged, file: name, "zlib cannot compress: error \(result)") }
            let produced = staging.count - Int(stream.pointee.avail_out)
            if produced > 0 { try sink(UnsafeRawBufferPointer(rebasing: staging.prefix(produced))) }
        } while stream.pointee.avail_out == 0
    }
}
