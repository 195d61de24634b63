public import ClewEngine
import ClewYAML

/// A model file that was read.
public struct LoadedModel: Sendable {
    public var file: ModelFile
    /// `sha256:…` of the whole file, as `sha256sum` gives it.
    public var digest: String
}

/// A model with its provenance, as a file: one line of JSON that tells where it comes from (`head -1 FILE`), the model in
/// binary, and the SHA-256 of all that stands before it. docs/formats.md has the layout.
///
/// The same model and provenance give the same bytes.
public struct ModelFile: Sendable {
    /// The version of the format that is written, and the newest that is read.
    public static let version = 1
    /// Largest file that is read, bytes.
    public static let maxBytes = 1 << 30

    private static let schema = "clew.model/"
    private static let opening = "{\"schema\":\"\(schema)"
    private static let longestHeader = 1 << 20
    private static let digestBytes = 32

    public var provenance: Provenance
    public var model: CorrelationModel

    public init(provenance: Provenance, model: CorrelationModel) {
        self.provenance = provenance
        self.model = model
    }

    /// The content of the file. O(entries).
    public func encoded() -> [UInt8] {
        let body = Sections.encode(model)
        var bytes = Array(Header.line(provenance, model, bodyBytes: body.count).utf8)
        bytes.append(contentsOf: body)
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update($0) }
        for word in hash.finish() { withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// Reads a model file, and checks all of it.
    ///
    /// - Throws: `ModelError`, with the name of the file and what is wrong with it.
    public static func load(_ path: String) throws(ModelError) -> LoadedModel {
        let bytes: [UInt8]
        do throws(Diagnostic) {
            bytes = try TextFile.read(path, maxBytes: maxBytes)
        } catch {
            throw ModelError(.unreadable, file: path, error.message)
        }
        return try decode(bytes, file: path)
    }

    /// As `load`, from bytes; `file` is the name for messages.
    public static func decode(_ bytes: [UInt8], file: String) throws(ModelError) -> LoadedModel {
        let header = try header(bytes, file)
        let bodyStart = header.bytes + 1
        let end = bodyStart + header.bodyBytes
        guard bytes.count >= end + digestBytes else {
            throw ModelError(.truncated, file: file, "truncated: expected \(end + digestBytes) bytes, found \(bytes.count)")
        }
        guard bytes.count == end + digestBytes else {
            throw ModelError(
                .damaged, file: file,
                "damaged: \(bytes.count - end - digestBytes) bytes follow the end of the model; is something appended?")
        }
        let digest = try checkedDigest(bytes, end, file)
        let result: Result<CorrelationModel, Malformed> = bytes.withUnsafeBytes { all in
            do throws(Malformed) {
                return .success(try Sections.decode(UnsafeRawBufferPointer(rebasing: all[bodyStart..<end])))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let model): return LoadedModel(file: ModelFile(provenance: header.provenance, model: model), digest: digest)
        case .failure(let error): throw ModelError(.damaged, file: file, "damaged: \(error.reason)")
        }
    }

    /// Compares the checksum, and goes on to the digest of the whole file: one pass.
    private static func checkedDigest(_ bytes: [UInt8], _ end: Int, _ file: String) throws(ModelError) -> String {
        let (content, whole) = bytes.withUnsafeBytes { all in
            var hash = SHA256()
            hash.update(UnsafeRawBufferPointer(rebasing: all[..<end]))
            var content = hash
            hash.update(UnsafeRawBufferPointer(rebasing: all[end...]))
            return (content.finish(), hash.finishHex())
        }
        var stored: [UInt32] = []
        for word in 0..<8 { stored.append(bytes[(end + 4 * word)..<(end + 4 * word + 4)].reduce(0) { $0 << 8 | UInt32($1) }) }
        guard content == stored else {
            throw ModelError(.checksum, file: file, "checksum mismatch: the file was changed or damaged after it was written")
        }
        return "sha256:" + whole
    }

    private static func header(_ bytes: [UInt8], _ file: String) throws(ModelError) -> Header {
        let opening = Array(ModelFile.opening.utf8)
        guard bytes.starts(with: opening) else {
            if !bytes.isEmpty, opening.starts(with: bytes) { throw ModelError(.truncated, file: file, "truncated within its first line") }
            throw ModelError(
                .notAModel, file: file,
                "not a model file: expected the first line to begin with \(ModelFile.opening)\(version)\"; `clew learn` writes such")
        }
        let digits = String(decoding: bytes[opening.count...].prefix { (0x30...0x39).contains($0) }.prefix(20), as: UTF8.self)
        guard Int(digits) == version else {
            throw ModelError(
                .newer, file: file, "a model of format \(schema)\(digits); this version of clew reads \(schema)\(version)")
        }
        guard let length = bytes.prefix(longestHeader).firstIndex(of: 0x0A) else {
            throw ModelError(.truncated, file: file, "truncated within its first line")
        }
        do throws(Diagnostic) {
            return try Header(bytes[..<length], file: file)
        } catch {
            throw ModelError(.damaged, file: file, "damaged: first line: \(error.message)")
        }
    }
}
