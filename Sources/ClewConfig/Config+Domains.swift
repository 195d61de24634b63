import ClewEngine

extension Config {
    /// A correlation domain: the components of the topology that hold any of its resources.
    public struct Domain: Sendable, Equatable {
        public var name: String
        public var resources: [ResourcePattern]

        public init(name: String, resources: [ResourcePattern]) {
            self.name = name
            self.resources = resources
        }
    }

    /// The id of a resource, or a pattern of ids: `*` stands for any characters, `?` for one.
    public struct ResourcePattern: Sendable, Equatable {
        public var text: String
        /// For messages; it is no part of the config.
        var origin = Origin()

        public init(_ text: String) { self.text = text }

        /// Whether it is more than one id.
        var isPattern: Bool { text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") } }

        /// Whether an id fits. O(id · pattern) at worst.
        func matches(_ id: String) -> Bool {
            if id == text { return true }
            var id = id
            return id.withUTF8 { Glob.matches(UnsafeRawBufferPointer($0), Array(text.utf8)) }
        }
    }

    /// Where a value was given. All are equal: a value is the same wherever it stands.
    struct Origin: Sendable, Equatable {
        var file = "config"
        var line = 0
        var column = 0

        static func == (_: Origin, _: Origin) -> Bool { true }
    }
}
