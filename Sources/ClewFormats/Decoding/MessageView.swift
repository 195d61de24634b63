public import ClewEngine

/// Gives the headers of a message by name.
public protocol HeaderLookup {
    /// The value of the last header of that name (compared byte by byte), nil if there is none.
    /// The bytes must stay valid while the message is decoded.
    func header(_ name: StaticString) -> UnsafeRawBufferPointer?
}

/// One message, as a source lends it to the decoder. Nothing of it is kept after `Decoder.decode`.
public struct MessageView {
    /// The bytes; nil for a tombstone. No padding is needed.
    public var value: UnsafeRawBufferPointer?
    /// The time of the record or envelope; nil for a line of a plain file.
    public var recordTime: EventTime?
    /// The record's headers; nil if it has none, or none are of interest.
    public var headers: (any HeaderLookup)?
    /// The dense index of its partition.
    public var partition: UInt32
    /// Offset in the partition, or line in the file (from 1).
    public var offset: Int64

    /// Creates a view of a message; without a record time, headers and place it stands for a line of its own.
    public init(
        value: UnsafeRawBufferPointer?, recordTime: EventTime? = nil, headers: (any HeaderLookup)? = nil,
        partition: UInt32 = 0, offset: Int64 = 0
    ) {
        self.value = value
        self.recordTime = recordTime
        self.headers = headers
        self.partition = partition
        self.offset = offset
    }
}
