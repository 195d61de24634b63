/// The compact storage of a node tree: fixed-size records in document order and one arena of text.
///
/// A container is followed by its children, chained by `next`; a mapping's children are key, value, key, value.
final class YAMLDocument: Sendable {
    enum Tag: UInt32 {
        case plain, quoted, sequence, mapping, alias
    }

    /// 20 bytes a node.
    struct Record: BitwiseCopyable {
        /// Scalar: where its text begins. Alias: the record it stands for. Else 0.
        var start: UInt32
        /// Scalar: bytes of text. Container: number of children.
        var length: UInt32
        /// The next child of the same container; 0: none (the root is nobody's child).
        var next: UInt32
        /// From 1.
        var line: UInt32
        /// Column (from 1, at most 2^29 - 1) and tag.
        private var columnAndTag: UInt32

        init(_ tag: Tag, line: Int, column: Int, start: Int = 0, length: Int = 0) {
            self.start = UInt32(clamping: start)
            self.length = UInt32(clamping: length)
            next = 0
            self.line = UInt32(clamping: line)
            columnAndTag = min(UInt32(clamping: column), 1 << 29 - 1) << 3 | tag.rawValue
        }

        var column: Int { Int(columnAndTag >> 3) }
        var tag: Tag { Tag(rawValue: columnAndTag & 7) ?? .plain }
    }

    let file: String
    let records: ContiguousArray<Record>
    let text: ContiguousArray<UInt8>

    init(file: String, records: ContiguousArray<Record>, text: ContiguousArray<UInt8>) {
        self.file = file
        self.records = records
        self.text = text
    }
}
