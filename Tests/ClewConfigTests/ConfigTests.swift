import ClewConfig
import ClewEngine
import ClewYAML
import Foundation
import Testing

@Suite("Config")
struct ConfigTests {
    @Test("defaults of the design")
    func defaults() throws {
        let config = try Config.parse("", file: "c")
        #expect(config == Config())
        #expect(config.kafka.bootstrapServers == ["localhost:9092"])
        #expect(config.input.topics == [Config.Topic(name: "alerts")])
        #expect(config.output.deadLetters == "incidents.dead")
        #expect(config.http.listen == "127.0.0.1:9464")
        #expect(config.transactionalID == "clew-clew")
    }

    @Test("the engine's parameters have the engine's defaults")
    func engine() throws {
        #expect(Config().correlationParameters == CorrelationParameters())
        #expect(Config().intakeParameters == IntakeParameters())
        let text = """
            input: {allowed_lateness: 7s, max_behind: 1d, max_ahead: 1m,
              max_ahead_unrecorded: 2d, redelivery_memory: 1h, max_redeliveries: 5, max_buffered: 6}
            correlation: {threshold: 7.5, hold_back: 1s, max_age: 1h, max_alerts: 9, idle: 2m, update_interval: 0s, publish_lone: info,
              fuse_threshold: 21, settle_threshold: 11, burst_threshold: 13, settle_late: 3m, resolve_after: 1m, chronic_count: 41,
              max_keys: 1001, max_pairs: 1002, max_bound_resources: 1003, change_types: [Deployment, "*Rollout"], change_window: 45m}
            model: {half_life: 7d}
            """
        let config = try Config.parse(text, file: "c")
        var intake = IntakeParameters()
        intake.allowedLateness = 7_000_000
        intake.maxBehind = 86_400_000_000
        intake.maxAhead = 60_000_000
        intake.maxAheadUnrecorded = 172_800_000_000
        intake.redeliveryMemory = 3_600_000_000
        intake.maxRedeliveries = 5
        intake.maxBuffered = 6
        #expect(config.intakeParameters == intake)
        var correlation = CorrelationParameters()
        correlation.threshold = 7.5
        correlation.holdBack = 1
        correlation.maxAge = 3600
        correlation.maxAlerts = 9
        correlation.idle = 120
        correlation.updateInterval = 0
        correlation.publishLone = .info
        correlation.fuseThreshold = 21
        correlation.settleThreshold = 11
        correlation.burstThreshold = 13
        correlation.settleLate = 180
        correlation.resolveAfter = 60
        correlation.chronicCount = 41
        correlation.maxKeys = 1001
        correlation.maxPairs = 1002
        correlation.maxBoundResources = 1003
        correlation.halfLife = 604_800
        correlation.changeTypes = ["Deployment", "*Rollout"]
        correlation.changeWindow = 2700
        #expect(config.correlationParameters == correlation)
    }

    @Test("the keys that are relied on from outside")
    func promised() throws {
        let text = """
            kafka:
              bootstrap_servers: [localhost:9092]
              properties: {}
            input:
              topics: [alerts]
              group: clew
              start: earliest
              format: auto
              mapping: null
              allowed_lateness: 5s
              idle_after: 30s
              resend_after: 10m
            output:
              incidents: incidents
              dead_letters: incidents.dead
              state: incidents.state
              create_topics: false
            topology: {files: [], topic: null}
            correlation: {threshold: 10, hold_back: 30s, max_age: 4h, max_alerts: null, idle: 30m, update_interval: 5s,
              publish_lone: major, identity: []}
            model: {file: null, mode: learn, half_life: null}
            http: {listen: "127.0.0.1:9464"}
            log: {level: info, format: text}
            """
        #expect(try Config.parse(text, file: "c") == Config())
    }

