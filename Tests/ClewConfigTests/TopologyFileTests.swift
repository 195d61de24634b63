import ClewConfig
import ClewEngine
import ClewYAML
import Foundation
import Testing

@Suite("Topology files")
struct TopologyFileTests {
    private func edges(_ topology: TopologyDefinition) -> [String] {
        topology.edges.map { "\(topology.nodes[$0.from].id)>\(topology.nodes[$0.to].id):\($0.kind)" }
    }

    private let nodes = "nodes: [{id: a, kind: s}, {id: b, kind: s}, {id: c, kind: s}]\n"

    @Test("nodes, labels and edges in the order of the file")
    func order() throws {
        let text = """
            nodes:
              - {id: checkout, kind: service, labels: {team: payments, tier: 1, on: no, none: ~}}
              - {kind: database, id: pg-tax}
            edges:
              - {from: checkout, to: pg-tax, kind: uses}
              - {from: checkout, to: pg-tax, kind: calls}
            """
        let topology = try TopologyFile.parse(text, file: "t")
        #expect(topology.nodes.map(\.id) == ["checkout", "pg-tax"])
        #expect(topology.nodes.map(\.kind) == ["service", "database"])
        #expect(topology.nodes[0].labels.map { "\($0.name)=\($0.value)" } == ["team=payments", "tier=1", "on=no", "none="])
        #expect(edges(topology) == ["checkout>pg-tax:uses", "checkout>pg-tax:calls"])
        #expect(topology.spreads.isEmpty)
    }

