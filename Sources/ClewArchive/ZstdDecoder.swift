import CZstd

/// Streams the content of any number of zstd frames; skippable frames are passed over, checksums verified.
final class ZstdDecoder {
    private let input: ByteInput
    private let context: OpaquePointer
    /// Stored offset at which the current frame began.
    private var frameStart: UInt64 = 0
    /// What the library wants next; 0 between frames.
    private var wanted = 0
    /// The last call filled the output, so the library may hold more of the content.
    private var mayHoldOutput = false
    private var isFirstFrame = true

    init(input: ByteInput) throws(ArchiveError) {
        guard let context = ZSTD_createDCtx() else {
            throw ArchiveError(.limit, file: input.name, "not enough memory for a zstd decoder")
        }
        self.input = input
        self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }

    /// Decodes at most `count` bytes; 0 at the end of a file that ended with a whole frame.
    ///
    /// Each call to the library gets no more input than it asked for, so that it handles one block at a time:
    /// what it had decoded before it finds damage would be lost otherwise.
    func read(into target: UnsafeMutableRawPointer, count: Int) throws(ArchiveError) -> Int {
        var output = ZSTD_outBuffer(dst: target, size: count, pos: 0)
        while output.pos == 0 {
            if !mayHoldOutput, try !input.refill() {
                guard wanted == 0 else {
                    throw ArchiveError(
                        .truncated, file: input.name, byteOffset: input.offset,
                        "truncated in the middle of a zstd frame (which began at byte \(frameStart))")
                }
                return 0
            }
            try step(&output)
        }
        return output.pos
    }

    private func step(_ output: inout ZSTD_outBuffer) throws(ArchiveError) {
        if wanted == 0 { frameStart = input.offset }
        let available = input.available
        // Five bytes are what the library needs to size a frame's header.
        let share = mayHoldOutput ? 0 : min(available.count, wanted == 0 ? 5 : wanted)
        var source = ZSTD_inBuffer(src: available.baseAddress, size: share, pos: 0)
        let produced = output.pos
        let result = ZSTD_decompressStream(context, &output, &source)
        guard ZSTD_isError(result) == 0 else { throw failure(result) }
        input.consume(source.pos)
        mayHoldOutput = output.pos == output.size && output.pos > produced && result != 0
        wanted = result
        if result == 0 { isFirstFrame = false }
    }

    private func failure(_ result: Int) -> ArchiveError {
        let offset = input.offset
        switch ZSTD_getErrorCode(result) {
        case ZSTD_error_checksum_wrong:
            return ArchiveError(
                .checksum, file: input.name, byteOffset: offset, "zstd checksum wrong (frame which began at byte \(frameStart))")
        case ZSTD_error_prefix_unknown where !isFirstFrame:
            return ArchiveError(.damaged, file: input.name, byteOffset: frameStart, "what follows the zstd frame is not zstd")
        case ZSTD_error_frameParameter_windowTooLarge:
            return ArchiveError(
                .unsupported, file: input.name, byteOffset: frameStart,
                "the zstd frame needs a window of more than 128 MiB; compress again without --ultra --long")
        case ZSTD_error_dictionary_wrong:
            return ArchiveError(.unsupported, file: input.name, byteOffset: frameStart, "the zstd frame needs a dictionary")
        default:
            let text = String(cString: ZSTD_getErrorName(result))
            return ArchiveError(
                .damaged, file: input.name, byteOffset: offset, "damaged zstd frame (which began at byte \(frameStart)): \(text)")
        }
    }
}
