import ClewYAML
import Testing

@Suite("YAML trees")
struct YAMLTests {
    private func failure(_ text: String, file: String = "f.yaml") -> String? {
        do throws(Diagnostic) {
            _ = try YAML.parse(text, file: file)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("scalars stay text, with their places")
    func scalars() throws {
        let root = try YAML.parse("a: no\nb:\n  - 1e3\n  - \"x: ü\"\n  - ü y\n  -\nc: {d: ~}\n", file: "f")
        #expect(root.kind == .mapping && root.count == 3)
        #expect(root["a"]?.text == "no" && root["a"]?.isPlain == true)
        let list = try #require(root["b"])
        #expect(list.elements.map(\.text) == ["1e3", "x: ü", "ü y", ""])
        #expect(list.elements.map(\.isNull) == [false, false, false, true])
        #expect(list.elements.map(\.line) == [3, 4, 5, 6])
        #expect(root["c"]?["d"]?.isNull == true)
        #expect(root["c"]?["d"]?.column == 8)
        #expect(root.entries.map { $0.key.text } == ["a", "b", "c"])
        #expect(root["nothing"] == nil)
    }

    @Test("an empty text is null")
    func empty() throws {
        for text in ["", "# only a comment\n", "---\n"] { #expect(try YAML.parse(text, file: "f").isNull) }
    }

    @Test("JSON reads the same, tabs and surrogates included, with places")
    func json() throws {
        let text = "{\n\t\"a\" : [1, -2.5e+3, true, null],\r\n\t\"ü\\u00fc\\ud83d\\ude00\\/\": {\"k\":\"\"}\n}"
        for file in ["f.json", "f"] {
            let root = try YAML.parse(text, file: file)
            #expect(root["a"]?.elements.map(\.text) == ["1", "-2.5e+3", "true", "null"])
            #expect(root["a"]?.elements.map(\.isNull) == [false, false, false, true])
            let emoji = try #require(root["üü😀/"])
            #expect(emoji.line == 3 && emoji.column == 27)
            #expect(emoji["k"]?.text == "" && emoji["k"]?.isNull == false)
        }
        #expect(try YAML.parse("\t\n {\"a\":1}\n\n", file: "f")["a"]?.line == 2)
        #expect(try YAML.parse("\u{FEFF}[\"x\"]", file: "f").elements.first { _ in true }?.column == 2)
    }

    @Test("flow YAML that is not JSON is read as YAML, but not from a .json file")
    func flow() throws {
        #expect(try YAML.parse("{a: 1, b: [x, y],}", file: "f.yaml")["b"]?.count == 2)
        #expect(failure("{a: 1}", file: "f.json") == "f.json:1:2: not valid JSON: expected a key in double quotes, found 'a'")
    }

    @Test(
        "faulty JSON",
        arguments: [
            ("[1,]", "1:4: not valid JSON: expected a value, found ']'"), ("[01]", "1:2: not valid JSON: expected a value, found '0'"),
            ("[1] x", "1:5: not valid JSON: expected the end of the file, found 'x'"),
            ("{\"a\" 1}", "1:6: not valid JSON: expected ':' after a key, found '1'"),
            ("[\"a", "1:4: not valid JSON: a string has no end"),
            ("[\"a\\x\"]", "1:5: not valid JSON: expected one of n t r b f u \" \\ / after a backslash, found 'x'"),
            ("[\"\\ud800\"]", "1:9: not valid JSON: half of a surrogate pair"),
            ("{\"a\":1,\n \"a\":2}", "2:2: duplicate key \"a\", already given in line 1"),
            ("[nul]", "1:2: not valid JSON: expected a value, found 'n'"),
            ("[\"a\nb\"]", "1:4: not valid JSON: a control character in a string; expected an escape such as \\n"),
            ("[1", "1:3: not valid JSON: expected ',' or ']', found the end of the file"),
            ("[-]", "1:2: not valid JSON: expected a value, found '-'"),
        ])
    func faultyJSON(_ text: String, _ message: String) {
        #expect(failure(text, file: "f.json") == "f.json:" + message)
    }

    @Test("duplicate keys are found in small and large mappings")
    func duplicates() {
        for count in [2, 15, 16, 17, 40, 1000] {
            let keys = (0..<count).map { "k\($0): 1\n" }.joined()
            #expect(failure(keys) == nil)
            #expect(failure(keys + "k1: 2\n") == "f.yaml:\(count + 1):1: duplicate key \"k1\", already given in line 2")
        }
    }

    @Test("anchors and aliases")
    func aliases() throws {
        let root = try YAML.parse("base: &b {x: [1, 2]}\nsame: *b\nlist: [*b, &s word, *s]\n", file: "f")
        #expect(root["same"]?["x"]?.count == 2)
        #expect(root["same"]?.line == 1)
        #expect(root["list"]?.elements.map(\.kind) == [.mapping, .scalar, .scalar])
        #expect(root["list"]?.elements.map(\.text) == [nil, "word", "word"])
        #expect(failure("a: &a [*a]") == "f.yaml:1:8: an alias stands inside what it names")
    }

    @Test("a billion laughs end early")
    func laughs() {
        var text = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n"
        for level in 1...12 {
            text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
        }
        #expect(failure(text)?.contains("aliases stand for more than 1000000 nodes") == true)
    }

    @Test("depth is bounded in both grammars")
    func depth() {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(failure(nested(64)) == nil)
        #expect(failure(nested(65), file: "f.json") == "f.json:1:65: nested deeper than 64 levels")
        #expect(failure(nested(65)) == "f.yaml:1:65: nested deeper than 64 levels")
        #expect(failure(nested(100_000)) == "f.yaml:1:65: nested deeper than 64 levels")
    }

    @Test("bytes that are not UTF-8 are told with their place")
    func encoding() {
        for (bytes, file) in [("a: b\nc: ", "f.yaml"), ("{\"a\":1,\n\"", "f.yaml")] {
            do throws(Diagnostic) {
                _ = try YAML.parse(Array(bytes.utf8) + [0xFF, 0xFE, 0x22, 0x0A], file: file)
                Issue.record("expected a mistake")
            } catch {
                #expect(error.line == 2 && error.message.contains("UTF-8"), "\(error)")
            }
        }
    }

    @Test("size is bounded")
    func size() {
        let bytes = [UInt8](repeating: 0x20, count: YAML.maxBytes + 1)
        #expect(throws: Diagnostic.self) { try YAML.parse(bytes, file: "f") }
    }

    @Test("unreadable files")
    func files() {
        do throws(Diagnostic) {
            _ = try YAML.load("/no/such/file")
            Issue.record("expected a mistake")
        } catch {
            #expect(error.description == "/no/such/file: can't be opened: No such file or directory")
        }
        do throws(Diagnostic) {
            _ = try YAML.load("/")
            Issue.record("expected a mistake")
        } catch {
            #expect(error.description == "/: is a directory; expected a file")
        }
    }

    @Test("random bytes never trap, and what is written is read again as the same text")
    func fuzz() throws {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let alphabet = Array("{}[]:,-?*&!|>'\"%@` \n\t#\\ab01~<ü\u{FEFF}\u{2028}".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<random(24)).map { _ in random(20) == 0 ? UInt8(random(256)) : alphabet[random(alphabet.count)] }
            if let root = try? YAML.parse(bytes, file: "f") { _ = root.found }
            let text = String(decoding: bytes, as: UTF8.self)
            let written = "k: " + YAMLText.scalar(text) + "\nf: [" + YAMLText.scalar(text) + "]\n"
            guard let again = try? YAML.parse(written, file: "f") else {
                Issue.record("not read again: \(Array(written.unicodeScalars))")
                continue
            }
            #expect(again["k"]?.text == text && again["k"]?.isNull == false, "\(bytes)")
            #expect(again["f"]?.elements.first { _ in true }?.text == text, "\(bytes)")
        }
    }
}

@Suite("Nearest names")
struct NearestNameTests {
    @Test(
        "typos",
        arguments: [
            ("topcis", "topics"), ("Topics", "topics"), ("allowed-lateness", "allowed_lateness"), ("grop", "group"), ("warn", "warning"),
            ("xyz", nil), ("", nil), ("t", nil),
        ] as [(String, String?)])
    func typos(_ name: String, _ expected: String?) {
        #expect(NearestName.of(name, among: ["topics", "group", "allowed_lateness", "start", "warning"]) == expected)
    }
}
