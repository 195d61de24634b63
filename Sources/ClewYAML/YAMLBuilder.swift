/// Builds a document from a reader's events and holds it to the rules that both readers share:
/// depth, size, duplicate keys, aliases.
struct YAMLBuilder {
    struct Mark {
        var line: Int
        var column: Int
    }

    private struct Frame {
        var record: Int
        var lastChild = 0
        var count = 0
        let isMapping: Bool
        /// Keys so far, once there are too many to walk.
        var keys: Set<ArraySlice<UInt8>>?
        var anchor: String?
        /// Nodes below, aliases counted with all they stand for.
        var weight = 1
    }

    /// Beyond this many keys a mapping keeps a set of them.
    private static let walkedKeys = 16

    let file: String
    private var records: ContiguousArray<YAMLDocument.Record> = []
    private var text: ContiguousArray<UInt8> = []
    private var open: [Frame] = []
    private var anchors: [String: (record: Int, weight: Int)] = [:]
    private var aliased = 0

    init(file: String, bytes: Int) {
        self.file = file
        text.reserveCapacity(bytes)
        records.reserveCapacity(bytes / 12)
    }

    /// The finished tree. A reader that reports nothing leaves an empty one: a null.
    consuming func finish() -> YAMLNode {
        if records.isEmpty { records.append(.init(.plain, line: 1, column: 1)) }
        return YAMLNode(YAMLDocument(file: file, records: records, text: text), 0)
    }

    func failure(_ message: String, _ mark: Mark) -> Diagnostic {
        Diagnostic(file: file, line: mark.line, column: mark.column, message: message)
    }

    /// Whether the next scalar of the innermost container is a key.
    var expectsKey: Bool { open.last.map { $0.isMapping && $0.count % 2 == 0 } ?? false }

    mutating func scalar(
        _ bytes: UnsafeBufferPointer<UInt8>, plain: Bool, _ mark: Mark, anchor: String? = nil
    ) throws(Diagnostic) {
        if expectsKey { try checkKey(bytes, plain: plain, mark) }
        let start = text.count
        text.append(contentsOf: bytes)
        let index = try append(
            .init(plain ? .plain : .quoted, line: mark.line, column: mark.column, start: start, length: bytes.count), mark)
        if let anchor { anchors[anchor] = (index, 1) }
    }

    mutating func begin(mapping: Bool, _ mark: Mark, anchor: String? = nil) throws(Diagnostic) {
        guard !expectsKey else { throw failure("a key must be a plain word or a string, not a list or mapping", mark) }
        guard open.count < YAML.maxDepth else { throw failure("nested deeper than \(YAML.maxDepth) levels", mark) }
        let index = try append(.init(mapping ? .mapping : .sequence, line: mark.line, column: mark.column), mark)
        open.append(Frame(record: index, isMapping: mapping, anchor: anchor))
    }

    mutating func end() {
        guard let frame = open.popLast() else { return }
        records[frame.record].length = UInt32(clamping: frame.count)
        if !open.isEmpty { open[open.count - 1].weight += frame.weight - 1 }
        if let anchor = frame.anchor { anchors[anchor] = (frame.record, frame.weight) }
    }

    mutating func alias(_ name: String, _ mark: Mark) throws(Diagnostic) {
        guard !expectsKey else { throw failure("an alias can't be a key", mark) }
        guard !open.contains(where: { $0.anchor == name }) else {
            throw failure("an alias stands inside what it names", mark)
        }
        guard let target = anchors[name] else {
            // Not echoed: it may be a password that somebody forgot to quote.
            throw failure("an alias of an unknown anchor; a text that begins with * needs quotes", mark)
        }
        aliased += target.weight
        guard aliased <= YAML.maxAliasedNodes else {
            throw failure("aliases stand for more than \(YAML.maxAliasedNodes) nodes", mark)
        }
        _ = try append(.init(.alias, line: mark.line, column: mark.column, start: target.record), mark)
        open[open.count - 1].weight += target.weight - 1
    }

    private mutating func append(_ record: YAMLDocument.Record, _ mark: Mark) throws(Diagnostic) -> Int {
        let index = records.count
        guard index < YAML.maxNodes else { throw failure("more than \(YAML.maxNodes) nodes", mark) }
        records.append(record)
        guard !open.isEmpty else { return index }
        let top = open.count - 1
        if open[top].count > 0 { records[open[top].lastChild].next = UInt32(clamping: index) }
        open[top].lastChild = index
        open[top].count += 1
        open[top].weight += 1
        return index
    }

    private mutating func checkKey(_ bytes: UnsafeBufferPointer<UInt8>, plain: Bool, _ mark: Mark) throws(Diagnostic) {
        let top = open.count - 1
        if plain, bytes.elementsEqual("<<".utf8) { throw failure("merge keys (<<) are not supported", mark) }
        if open[top].keys == nil, open[top].count / 2 >= Self.walkedKeys {
            var keys: Set<ArraySlice<UInt8>> = []
            walkKeys(of: open[top]) { keys.insert(ArraySlice(text[$0])) }
            open[top].keys = keys
        }
        if open[top].keys != nil {
            guard open[top].keys?.insert(ArraySlice(bytes)).inserted == false else { return }
        }
        var earlier: Int?
        walkKeys(of: open[top]) { range, record in
            if range.count == bytes.count, text[range].elementsEqual(bytes) { earlier = Int(records[record].line) }
        }
        guard let earlier else { return }
        let name = YAMLText.excerpt(String(decoding: bytes, as: UTF8.self))
        throw failure("duplicate key \"\(name)\", already given in line \(earlier)", mark)
    }

    private func walkKeys(of frame: Frame, _ visit: (Range<Int>) -> Void) {
        walkKeys(of: frame) { range, _ in visit(range) }
    }

    private func walkKeys(of frame: Frame, _ visit: (Range<Int>, Int) -> Void) {
        var at = frame.record + 1
        for _ in 0..<(frame.count / 2) {
            let key = records[at]
            visit(Int(key.start)..<(Int(key.start) + Int(key.length)), at)
            at = Int(records[Int(key.next)].next)
        }
    }
}
