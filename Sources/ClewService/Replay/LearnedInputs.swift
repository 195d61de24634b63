import ClewArchive
import ClewEngine
import ClewModel
import Glibc

/// The files that a model was learned from, as its provenance names them.
enum LearnedInputs {
    /// Reads each file once; what cannot be read twice (a pipe, stdin) has no size and no checksum.
    static func of(_ paths: [String]) throws(ArchiveError) -> [Provenance.Input] {
        var inputs: [Provenance.Input] = []
        for path in paths {
            let name = path == "-" ? "stdin" : path.split(separator: "/").last.map(String.init) ?? path
            guard path != "-", let sum = try checksum(path) else {
                inputs.append(Provenance.Input(name: name, bytes: nil, sha256: nil))
                continue
            }
            inputs.append(Provenance.Input(name: name, bytes: sum.bytes, sha256: sum.sha256))
        }
        return inputs
    }

    private static func checksum(_ path: String) throws(ArchiveError) -> (bytes: UInt64, sha256: String)? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw ArchiveError(errno: errno, file: path, action: "cannot open") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var hash = SHA256()
        var bytes: UInt64 = 0
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ArchiveError(errno: errno, file: path, action: "cannot read") }
            if count == 0 { return (bytes, hash.finishHex()) }
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            bytes += UInt64(count)
        }
    }
}
