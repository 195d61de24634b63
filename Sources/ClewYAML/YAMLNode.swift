/// A node of a parsed file: a scalar, a list or a mapping, with its place. Cheap to copy; keeps its whole document alive.
///
/// Nothing is guessed about a scalar: it is text, and its type is decided by the accessor that reads it
/// (so `no` can be a name and `1e3` a version). Aliases are followed silently.
public struct YAMLNode: Sendable {
    public enum Kind: Sendable {
        case scalar, sequence, mapping
    }

    private let document: YAMLDocument
    private let index: Int

    init(_ document: YAMLDocument, _ index: Int) {
        self.document = document
        let record = document.records[index]
        self.index = record.tag == .alias ? Int(record.start) : index
    }

    private var record: YAMLDocument.Record { document.records[index] }

    /// The file it was read from, as its path was given.
    public var file: String { document.file }
    /// From 1.
    public var line: Int { Int(record.line) }
    /// In characters, from 1.
    public var column: Int { record.column }

    public var kind: Kind {
        switch record.tag {
        case .plain, .quoted, .alias: .scalar
        case .sequence: .sequence
        case .mapping: .mapping
        }
    }

    /// The text of a scalar; nil for lists and mappings.
    public var text: String? {
        guard kind == .scalar else { return nil }
        let start = Int(record.start)
        return String(decoding: document.text[start..<(start + Int(record.length))], as: UTF8.self)
    }

    /// A scalar written without quotes.
    public var isPlain: Bool { record.tag == .plain }

    /// A plain `null`, `~` or nothing at all.
    public var isNull: Bool {
        guard isPlain, record.length <= 4 else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// Number of elements of a list or entries of a mapping; 0 for a scalar.
    public var count: Int {
        switch kind {
        case .scalar: 0
        case .sequence: Int(record.length)
        case .mapping: Int(record.length) / 2
        }
    }

    /// The elements of a list; empty for anything else.
    public var elements: some Sequence<YAMLNode> {
        Children(document: document, at: index + 1, left: kind == .sequence ? Int(record.length) : 0)
    }

    /// The entries of a mapping in the order of the file; empty for anything else.
    public var entries: some Sequence<(key: YAMLNode, value: YAMLNode)> {
        Entries(children: Children(document: document, at: index + 1, left: kind == .mapping ? Int(record.length) : 0))
    }

    /// The value of a mapping's key; nil if it isn't there or this is no mapping. Walks the entries.
    public subscript(key: String) -> YAMLNode? {
        entries.first { $0.key.text == key }?.value
    }

    /// A diagnostic at this node's place.
    public func diagnostic(_ message: String) -> Diagnostic {
        Diagnostic(file: file, line: line, column: column, message: message)
    }

    /// What stands there, for messages: `30`, `the string "30"`, `null`, `a list`, `a mapping`. Long text is cut.
    public var found: String {
        switch kind {
        case .sequence: return "a list"
        case .mapping: return "a mapping"
        case .scalar:
            if isNull { return "null" }
            let text = YAMLText.excerpt(text ?? "")
            return isPlain ? text : "the string \"\(text)\""
        }
    }
}

extension YAMLNode {
    private struct Children: Sequence, IteratorProtocol {
        let document: YAMLDocument
        var at: Int
        var left: Int

        mutating func next() -> YAMLNode? {
            guard left > 0 else { return nil }
            left -= 1
            let node = YAMLNode(document, at)
            at = Int(document.records[at].next)
            return node
        }
    }

    private struct Entries: Sequence, IteratorProtocol {
        var children: Children

        mutating func next() -> (key: YAMLNode, value: YAMLNode)? {
            guard let key = children.next(), let value = children.next() else { return nil }
            return (key, value)
        }
    }
}
