/// Why a model file cannot be read.
public struct ModelError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: Sendable, Equatable {
        /// It could not be opened or read.
        case unreadable
        /// It does not begin as a model file does.
        case notAModel
        /// Written in a format that this version does not know.
        case newer
        /// It ends too early.
        case truncated
        /// Its checksum does not agree with its content.
        case checksum
        /// The checksum agrees, and yet the content makes no sense.
        case damaged
    }

    public let code: Code
    /// The file as the caller named it.
    public let file: String
    /// What is wrong, and what was expected.
    public let reason: String

    public init(_ code: Code, file: String, _ reason: String) {
        self.code = code
        self.file = file
        self.reason = reason
    }

    /// `FILE: REASON`.
    public var description: String { "\(file): \(reason)" }
}
