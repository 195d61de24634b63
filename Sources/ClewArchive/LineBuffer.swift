import Glibc

/// The decoded bytes of a reader: what has been handed out, what is still to be, and room for more. Padded at its end.
struct LineBuffer: ~Copyable {
    enum WholeLines {
        /// So many bytes from the start are whole lines.
        case lines(Int)
        /// The first line is longer than the limit.
        case oversized
        /// No line end yet.
        case none
    }

    private let blockSize: Int
    private var memory: UnsafeMutableRawPointer
    private var capacity: Int
    private var start = 0
    private var end = 0
    /// Bytes from `start` on that are known to hold no line end.
    private var scanned = 0

    init(blockSize: Int) {
        self.blockSize = blockSize
        capacity = blockSize
        memory = Self.allocate(blockSize)
    }

    deinit { memory.deallocate() }

    private static func allocate(_ capacity: Int) -> UnsafeMutableRawPointer {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity + LineBlock.padding, alignment: 64)
        // The padding is read by parsers that look ahead, so it must not be undefined.
        (memory + capacity).initializeMemory(as: UInt8.self, repeating: 0, count: LineBlock.padding)
        return memory
    }

    var count: Int { end - start }

    var free: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: memory + end, count: capacity - end) }

    mutating func added(_ count: Int) { end += count }

    /// Length of a line of `count` bytes that may end in a carriage return.
    func lineLength(_ count: Int) -> Int {
        count > 0 && (memory + start + count - 1).load(as: UInt8.self) == 0x0D ? count - 1 : count
    }

    /// How much can be handed out: up to the last line end, or up to the first line that is longer than `limit`.
    mutating func wholeLinesCount(limit: Int) -> WholeLines {
        guard let whole = lengthThroughLastNewline() else {
            scanned = count
            // One more for a carriage return, which is not counted.
            return count > limit + 1 ? .oversized : .none
        }
        guard whole > limit else { return .lines(whole) }
        return shortLines(within: whole, limit: limit)
    }

    private func lengthThroughLastNewline() -> Int? {
        let base = memory + start
        var length = count
        while length > scanned {
            if (base + length - 1).load(as: UInt8.self) == 0x0A { return length }
            length -= 1
        }
        return nil
    }

    /// The slow way, only where a line may be too long: how far the lines are short enough.
    private func shortLines(within whole: Int, limit: Int) -> WholeLines {
        let base = memory + start
        var at = 0
        while at < whole, let newline = memchr(base + at, 0x0A, whole - at) {
            let length = UnsafeRawPointer(base + at).distance(to: UnsafeRawPointer(newline))
            let carriageReturn = length > 0 && (base + at + length - 1).load(as: UInt8.self) == 0x0D
            if length - (carriageReturn ? 1 : 0) > limit { return at > 0 ? .lines(at) : .oversized }
            at += length + 1
        }
        return .lines(whole)
    }

    /// Hands out the first `count` bytes; they stay in place until `dropTaken`.
    mutating func take(_ count: Int) -> UnsafeRawBufferPointer {
        defer {
            start += count
            scanned = 0
        }
        return UnsafeRawBufferPointer(start: memory + start, count: count)
    }

    /// The length without line end of the rest of a line, which is dropped together with its end; nil if the end isn't here.
    mutating func takeThroughNewline() -> Int? {
        guard count > 0, let newline = memchr(memory + start, 0x0A, count) else { return nil }
        let length = UnsafeRawPointer(memory + start).distance(to: UnsafeRawPointer(newline))
        let counted = lineLength(length)
        start += length + 1
        scanned = 0
        return counted
    }

    /// Drops everything and says how much that was. A carriage return at the end may be half of a line end: it can be kept.
    @discardableResult
    mutating func dropAll(keepingCarriageReturn: Bool = false) -> Int {
        let dropped = keepingCarriageReturn ? lineLength(count) : count
        start += dropped
        scanned = 0
        return dropped
    }

    mutating func dropByteOrderMark() {
        let base = memory + start
        guard count >= 3, memcmp(base, [0xEF, 0xBB, 0xBF] as [UInt8], 3) == 0 else { return }
        start += 3
        scanned = 0
    }

    /// The lines handed out are no longer needed.
    mutating func dropTaken() {
        guard start == end else { return }
        start = 0
        end = 0
    }

    /// Room for more behind the rest of a line: moves the rest to the front, grows for a long line, shrinks after one.
    mutating func makeRoom(lineLimit: Int) {
        let rest = count
        var wanted = blockSize
        // At least as much room as content, so that a long line is copied a bounded number of times.
        while wanted < rest * 2, wanted < lineLimit + blockSize { wanted *= 2 }
        if wanted <= rest { wanted = rest + blockSize }
        if wanted == capacity {
            if start > 0 { memmove(memory, memory + start, rest) }
        } else {
            let grown = Self.allocate(wanted)
            grown.copyMemory(from: memory + start, byteCount: rest)
            memory.deallocate()
            memory = grown
            capacity = wanted
        }
        start = 0
        end = rest
    }
}