    /// Everything set, in each of the ways there are.
    static let full = """
        kafka:
          bootstrap_servers: [kafka-1:9092, "[::1]:9093"]
          properties: {security.protocol: sasl_ssl, sasl.password: "p: w", ssl.key.pem: abc, log_level: 7}
        input:
          topics:
            - alerts
            - "^alerts-[a-z]+$"
            - {name: raw, format: mapping, resource: [/host, instance], type: alertname,
               mapping: {id: /id, message: "/a b/~0~1", labels: {cluster: /c, "a: b": /d}}}
          start: 2026-11-23T10:15:30.25+01:00
          mapping: {resource: /h, type: /t}
        output: {transactional_id: "null", compression: none, create_topics: true}
        topology: {files: [shop.yaml]}
        correlation: {max_alerts: 5, identity: [cluster, source], threshold: 7.25}
        http: {listen: ~}
        log: {format: json}
        """

    @Test("the effective config reads back as the same config")
    func roundTrip() throws {
        let config = try Config.parse(Self.full, file: "c")
        #expect(config.output.transactionalID == "null")
        #expect(config.input.start == .at(EventTime(microseconds: 1_795_425_330_250_000)))
        #expect(config.input.topics[2].resource == ["/host", "instance"] && config.input.topics[2].type == ["alertname"])
        let text = config.effectiveYAML(redacted: false)
        #expect(try Config.parse(text, file: "e") == config, "\(text)")
        let defaults = Config().effectiveYAML()
        #expect(try Config.parse(defaults, file: "e") == Config(), "\(defaults)")
    }

    @Test("secrets are redacted")
    func redaction() throws {
        let text = try Config.parse(Self.full, file: "c").effectiveYAML()
        #expect(text.contains("sasl.password: \"<redacted>\"") && text.contains("ssl.key.pem: \"<redacted>\""))
        #expect(text.contains("security.protocol: sasl_ssl"))
        #expect(!text.contains("p: w") && !text.contains("abc"))
        #expect(try Config.parse(text, file: "e").kafka.properties.count == 4)
        #expect(!KafkaPropertyRules.isSecret("ssl.key.location") && KafkaPropertyRules.isSecret("sasl.jaas.config"))
    }

    @Test("every scalar by environment, over the file")
    func environment() throws {
        let environment = [
            "CLEW_KAFKA_BOOTSTRAP_SERVERS": "a:1, b:2", "CLEW_KAFKA_PROPERTIES_SASL_PASSWORD": "x,y",
            "CLEW_KAFKA_PROPERTIES_LOG_LEVEL": "3",
            "CLEW_INPUT_TOPICS": "one,^two{1\\,2}", "CLEW_INPUT_ALLOWED_LATENESS": "9s", "CLEW_CORRELATION_THRESHOLD": "7",
            "CLEW_CORRELATION_MAX_ALERTS": "null", "CLEW_HTTP_LISTEN": "", "CLEW_OUTPUT_CREATE_TOPICS": "true",
            "CLEW_CORRELATION_IDENTITY": "", "CLEW_INPUT_MAPPING_RESOURCE": "/r", "CLEW_INPUT_MAPPING_TYPE": "/t",
            "CLEW_INPUT_MAPPING_LABELS_TEAM": "/team", "CLEW_DATA": "ignored", "HOME": "/", "CLEWX": "1",
        ]
        let config = try Config.parse("correlation: {max_alerts: 4, identity: [x]}\ninput: {group: g}", file: "c", environment: environment)
        #expect(config.kafka.bootstrapServers == ["a:1", "b:2"])
        #expect(config.kafka.properties == ["sasl.password": "x,y", "log_level": "3"])
        #expect(config.input.topics.map(\.name) == ["one", "^two{1,2}"])
        #expect(config.input.allowedLateness == .seconds(9) && config.input.group == "g")
        #expect(config.correlation.threshold == 7 && config.correlation.maxAlerts == nil && config.correlation.identity.isEmpty)
        #expect(config.http.listen == nil && config.output.createTopics)
        #expect(config.input.mapping?.resource == "/r" && config.input.mapping?.labels == ["team": "/team"])
    }

