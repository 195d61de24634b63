internal import ClewYAML
internal import Glibc

/// Reads a config from a node tree and from variables, collecting every mistake and remembering where each value came from.
struct ConfigReader {
    /// Where a value was given.
    struct Place {
        var file: String
        var line = 0
        var column = 0

        init(_ node: YAMLNode) {
            file = node.file
            line = node.line
            column = node.column
        }

        init(variable: String) { file = variable }
        init(file: String) { self.file = file }

        func diagnostic(_ message: String) -> Diagnostic {
            Diagnostic(file: file, line: line, column: column, message: message)
        }
    }

    /// A scalar on its way into the config.
    struct Input {
        /// nil for null.
        var text: String?
        var isQuoted = false
        /// What to say in a message; never the content of a secret.
        var found: String
        var place: Place
    }

    /// Longest content of a file that stands for a scalar, bytes.
    private static let maxSecretBytes = 1 << 20

    var config = Config()
    var problems = Diagnostics()
    var places: [String: Place] = [:]
    private var file = "config"
    /// Where relative paths are looked for first.
    private let directory: String?

    init(directory: String?) { self.directory = directory }

    mutating func report(_ place: Place, _ path: String, _ message: String) {
        problems.append(place.diagnostic(path.isEmpty ? message : "\(path): \(message)"))
    }

    // MARK: The tree

    mutating func read(_ root: YAMLNode) {
        file = root.file
        if root.isNull { return }
        guard root.kind == .mapping else {
            report(Place(root), "", "expected a mapping with sections such as kafka and input, found \(root.found)")
            return
        }
        for (key, value) in root.entries {
            let name = key.text ?? ""
            guard ConfigKey.sections.contains(name) else {
                report(Place(key), "", "unknown section \"\(YAMLText.excerpt(name))\"" + Self.hint(name, in: nil))
                continue
            }
            if value.isNull { continue }
            guard value.kind == .mapping else {
                report(Place(value), name, "expected a mapping, found \(value.found)")
                continue
            }
            for (inner, value) in value.entries { readKey(name, inner, value) }
        }
    }

    private mutating func readKey(_ section: String, _ key: YAMLNode, _ value: YAMLNode) {
        let path = "\(section).\(key.text ?? "")"
        guard let known = ConfigKey.all.first(where: { $0.path == path }) else {
            let name = key.text ?? ""
            report(Place(key), "", "unknown key \"\(YAMLText.excerpt(name))\" in \(section)" + Self.hint(name, in: section))
            return
        }
        places[path] = Place(value)
        switch known.shape {
        case .scalar(let scalar):
            guard let input = input(value, path, expected: scalar.expected) else { return }
            set(scalar, path, input)
        case .list(let list):
            if let values = readList(value, path, list) { list.set(values, &config) }
        case .properties: readProperties(value)
        case .mapping: config.input.mapping = readMapping(value, path)
        case .topics: readTopics(value)
        case .domains: readDomains(value)
        }
    }

    /// The nearest key of the section, or the same key of another section, or the keys there are.
    private static func hint(_ name: String, in section: String?) -> String {
        let near = section.map { section in ConfigKey.all.filter { $0.section == section }.map(\.name) } ?? ConfigKey.sections
        if let match = NearestName.of(name, among: near) { return " (did you mean \"\(match)\"?)" }
        if let match = NearestName.of(name, among: ConfigKey.all.map(\.name)), let key = ConfigKey.all.first(where: { $0.name == match }) {
            return " (did you mean \"\(key.path)\"?)"
        }
        return section == nil ? "; the sections are \(near.joined(separator: ", "))" : "; its keys are \(near.joined(separator: ", "))"
    }

    // MARK: Scalars

    /// A scalar, or the content of the file that `{file: PATH}` names; nil if it is neither (which is reported).
    mutating func input(_ node: YAMLNode, _ path: String, expected: String) -> Input? {
        if node.kind == .scalar {
            return Input(text: node.isNull ? nil : node.text, isQuoted: !node.isPlain, found: node.found, place: Place(node))
        }
        guard node.kind == .mapping, node.count == 1, let target = node["file"], let name = target.text, !target.isNull, !name.isEmpty
        else {
            report(Place(node), path, "expected \(expected), found \(node.found)")
            return nil
        }
        return content(of: name, path, Place(node))
    }

