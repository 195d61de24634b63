import ClewConfig
import Glibc

/// Finds the rules of the config for a topic by its name: an exact name before a regular expression (POSIX extended),
/// earlier entries before later ones.
struct TopicRules {
    private let topics: [Config.Topic]

    init(_ config: Config) { topics = config.input.topics }

    /// The entry of `input.topics` that reads this topic; nil if none does.
    func entry(for name: String) -> Config.Topic? {
        if let exact = topics.first(where: { !$0.isPattern && $0.name == name }) { return exact }
        return topics.first { $0.isPattern && TopicRules.matches(name, pattern: $0.name) }
    }

    static func matches(_ name: String, pattern: String) -> Bool {
        var compiled = regex_t()
        guard regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) == 0 else { return false }
        defer { regfree(&compiled) }
        return regexec(&compiled, name, 0, nil, 0) == 0
    }
}
