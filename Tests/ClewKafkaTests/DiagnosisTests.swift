import ClewKafka
import Testing

@Suite(.timeLimit(.minutes(1))) struct DiagnosisTests {
    @Test func unknownPropertyIsNamed() {
        #expect {
            try Producer(properties: ["bootstrap.servers": "127.0.0.1:1", "compresion.codec": "zstd"])
        } throws: { error in
            let text = "\(error)"
            return text.contains("unknown Kafka property \"compresion.codec\"") && text.contains("did you mean \"compression.codec\"?")
        }
        #expect {
            try Consumer(properties: ["fetch.min.bytes": "many"])
        } throws: { error in
            "\(error)".contains("fetch.min.bytes")
        }
    }

    @Test func secretsAreNotShown() {
        let properties: KafkaProperties = ["sasl.username": "alice", "sasl.password": "hunter2", "ssl.key.pem": "KEY"]
        #expect(properties.description == "sasl.username=alice, sasl.password=***, ssl.key.pem=***")
        #expect {
            try Producer(properties: ["ssl.key.password": "hunter2", "ssl.key.pem": "hunter2", "security.protocol": "ssl"])
        } throws: { error in
            !"\(error)".contains("hunter2")
        }
    }

    @Test func propertiesKeepTheirOrder() {
        var properties: KafkaProperties = ["b": "1", "a": "2"]
        properties["b"] = "3"
        #expect(properties.entries.map(\.name) == ["b", "a"])
        #expect(properties["b"] == "3")
        properties["b"] = nil
        #expect(properties == ["a": "2"])
        #expect(properties.overridden(by: ["a": "9", "c": "4"]) == ["a": "9", "c": "4"])
    }

    @Test func nobodyThere() throws {
        let admin = try Admin(properties: ["bootstrap.servers": "127.0.0.1:1"])
        #expect {
            try admin.cluster(timeout: .milliseconds(800))
        } throws: { error in
            let text = "\(error)"
            return text.contains("cannot reach any broker of 127.0.0.1:1: ") && text.contains("Connection refused")
        }
    }

    @Test func scramWithAnOldLibrary() {
        var diagnosis = FailureDiagnosis(bootstrap: "broker:9092", mechanism: "SCRAM-SHA-256")
        diagnosis.note(
            facility: "FAIL",
            message: "[thrd:sasl_ssl://broker:9092/bootstrap]: sasl_ssl://broker:9092/bootstrap: SASL authentication error: "
                + "Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-256 "
                + "(after 10ms in state AUTH_REQ)")
        let failure = KafkaError(code: .timedOut, message: "timed out", isRetriable: true)
        let old = diagnosis.explain(failure, libraryVersion: 0x0200_02FF)
        #expect(old.code == .authentication)
        #expect(old.message.contains("librdkafka 2.0.2 cannot log in by SCRAM to Kafka 3.9 or newer"))
        #expect(old.message.contains("use librdkafka 2.6.1 or newer"))
        #expect(!old.message.contains("thrd") && !old.message.contains("in state"))
        let new = diagnosis.explain(failure, libraryVersion: 0x0208_00FF)
        #expect(!new.message.contains("SCRAM to Kafka"))
        #expect(new.message.contains("invalid credentials"))
    }

    @Test func otherErrorsAreLeftAlone() {
        var diagnosis = FailureDiagnosis(bootstrap: "broker:9092", mechanism: "")
        let plain = KafkaError(code: .messageTooLarge, message: "too large")
        diagnosis.note(facility: "FAIL", message: "broker:9092: Connect to ipv4#10.0.0.1:9092 failed: Connection refused")
        #expect(diagnosis.explain(plain, libraryVersion: 0) == plain)
        #expect(diagnosis.cause == .connection)
        diagnosis.clear()
        let timeout = KafkaError(code: .timedOut, message: "timed out")
        #expect(diagnosis.explain(timeout, libraryVersion: 0) == timeout)
    }

    @Test func logComesToTheClosure() throws {
        let seen = Seen()
        let admin = try Admin(
            properties: ["bootstrap.servers": "127.0.0.1:1"], events: ClientEvents(log: { seen.add($0) }))
        _ = try? admin.cluster(timeout: .milliseconds(500))
        #expect(seen.records.contains { $0.facility == "FAIL" && $0.level <= 4 })
    }
}
