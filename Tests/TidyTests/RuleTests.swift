import Testing

/// The rules fail where they should: each on a small piece of bad source.
@Suite struct RuleTests {
    private func source(_ text: String, target: String = "ClewEngine", file: String = "File.swift") -> SourceText {
        SourceText(path: "Sources/\(target)/\(file)", text)
    }

    private func engine(_ text: String, file: String = "File.swift") -> [String] {
        DeterminismRules.violations(in: source(text, file: file)).map(\.description)
    }

    @Test func commentsAndStringsAreNoCode() {
        let text = source(
            "let a = \"x // \\(b) \\\" /*\" // c\n/* d /* e */ f */ let g = #\"h \" \\(i)\"#\nlet j = \"\"\"\n  k \"l\" \\(m + \"n\")\n  \"\"\""
        )
        #expect(text.code.map { Words.all($0).joined(separator: " ") } == ["let a b", "let g", "let j", "m", ""])
        #expect(text.comments.map { Words.all($0).joined(separator: " ") } == ["c", "d e f", "", "", ""])
        #expect(text.code.map(\.count) == text.lines.map(\.count))
    }

    @Test(arguments: [
        ("import Glibc", "Glibc"), ("public import ClewEngine", "ClewEngine"), ("@preconcurrency import Dispatch", "Dispatch"),
        ("import struct Foundation.Date", "Foundation"), ("@_exported public import func Glibc.exp", "Glibc"), ("  import  A", "A"),
        ("#if x; import B", "B"),
    ])
    func importsAreRecognised(line: String, module: String) {
        #expect(ImportRules.importedModule(line) == module)
    }

