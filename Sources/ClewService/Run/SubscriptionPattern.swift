import Glibc

/// A regular expression over names of topics: POSIX extended, matched from the start, as librdkafka matches them.
///
/// `@unchecked Sendable`: compiled once, and `regexec` does not change it.
package final class SubscriptionPattern: @unchecked Sendable {
    package let text: String
    private var compiled = regex_t()

    /// Throws what is wrong with the expression.
    package init(_ text: String) throws(RunFailure) {
        self.text = text
        let status = regcomp(&compiled, text.hasPrefix("^") ? text : "^\(text)", REG_EXTENDED | REG_NOSUB)
        guard status == 0 else {
            var message = [CChar](repeating: 0, count: 256)
            regerror(status, &compiled, &message, message.count)
            // What was not compiled must not be freed, so leave something that may be.
            regcomp(&compiled, "^", REG_EXTENDED | REG_NOSUB)
            let reason = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw RunFailure("input.topics: \"\(text)\" is no regular expression: \(reason)")
        }
    }

    deinit { regfree(&compiled) }

    package func matches(_ topic: String) -> Bool { regexec(&compiled, topic, 0, nil, 0) == 0 }
}
