/// How the messages of a topic are to be read.
public enum EventFormat: String, Sendable, CaseIterable {
    /// Recognised by shape, message by message.
    case auto
    case native
    case cloudevents
    case alertmanager
    case pagerduty
    case otlp
    case syslog
    /// Any JSON, by the pointers of `Mapping`.
    case mapping
}

/// Where a resource or type is to be taken from, before the format's own rule.
public enum FieldSource: Sendable, Equatable {
    /// A value of the message: looked up in the single alert or record first, then in the whole message.
    case pointer(JSONPointer)
    /// A label.
    case label(String)

    /// `/a/b` is a pointer, any other text the name of a label; nil for a faulty pointer or an empty text.
    public init?(_ text: String) {
        guard let first = text.utf8.first else { return nil }
        if first == UInt8(ascii: "/") {
            guard let pointer = JSONPointer(text) else { return nil }
            self = .pointer(pointer)
        } else {
            self = .label(text)
        }
    }
}

/// Where the fields of an event stand in a JSON of one's own.
public struct EventMapping: Sendable, Equatable {
    /// A label by the name it gets and the place of its value.
    public struct Label: Sendable, Equatable {
        public var name: String
        public var pointer: JSONPointer
        /// Creates a label from its name and the place of its value.
        public init(name: String, pointer: JSONPointer) {
            self.name = name
            self.pointer = pointer
        }
    }

    /// nil: the event has no such field, as if it were missing in a native one. Each is a string, number or boolean.
    public var id: JSONPointer?
    public var timestamp: JSONPointer?
    public var source: JSONPointer?
    public var resource: JSONPointer?
    public var type: JSONPointer?
    public var severity: JSONPointer?
    public var status: JSONPointer?
    public var message: JSONPointer?
    /// Labels, in the order in which they are kept; one whose value is missing or no scalar is left out.
    public var labels: [Label] = []

    /// A mapping of nothing.
    public init() {}
}

/// Bounds on what one message may hold.
public struct DecoderLimits: Sendable, Equatable {
    /// Bytes of a message; a longer one is a dead letter `too_large`.
    public var messageBytes = 1 << 20
    /// Containers within each other, 1 to 1,024; beyond: dead letter `too_deep`.
    public var nesting = 64
    /// Labels of an event; further ones are left out and counted.
    public var labels = 128
    /// Bytes of a label's name and value (at most 65,535); longer ones are cut and counted.
    public var labelNameBytes = 256
    public var labelValueBytes = 4096
    /// Bytes of an event's message text and id; longer ones are cut.
    public var textBytes = 8192
    public var idBytes = 1024
    /// Events in one message; more: dead letter `too_many_events`.
    public var events = 10_000
    /// PagerDuty `dedup_key`s remembered; the oldest go first.
    public var dedupKeys = 100_000

    /// The defaults.
    public init() {}
}

/// The rules for one topic.
public struct DecoderRules: Sendable {
    public var format = EventFormat.auto
    /// Needed for `format == .mapping`; with `.auto` it is used where no other format's shape is found.
    public var mapping: EventMapping?
    /// Where resource and type are taken from, first that is there; without one, by the format's own rule.
    public var resource: [FieldSource] = []
    public var type: [FieldSource] = []
    /// The labels whose values make up `Event.identity`; `source` means the event's source.
    public var identity: [String] = []
    /// A standing alert's own time further behind its record's, microseconds: a re-send (`input.resend_after`).
    public var resendAfter: Int64 = 600_000_000
    /// Bounds on what one message may hold.
    public var limits = DecoderLimits()

    /// Recognise by shape, with the default limits.
    public init() {}
}
