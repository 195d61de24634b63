public import Glibc

/// One line of an archive: its bytes without the line end, and its number, counted from 1.
public struct ArchiveLine {
    /// The line without `\n` or `\r\n`; may be empty. At least ``LineBlock/padding`` bytes after its end are readable.
    public let bytes: UnsafeRawBufferPointer
    /// Number of the line in the file (in its decompressed content), from 1.
    public let number: UInt64

    @inlinable
    init(bytes: UnsafeRawBufferPointer, number: UInt64) {
        self.bytes = bytes
        self.number = number
    }
}

/// Whole lines, borrowed from an ``ArchiveReader``: valid until the reader's next call.
///
/// A sequence of ``ArchiveLine`` that allocates nothing. Empty lines are among them.
public struct LineBlock: Sequence {
    /// How many bytes after the end of any line may be read (not used), as vectorised parsers do.
    public static let padding = 64

    /// All lines with their line ends; the last line of a file may have none.
    public let bytes: UnsafeRawBufferPointer
    /// Number of the first line, from 1.
    public let firstLine: UInt64
    /// Number of lines in the block, at least 1.
    public let lineCount: Int

    @inlinable
    public func makeIterator() -> Iterator { Iterator(self) }

    @inlinable
    public var underestimatedCount: Int { lineCount }

    /// Walks the lines of a block.
    public struct Iterator: IteratorProtocol {
        @usableFromInline var cursor: UnsafeRawPointer?
        @usableFromInline let end: UnsafeRawPointer?
        @usableFromInline var number: UInt64

        @inlinable
        init(_ block: LineBlock) {
            cursor = block.bytes.baseAddress
            end = block.bytes.baseAddress.map { $0 + block.bytes.count }
            number = block.firstLine
        }

        @inlinable
        public mutating func next() -> ArchiveLine? {
            guard let start = cursor, let end, start < end else { return nil }
            let rest = start.distance(to: end)
            var count = rest
            if let newline = memchr(start, 0x0A, rest) {
                count = start.distance(to: UnsafeRawPointer(newline))
                cursor = start + count + 1
            } else {
                cursor = end
            }
            if count > 0, (start + count - 1).load(as: UInt8.self) == 0x0D { count -= 1 }
            defer { number &+= 1 }
            return ArchiveLine(bytes: UnsafeRawBufferPointer(start: start, count: count), number: number)
        }
    }
}

extension UnsafeRawBufferPointer {
    /// How often `byte` occurs.
    ///
    /// Written so that the compiler vectorises it: byte-wide sums over runs too short to overflow.
    func count(of byte: UInt8) -> Int {
        guard let base = baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
        var total = 0
        var at = 0
        while at < count {
            let stop = Swift.min(at + 240, count)
            var run: UInt8 = 0
            while at < stop {
                run &+= base[at] == byte ? 1 : 0
                at &+= 1
            }
            total += Int(run)
        }
        return total
    }
}
