/// Where a model comes from: what it was learned from, with which version, config and topology. No clock, no host: the
/// same input gives the same bytes.
public struct Provenance: Sendable, Equatable {
    /// A file or stream that was learned from.
    public struct Input: Sendable, Equatable {
        /// Without its folder: where a file lay says nothing of its content.
        public var name: String
        /// Bytes as stored, and their SHA-256 in hexadecimal digits; nil for what cannot be read twice, as a pipe.
        public var bytes: UInt64?
        public var sha256: String?

        public init(name: String, bytes: UInt64?, sha256: String?) {
            self.name = name
            self.bytes = bytes
            self.sha256 = sha256
        }
    }

    /// Most inputs that are listed; of more the newest.
    public static let mostInputs = 1000

    /// Version of Clew that wrote it.
    public var clew: String
    /// `sha256:…` of the config and of the topology, as in `versions` of an incident record.
    public var config: String
    public var topology: String
    /// `sha256:…` of the model file that learning began with; nil: with nothing.
    public var basedOn: String?
    /// Half-life of what was learned, seconds; nil: nothing was forgotten.
    public var halfLife: Double?
    /// In the order given, those of the models before first.
    public var inputs: [Input]

    public init(clew: String, config: String, topology: String, basedOn: String?, halfLife: Double?, inputs: [Input]) {
        self.clew = clew
        self.config = config
        self.topology = topology
        self.basedOn = basedOn
        self.halfLife = halfLife
        self.inputs = Array(inputs.suffix(Provenance.mostInputs))
    }
}
