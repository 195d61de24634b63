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
    /// How often `byte` occurs. Counts 32 bytes at a time in byte-wide lanes, which are added up before they can overflow.
    func count(of byte: UInt8) -> Int {
        typealias Lanes = SIMD32<UInt8>
        let width = Lanes.scalarCount
        let pattern = Lanes(repeating: byte)
        let ones = Lanes(repeating: 1)
        var total = 0
        var at = 0
        while at + width <= count {
            let stop = Swift.min(at + 255 * width, count - width + 1)
            var lanes = Lanes.zero
            while at < stop {
                let chunk = loadUnaligned(fromByteOffset: at, as: Lanes.self)
                lanes &+= ones.replacing(with: 0, where: chunk .!= pattern)
                at += width
            }
            total += Self.sum(lanes)
        }
        while at < count {
            if self[at] == byte { total += 1 }
            at += 1
        }
        return total
    }

    private static func sum(_ lanes: SIMD32<UInt8>) -> Int {
        Int((SIMD16<UInt16>(truncatingIfNeeded: lanes.lowHalf) &+ SIMD16<UInt16>(truncatingIfNeeded: lanes.highHalf)).wrappedSum())
    }
}
