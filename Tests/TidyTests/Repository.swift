import Glibc

/// The files of the repository that this test belongs to.
enum Repository {
    /// Its folder, found from this file, also where that was reached through a link.
    static let root: String = {
        guard let resolved = realpath(#filePath, nil) else { return "." }
        defer { free(resolved) }
        let parts = String(cString: resolved).split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(3).joined(separator: "/")
    }()

    /// Names of the folders in `Sources`.
    static func targets() -> [String] {
        entries("Sources").filter { isFolder("Sources/\($0)") }
    }

    /// Every Swift file in `Sources`, sorted by path.
    static func swiftFiles() throws -> [SourceText] {
        try files.get()
    }

    private static let files = Result {
        try paths(under: "Sources").filter { $0.hasSuffix(".swift") }.map { SourceText(path: $0, try read($0)) }
    }

    static func read(_ path: String) throws -> String {
        guard let file = fopen("\(root)/\(path)", "r") else { throw Unreadable(path: path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func paths(under folder: String) -> [String] {
        entries(folder).flatMap { entry -> [String] in
            let path = "\(folder)/\(entry)"
            return isFolder(path) ? paths(under: path) : [path]
        }
    }

    private static func entries(_ folder: String) -> [String] {
        guard let directory = opendir("\(root)/\(folder)") else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat("\(root)/\(path)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}

struct Unreadable: Error {
    let path: String
}
