public import ClewArchive
import ClewEngine
public import ClewModel
import Glibc

/// The files that a model is learned from, as its provenance names them.
public enum LearnedInputs {
    /// Reads each file once; what cannot be read twice (a pipe, stdin) has no size and no checksum.
    public static func of(_ paths: [String]) throws(ArchiveError) -> [Provenance.Input] {
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

    /// The first two of `paths` with the same content, which would count twice; nil if there are none. `inputs`: of these paths.
    public static func repeated(_ inputs: [Provenance.Input], _ paths: [String]) -> (first: String, second: String)? {
        var pathOf: [String: String] = [:]
        for (path, input) in zip(paths, inputs) {
            guard let sum = input.sha256, input.bytes != 0 else { continue }
            if let first = pathOf[sum] { return (first, path) }
            pathOf[sum] = path
        }
        return nil
    }

    /// Those of `paths` whose content went into a model already.
    public static func known(_ inputs: [Provenance.Input], _ paths: [String], to model: Provenance) -> [String] {
        let known = Set(model.inputs.compactMap { $0.bytes != 0 ? $0.sha256 : nil })
        return zip(paths, inputs).filter { $0.1.sha256.map { known.contains($0) } ?? false }.map(\.0)
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
