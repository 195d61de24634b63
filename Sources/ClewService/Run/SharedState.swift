import ClewKafka
import Synchronization

/// What the threads of the service share: the wish to stop, and how it stands.
final class SharedState: Sendable {
    private struct State {
        var readiness = Readiness()
        var figures = RunStatus()
        var waker: ConsumerWaker?
    }

    private let stop = Atomic(false)
    private let suspicion = Atomic(false)
    private let state = Mutex(State())

    init() {}

    var isStopRequested: Bool { stop.load(ordering: .acquiring) }

    func requestStop() {
        stop.store(true, ordering: .releasing)
        wake()
    }

    /// Whether a client has told of broken connections, and nobody has reached a broker since.
    var isBrokerSuspect: Bool { suspicion.load(ordering: .relaxed) }

    /// True if that is news.
    @discardableResult
    func suspectBroker(_ isSuspect: Bool) -> Bool { suspicion.exchange(isSuspect, ordering: .relaxed) != isSuspect }

    /// Whose poll ends when something is to be done.
    func setWaker(_ waker: ConsumerWaker?) { state.withLock { $0.waker = waker } }

    /// Ends the poll under way.
    func wake() { state.withLock { $0.waker }?.wake() }

    var readiness: Readiness { state.withLock { $0.readiness } }

    /// True if it is another one than before.
    @discardableResult
    func update(_ body: (inout Readiness) -> Void) -> Bool {
        state.withLock { state in
            let before = state.readiness
            body(&state.readiness)
            return state.readiness != before
        }
    }

    /// Takes over the numbers; readiness is kept apart.
    func set(figures: RunStatus) { state.withLock { $0.figures = figures } }

    var status: RunStatus {
        state.withLock { state in
            var status = state.figures
            status.obstacles = state.readiness.obstacles
            status.isReady = state.readiness.isReady
            return status
        }
    }

    func finish() {
        state.withLock { state in
            state.readiness.phase = .stopped
            state.waker = nil
        }
    }
}
