import Testing

/// The rules on the repository itself. Each failure names the file, the line and the rule.
@Suite struct TidyTests {
    @Test func sourcesAreFound() throws {
        #expect(Repository.targets().contains("ClewEngine"))
        #expect(try Repository.swiftFiles().count > 10)
    }

    @Test func importsFollowTheTable() throws {
        for file in try Repository.swiftFiles() { report(ImportRules.violations(in: file)) }
    }

    @Test func targetsAreInTheTable() throws {
        report(ImportRules.violations(folders: Repository.targets(), manifest: try Repository.read("Package.swift")))
    }

    @Test func shapesAreWithinLimits() throws {
        for file in try Repository.swiftFiles() { report(ShapeRules.violations(in: file)) }
    }

    @Test func theEngineIsDeterministic() throws {
        for file in try Repository.swiftFiles() { report(DeterminismRules.violations(in: file)) }
    }

    @Test func exceptionsAreStillNeeded() throws {
        let paths = Set(try Repository.swiftFiles().map(\.path))
        for path in ShapeRules.exceptions.keys.sorted() where !paths.contains(path) {
            Issue.record("\(path): has an exception and does not exist")
        }
    }

    private func report(_ violations: [Violation]) {
        for violation in violations { Issue.record("\(violation)") }
    }
}
