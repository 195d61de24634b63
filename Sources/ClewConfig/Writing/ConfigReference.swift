/// The reference of all keys, made from the same table that reads them.
public enum ConfigReference {
    /// A config file with every key at its default, each explained in a comment.
    public static func yaml() -> String {
        let defaults = Config()
        var text = """
            # Every key of Clew's configuration, with its default. All keys are optional.
            # Each scalar may also be given by the environment (input.group is CLEW_INPUT_GROUP), and may be
            # {file: PATH}: the content of that file, for secrets. docs/configuration.md tells more.

            """
        for section in ConfigKey.sections {
            text += "\n\(section):\n"
            for key in ConfigKey.all where key.section == section {
                text += wrapped(key.summary).map { "  # \($0)\n" }.joined()
                text += key.yaml(of: defaults, redacted: false)
            }
        }
        return text
    }

    /// A Markdown table for each section: key, default, what is expected, meaning.
    public static func markdown() -> String {
        let defaults = Config()
        return ConfigKey.sections.map { section in
            let rows = ConfigKey.all.filter { $0.section == section }.map { key in
                "| `\(key.name)` | `\(key.value(of: defaults, redacted: false))` | \(escaped(key.expected)) | \(escaped(key.summary)) |\n"
            }
            return "### `\(section)`\n\n| key | default | expected | meaning |\n|---|---|---|---|\n" + rows.joined()
        }.joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }

    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + word.count < 110 {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}

extension ConfigKey {
    fileprivate var expected: String {
        switch shape {
        case .scalar(let scalar): scalar.expected
        case .list(let list): "a list, each element \(list.expected)"
        case .properties: "a mapping of names to scalars"
        case .mapping: "a mapping of fields to JSON pointers, or null"
        case .topics: "a list of topics"
        case .domains: "a list of domains"
        }
    }
}
