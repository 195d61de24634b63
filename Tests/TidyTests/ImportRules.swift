/// Who may import whom. THINK ABOUT THE DIRECTION OF THE ARROWS BEFORE YOU CHANGE THIS TABLE: it is the architecture.
enum ImportRules {
    private static let ours: Set<String> = [
        "ClewEngine", "ClewYAML", "ClewFormats", "ClewConfig", "ClewArchive", "ClewKafka", "ClewTelemetry", "ClewCommandLine",
        "ClewSimulate", "ClewScore", "ClewService", "ClewModel",
    ]

    /// Swift targets and the modules that their files may import. A target without an entry fails the tests.
    static let allowed: [String: Set<String>] = [
        // Pure: no C, no clock, no I/O.
        "ClewEngine": [],
        "ClewSimulate": [],
        // Pure; Glibc for logarithms only.
        "ClewScore": ["Glibc"],
        // Bytes in and out; no I/O.
        "ClewYAML": ["CYaml", "Glibc"],
        "ClewFormats": ["ClewEngine", "CSimdjson", "ClewYAML", "Glibc"],
        "ClewConfig": ["ClewEngine", "ClewYAML", "Glibc"],
        "ClewModel": ["ClewEngine", "ClewConfig", "ClewYAML"],
        // The outside world, one part of it each; none of them sees the engine.
        "ClewArchive": ["CZstd", "CZlib", "CLinux", "Glibc"],
        "ClewKafka": ["CRdkafka", "Glibc", "Synchronization"],
        "ClewTelemetry": ["CMicroHTTPD", "Glibc", "Synchronization"],
        "ClewCommandLine": ["Glibc"],
        // Puts them together.
        "ClewService": [
            "ClewEngine", "ClewFormats", "ClewConfig", "ClewModel", "ClewArchive", "ClewKafka", "ClewTelemetry", "ClewScore", "Glibc",
            "Synchronization", "Dispatch",
        ],
        "clew": ours.union(["Glibc", "Dispatch", "Synchronization"]),
    ]

    /// Targets of C: no Swift in them, nothing of Clew below them.
    static let foreign: Set<String> = ["CRdkafka", "CZstd", "CZlib", "CYaml", "CMicroHTTPD", "CSimdjson", "CLinux"]

    /// Imports that the table does not allow.
    static func violations(in file: SourceText) -> [Violation] {
        let isKnown = allowed[file.target] != nil
        return file.code.enumerated().compactMap { index, line in
            guard let module = importedModule(line) else { return nil }
            if isKnown, allowed[file.target]?.contains(module) == true { return nil }
            return Violation(path: file.path, line: index + 1, rule: "\(file.target) may not import \(module)")
        }
    }

    /// The module of an import declaration: also with an access level, an attribute, or of a single symbol.
    static func importedModule(_ line: String) -> String? {
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let levels: Set<Substring> = ["public", "package", "internal", "fileprivate", "private"]
        for statement in line.split(separator: ";") {
            var words = statement.split(separator: " ")
            while let first = words.first, first.hasPrefix("@") || levels.contains(first) { words.removeFirst() }
            guard words.first == "import", words.count >= 2 else { continue }
            let named = kinds.contains(words[1]) && words.count >= 3 ? words[2] : words[1]
            return named.split(separator: ".").first.map(String.init)
        }
        return nil
    }

    /// What is wrong with the folders of `Sources`: `folders` are their names, `manifest` is Package.swift.
    static func violations(folders: [String], manifest: String) -> [Violation] {
        let text = SourceText(path: "Package.swift", manifest)
        var found: [Violation] = []
        for folder in folders where allowed[folder] == nil && !foreign.contains(folder) {
            found.append(Violation(path: "Sources/\(folder)", line: 1, rule: "target \(folder) has no entry in the table of imports"))
        }
        for target in Set(allowed.keys).union(foreign).sorted() where !folders.contains(target) {
            found.append(Violation(path: "Sources", line: 1, rule: "the table of imports names \(target), which does not exist"))
        }
        for (index, line) in text.lines.enumerated() {
            let number = index + 1
            if text.code[index].contains(".package(") {
                found.append(Violation(path: text.path, line: number, rule: "no package from outside"))
            }
            // A declaration that goes on in the next lines is one.
            var whole = line
            var end = index + 1
            while Words.contains("library(", in: text.code[index]), !whole.contains(")"), end < text.lines.count {
                whole += text.lines[end]
                end += 1
            }
            guard let (target, dependencies) = declaredLibrary(whole, code: text.code[index]) else { continue }
            guard let modules = allowed[target] else {
                found.append(Violation(path: text.path, line: number, rule: "target \(target) has no entry in the table of imports"))
                continue
            }
            for dependency in dependencies where !modules.contains(dependency) {
                found.append(Violation(path: text.path, line: number, rule: "\(target) may not depend on \(dependency)"))
            }
        }
        return found
    }

    /// `library("ClewArchive", ["CZstd", "CZlib"])` in the manifest.
    static func declaredLibrary(_ line: String, code: String) -> (target: String, dependencies: [String])? {
        guard Words.contains("library(", in: code) else { return nil }
        let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
        let quoted = parts.indices.filter { $0 % 2 == 1 }.map { String(parts[$0]) }
        guard let target = quoted.first else { return nil }
        return (target, Array(quoted.dropFirst()))
    }
}
