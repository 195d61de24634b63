import ClewArchive
import ClewModel

/// Writing a model file: beside its name first, then renamed, so that nobody ever reads half a model.
enum ModelOutput {
    private static let options = ArchiveWriter.Options(format: .plain, replacesAtomically: true)

    /// Finds out before long work whether the file can be written; leaves nothing behind.
    static func probe(_ path: String) throws(ArchiveError) { _ = try ArchiveWriter(path: path, options: options) }

    static func write(_ model: ModelFile, to path: String) throws(ArchiveError) {
        let writer = try ArchiveWriter(path: path, options: options)
        try writer.write(model.encoded())
        try writer.close()
    }
}
