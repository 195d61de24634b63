internal import Synchronization

/// The wish of somebody outside that a loop come to its end: looked at by the loop, made from any thread.
public final class StopRequest: Sendable {
    private let made = Atomic(false)

    public init() {}

    /// Made by the first SIGINT or SIGTERM; a second one ends the process (``SignalWatcher``). Before other threads are started.
    public static func bySignals() -> StopRequest {
        let request = StopRequest()
        SignalWatcher.start { request.make() }
        return request
    }

    public func make() { made.store(true, ordering: .releasing) }

    public var isMade: Bool { made.load(ordering: .acquiring) }

    /// The signal by which it was made; 0 if it was made otherwise. A program that ended by it exits with 128 and this.
    public var signalNumber: Int32 { SignalWatcher.firstSignal }
}
