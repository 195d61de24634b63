/// How much it matters. The order is that of importance: an error is the least verbose level.
public enum LogLevel: UInt8, Sendable, Comparable, CaseIterable {
    case error
    case warning
    case info
    case debug

    /// The level of that name; nil if there is none.
    public init?(name: String) {
        guard let level = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = level
    }

    public var name: String {
        switch self {
        case .error: "error"
        case .warning: "warning"
        case .info: "info"
        case .debug: "debug"
        }
    }

    public static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// How a record is written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// For people: `2026-11-23T10:15:30.123Z INFO  message key=value`.
    case text
    /// One JSON object a line.
    case json
}

/// A value of a record's field.
public enum LogValue: Sendable, Equatable {
    case string(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)
}

extension LogValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }

    public init(_ value: String) { self = .string(value) }
    public init(_ value: some BinaryInteger) { self = .integer(Int64(clamping: value)) }
    public init(_ value: Double) { self = .number(value) }
    public init(_ value: Bool) { self = .boolean(value) }
}

/// One thing that happened.
public struct LogRecord: Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var time: Int64
    public var level: LogLevel
    public var message: String
    /// In the order given. Names `time`, `level` and `message` get an underscore in front.
    public var fields: [(name: String, value: LogValue)]

    public init(time: Int64, level: LogLevel, message: String, fields: [(name: String, value: LogValue)] = []) {
        self.time = time
        self.level = level
        self.message = message
        self.fields = fields
    }
}
