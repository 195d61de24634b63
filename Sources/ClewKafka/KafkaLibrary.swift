/// The librdkafka that is loaded at run time (which may be newer than the one built against).
public enum KafkaLibrary {
    /// Such as `2.0.2`.
    public static var version: String { FailureDiagnosis.text(ofVersion: Configuration.libraryVersion) }

    /// Whether it can log in by SCRAM to Kafka 3.9 and newer.
    public static var supportsScramWithRecentKafka: Bool { Configuration.libraryVersion >= 0x0206_01FF }
}
