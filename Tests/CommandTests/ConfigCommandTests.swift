import Testing

/// `clew config check`, `clew topology check|show`, `clew health`.
@Suite struct ConfigCommandTests {
    @Test func configCheckPrintsTheEffectiveConfigWithoutSecrets() throws {
        let directory = try TemporaryDirectory()
        let secret = try directory.file("secret", "from-a-file-4711\n")
        let path = try directory.file(
            "clew.yaml",
            """
            kafka:
              properties:
                sasl.password: hunter2
                ssl.key.password: {file: \(secret)}
                sasl.username: alice
            correlation: {threshold: 12}
            """)
        let outcome = try clew(
            ["config", "check", "--config", path],
            environment: ["CLEW_INPUT_GROUP": "night-shift", "CLEW_KAFKA_PROPERTIES_SASL_OAUTHBEARER_CONFIG": "s3cret-env"])
        #expect(outcome.code == 0, "\(outcome.err)")
        for secret in ["hunter2", "from-a-file-4711", "s3cret-env"] { #expect(!(outcome.out + outcome.err).contains(secret)) }
        #expect(outcome.out.contains("<redacted>"))
        #expect(outcome.out.contains("sasl.username: alice"))
        #expect(outcome.out.contains("group: night-shift"))
        #expect(outcome.out.contains("threshold: 12"))
        #expect(outcome.out.contains("resend_after: 10m"))
        // What it prints is a config again.
        let again = try clew("config", "check", "--config", try directory.file("again.yaml", outcome.out))
        #expect(again.code == 0, "\(again.err)")
        #expect(again.out == outcome.out)
    }

    @Test func configCheckTakesTheFileAsAnOperandToo() throws {
        let directory = try TemporaryDirectory()
        let good = try directory.file("good.yaml", "input: {group: night-shift}\n")
        let operand = try clew("config", "check", good)
        #expect(operand.code == 0, "\(operand.err)")
        #expect(operand.out == (try clew("config", "check", "--config", good)).out)
        #expect(operand.out.contains("group: night-shift"))
        let bad = try directory.file("bad.yaml", "input: {gruop: x}\n")
        let mistake = try clew("config", "check", bad)
        #expect(mistake.code == 2 && mistake.err.contains("\(bad):1:9: unknown key \"gruop\""), "\(mistake.err)")
        let twice = try clew("config", "check", "--config", good, bad)
        #expect(twice.code == 2 && twice.out.isEmpty)
        #expect(twice.err.contains("given twice"), "\(twice.err)")
    }

    @Test func domainsMustFitTheTopology() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.file(
            "clew.yaml",
            """
            topology: {files: [\(Repository.topology("shop"))]}
            correlation:
              domains:
                - {name: a, resources: [nowhere]}
            """)
        for command in [["config", "check"], ["run"], ["replay", Repository.events("shop")]] {
            let outcome = try clew(command + ["--config", path])
            #expect(outcome.code == 2 && outcome.out.isEmpty)
            #expect(
                outcome.err.contains("\(path):4:29: correlation.domains.0.resources.0: the topology has no resource \"nowhere\""),
                "\(outcome.err)")
        }
    }

    @Test func configMistakesNameFileLineAndKey() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.file("clew.yaml", "input:\n  group: g\n  resend_aftr: 10m\n  idle_after: soon\n")
        for command in [["config", "check"], ["replay", Repository.events("small")], ["health"], ["run"], ["tail"]] {
            let outcome = try clew(command + ["--config", path])
            #expect(outcome.code == 2, "\(command): \(outcome.err)")
            #expect(outcome.out.isEmpty)
            #expect(outcome.err.contains("\(path):3:3: unknown key \"resend_aftr\""), "\(command): \(outcome.err)")
            #expect(outcome.err.contains("did you mean \"resend_after\"?"))
            #expect(outcome.err.contains("\(path):4:"), "\(command): \(outcome.err)")
        }
        let missing = try clew("config", "check", "--config", directory.path + "/none.yaml")
        #expect(missing.code == 2)
        #expect(missing.err.contains("none.yaml"))
        let variable = try clew(["config", "check"], environment: ["CLEW_INPUT_GRUOP": "x"])
        #expect(variable.code == 2)
        #expect(variable.err.contains("CLEW_INPUT_GRUOP"))
    }

    @Test func kafkaPropertiesAreAskedOfTheLibrary() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.file("clew.yaml", "kafka: {properties: {security.protocl: ssl, sasl.password: hunter2}}\n")
        for command in [["config", "check"], ["run"]] {
            let outcome = try clew(command + ["--config", path])
            #expect(outcome.code == 2 && outcome.out.isEmpty)
            #expect(outcome.err.contains("\(path): kafka.properties: unknown Kafka property \"security.protocl\""), "\(outcome.err)")
            #expect(outcome.err.contains("did you mean \"security.protocol\"?"))
            #expect(!outcome.err.contains("hunter2"))
        }
    }

    @Test func configCheckLooksAtTheTopologyToo() throws {
        let directory = try TemporaryDirectory()
        let topology = try directory.file("topology.yaml", "nodes:\n  - {id: a, kind: host}\nedges:\n  - {from: a, to: b, kind: uses}\n")
        let path = try directory.file("clew.yaml", "topology: {files: [\(topology)]}\n")
        let outcome = try clew("config", "check", "--config", path)
        #expect(outcome.code == 2)
        #expect(outcome.err.contains("\(topology):4:"), "\(outcome.err)")
    }

    @Test func topologyCheckAndShow() throws {
        let file = Repository.topology("small")
        let check = try clew("topology", "check", file)
        #expect(check.code == 0)
        #expect(check.outLines.first == "ok: 9 resources, 11 edges, 1 component")
        let show = try clew("topology", "show", "--resource", "checkout", file)
        #expect(show.code == 0)
        #expect(show.out.contains("depends on:") && show.out.contains("pg-orders (database, uses)"))
        let dot = try clew("topology", "show", "--format", "dot", file)
        #expect(dot.out.hasPrefix("digraph topology {") && dot.out.hasSuffix("}\n"))
        // JSON is a topology again: the same one.
        let directory = try TemporaryDirectory()
        let json = try directory.file("topology.json", try clew("topology", "show", "--format", "json", file).out)
        #expect(try clew("topology", "check", json).out == check.out)
    }

    @Test func topologyMistakesNameFileAndLine() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.file("topology.yaml", "nodes:\n  - {id: a, kind: host}\nedges:\n  - {from: a, to: b, kind: uses}\n")
        for command in [["topology", "check"], ["topology", "show"], ["replay", Repository.events("small"), "--topology"]] {
            let outcome = try clew(command + [file])
            #expect(outcome.code == 2)
            #expect(outcome.out.isEmpty)
            #expect(outcome.err.contains("\(file):4:"), "\(outcome.err)")
        }
        let unknown = try clew("topology", "show", "--resource", "chekout", Repository.topology("small"))
        #expect(unknown.code == 2)
        #expect(unknown.err.contains("did you mean \"checkout\"?"))
    }

    @Test func healthWithoutAnAnswer() throws {
        let directory = try TemporaryDirectory()
        let none = try clew("health", "--config", try directory.file("none.yaml", "http: {listen: null}\n"))
        #expect(none.code == 1)
        #expect(none.err.contains("http.listen is null"))
        let anyPort = try clew("health", "--config", try directory.file("port.yaml", "http: {listen: \"127.0.0.1:0\"}\n"))
        #expect(anyPort.code == 2)
        #expect(anyPort.err.contains("127.0.0.1:0"))
        let nobody = try clew("health", "127.0.0.1:1")
        #expect(nobody.code == 1)
        #expect(nobody.err.contains("cannot connect"))
        #expect(nobody.out.isEmpty)
    }
}
