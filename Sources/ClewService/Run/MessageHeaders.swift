import ClewEngine
import ClewFormats
import ClewKafka

/// A record's headers, as the decoder asks for them.
struct MessageHeaders: HeaderLookup {
    let message: ClewKafka.MessageView

    func header(_ name: StaticString) -> UnsafeRawBufferPointer? { message.header(name.description) }
}

extension ClewKafka.MessageView {
    /// The record's timestamp. A producer may send any number: what does not fit is taken as far in the future.
    var recordTime: EventTime? {
        guard let timestamp else { return nil }
        let (microseconds, overflow) = timestamp.multipliedReportingOverflow(by: 1000)
        return overflow ? .distantFuture : EventTime(microseconds: microseconds)
    }

    /// Lent to the decoder.
    func decodable(partition: Int) -> ClewFormats.MessageView {
        ClewFormats.MessageView(
            value: value, recordTime: recordTime, headers: MessageHeaders(message: self), partition: UInt32(partition), offset: offset)
    }
}
