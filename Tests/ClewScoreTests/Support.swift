import ClewScore
import Testing

func expectNear(
    _ found: [Double], _ expected: [Double], within tolerance: Double = 1e-12, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(found.count == expected.count, sourceLocation: sourceLocation)
    for (at, (one, other)) in zip(found, expected).enumerated() {
        #expect(abs(one - other) <= tolerance, "figure \(at): \(one), expected \(other)", sourceLocation: sourceLocation)
    }
}

/// Labels written as letters; "-" is none.
func labels(_ text: String) -> [Int32] {
    text.utf8.map { $0 == 0x2D ? -1 : Int32($0) }
}
