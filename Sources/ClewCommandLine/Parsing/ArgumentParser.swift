/// Reads the arguments of one command into its `Arguments`.
struct ArgumentParser {
    enum Outcome {
        case complete
        /// `--help` came up: nothing else matters.
        case helpWanted
    }
    private(set) var result: Arguments
    private var plain: [String] = []

    init(_ empty: Arguments) {
        result = empty
    }

    mutating func parse(_ arguments: ArraySlice<String>) throws(UsageError) -> Outcome {
        var rest = arguments
        while let argument = rest.popFirst() {
            if argument == "--" {
                plain += rest
                break
            }
            if argument.hasPrefix("--") {
                if argument == "--help" { return .helpWanted }
                try parseLong(argument, &rest)
            } else if argument.hasPrefix("-"), argument != "-" {
                if argument == "-h", option(short: "h") == nil { return .helpWanted }
                try parseShort(argument, &rest)
            } else {
                plain.append(argument)
            }
        }
        try assignOperands()
        for option in result.options where option.isRequired && result.given[option.name] == nil {
            throw result.usageError("option '\(option.longForm)' is required")
        }
        return .complete
    }

    private mutating func parseLong(_ argument: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
        let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts.first ?? "")
        let attached = parts.count == 2 ? String(parts[1]) : nil
        if let option = result.options.first(where: { $0.name == name }) {
            guard option.type == nil else { return try take(option, "--\(name)", attached, &rest) }
            guard attached == nil else { throw result.usageError("option '--\(name)' takes no value") }
            result.flags[name] = true
        } else if name.hasPrefix("no-"), let option = result.options.first(where: { $0.isNegatable && "no-\($0.name)" == name }) {
            guard attached == nil else { throw result.usageError("option '--\(name)' takes no value") }
            result.flags[option.name] = false
        } else {
            throw unknown("--\(name)")
        }
    }

    /// `-v`, `-vq`, `-o FILE`, `-oFILE`, `-vo FILE`.
    private mutating func parseShort(_ argument: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
        var letters = argument.dropFirst()
        while let letter = letters.popFirst() {
            guard let option = option(short: letter) else { throw unknown("-\(letter)") }
            guard option.type != nil else {
                result.flags[option.name] = true
                continue
            }
            try take(option, "-\(letter)", letters.isEmpty ? nil : String(letters), &rest)
            return
        }
    }

    /// Takes the value of an option. A known option in place of the value is a forgotten value, not a value.
    private mutating func take(
        _ option: Option, _ spelling: String, _ attached: String?, _ rest: inout ArraySlice<String>
    ) throws(UsageError) {
        guard case .value(let type, let placeholder) = option.form else { return }
        guard let text = attached ?? rest.first else {
            throw result.usageError("option '\(spelling)' needs a value: \(spelling) \(placeholder)")
        }
        if attached == nil {
            if isOptionLike(text) {
                throw result.usageError(
                    "option '\(spelling)' needs a value: \(spelling) \(placeholder); "
                        + "'\(text)' is an option (as a value: --\(option.name)=\(text))")
            }
            rest = rest.dropFirst()
        }
        guard let value = type.parse(text) else {
            throw result.usageError("option '\(spelling)' expects \(type.expectation), not '\(text)'" + meant(text, type))
        }
        if option.isRepeatable {
            result.given[option.name, default: []].append(value)
        } else {
            result.given[option.name] = [value]
        }
    }

    private func isOptionLike(_ text: String) -> Bool {
        if text == "--" || text == "--help" { return true }
        let name = text.prefix { $0 != "=" }
        return result.options.contains { $0.spellings.contains(String(name)) }
    }

    private func option(short: Character) -> Option? {
        result.options.first { $0.short == short }
    }

    private func unknown(_ spelling: String) -> UsageError {
        let known = result.options.flatMap(\.spellings).filter { $0.hasPrefix("--") } + ["--help"]
        // Without the dashes, so that a short name is not within reach of every other.
        let nearest = Suggestion.nearest(to: String(spelling.drop { $0 == "-" }), among: known.map { String($0.dropFirst(2)) })
        let hint = spelling.hasPrefix("--") ? nearest.map { "; did you mean '--\($0)'?" } ?? "" : ""
        return result.usageError("unknown option '\(spelling)'" + hint)
    }

    private func meant(_ text: String, _ type: ValueType) -> String {
        guard case .choice(let words) = type, let word = Suggestion.nearest(to: text, among: words) else { return "" }
        return "; did you mean '\(word)'?"
    }

    /// Required operands first get one argument each, from the left and from the right of the one that takes several.
    private mutating func assignOperands() throws(UsageError) {
        var rest = plain[...]
        var needed = result.operandTable.filter(\.isRequired).count
        for operand in result.operandTable {
            if operand.isRequired { needed -= 1 }
            let available = max(operand.isRequired ? min(1, rest.count) : 0, rest.count - needed)
            let count = operand.takesSeveral ? available : min(1, available)
            if operand.isRequired, count == 0 {
                throw result.usageError("operand \(operand.usage) is missing: \(operand.summary)")
            }
            for text in rest.prefix(count) where operand.type.parse(text) == nil {
                throw result.usageError(
                    "operand \(operand.name) expects \(operand.type.expectation), not '\(text)'" + meant(text, operand.type))
            }
            result.operandValues[operand.name] = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        if let extra = rest.first {
            let taken = result.operandTable.isEmpty ? "it takes none" : result.operandTable.map(\.usage).joined(separator: " ")
            throw result.usageError("one operand too many: '\(extra)' (\(taken))")
        }
    }
}
