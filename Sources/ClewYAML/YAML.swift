internal import Glibc

/// Reads YAML and JSON files into node trees that know where everything stands.
///
/// One document a file; anchors and aliases are followed within bounds; duplicate keys, merge keys (`<<`) and
/// tags of a type's own are errors. JSON is read by its own grammar first (tabs, surrogate escapes), and as YAML if
/// it isn't JSON.
public enum YAML {
    /// Largest text, bytes.
    public static let maxBytes = 64 << 20
    /// Deepest nesting of lists and mappings.
    public static let maxDepth = 64
    /// Most nodes of a file, bounding its tree to 200 MB.
    public static let maxNodes = 10_000_000
    /// Most nodes that all aliases together may stand for.
    public static let maxAliasedNodes = 1_000_000

    /// Reads and parses a file. `name` stands in messages instead of the path, if given.
    public static func load(_ path: String, name: String? = nil) throws(Diagnostic) -> YAMLNode {
        try parse(try TextFile.read(path, maxBytes: maxBytes), file: name ?? path)
    }

    /// Parses a text; `file` is the name for messages. An empty text is one null scalar.
    public static func parse(_ text: String, file: String) throws(Diagnostic) -> YAMLNode {
        try parse(Array(text.utf8), file: file)
    }

    /// Parses bytes (UTF-8; UTF-16 with a byte order mark as YAML); `file` is the name for messages.
    public static func parse(_ bytes: [UInt8], file: String) throws(Diagnostic) -> YAMLNode {
        guard bytes.count <= maxBytes else {
            throw Diagnostic(file: file, message: "the file has \(bytes.count) bytes; the limit is \(maxBytes)")
        }
        guard looksLikeJSON(bytes) else { return try LibYAML.parse(bytes, file: file) }
        do {
            return try JSONReader.parse(bytes, file: file)
        } catch {
            if file.hasSuffix(".json") { throw error }
            return try LibYAML.parse(bytes, file: file)
        }
    }

    private static func looksLikeJSON(_ bytes: [UInt8]) -> Bool {
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        let first = text.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }
}

/// Reading small files whole.
public enum TextFile {
    /// All bytes of a file, refusing directories and what is longer than `maxBytes`.
    public static func read(_ path: String, maxBytes: Int) throws(Diagnostic) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "can't be opened") }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw failure(path, "can't be read") }
        guard info.st_mode & S_IFMT != S_IFDIR else { throw Diagnostic(file: path, message: "is a directory; expected a file") }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(maxBytes, max(0, Int(info.st_size))) + 1)
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, "can't be read") }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= maxBytes else {
                throw Diagnostic(file: path, message: "is larger than the limit of \(maxBytes) bytes")
            }
        }
    }

    private static func failure(_ path: String, _ what: String) -> Diagnostic {
        Diagnostic(file: path, message: "\(what): \(String(cString: strerror(errno)))")
    }
}