    @Test("a link is stored both ways, and a given reverse stands where the file has it")
    func links() throws {
        let text =
            nodes
            + "edges: [{from: a, to: b, kind: link}, {from: a, to: c, kind: adjacent}, "
            + "{from: b, to: c, kind: x}, {from: c, to: a, kind: adjacent}]"
        #expect(
            edges(try TopologyFile.parse(text, file: "t")) == ["a>b:link", "b>a:link", "a>c:adjacent", "b>c:x", "c>a:adjacent"])
        let configured = nodes + "edge_kinds: {fibre_pair: link}\nedges: [{from: a, to: b, kind: fibre-pair}]"
        let topology = try TopologyFile.parse(configured, file: "t")
        #expect(edges(topology) == ["a>b:fibre-pair", "b>a:fibre-pair"])
        #expect(topology.spreads == ["fibre-pair": .link])
    }

    @Test("_ equals - in a kind; spreads are those that occur and are not forward")
    func kinds() throws {
        let text =
            nodes + """
                edge_kinds: {part_of: forward, calls: both, unused: link}
                edges: [{from: a, to: b, kind: has_instance}, {from: a, to: c, kind: part-of},
                  {from: b, to: c, kind: calls}, {from: c, to: b, kind: uplink}]
                """
        let topology = try TopologyFile.parse(text, file: "t")
        #expect(topology.spreads == ["has-instance": .both, "calls": .both, "uplink": .uplink])
        #expect(topology.edges.map(\.kind) == ["has-instance", "part-of", "calls", "uplink"])
    }

    @Test("several files are one topology")
    func several() throws {
        let first = try YAML.parse("edges: [{from: a, to: b, kind: x}]\nnodes: [{id: a, kind: s}]", file: "1.yaml")
        let second = try YAML.parse("{\"nodes\":[{\"id\":\"b\",\"kind\":\"s\"}],\"edge_kinds\":{\"x\":\"both\"}}", file: "2.json")
        let topology = try TopologyFile.read([first, second])
        #expect(edges(topology) == ["a>b:x"])
        #expect(topology.spreads == ["x": .both])
        let again = try YAML.parse("nodes: [{id: b, kind: s}]\nedge_kinds: {x: link}\nedges: [{from: a, to: b, kind: x}]", file: "3.yaml")
        let found = diagnostics { () throws(Diagnostics) in _ = try TopologyFile.read([first, second, again]) }
        #expect(
            found == [
                "3.yaml:2:14: edge kind \"x\" is link here, but both at 2.json:1",
                "3.yaml:1:14: duplicate node id \"b\", already given at 2.json:1",
                "3.yaml:3:9: duplicate edge \"a\" → \"b\" of kind \"x\", already given at 1.yaml:1",
            ])
    }

    @Test("every unreadable file is told")
    func unreadable() {
        let found = diagnostics { () throws(Diagnostics) in _ = try TopologyFile.load(["/no/a.yaml", "/no/b.yaml"]) }
        #expect(found.count == 2)
    }

    @Test("JSON output reads back as the same topology, a second time to the byte")
    func roundTrip() throws {
        let text = nodes + "edge_kinds: {part-of: forward, z: link}\nedges: [{from: a, to: b, kind: z}, {from: a, to: c, kind: part-of}]"
        let topology = try TopologyFile.parse(text, file: "t")
        let json = TopologyOutput.json(topology)
        let again = try TopologyFile.parse(json, file: "t.json")
        #expect(again.canonicalBytes() == topology.canonicalBytes())
        #expect(TopologyOutput.json(again) == json)
        let empty = try TopologyFile.parse("nodes: []", file: "t")
        #expect(try TopologyFile.parse(TopologyOutput.json(empty), file: "t.json").nodes.isEmpty)
    }

    @Test("canonical bytes tell apart what changes incidents, and nothing else")
    func canonical() throws {
        func bytes(_ text: String) throws -> [UInt8] { try TopologyFile.parse(text, file: "t").canonicalBytes() }
        let base = try bytes(nodes + "edges: [{from: a, to: b, kind: has_instance}]")
        #expect(try bytes("edges: [{kind: has-instance, to: b, from: a}]\n# comment\n" + nodes) == base)
        #expect(
            try bytes(
                nodes.replacingOccurrences(of: "id: a, kind: s", with: "id: a, kind: s, labels: {x: y}")
                    + "edges: [{from: a, to: b, kind: has_instance}]") == base)
        #expect(try bytes(nodes + "edges: [{from: b, to: a, kind: has_instance}]") != base)
        #expect(try bytes(nodes + "edge_kinds: {has-instance: link}\nedges: [{from: a, to: b, kind: has_instance}]") != base)
        #expect(
            try bytes("nodes: [{id: b, kind: s}, {id: a, kind: s}, {id: c, kind: s}]\nedges: [{from: a, to: b, kind: has_instance}]")
                != base)
    }

    /// `$CLEW_DATA`, or the data beside the repository.
    @Test("the data sets' topologies, if they are here")
    func dataSets() throws {
        let data =
            ProcessInfo.processInfo.environment["CLEW_DATA"].map { URL(filePath: $0) }
            ?? Fixtures.repository.deletingLastPathComponent().appending(path: "shared/data")
        let sets = ((try? FileManager.default.contentsOfDirectory(atPath: data.path)) ?? []).sorted()
            .map { data.appending(path: $0).appending(path: "topology.json").path }.filter { FileManager.default.fileExists(atPath: $0) }
        guard !sets.isEmpty else {
            print("SKIPPED: no data sets at \(data.path) (set CLEW_DATA)")
            return
        }
        for path in sets {
            let topology = try TopologyFile.load([path])
            #expect(!topology.nodes.isEmpty && !topology.edges.isEmpty)
            #expect(TopologyReport.check(topology).hasPrefix("ok: \(topology.nodes.count) resources, "))
            #expect(try TopologyFile.parse(TopologyOutput.json(topology), file: "t.json").canonicalBytes() == topology.canonicalBytes())
        }
    }
}

@Suite("Topology reports")
struct TopologyReportTests {
    private let shop = """
        nodes:
          - {id: web, kind: service, labels: {team: shop}}
          - {id: cart, kind: service}
          - {id: db, kind: database}
          - {id: sw1, kind: switch}
          - {id: sw2, kind: switch}
          - {id: old, kind: service}
        edges:
          - {from: web, to: cart, kind: calls}
          - {from: cart, to: db, kind: uses}
          - {from: cart, to: web, kind: calls}
          - {from: sw1, to: sw2, kind: adjacent}
        """

