internal import Glibc
internal import Synchronization

/// A thread with a body that may fail. Nothing waits for it for ever.
final class Worker: Sendable {
    private enum State: Sendable {
        case running
        case finished
        case failed(any Error)
    }
    private let state = Mutex(State.running)
    private let body: @Sendable () throws -> Void

    /// Starts the thread.
    init(_ body: @escaping @Sendable () throws -> Void) {
        self.body = body
        let argument = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Worker>.fromOpaque(argument).takeRetainedValue().work()
                return nil
            }, argument.toOpaque())
        if result == 0 {
            pthread_detach(thread)
        } else {
            argument.release()
            state.withLock { $0 = .failed(RunFailure("no thread can be started: error \(result)")) }
        }
    }

    /// Whether it has come to its end, well or not.
    var isFinished: Bool {
        state.withLock { if case .running = $0 { false } else { true } }
    }

    /// What it failed by.
    var failure: (any Error)? {
        state.withLock { if case .failed(let error) = $0 { error } else { nil } }
    }

    /// Waits; false if it has not ended in time.
    func wait(seconds: Double) -> Bool {
        let deadline = PlayPace.now() + seconds
        while !isFinished {
            guard PlayPace.now() < deadline else { return false }
            usleep(5_000)
        }
        return true
    }

    /// Waits and throws what it failed by.
    func finish(seconds: Double, _ name: String) throws {
        guard wait(seconds: seconds) else { throw RunFailure("\(name) of the demo did not stop within \(Int(seconds)) s") }
        if let failure { throw failure }
    }

    private func work() {
        do {
            try body()
            state.withLock { $0 = .finished }
        } catch {
            state.withLock { $0 = .failed(error) }
        }
    }
}

/// What the playing thread tells.
final class PlayedSoFar: Sendable {
    private let values = Mutex((count: UInt64(0), summary: PlaySummary(), isTaken: false))

    var count: UInt64 {
        get { values.withLock { $0.count } }
        set { values.withLock { $0.count = newValue } }
    }

    /// Whether all has been played, and the service has read it.
    var isTaken: Bool {
        get { values.withLock { $0.isTaken } }
        set { values.withLock { $0.isTaken = newValue } }
    }

    /// Set when all has been played.
    var summary: PlaySummary {
        get { values.withLock { $0.summary } }
        set { values.withLock { $0.summary = newValue } }
    }
}
