import Glibc
import Synchronization

/// Where lines go. Called from any thread; must not call the log.
public protocol LogSink: Sendable {
    /// Takes one whole line with its newline.
    func write(_ line: [UInt8])
}

/// Standard error, or any other descriptor, which stays the caller's: each line in one piece.
public final class DescriptorLogSink: LogSink {
    private let descriptor: Int32
    /// Longest wait for a full pipe, in milliseconds; then the rest of the line is lost. The log must not stop the work.
    private let patience: Int32
    /// Whether the last line found the pipe full to the end: the next one does not wait again.
    private let isStuck = Mutex(false)

    /// `descriptor`: standard error where none is given.
    public init(descriptor: Int32 = 2, patience: Int32 = 1_000) {
        self.descriptor = descriptor
        self.patience = patience
    }

    public func write(_ line: [UInt8]) {
        isStuck.withLock { isStuck in
            line.withUnsafeBytes { bytes in
                var start = 0
                while start < bytes.count {
                    let written = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: start), bytes.count - start)
                    if written > 0 {
                        start += written
                        isStuck = false
                    } else if !canRetry(&isStuck) {
                        return
                    }
                }
            }
        }
    }

    private func canRetry(_ isStuck: inout Bool) -> Bool {
        if errno == EINTR { return true }
        guard errno == EAGAIN, !isStuck else { return false }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        isStuck = poll(&waiting, 1, patience) <= 0
        return !isStuck
    }
}

/// Keeps lines in memory, the newest `limit` of them: for tests.
public final class MemoryLogSink: LogSink {
    private let limit: Int
    private let kept = Mutex<[String]>([])

    public init(limit: Int = 10_000) {
        self.limit = limit
    }

    public func write(_ line: [UInt8]) {
        let text = String(decoding: line.dropLast(), as: UTF8.self)
        kept.withLock { lines in
            if lines.count >= limit { lines.removeFirst() }
            lines.append(text)
        }
    }

    /// The lines so far, without their newlines.
    public var lines: [String] {
        kept.withLock { $0 }
    }
}
