import ClewTelemetry
import Glibc
import Synchronization

/// What a signal means, by the time it comes. Who signals a process and its group at once, as GNU `timeout` does, asks once:
/// a second one within half a second of the first is a part of it.
public struct SignalMeaning: Sendable {
    public enum Verdict: Sendable { case stop, ignore, endAtOnce }

    /// Seconds.
    static let oneRequest = 0.5
    private var first: Double?

    public init() {}

    /// A signal at that monotonic time, in seconds.
    public mutating func came(at time: Double) -> Verdict {
        guard let first else {
            self.first = time
            return .stop
        }
        return time - first < SignalMeaning.oneRequest ? .ignore : .endAtOnce
    }
}

/// SIGTERM and SIGINT: the first asks for a graceful stop, a later one ends the process at once with 128 and its number.
public enum SignalWatcher {
    private final class Reaction: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private static let noted = Atomic<Int32>(0)

    /// The signal that came first; 0 if none has come.
    public static var firstSignal: Int32 { noted.load(ordering: .acquiring) }

    /// Holds both signals back. To be called before other threads are started, which inherit it.
    public static func block() {
        var signals = watched()
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }

    /// Begins to watch, on a thread of its own; what came since `block` counts.
    public static func start(firstSignal body: @escaping @Sendable () -> Void) {
        block()
        let argument = Unmanaged.passRetained(Reaction(body))
        var thread = pthread_t()
        guard pthread_create(&thread, nil, watch, argument.toOpaque()) == 0 else {
            // Without the thread the signals keep their usual effect.
            argument.release()
            var signals = watched()
            pthread_sigmask(SIG_UNBLOCK, &signals, nil)
            return
        }
        pthread_detach(thread)
    }

    private static func watched() -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        return signals
    }

    private static let watch: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let reaction = Unmanaged<Reaction>.fromOpaque(argument).takeRetainedValue()
        var signals = watched()
        var number: Int32 = 0
        var meaning = SignalMeaning()
        while sigwait(&signals, &number) == 0 {
            switch meaning.came(at: Clock.monotonicSeconds()) {
            case .stop:
                noted.store(number, ordering: .releasing)
                reaction.body()
            case .ignore: continue
            case .endAtOnce: _exit(128 + number)
            }
        }
        return nil
    }
}
