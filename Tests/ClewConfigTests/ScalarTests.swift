import ClewYAML
import Testing

@Suite("Scalars are typed by what is expected")
struct ScalarTests {
    private func node(_ text: String) throws -> YAMLNode { try YAML.parse(text, file: "f") }

    @Test(
        "durations",
        arguments: [
            ("30s", .seconds(30)), ("5m", .seconds(300)), ("4h", .seconds(14_400)), ("7d", .seconds(604_800)), ("2w", .seconds(1_209_600)),
            ("250ms", .milliseconds(250)), ("1h30m", .seconds(5400)), ("0", .zero), ("0s", .zero), ("\"30s\"", .seconds(30)),
            ("1d12h", .seconds(129_600)),
        ] as [(String, Duration)])
    func durations(_ text: String, _ expected: Duration) throws {
        let range = Duration.zero...Duration.seconds(10_000_000)
        let value = try node(text).duration(in: range)
        #expect(value == expected)
        let printed = ScalarFormat.duration(in: range).print(value)
        #expect(try node(printed).duration(in: range) == expected)
    }

    @Test(
        "faulty durations",
        arguments: ["30", "s", "1.5h", "-1s", "1s1s", "1m1h", "9999999999999999999s", "99999999999999999w", "1 s", "null", "[1s]", "1y"])
    func faultyDurations(_ text: String) {
        #expect(throws: Diagnostic.self) { try node(text).duration(in: .zero...(.seconds(10_000_000))) }
    }

    @Test("a duration says what its unit could be")
    func unit() throws {
        do throws(Diagnostic) {
            _ = try YAML.parse("a: 30", file: "f")["a"]?.duration(in: .zero...(.seconds(60)))
            Issue.record("expected a mistake")
        } catch {
            #expect(
                error.description
                    == "f:1:4: expected a duration such as 30s, 5m or 250ms, from 0s to 1m, found 30; it has no unit: ms, s, m, h, d or w")
        }
    }

    @Test("sizes")
    func sizes() throws {
        #expect(try node("512KiB").size(in: 0...(1 << 40)) == 524_288)
        #expect(try node("4mib").size(in: 0...(1 << 40)) == 4 << 20)
        #expect(try node("1GB").size(in: 0...(1 << 40)) == 1_000_000_000)
        #expect(try node("17B").size(in: 0...(1 << 40)) == 17)
        for text in ["17", "KiB", "1TB", "99999999999999999999GB", "9999999999999GB", "-1B", "1.5MiB"] {
            #expect(throws: Diagnostic.self, "\(text)") { try node(text).size(in: 0...(1 << 40)) }
        }
        for bytes in [1, 1000, 1024, 65_535, 1 << 20, 1 << 30, 1_000_000_000] {
            #expect(try node(ScalarFormat.size(in: 0...Int.max).print(bytes)).size(in: 0...Int.max) == bytes)
        }
    }

    @Test("numbers, truth and text")
    func others() throws {
        #expect(try node("1_000").int(in: 0...9999) == 1000)
        #expect(try node("-3").int(in: -5...5) == -3)
        #expect(try node("1e3").double(in: 0...9999) == 1000)
        #expect(try node("1e3").string() == "1e3")
        #expect(try node("no").string() == "no")
        #expect(try node("true").bool())
        #expect(try !node("false").bool())
        for text in ["yes", "True", "on", "1", "\"true\"", "~"] { #expect(throws: Diagnostic.self, "\(text)") { try node(text).bool() } }
        for text in ["\"3\"", "3.0", "0x3", "+3", "_3", "11", "three", "{}"] {
            #expect(throws: Diagnostic.self, "\(text)") { try node(text).int(in: 0...10) }
        }
        for text in [".inf", "nan", "inf", "0x1p3", "\"1\"", "11"] {
            #expect(throws: Diagnostic.self, "\(text)") { try node(text).double(in: 0...10) }
        }
        #expect(throws: Diagnostic.self) { try node("~").string() }
    }
}