    /// Reads a file that stands for a scalar, without one line break at its end.
    mutating func content(of name: String, _ path: String, _ place: Place) -> Input? {
        let target = resolved(name)
        do throws(Diagnostic) {
            var bytes = try TextFile.read(target, maxBytes: Self.maxSecretBytes)
            if bytes.last == 0x0A { bytes.removeLast() }
            if bytes.last == 0x0D { bytes.removeLast() }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Diagnostic(file: target, message: "is not UTF-8 text")
            }
            config.fileSources[path] = target
            return Input(text: text, found: "something else in \(target) (not shown)", place: place)
        } catch {
            report(place, path, "the file \(YAMLText.excerpt(error.file)) \(error.message)")
            return nil
        }
    }

    mutating func set(_ scalar: ScalarKey, _ path: String, _ input: Input) {
        if input.isQuoted, scalar.isBare {
            report(input.place, path, "expected \(scalar.expected), found \(input.found) (remove the quotes)")
            return
        }
        do throws(Refusal) {
            try scalar.set(input.text, &config)
        } catch {
            report(input.place, path, "expected \(scalar.expected), found \(input.found)" + Self.clause(error))
        }
    }

    static func clause(_ refusal: Refusal) -> String { refusal.hint.isEmpty ? "" : "; \(refusal.hint)" }

    /// A text checked by a format; nil if it is null or refused (which is reported).
    mutating func text(_ node: YAMLNode, _ path: String, _ format: ScalarFormat<String>) -> String? {
        guard let input = input(node, path, expected: format.expected) else { return nil }
        return text(input, path, format)
    }

    mutating func text(_ input: Input, _ path: String, _ format: ScalarFormat<String>) -> String? {
        guard let text = input.text else {
            report(input.place, path, "expected \(format.expected), found null")
            return nil
        }
        do throws(Refusal) {
            return try format.parse(text)
        } catch {
            report(input.place, path, "expected \(format.expected), found \(input.found)" + Self.clause(error))
            return nil
        }
    }

    /// A path beside the config file where there is such a file, else as it was given (from the working directory).
    func resolved(_ path: String) -> String {
        guard let directory, directory != ".", !path.hasPrefix("/") else { return path }
        let beside = directory == "/" ? "/\(path)" : "\(directory)/\(path)"
        return access(beside, F_OK) == 0 ? beside : path
    }

    // MARK: Lists

    private mutating func readList(_ node: YAMLNode, _ path: String, _ list: ListKey) -> [String]? {
        guard node.kind == .sequence else {
            report(Place(node), path, "expected a list, each element \(list.expected), found \(node.found)")
            return nil
        }
        var values: [String] = []
        for (index, element) in node.elements.enumerated() {
            let path = "\(path).\(index)"
            guard let input = input(element, path, expected: list.expected), let text = checked(input, path, list) else { continue }
            values.append(text)
        }
        return values
    }

    /// One element of a list, or nil if it is refused (which is reported).
    mutating func checked(_ input: Input, _ path: String, _ list: ListKey) -> String? {
        do throws(Refusal) {
            guard let text = input.text else { throw Refusal() }
            try list.check(text)
            return text
        } catch {
            report(input.place, path, "expected \(list.expected), found \(input.found)" + Self.clause(error))
            return nil
        }
    }

    // MARK: Result

    consuming func finish() throws(Diagnostics) -> Config {
        config.topology.files = config.topology.files.map(resolved)
        config.model.file = config.model.file.map(resolved)
        if problems.isEmpty {
            let places = self.places
            let fallback = Place(file: file)
            // A rule about an element falls back to the place of its list.
            func place(_ path: String) -> Place {
                var path = path[...]
                while true {
                    if let place = places[String(path)] { return place }
                    guard let dot = path.lastIndex(of: ".") else { return fallback }
                    path = path[..<dot]
                }
            }
            for (path, message) in config.contradictions() { problems.append(place(path).diagnostic("\(path): \(message)")) }
        }
        try problems.throwIfAny()
        return config
    }
}
