import ClewConfig
import ClewEngine
import ClewYAML
import Testing

@Suite("Correlation domains in the config")
struct DomainsTests {
    private static let topology = """
        nodes: [{id: emea-web-1, kind: host}, {id: emea-db, kind: host}, {id: lon-gw, kind: host}, {id: apac-web, kind: host},
                {id: apac-db, kind: host}, {id: "odd*name", kind: host}, {id: alone, kind: host}]
        edges: [{from: emea-web-1, to: emea-db, kind: uses}, {from: lon-gw, to: emea-web-1, kind: uses},
                {from: apac-web, to: apac-db, kind: uses}]
        """

    /// The domain of each node, by name.
    private static func divided(_ domains: String) throws(Diagnostics) -> [String] {
        let config = try Config.parse("correlation:\n  domains: \(domains)\n", file: "clew.yaml")
        var topology = try TopologyFile.parse(topology, file: "t.yaml")
        try topology.divide(into: config.correlation.domains)
        return topology.nodes.indices.map { topology.domains.names[topology.domains.number(ofNode: $0)] }
    }

    @Test("a domain takes the whole components of its resources")
    func components() throws {
        let one = try Self.divided("[{name: emea, resources: [lon-gw]}]")
        #expect(one == ["emea", "emea", "emea", "default", "default", "default", "default"])
        let two = try Self.divided("[{name: a, resources: [\"apac-*\", \"odd*name\"]}, {name: b, resources: [\"*-gw\", \"em?a-db\"]}]")
        #expect(two == ["b", "b", "b", "a", "a", "a", "default"])
        #expect(try Self.divided("[]") == Array(repeating: "default", count: 7))
    }

    @Test("what does not fit the topology is told with its place")
    func mistakes() {
        let found = diagnostics { () throws(Diagnostics) in
            _ = try Self.divided(
                "[{name: a, resources: [emea-db]}, {name: b, resources: [\"lon-*\", apac-wep, \"x*\", emea-db]}]")
        }
        #expect(
            found == [
                "clew.yaml:2:68: correlation.domains.1.resources.0: lon-gw is joined by edges to emea-db, which is in the domain a "
                    + "already, by \"emea-db\"; a component belongs to one domain",
                "clew.yaml:2:77: correlation.domains.1.resources.1: the topology has no resource \"apac-wep\" (did you mean \"apac-web\"?)",
                "clew.yaml:2:87: correlation.domains.1.resources.2: no resource of the topology fits \"x*\"",
                "clew.yaml:2:93: correlation.domains.1.resources.3: emea-db is in the domain a already, by \"emea-db\"; "
                    + "a component belongs to one domain",
            ])
    }

    @Test("they are printed, read again, and count for the version of the config")
    func roundTrip() throws {
        let text = "correlation: {threads: 3, domains: [{name: emea, resources: [\"emea-*\", lon-gw]}]}"
        let config = try Config.parse(text, file: "clew.yaml")
        #expect(config.correlation.threads == 3)
        #expect(try Config.parse(config.effectiveYAML(), file: "again") == config)
        #expect(config.canonicalBytes() != Config().canonicalBytes())
        var threaded = Config()
        threaded.correlation.threads = 3
        #expect(threaded.canonicalBytes() == Config().canonicalBytes())
        #expect(!String(decoding: Config().canonicalBytes(), as: UTF8.self).contains("domains"))
    }

    @Test("not by a variable")
    func variable() {
        let found = diagnostics { () throws(Diagnostics) in
            _ = try Config.parse("", file: "c", environment: ["CLEW_CORRELATION_DOMAINS": "emea"])
        }
        #expect(
            found == [
                "CLEW_CORRELATION_DOMAINS: correlation.domains: domains can't be given by a variable; write them into the config file"
            ])
    }
}
