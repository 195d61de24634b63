/// A growing array with one owner: contiguous storage without reference counting, copy-on-write or exclusivity
/// checks, so that an access is a bounds check and a load. What the engine keeps its state in.
///
/// Appending is amortised constant; an index out of range traps.
public struct Table<Element>: ~Copyable {
    @usableFromInline var base: UnsafeMutablePointer<Element>
    @usableFromInline var capacity: Int
    public private(set) var count: Int

    /// An empty table.
    public init() {
        base = .allocate(capacity: 4)
        capacity = 4
        count = 0
    }

    /// A table of `count` equal elements.
    public init(repeating element: Element, count: Int) {
        capacity = max(4, count)
        base = .allocate(capacity: capacity)
        base.initialize(repeating: element, count: count)
        self.count = count
    }

    deinit {
        base.deinitialize(count: count)
        base.deallocate()
    }

    @inline(__always)
    public subscript(index: Int) -> Element {
        unsafeAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of range")
            return UnsafePointer(base + index)
        }
        unsafeMutableAddress {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count), "index out of range")
            return base + index
        }
    }

    var first: Element? { count > 0 ? self[0] : nil }

    /// The last element; the table must not be empty.
    public var last: Element { self[count - 1] }

    @inline(__always)
    public mutating func append(_ element: Element) {
        if count == capacity { reserve(count + 1) }
        (base + count).initialize(to: element)
        count += 1
    }

    @discardableResult
    public mutating func removeLast() -> Element {
        precondition(count > 0, "empty")
        count -= 1
        return (base + count).move()
    }

    public mutating func removeAll() {
        base.deinitialize(count: count)
        count = 0
    }

    /// Makes the table `count` long: cut, or filled up with `element`.
    public mutating func resize(to newCount: Int, filling element: Element) {
        if newCount < count {
            (base + newCount).deinitialize(count: count - newCount)
        } else if newCount > count {
            if newCount > capacity { reserve(newCount) }
            (base + count).initialize(repeating: element, count: newCount - count)
        }
        count = newCount
    }

    /// Cuts the table to its first `newCount` elements.
    public mutating func shrink(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= count, "longer than before")
        (base + newCount).deinitialize(count: count - newCount)
        count = newCount
    }

    /// Lends the elements as a buffer, to sort them.
    mutating func withMutableBuffer<R>(_ body: (inout UnsafeMutableBufferPointer<Element>) -> R) -> R {
        var buffer = UnsafeMutableBufferPointer(start: base, count: count)
        return body(&buffer)
    }

    /// Exchanges two elements.
    public mutating func swapAt(_ a: Int, _ b: Int) {
        precondition(a < count && b < count && a >= 0 && b >= 0, "index out of range")
        if a != b { swap(&base[a], &base[b]) }
    }

    /// Makes room for `needed` elements in all, so that appending up to there moves nothing.
    mutating func reserveCapacity(_ needed: Int) {
        if needed > capacity { reserve(needed) }
    }

    private mutating func reserve(_ needed: Int) {
        let size = max(needed, capacity * 2)
        let grown = UnsafeMutablePointer<Element>.allocate(capacity: size)
        grown.moveInitialize(from: base, count: count)
        base.deallocate()
        base = grown
        capacity = size
    }
}

extension Table where Element: BitwiseCopyable {
    /// Takes over the elements of another table.
    mutating func copy(_ other: borrowing Table) {
        if other.count > capacity { reserve(other.count) }
        base.update(from: other.base, count: other.count)
        count = other.count
    }

    /// Sorts a stretch, equal ones keeping their order: by insertion as long as it is short or nearly sorted.
    @inline(__always)
    mutating func sort(_ range: Range<Int>, by precedes: (Element, Element) -> Bool) {
        let most = 8 * range.count
        var moves = 0
        for at in range.dropFirst() {
            let element = self[at]
            var k = at
            while k > range.lowerBound, precedes(element, self[k - 1]) {
                self[k] = self[k - 1]
                k -= 1
            }
            self[k] = element
            moves += at - k
            if moves > most { return withMutableBuffer { $0[range].sort(by: precedes) } }
        }
    }
}

extension Table where Element == UInt8 {
    /// A stretch of the bytes; valid until the table changes.
    func bytes(_ start: Int, _ length: Int) -> UnsafeRawBufferPointer {
        precondition(start >= 0 && length >= 0 && start + length <= count, "range out of bounds")
        return UnsafeRawBufferPointer(start: base + start, count: length)
    }

    mutating func append(contentsOf source: UnsafeRawBufferPointer) {
        let needed = count + source.count
        if needed > capacity { reserve(needed) }
        if let from = source.baseAddress, source.count > 0 {
            UnsafeMutableRawPointer(base + count).copyMemory(from: from, byteCount: source.count)
        }
        count = needed
    }
}
