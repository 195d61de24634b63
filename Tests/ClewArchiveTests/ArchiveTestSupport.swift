import CZlib
import CZstd
import ClewArchive
import Glibc
import Testing

/// A directory of its own for a test; removed with its owner.
final class TemporaryDirectory {
    let path: String

    init() {
        var template = Array("/tmp/clew-archive-tests-XXXXXX".utf8CString)
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    }

    deinit {
        for name in entries() { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    func entries() -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Writes a file and returns its path.
    func file(_ name: String, _ bytes: [UInt8]) -> String {
        let full = "\(path)/\(name)"
        let descriptor = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        defer { close(descriptor) }
        var at = 0
        bytes.withUnsafeBytes { buffer in
            while at < buffer.count, let base = buffer.baseAddress {
                let written = write(descriptor, base + at, buffer.count - at)
                if written <= 0 { break }
                at += written
            }
        }
        #expect(at == bytes.count)
        return full
    }

    static func contents(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count <= 0 { return result }
            result += chunk[..<count]
        }
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// One zstd frame, with a checksum and without a stored content size (as a stream has).
func zstdFrame(_ content: [UInt8], level: Int32 = 3) -> [UInt8] {
    let context = ZSTD_createCCtx()
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    var result = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count) + 32)
    let size = ZSTD_compress2(context, &result, result.count, content, content.count)
    #expect(ZSTD_isError(size) == 0)
    return Array(result[..<size])
}

/// A frame that decoders pass over.
func skippableFrame(_ content: [UInt8]) -> [UInt8] {
    let count = UInt32(content.count)
    return [0x53, 0x2A, 0x4D, 0x18] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + content
}

/// One gzip member.
func gzipMember(_ content: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    #expect(clew_deflate_init(&stream, 6, 15 + 16) == Z_OK)
    defer { deflateEnd(&stream) }
    var content = content
    var result = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(content.count))) + 64)
    let size = content.withUnsafeMutableBufferPointer { source in
        result.withUnsafeMutableBufferPointer { target in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(target.count)
            #expect(deflate(&stream, Z_FINISH) == Z_STREAM_END)
            return target.count - Int(stream.avail_out)
        }
    }
    return Array(result[..<size])
}

/// What came out of a file: its lines with their numbers, what was too long, and the error at the end.
struct Reading {
    var lines: [String] = []
    var numbers: [UInt64] = []
    var oversized: [ArchiveReader.OversizedLine] = []
    var error: ArchiveError?

    init(_ path: String, _ options: ArchiveReader.Options = .init()) {
        do throws(ArchiveError) {
            let reader = try ArchiveReader(path: path, options: options)
            while let item = try reader.next() {
                switch item {
                case .oversized(let report): oversized.append(report)
                case .lines(let block):
                    var count = 0
                    for line in block {
                        lines.append(String(decoding: line.bytes, as: UTF8.self))
                        numbers.append(line.number)
                        count += 1
                    }
                    #expect(count == block.lineCount)
                }
            }
        } catch {
            self.error = error
        }
    }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
