/// A partition of a topic.
public struct TopicPartition: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let topic: String
    public let partition: Int32

    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// `topic/partition`.
    public var description: String { "\(topic)/\(partition)" }

    public static func < (left: TopicPartition, right: TopicPartition) -> Bool {
        left.topic == right.topic ? left.partition < right.partition : left.topic < right.topic
    }
}

/// A partition with an offset: where to start, what to commit (the next record to read), or what was found.
public struct PartitionOffset: Hashable, Sendable, CustomStringConvertible {
    /// As a start: the first record there is.
    public static let beginning: Int64 = -2
    /// As a start: only what is written from now on.
    public static let end: Int64 = -1
    /// As a start: the group's committed offset, else `auto.offset.reset`.
    public static let stored: Int64 = -1000
    /// As a result: there is none.
    public static let none: Int64 = -1001

    public let partition: TopicPartition
    public var offset: Int64

    public init(_ partition: TopicPartition, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }

    public init(topic: String, partition: Int32, offset: Int64) {
        self.init(TopicPartition(topic: topic, partition: partition), offset: offset)
    }

    /// Whether this is a real offset, not one of the markers above.
    public var isActual: Bool { offset >= 0 }

    /// `topic/partition@offset`.
    public var description: String { "\(partition)@\(offset)" }
}

/// The first offset that can be read, and the one after the last (for `read_committed`: the last stable one).
public struct WatermarkOffsets: Hashable, Sendable {
    public let low: Int64
    public let high: Int64

    public init(low: Int64, high: Int64) {
        self.low = low
        self.high = high
    }
}

/// Where a partition is begun that the group has no committed offset for.
public enum StartPosition: Sendable, Hashable {
    case earliest
    case latest
    /// The first record whose timestamp is at or after this, in milliseconds since 1970; the end if there is none.
    case timestamp(milliseconds: Int64)
}
