import ClewConfig
import ClewYAML
import Foundation
import Testing

@Suite("Each mistake is told with its place")
struct MistakesTests {
    @Test("in a config", arguments: Fixtures.names("config."))
    func config(_ name: String) throws {
        let text = try String(contentsOf: Fixtures.directory.appending(path: name), encoding: .utf8)
        let found = diagnostics { () throws(Diagnostics) in _ = try Config.parse(text, file: name) }
        #expect(!found.isEmpty)
        try Fixtures.expect(name, gives: found)
    }

    @Test("in a topology", arguments: Fixtures.names("topology."))
    func topology(_ name: String) throws {
        let text = try String(contentsOf: Fixtures.directory.appending(path: name), encoding: .utf8)
        let found = diagnostics { () throws(Diagnostics) in _ = try TopologyFile.parse(text, file: name) }
        #expect(!found.isEmpty)
        try Fixtures.expect(name, gives: found)
    }

    @Test("there is a fixture for each rule")
    func fixtures() {
        #expect(Fixtures.names("config.").count >= 30)
        #expect(Fixtures.names("topology.").count >= 11)
    }

    @Test("no secret is ever told")
    func secrets() throws {
        let text = try String(contentsOf: Fixtures.directory.appending(path: "config.property-reserved.yaml"), encoding: .utf8)
        let found = diagnostics { () throws(Diagnostics) in _ = try Config.parse(text, file: "c") }
        #expect(!found.isEmpty && !found.contains { $0.contains("hunter2") || $0.contains("mine") })
    }

    @Test("at most 50 are listed, the rest is counted")
    func limit() {
        let nodes = (0..<60).map { "  - {id: n\($0)}\n" }.joined()
        do throws(Diagnostics) {
            _ = try TopologyFile.parse("nodes:\n\(nodes)", file: "t")
            Issue.record("expected mistakes")
        } catch {
            #expect(error.items.count == 50)
            #expect(error.omitted == 10)
            #expect(error.description.hasSuffix("and 10 more"))
        }
    }
}
