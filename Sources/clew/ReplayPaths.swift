import ClewCommandLine
import Glibc

/// The files that a replay reads and writes: what would be read twice, or overwrite what is read, is refused before anything is
/// opened.
struct ReplayPaths {
    var inputs: [String]
    /// The option, and the path given with it.
    var outputs: [(option: String, path: String)]

    /// What makes a file itself, whatever it is called.
    private enum Identity: Equatable {
        case inode(dev_t, ino_t)
        case path(String)
    }

    /// Says what is wrong; nil if nothing is.
    func mistake() -> String? {
        if inputs.filter({ $0 == "-" }).count > 1 { return "- (stdin) can be read only once" }
        let read = inputs.filter { $0 != "-" }.compactMap { path in ReplayPaths.identity(path).map { (path, $0) } }
        for (at, (path, identity)) in read.enumerated() {
            guard let (first, _) = read[..<at].first(where: { $0.1 == identity }) else { continue }
            return path == first ? "\(path) is given twice" : "\(path) and \(first) are the same file"
        }
        var written: [(option: String, identity: Identity)] = []
        for (option, path) in outputs {
            guard let identity = ReplayPaths.identity(path) else { continue }
            if let (file, _) = read.first(where: { $0.1 == identity }) {
                return "\(option) would overwrite \(file), which is to be read"
            }
            if let other = written.first(where: { $0.identity == identity }) {
                return "\(option) and \(other.option) both write to \(path == "-" ? "stdout" : path)"
            }
            written.append((option, identity))
        }
        return nil
    }

    /// nil for what may be shared: a pipe, a device.
    private static func identity(_ path: String) -> Identity? {
        guard path != "-" else { return .path(path) }
        var status = stat()
        guard stat(path, &status) == 0 else { return .path(path) }
        return status.st_mode & S_IFMT == S_IFREG ? .inode(status.st_dev, status.st_ino) : nil
    }

    /// Each file, and each partition of a dump, takes a descriptor: as many as the system lets us have.
    static func allowManyFiles() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = min(limit.rlim_max, 65_536)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
