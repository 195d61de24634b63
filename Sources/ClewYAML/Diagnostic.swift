/// One mistake in an input file (or an environment variable), with its place.
public struct Diagnostic: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file's path as it was given, or the name of the environment variable.
    public var file: String
    /// Counts from 1; 0 where there is no line (an unreadable file, an environment variable).
    public var line: Int
    /// Counts characters from 1; 0 where there is no column.
    public var column: Int
    /// What is wrong, and what was expected.
    public var message: String

    public init(file: String, line: Int = 0, column: Int = 0, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }

    /// `file:line:column: message`.
    public var description: String { "\(place): \(message)" }

    /// `file:line:column`, as far as known.
    public var place: String {
        line == 0 ? file : column == 0 ? "\(file):\(line)" : "\(file):\(line):\(column)"
    }
}

/// All mistakes found in one go, so that they can be mended in one go. Never thrown empty.
public struct Diagnostics: Error, Sendable, Equatable, CustomStringConvertible {
    /// The first mistakes, in the order they were found.
    public private(set) var items: [Diagnostic] = []
    /// How many more there were.
    public private(set) var omitted = 0
    /// Most mistakes kept.
    public let limit: Int

    public init(limit: Int = 50) { self.limit = limit }

    /// A set of exactly one.
    public init(_ only: Diagnostic) {
        self.init()
        items = [only]
    }

    public var isEmpty: Bool { items.isEmpty }

    /// Adds one; beyond the limit it is only counted.
    public mutating func append(_ item: Diagnostic) {
        if items.count < limit { items.append(item) } else { omitted += 1 }
    }

    /// One line a mistake, and a last one that counts what was left out.
    public var description: String {
        var lines = items.map(\.description)
        if omitted > 0 { lines.append("and \(omitted) more") }
        return lines.joined(separator: "\n")
    }

    /// Throws itself unless empty.
    public func throwIfAny() throws(Diagnostics) {
        if !isEmpty { throw self }
    }
}