    @Test("check")
    func check() throws {
        #expect(
            TopologyReport.check(try TopologyFile.parse(shop, file: "t")) == """
                ok: 6 resources, 4 edges, 3 components
                kinds: service 3, switch 2, database 1
                edge kinds: calls 2, adjacent 1 (link), uses 1
                warning: 1 resource without edges (alerts there correlate with nothing else): old
                note: resources depend on each other in a circle: web → cart → web

                """)
    }

    @Test("hubs")
    func hubs() throws {
        let nodes = (0...101).map { "{id: n\($0), kind: s}" }.joined(separator: ", ")
        let edges = (1...101).map { "{from: n\($0), to: n0, kind: uses}" }.joined(separator: ", ")
        let report = TopologyReport.check(try TopologyFile.parse("nodes: [\(nodes)]\nedges: [\(edges)]", file: "t"))
        #expect(report.contains("note: n0 has 101 direct dependents"))
        #expect(!report.contains("circle"))
    }

    @Test("show a resource")
    func show() throws {
        let topology = try TopologyFile.parse(shop, file: "t")
        #expect(
            try TopologyReport.show("web", in: topology) == """
                web (service)  team=shop
                  depends on:
                    cart (service, calls)
                      db (database, uses)
                  is needed by:
                    cart (service, calls)

                """)
        #expect(try TopologyReport.show("sw1", in: topology).contains("is adjacent to:\n    sw2 (switch, adjacent)"))
        #expect(try TopologyReport.show("old", in: topology).contains("depends on: nothing"))
        do throws(Diagnostic) {
            _ = try TopologyReport.show("crat", in: topology)
            Issue.record("expected a mistake")
        } catch {
            #expect(error.message == "there is no resource \"crat\" (did you mean \"cart\"?)")
        }
    }

    @Test("dot draws a link once, and quotes")
    func dot() throws {
        let text = "nodes: [{id: 'a\"b', kind: s}, {id: c, kind: s}]\nedges: [{from: c, to: 'a\"b', kind: link}]"
        #expect(
            TopologyOutput.dot(try TopologyFile.parse(text, file: "t")) == """
                digraph topology {
                  rankdir=LR;
                  node [shape=box];
                  "a\\"b" [label="a\\"b\\ns"];
                  "c" [label="c\\ns"];
                  "c" -> "a\\"b" [label="link", dir=none, style=dashed];
                }

                """)
    }

    @Test("more kinds than a topology can have are a mistake, told once")
    func tooManyKinds() {
        let nodes = (0..<1_200).map { "{id: n\($0), kind: k\($0)}" }.joined(separator: ", ")
        let edges = (1..<1_200).map { "{from: n\($0 - 1), to: n\($0), kind: e\($0)}" }.joined(separator: ", ")
        do throws(Diagnostics) {
            _ = try TopologyFile.parse("nodes: [\(nodes)]\nedges: [\(edges)]", file: "t")
            Issue.record("expected mistakes")
        } catch {
            #expect(
                error.items.map(\.message) == [
                    "expected at most 1000 kinds of nodes, found one more: k1000",
                    "expected at most 1000 kinds of edges, found one more: e1001",
                ])
            #expect(error.items.first?.line == 1)
        }
    }

    @Test("a long chain is no problem")
    func chain() throws {
        let nodes = (0..<50_000).map { "{\"id\":\"n\($0)\",\"kind\":\"s\"}" }.joined(separator: ",")
        let edges = (1..<50_000).map { "{\"from\":\"n\($0 - 1)\",\"to\":\"n\($0)\",\"kind\":\"uses\"}" }.joined(separator: ",")
        let topology = try TopologyFile.parse("{\"nodes\":[\(nodes)],\"edges\":[\(edges)]}", file: "t.json")
        #expect(TopologyReport.check(topology).hasPrefix("ok: 50000 resources, 49999 edges, 1 component\n"))
    }
}