    @Test("mistakes in variables name the variable and no secret")
    func environmentMistakes() {
        let environment = [
            "CLEW_INPUT_GRUOP": "x", "CLEW_CORRELATION_THRESHOLD": "high", "CLEW_KAFKA_PROPERTIES_GROUP_ID": "hunter2",
            "CLEW_KAFKA_PROPERTIES": "a=b", "CLEW_INPUT_MAPPING_SEVERTY": "/s", "CLEW_LOG_LEVEL": "", "CLEW_INPUT_TOPICS": "a,,b",
            "CLEW_KAFKA_PROPERTIES_SASL_PASSWORD": "{file: no/such}", "CLEW_OUTPUT_STATE": "incidents",
        ]
        let found = diagnostics { () throws(Diagnostics) in _ = try Config.parse("", file: "c", environment: environment) }
        #expect(
            found == [
                "CLEW_CORRELATION_THRESHOLD: correlation.threshold: expected a number from 0.001 to 1000000000, found high",
                "CLEW_INPUT_GRUOP: unknown variable (did you mean \"CLEW_INPUT_GROUP\"?)",
                "CLEW_INPUT_MAPPING_SEVERTY: unknown variable (did you mean \"CLEW_INPUT_MAPPING_SEVERITY\"?)",
                "CLEW_INPUT_TOPICS: input.topics.1: expected the name of a topic, or \"^\" and a regular expression, "
                    + "found nothing; it is empty",
                "CLEW_KAFKA_PROPERTIES: kafka.properties: expected one variable for each property, such as "
                    + "CLEW_KAFKA_PROPERTIES_SECURITY_PROTOCOL",
                "CLEW_KAFKA_PROPERTIES_GROUP_ID: kafka.properties.group.id: can't be set here: set input.group instead",
                "CLEW_KAFKA_PROPERTIES_SASL_PASSWORD: kafka.properties.sasl.password: the file no/such can't be opened: "
                    + "No such file or directory",
                "CLEW_LOG_LEVEL: log.level: expected error, warning, info or debug, found nothing",
            ])
        let contradiction = diagnostics { () throws(Diagnostics) in
            _ = try Config.parse("", file: "c", environment: ["CLEW_OUTPUT_STATE": "incidents"])
        }
        #expect(contradiction == ["CLEW_OUTPUT_STATE: output.state: the topic incidents is already that of output.incidents"])
    }

    @Test("the variables that Kubernetes sets for a service named clew are none of ours")
    func serviceLinks() throws {
        let environment = [
            "CLEW_SERVICE_HOST": "10.0.0.1", "CLEW_SERVICE_PORT": "9464", "CLEW_SERVICE_PORT_HTTP": "9464",
            "CLEW_PORT": "tcp://10.0.0.1:9464",
            "CLEW_PORT_9464_TCP": "tcp://10.0.0.1:9464", "CLEW_PORT_9464_TCP_ADDR": "10.0.0.1", "CLEW_KAFKA_PORT_9092_TCP_PROTO": "tcp",
        ]
        #expect(try Config.parse("", file: "c", environment: environment) == Config())
    }

    @Test("any scalar may be the content of a file")
    func files() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "clew-config-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        func write(_ name: String, _ text: String) throws {
            try text.write(to: directory.appending(path: name), atomically: true, encoding: .utf8)
        }
        try write("password", "hunter2\n")
        try write("number", "12\r\n")
        try write("word", "not a number, hunter3")
        try write("servers", "b:2")
        try write("shop.yaml", "nodes: []")
        try write(
            "c.yaml",
            """
            kafka: {bootstrap_servers: [a:1, {file: servers}], properties: {sasl.password: {file: password}}}
            correlation: {threshold: {file: number}}
            topology: {files: [shop.yaml, elsewhere.yaml]}
            """)
        let path = directory.appending(path: "c.yaml").path
        let config = try Config.load(path)
        #expect(config.kafka.properties == ["sasl.password": "hunter2"] && config.correlation.threshold == 12)
        #expect(config.kafka.bootstrapServers == ["a:1", "b:2"])
        #expect(config.topology.files == [directory.path + "/shop.yaml", "elsewhere.yaml"])
        for text in [config.effectiveYAML(), config.effectiveYAML(redacted: false)] {
            #expect(!text.contains("hunter2") && text.contains("threshold: {file: \(directory.path)/number}"))
            #expect(try Config.parse(text, file: "e") == config)
        }
        let replaced = try Config.load(
            path,
            environment: ["CLEW_CORRELATION_THRESHOLD": "5", "CLEW_KAFKA_PROPERTIES_SASL_PASSWORD": "{file: \(directory.path)/servers}"])
        #expect(replaced.correlation.threshold == 5 && replaced.kafka.properties == ["sasl.password": "b:2"])
        #expect(replaced.fileSources["correlation.threshold"] == nil)
        try write("bad.yaml", "correlation: {threshold: {file: word}}")
        let bad = directory.appending(path: "bad.yaml").path
        let found = diagnostics { () throws(Diagnostics) in _ = try Config.load(bad) }
        #expect(
            found == [
                "\(bad):1:26: correlation.threshold: expected a number from 0.001 to 1000000000, "
                    + "found something else in \(directory.path)/word (not shown)"
            ])
    }

    @Test("canonical bytes hold what changes incidents, and nothing else")
    func canonical() throws {
        func bytes(_ text: String) throws -> [UInt8] { try Config.parse(text, file: "c").canonicalBytes() }
        let base = try bytes("")
        for same in [
            "kafka: {client_id: x, properties: {security.protocol: ssl}}",
            "input: {topics: [other], group: g, start: latest, idle_after: 5s}",
            "output: {incidents: i, commit_interval: 1s}", "log: {level: debug}", "http: {listen: ~}",
            "input: {allowed_lateness: 5000ms}", "correlation: {threshold: 10.0}", "correlation: {change_window: 1h}",
        ] { #expect(try bytes(same) == base, "\(same)") }
        for other in [
            "input: {allowed_lateness: 6s}", "input: {format: native}", "input: {topics: [{name: a, format: native}]}",
            "input: {mapping: {resource: /a, type: /b}}", "correlation: {identity: [x]}", "correlation: {threshold: 7}",
            "model: {half_life: 7d}",
            "limits: {labels: 4}", "correlation: {change_types: [Deployment]}",
        ] { #expect(try bytes(other) != base, "\(other)") }
    }
}

@Suite("Config documentation")
struct ConfigDocumentationTests {
    @Test("docs/clew.yaml holds every key with its default")
    func reference() throws {
        let url = Fixtures.repository.appending(path: "docs/clew.yaml")
        if ProcessInfo.processInfo.environment["UPDATE_FIXTURES"] != nil {
            try ConfigReference.yaml().write(to: url, atomically: true, encoding: .utf8)
        }
        let text = try String(contentsOf: url, encoding: .utf8)
        #expect(try Config.parse(text, file: "docs/clew.yaml") == Config())
        #expect(text == ConfigReference.yaml(), "UPDATE_FIXTURES=1 swift test writes it anew")
    }

    @Test("docs/configuration.md holds the table of keys")
    func table() throws {
        let url = Fixtures.repository.appending(path: "docs/configuration.md")
        let (begin, end) = ("<!-- keys: begin -->\n", "<!-- keys: end -->")
        var text = try String(contentsOf: url, encoding: .utf8)
        let start = try #require(text.range(of: begin))
        let stop = try #require(text.range(of: end))
        if ProcessInfo.processInfo.environment["UPDATE_FIXTURES"] != nil {
            text.replaceSubrange(start.upperBound..<stop.lowerBound, with: "\n" + ConfigReference.markdown() + "\n")
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        let kept = try String(contentsOf: url, encoding: .utf8)
        #expect(kept.contains(begin + "\n" + ConfigReference.markdown() + "\n" + end), "UPDATE_FIXTURES=1 swift test writes it anew")
    }
}
