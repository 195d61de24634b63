/// Carries state to bytes and back by one list of fields: `transfer` of each type names what it holds, once, for both ways.
///
/// What is read was written by the same build (`Correlator.snapshot` checks that, and a checksum): values are taken as they
/// stand in memory. A length that does not fit the bytes left makes the archive damaged, and everything after it empty.
struct StateArchive {
    private(set) var bytes: [UInt8]
    let isReading: Bool
    private(set) var isDamaged = false
    private var at = 0

    /// To be written.
    init() {
        bytes = []
        isReading = false
    }

    /// To be read.
    init(reading bytes: [UInt8]) {
        self.bytes = bytes
        isReading = true
    }

    /// Whether all that was written has been read.
    var isAtEnd: Bool { at == bytes.count }

    mutating func value<T: BitwiseCopyable>(_ value: inout T) {
        withUnsafeMutableBytes(of: &value) { move($0) }
    }

    /// A count, which at most as many elements of `stride` bytes follow as there are bytes left.
    mutating func count(_ count: inout Int, stride: Int) {
        value(&count)
        guard isReading, count < 0 || count > (bytes.count - at) / max(1, stride) else { return }
        isDamaged = true
        count = 0
    }

    mutating func table<T: BitwiseCopyable>(_ table: inout Table<T>) {
        var count = table.count
        self.count(&count, stride: MemoryLayout<T>.stride)
        if isReading { table.makeRoom(count) }
        table.withMutableBuffer { move(UnsafeMutableRawBufferPointer($0)) }
    }

    mutating func array<T: BitwiseCopyable>(_ array: inout ContiguousArray<T>) {
        var count = array.count
        self.count(&count, stride: MemoryLayout<T>.stride)
        if isReading {
            let size = count * MemoryLayout<T>.stride
            array = ContiguousArray(unsafeUninitializedCapacity: count) { buffer, initialized in
                move(UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: buffer.baseAddress == nil ? 0 : size))
                initialized = count
            }
        } else {
            array.withUnsafeMutableBytes { move($0) }
        }
    }

    mutating func array<T: BitwiseCopyable>(_ array: inout [T]) {
        var contiguous = ContiguousArray(array)
        self.array(&contiguous)
        if isReading { array = Array(contiguous) }
    }

    mutating func string(_ text: inout String) {
        var bytes = ContiguousArray(text.utf8)
        array(&bytes)
        if isReading { text = String(decoding: bytes, as: UTF8.self) }
    }

    private mutating func move(_ memory: UnsafeMutableRawBufferPointer) {
        guard memory.count > 0 else { return }
        guard isReading else {
            bytes.append(contentsOf: memory)
            return
        }
        guard !isDamaged, memory.count <= bytes.count - at else {
            isDamaged = true
            return
        }
        bytes.withUnsafeBytes { memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[at..<(at + memory.count)])) }
        at += memory.count
    }
}

extension Table where Element: BitwiseCopyable {
    /// Makes the table `count` long; what stands in it is to be overwritten.
    fileprivate mutating func makeRoom(_ count: Int) {
        removeAll()
        withUnsafeTemporaryAllocation(of: Element.self, capacity: 1) { zero in
            UnsafeMutableRawBufferPointer(zero).initializeMemory(as: UInt8.self, repeating: 0)
            resize(to: count, filling: zero[0])
        }
    }
}
