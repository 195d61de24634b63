public import ClewEngine

/// Everything an operator may set, with its default. Knows nothing of files, environment variables or printing:
/// those are driven by the table in `ConfigKey.all`.
public struct Config: Sendable, Equatable {
    public var kafka = Kafka()
    public var input = Input()
    public var output = Output()
    public var topology = Topology()
    public var correlation = Correlation()
    public var model = Model()
    public var limits = Limits()
    public var http = HTTP()
    public var log = Log()
    /// Which values were read from files of their own (`{file: PATH}`): the path of the key, as in
    /// `kafka.properties.sasl.password`, to the path of the file. They are never printed.
    public var fileSources: [String: String] = [:]

    public init() {}

    /// How to reach Kafka.
    public struct Kafka: Sendable, Equatable {
        /// `host:port` of some brokers.
        public var bootstrapServers = ["localhost:9092"]
        public var clientID = "clew"
        /// Further properties of the client library, passed through. May hold secrets.
        public var properties: [String: String] = [:]
    }

    /// Where events come from and how they are read.
    public struct Input: Sendable, Equatable {
        public var topics = [Topic(name: "alerts")]
        public var group = "clew"
        /// Where to begin without a committed offset.
        public var start = Start.earliest
        public var format = Format.auto
        public var mapping: Mapping?
        /// W of the method: how late within its partition an event still finds its place.
        public var allowedLateness = Duration.seconds(5)
        /// A partition that has been read to its end is idle after this much time.
        public var idleAfter = Duration.seconds(30)
        /// A standing alert whose record is this much newer than its own time is a re-send.
        public var resendAfter = Duration.seconds(600)
        public var maxBehind = Duration.seconds(7 * 86_400)
        public var maxAhead = Duration.seconds(600)
        public var maxAheadUnrecorded = Duration.seconds(400 * 86_400)
        public var redeliveryMemory = Duration.seconds(7200)
        public var maxRedeliveries = 1_000_000
        public var maxBuffered = 1_000_000
    }

    /// A topic to read, and where its rules differ from those of `input`.
    public struct Topic: Sendable, Equatable {
        /// A topic's name, or a regular expression beginning with `^`.
        public var name: String
        public var format: Format?
        public var mapping: Mapping?
        /// Where the resource is taken from, first that is there: JSON pointers (with `/`) and names of labels.
        /// Empty: by the format's own rule.
        public var resource: [String] = []
        /// Where the alert type is taken from, likewise.
        public var type: [String] = []

        public init(name: String) { self.name = name }
        /// Whether `name` is a regular expression.
        public var isPattern: Bool { name.hasPrefix("^") }
    }

    public enum Start: Sendable, Equatable {
        case earliest, latest
        /// The first record from that time on, by the records' timestamps.
        case at(EventTime)
    }

    public enum Format: String, Sendable, CaseIterable {
        case auto, native, cloudevents, alertmanager, pagerduty, otlp, syslog, mapping
    }

    /// Where the fields of an event stand in any other JSON: JSON pointers (RFC 6901).
    public struct Mapping: Sendable, Equatable {
        public var id: String?
        public var timestamp: String?
        public var source: String?
        public var resource: String?
        public var type: String?
        public var severity: String?
        public var status: String?
        public var message: String?
        /// Label names to pointers.
        public var labels: [String: String] = [:]

        public init() {}
    }

    /// Where results go.
    public struct Output: Sendable, Equatable {
        public var incidents = "incidents"
        public var deadLetters = "incidents.dead"
        /// Snapshots and journal.
        public var state = "incidents.state"
        public var createTopics = false
        /// Time between two transactions.
        public var commitInterval = Duration.milliseconds(200)
        /// nil: derived from `input.group`.
        public var transactionalID: String?
        public var compression = Compression.zstd
    }

    public enum Compression: String, Sendable, CaseIterable {
        case none, gzip, snappy, lz4, zstd
    }

    public struct Topology: Sendable, Equatable {
        /// Paths of topology files, read as one topology.
        public var files: [String] = []
        /// A compacted topic that keeps the topology live.
        public var topic: String?
    }

    /// The parameters of the method (algorithm.md §12).
    public struct Correlation: Sendable, Equatable {
        public var threshold = 10.0
        public var holdBack = Duration.seconds(30)
        public var maxAge = Duration.seconds(14_400)
        public var maxAlerts: Int?
        public var maxQuiet: Duration?
        public var idle = Duration.seconds(1800)
        public var updateInterval = Duration.seconds(5)
        public var publishLone = Severity.major
        /// Labels that tell alerts of the same resource and type apart; `source` is the event's source.
        public var identity: [String] = []
        /// Types of events that tell of changes, no alerts: names, `*` for any characters, `?` for one.
        public var changeTypes: [String] = []
        public var changeWindow = Duration.seconds(7200)
        public var fuseThreshold = 20.0
        public var settleThreshold = 10.0
        public var burstThreshold = 12.0
        public var settleLate = Duration.seconds(240)
        public var resolveAfter = Duration.seconds(300)
        public var chronicCount = 40.0
        public var maxKeys = 1_000_000
        public var maxPairs = 200_000
        public var maxBoundResources = 10_000
        /// Parts of the topology that correlation never crosses; what none of them takes is the domain `default`.
        public var domains: [Domain] = []
        /// Most threads that run domains at once; nil: as many as the machine has.
        public var threads: Int?
    }

    public struct Model: Sendable, Equatable {
        /// A model file to begin with.
        public var file: String?
        public var mode = ModelMode.learn
        /// Half-life of what is learned; nil: nothing is forgotten.
        public var halfLife: Duration?
        public var maxResourcePairs = 50_000
    }

    /// Whether learning goes on from the model, or it stays as it is.
    public enum ModelMode: String, Sendable, CaseIterable {
        case learn, frozen
    }

    /// Bounds on what comes in.
    public struct Limits: Sendable, Equatable {
        /// Distinct strings known: resources, types, sources, identities.
        public var names = 2_000_000
        public var messageBytes = 1 << 20
        public var nesting = 64
        public var events = 10_000
        public var labels = 128
        public var labelNameBytes = 256
        public var labelValueBytes = 4096
        public var textBytes = 8192
        public var idBytes = 1024
        public var dedupKeys = 100_000
    }

    public struct HTTP: Sendable, Equatable {
        /// `host:port`; nil: no HTTP server.
        public var listen: String? = "127.0.0.1:9464"
    }

    public struct Log: Sendable, Equatable {
        public var level = LogLevel.info
        public var format = LogFormat.text
    }

    public enum LogLevel: String, Sendable, CaseIterable {
        case error, warning, info, debug
    }

    public enum LogFormat: String, Sendable, CaseIterable {
        case text, json
    }
}
