/// What would make the engine's results depend on anything but its input: the order of hashed collections, clocks, chance.
enum DeterminismRules {
    /// Files that may look names up in a dictionary; even there nothing may walk through one.
    static let mayLookUp: Set<String> = [
        "Sources/ClewEngine/Topology/TopologyDefinition.swift",
        "Sources/ClewEngine/Topology/Graph.swift",
        "Sources/ClewEngine/Topology/NameBinding.swift",
    ]

    private static let hashed = ["Dictionary<", "Set<", "Dictionary(", "Set("]
    private static let outside = [
        "Date(", "ContinuousClock", "SuspendingClock", "DispatchTime", "clock_gettime", "random(", "SystemRandomNumberGenerator",
        "randomElement", "shuffled(", "shuffle(", "Hasher", "hashValue", "ObjectIdentifier",
    ]

    static func violations(in file: SourceText) -> [Violation] {
        guard file.target == "ClewEngine" else { return [] }
        var found: [Violation] = []
        let mayLookUp = mayLookUp.contains(file.path)
        for (index, line) in file.code.enumerated() {
            func report(_ rule: String) {
                found.append(Violation(path: file.path, line: index + 1, rule: rule))
            }
            for word in outside where Words.contains(word, in: line) { report("no \(word) in ClewEngine: nothing but the input decides") }
            guard !mayLookUp else { continue }
            for word in hashed where Words.contains(word, in: line) { report("no \(word) in ClewEngine: its order is not the input's") }
            if dictionary(in: line) { report("no dictionary in ClewEngine: its order is not the input's") }
        }
        return mayLookUp ? found + walks(file) : found
    }

    /// Loops over names that the file declares as hashed collections, and calls that walk through them.
    static func walks(_ file: SourceText) -> [Violation] {
        let names = Set(file.code.flatMap(declaredHashed))
        let walkers = ["keys", "values", "forEach", "map", "flatMap", "compactMap", "filter", "reduce", "first", "enumerated", "mapValues"]
        var found: [Violation] = []
        for (index, line) in file.code.enumerated() {
            for name in names {
                let isLooped = loopedOver(line) == name
                let isWalked = walkers.contains { Words.contains("\(name).\($0)", in: line) } && !line.contains(".sorted")
                guard isLooped || isWalked else { continue }
                found.append(
                    Violation(
                        path: file.path, line: index + 1, rule: "\(name) is a hashed collection: look up in it, don't walk through it"))
            }
        }
        return found
    }

    /// Names in this line that are declared with a dictionary or set type.
    static func declaredHashed(_ line: String) -> [String] {
        var names: [String] = []
        let parts = line.split(separator: ":", omittingEmptySubsequences: false)
        for index in parts.indices.dropLast() {
            let type = parts[(index + 1)...].joined(separator: ":").drop { $0 == " " }
            let isHashed =
                type.hasPrefix("Set<") || type.hasPrefix("Dictionary<")
                || (type.hasPrefix("[") && hasPair(Array(type.dropFirst())[...]))
            guard isHashed, let name = Words.all(String(parts[index])).last else { continue }
            names.append(String(name))
        }
        return names
    }

    /// The collection of `for … in collection`, without `self.`, if it is a plain name.
    static func loopedOver(_ line: String) -> String? {
        let words = line.split(separator: " ")
        guard let start = words.firstIndex(of: "for"), let keyword = words[start...].firstIndex(of: "in"), keyword + 1 < words.count else {
            return nil
        }
        let name = words[keyword + 1]
        return String(name.hasPrefix("self.") ? name.dropFirst(5) : name)
    }

    /// Whether a dictionary stands in the line: a type `[Key: Value]`, or a literal such as `[:]` or `["a": 1]`.
    static func dictionary(in line: String) -> Bool {
        let text = Array(line)
        for open in text.indices where text[open] == "[" {
            // After a name or a closing bracket it is a subscript, whose arguments may have labels.
            if open > 0, Words.isWordCharacter(text[open - 1]) || ")]?!".contains(text[open - 1]) { continue }
            if hasPair(text[(open + 1)...]) { return true }
        }
        return false
    }

    /// Whether a colon comes before the end of the brackets, in no other brackets and not in a choice `a ? b : c`.
    private static func hasPair(_ text: ArraySlice<Character>) -> Bool {
        var depth = 0
        for index in text.indices {
            switch text[index] {
            case "(", "[", "{": depth += 1
            case ")", "]", "}":
                depth -= 1
                if depth < 0 { return false }
            case "?" where depth == 0 && index + 1 < text.endIndex && text[index + 1] == " ": return false
            case ":" where depth == 0: return true
            default: break
            }
        }
        return false
    }
}