    @Test func importsOutsideTheTable() {
        #expect(
            ImportRules.violations(in: source("\nimport Glibc\n// import A\n")).map(\.description) == [
                "Sources/ClewEngine/File.swift:2: ClewEngine may not import Glibc"
            ])
        #expect(ImportRules.violations(in: source("import ClewEngine", target: "ClewKafka")).count == 1)
        #expect(ImportRules.violations(in: source("import Foundation", target: "clew")).count == 1)
        #expect(ImportRules.violations(in: source("import CRdkafka", target: "clew")).count == 1)
        #expect(ImportRules.violations(in: source("import ClewService\nimport Glibc", target: "clew")).isEmpty)
        #expect(ImportRules.violations(in: source("import Glibc", target: "New")).count == 1)
        #expect(!ImportRules.allowed.values.contains { $0.contains("Foundation") })
    }

    @Test func foldersAndManifest() {
        let all = Array(ImportRules.allowed.keys) + Array(ImportRules.foreign)
        #expect(ImportRules.violations(folders: all, manifest: "library(\"ClewArchive\", [\"CZstd\"]),").isEmpty)
        let found = ImportRules.violations(
            folders: all.filter { $0 != "ClewYAML" } + ["New"],
            manifest: "// library(\"Old\")\nlibrary(\"ClewArchive\", [\"ClewEngine\"]),\nlibrary(\"New\")\n.package(url: \"x\")\n")
        #expect(
            found.map(\.description) == [
                "Sources/New:1: target New has no entry in the table of imports",
                "Sources:1: the table of imports names ClewYAML, which does not exist",
                "Package.swift:2: ClewArchive may not depend on ClewEngine",
                "Package.swift:3: target New has no entry in the table of imports",
                "Package.swift:4: no package from outside",
            ])
    }

    @Test func lengths() {
        let long = source(String(repeating: "let a = 1\n", count: ShapeRules.fileLinesMax + 1))
        #expect(
            ShapeRules.violations(in: long).map(\.description) == ["Sources/ClewEngine/File.swift:601: 601 lines, at most 600 in a file"])
        #expect(ShapeRules.violations(in: source(String(repeating: "let a = 1\n", count: ShapeRules.fileLinesMax))).isEmpty)
        let wide = source("a\n" + String(repeating: "x", count: 141))
        #expect(ShapeRules.violations(in: wide).map(\.description) == ["Sources/ClewEngine/File.swift:2: 141 columns, at most 140"])
    }

    @Test(arguments: [
        "func f(a: (Int) -> Int = { $0 }) -> [Int]", "init?<T>(x: T) where T: P", "deinit", "subscript(i: Int) -> Int", "var f: Int",
    ])
    func longFunctions(declaration: String) {
        func text(_ lines: Int) -> String {
            "struct S {\n    \(declaration) {\n" + String(repeating: "        if a { b() }\n", count: lines - 2) + "    }\n}\n"
        }
        #expect(ShapeRules.functionLengths(source(text(70))).isEmpty)
        let found = ShapeRules.functionLengths(source(text(71)))
        #expect(found.map(\.line) == [2])
        #expect(found.allSatisfy { $0.rule.contains("has 71 lines, at most 70 in a function") })
    }

    @Test func bodiesAreFoundAndRequirementsHaveNone() {
        let text = """
            protocol P { func a(); var b: Int { get }
                init(c: Int)
                func d() -> Int
            }
            struct S: P {
                func e<T>(_ x: T) async throws(E) -> [T] where T: P {
                    self.init(x)
                    let f = { 1 }
                    func inner() {
                    }
                }
                var g = { 2 }()
            }
            """
        let found = FunctionScanner(source(text).code).functions()
        #expect(found.map(\.name) == ["b", "e", "inner"])
        #expect(found.map { $0.lastLine - $0.firstLine + 1 } == [1, 6, 2])
    }

    @Test(arguments: ["fatalError(\"x\")", "try! f()", "x as! Int", "preconditionFailure()"])
    func bannedWords(code: String) {
        let found = ShapeRules.violations(in: source("\n    \(code)\n"))
        #expect(found.map(\.line) == [2])
        #expect(ShapeRules.violations(in: source("// \(code)\nlet a = \"\(code.filter { $0 != "\"" })\"")).isEmpty)
    }

    @Test func unfinishedWorkInComments() {
        #expect(ShapeRules.violations(in: source("a // TODO: later")).count == 1)
        #expect(ShapeRules.violations(in: source("let TODOList = 1")).isEmpty)
    }

    @Test(arguments: [
        "var a: [String: Int] = [:]", "let a: Dictionary<Int, Int>", "let a = Set<Int>()", "func f(_ x: [AlertKey: [Int]])",
        "var a = [UInt32 : (Int, Int)]()", "let a = Set(b)", "let a = Dictionary(grouping: b) { $0 }",
        "let a = [:] as X", "let a = [\"b\": 1]", "f([.a: b])", "let a: [String?: Int]",
    ])
    func hashedCollectionsInTheEngine(code: String) {
        #expect(!engine(code).isEmpty)
        #expect(DeterminismRules.violations(in: source(code, target: "ClewFormats")).isEmpty)
    }

    @Test(arguments: [
        "let now = ContinuousClock.now", "let a = Int.random(in: 0..<3)", "func hash(into hasher: inout Hasher)", "a.shuffled()", "Date()",
        "let h = name.hashValue",
    ])
    func clocksAndChanceInTheEngine(code: String) {
        #expect(!engine(code).isEmpty)
    }

    @Test(arguments: [
        "let a: [Int] = [1]", "let b = a[i]", "f(a: x[b], c: D)", "let t: [(name: String, value: String)]", "x ? [A.b] : [C.d]",
        "f([a ? b : c])", "cells[row: 1, column: 2]", "let a = [f(x: 1), g(y: 2)]", "{ [a] in b ? c : d }",
        "update(clock: now)", "let a: OptionSet", "resetRandomly()", "struct A: Hashable {}", "let candidate = validDate(x)",
    ])
    func harmlessCodeInTheEngine(code: String) {
        #expect(engine(code) == [])
    }

    @Test func lookUpIsAllowedWhereListedButNoWalk() {
        let file = "Topology/TopologyDefinition.swift"
        let declaration = "var spreads: [String: EdgeSpread]\nlet seen: Set<Int>\n"
        #expect(engine(declaration + "let a = spreads[kind]\nfor a in edges {}\n", file: file) == [])
        #expect(engine(declaration + "for (a, b) in spreads {}\n", file: file).count == 1)
        #expect(engine(declaration + "for a in self.seen {\n", file: file).count == 1)
        #expect(engine(declaration + "let a = spreads.keys.first\n", file: file).count == 1)
        #expect(engine(declaration + "let a = seen.map { $0 }\n", file: file).count == 1)
        #expect(engine(declaration + "let a = spreads.keys.sorted()\n", file: file) == [])
        #expect(
            engine("func f(_ names: [String: Int]) {\n    for n in names {\n", file: file) == [
                "Sources/ClewEngine/\(file):2: names is a hashed collection: look up in it, don't walk through it"
            ])
    }
}
