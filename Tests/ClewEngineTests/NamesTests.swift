import ClewEngine
import Testing

@Suite struct NamesTests {
    @Test func aNameIsKeptOnce() {
        var names = Names(limit: 3)
        let a = names.intern("checkout")
        let b = names.intern("pg-tax")
        #expect(a != nil && b != nil && a != b)
        #expect(names.intern("checkout") == a)
        #expect(names.intern("") == NameID.none)
        #expect(a.map { names.string($0) } == "checkout")
    }

    @Test func aFullTableRefusesNewNamesAndKnowsTheOldOnes() {
        var names = Names(limit: 2)
        let a = names.intern("a")
        _ = names.intern("b")
        #expect(names.intern("c") == nil)
        #expect(names.intern("a") == a)
        #expect(names.intern(String(repeating: "x", count: Names.longest + 1)) == nil)
    }

    @Test func manyNamesSurviveGrowth() {
        var names = Names()
        let ids = (0..<20_000).map { names.intern("name-\($0)")! }
        #expect(Set(ids).count == 20_000)
        for i in stride(from: 0, to: 20_000, by: 997) { #expect(names.string(ids[i]) == "name-\(i)") }
    }
}

/// Patterns of names.
@Suite struct GlobTests {
    @Test(arguments: [
        ("Deployment", "Deployment", true), ("Deployment", "Deploy", false), ("Rollout7", "Rollout*", true), ("abcabd", "*abd", true),
        ("ab", "?b", true), ("b", "?b", false), ("", "*", true), ("", "?", false), ("a", "a*?", false),
        // One stands for a whole character, also after a star.
        ("é", "?", true), ("éx", "*??", true), ("é", "*??", false), ("aéyé", "*é?é", true), ("éx!", "*??x!", false),
    ])
    func matches(_ name: String, _ pattern: String, _ expected: Bool) {
        var name = name
        #expect(name.withUTF8 { Glob.matches(UnsafeRawBufferPointer($0), Array(pattern.utf8)) } == expected)
    }
}
