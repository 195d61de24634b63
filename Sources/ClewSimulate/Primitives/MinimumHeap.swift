/// What a heap orders by: the time, and among equal times the order of making, so that ties never depend on the heap's shape.
protocol Timed {
    var time: Int64 { get }
    var order: UInt32 { get }
}

/// A binary heap, earliest first.
struct MinimumHeap<Element: Timed & Sendable>: Sendable {
    private var elements: [Element] = []

    var first: Element? { elements.first }
    var count: Int { elements.count }

    mutating func push(_ element: Element) {
        elements.append(element)
        var child = elements.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.precedes(element, elements[parent]) else { break }
            elements[child] = elements[parent]
            child = parent
        }
        elements[child] = element
    }

    mutating func pop() -> Element? {
        guard let top = elements.first, let last = elements.popLast() else { return nil }
        let count = elements.count
        guard count > 0 else { return top }
        var hole = 0
        while true {
            var child = 2 * hole + 1
            if child >= count { break }
            if child + 1 < count, Self.precedes(elements[child + 1], elements[child]) { child += 1 }
            guard Self.precedes(elements[child], last) else { break }
            elements[hole] = elements[child]
            hole = child
        }
        elements[hole] = last
        return top
    }

    @inline(__always)
    private static func precedes(_ one: Element, _ other: Element) -> Bool {
        one.time != other.time ? one.time < other.time : one.order < other.order
    }
}
