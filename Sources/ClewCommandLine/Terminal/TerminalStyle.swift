import Glibc

/// When to colour.
public enum ColorChoice: String, Sendable, CaseIterable {
    /// On a terminal, unless `NO_COLOR` is set (not empty) or `TERM` is `dumb`.
    case auto
    case always
    case never
}

/// Emphasis for people at a terminal, as ANSI sequences; none at all when off.
public struct TerminalStyle: Sendable {
    /// What a terminal can do to a text, by the parameter of ANSI's SGR sequence.
    public enum Attribute: Int, Sendable {
        case bold = 1
        case dim = 2
        case underline = 4
        case red = 31
        case green = 32
        case yellow = 33
        case blue = 34
        case magenta = 35
        case cyan = 36
    }
    public let isOn: Bool

    public init(isOn: Bool) {
        self.isOn = isOn
    }

    /// Looks at the descriptor and the environment.
    public init(_ choice: ColorChoice = .auto, descriptor: Int32) {
        switch choice {
        case .always: isOn = true
        case .never: isOn = false
        case .auto:
            isOn = Self.wanted(
                isTerminal: Terminal.isTerminal(descriptor), noColor: Terminal.environment("NO_COLOR"),
                terminal: Terminal.environment("TERM"))
        }
    }

    /// The rule of `auto`, on given circumstances.
    public static func wanted(isTerminal: Bool, noColor: String?, terminal: String?) -> Bool {
        isTerminal && (noColor ?? "").isEmpty && terminal != "dumb"
    }

    /// `text` with the attributes, or as it is when off. Text from outside goes through `Terminal.printable` first.
    public func callAsFunction(_ text: String, _ attributes: Attribute...) -> String {
        guard isOn, !attributes.isEmpty, !text.isEmpty else { return text }
        return "\u{1B}[" + attributes.map { String($0.rawValue) }.joined(separator: ";") + "m" + text + "\u{1B}[0m"
    }
}

/// The terminal behind a descriptor.
public enum Terminal {
    public static func isTerminal(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1
    }

    /// Columns, nil where it has none to tell.
    public static func width(_ descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// `text` with every control character replaced, so that what comes in from outside cannot steer the terminal.
    public static func printable(_ text: String) -> String {
        var result = ""
        result.unicodeScalars.reserveCapacity(text.unicodeScalars.count)
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x00...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069:
                result.unicodeScalars.append("\u{FFFD}")
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        return String(cString: value)
    }
}
