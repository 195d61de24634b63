/// Many short lists in one array: for adjacency that is walked often and changed rarely.
///
/// A list that outgrows its place moves to the end; when half of the array is waste, it is packed.
struct Lists<Element: BitwiseCopyable>: ~Copyable {
    private struct Place: BitwiseCopyable {
        var start: UInt32
        var count: UInt32
        var capacity: UInt32
    }

    private var places = Table<Place>()
    private var elements = Table<Element>()
    private var wasted = 0

    /// Number of lists.
    var count: Int { places.count }

    mutating func appendList() { places.append(Place(start: 0, count: 0, capacity: 0)) }

    /// Where the elements of a list lie: valid until the lists change.
    @inline(__always)
    func range(_ list: Int) -> Range<Int> {
        let place = places[list]
        return Int(place.start)..<(Int(place.start) + Int(place.count))
    }

    /// An element by its position, as `range` gives it.
    @inline(__always)
    subscript(position: Int) -> Element { elements[position] }

    func array(_ list: Int) -> [Element] { range(list).map { elements[$0] } }

    /// Puts new elements in place of a list's.
    mutating func replace(_ list: Int, _ new: some RandomAccessCollection<Element>) {
        if new.count > Int(places[list].capacity) {
            wasted += Int(places[list].capacity)
            places[list] = Place(start: UInt32(elements.count), count: 0, capacity: UInt32(new.count))
            for element in new { elements.append(element) }
        } else {
            var at = Int(places[list].start)
            for element in new {
                elements[at] = element
                at += 1
            }
        }
        places[list].count = UInt32(new.count)
        if wasted > 1 << 16, wasted > elements.count / 2 { pack() }
    }

    private mutating func pack() {
        var packed = Table<Element>()
        for list in 0..<places.count {
            let range = range(list)
            places[list] = Place(start: UInt32(packed.count), count: UInt32(range.count), capacity: UInt32(range.count))
            for at in range { packed.append(elements[at]) }
        }
        swap(&packed, &elements)
        wasted = 0
    }
}
