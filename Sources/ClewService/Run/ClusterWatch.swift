import ClewKafka
import ClewTelemetry
import Dispatch
import Synchronization

/// Asks the cluster now and then, on a thread of its own, what the pipeline must know but may not wait for: whether brokers
/// can be reached, which partitions there are, how many members the group has.
final class ClusterWatch: Sendable {
    struct Report: Sendable {
        var topics: [TopicInfo] = []
        /// nil where the cluster does not tell.
        var members: Int?
        /// Counts the answers, so that a new one is noticed.
        var number = 0
    }

    private struct State {
        var report = Report()
        var isEnding = false
        /// When brokers were first not reached, monotonic seconds.
        var unreachableSince: Double?
    }

    private static let timeout = Duration.seconds(2)
    private static let interval = 5.0
    /// While something is not as it should be.
    private static let closeInterval = 1.0

    private let admin: Admin
    private let group: String
    private let bootstrap: String
    private let shared: SharedState
    private let log: Log
    private let metrics: RunMetrics
    private let state = Mutex(State())
    private let request = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(admin: Admin, group: String, bootstrap: String, shared: SharedState, log: Log, metrics: RunMetrics) {
        self.admin = admin
        self.group = group
        self.bootstrap = bootstrap
        self.shared = shared
        self.log = log
        self.metrics = metrics
        DispatchQueue(label: "clew.cluster").async { [self] in
            while !state.withLock({ $0.isEnding }) {
                ask()
                let isCalm = !shared.isBrokerSuspect && shared.readiness.isReady
                _ = request.wait(timeout: .now() + (isCalm ? ClusterWatch.interval : ClusterWatch.closeInterval))
            }
            ended.signal()
        }
    }

    /// The newest answer.
    var report: Report { state.withLock { $0.report } }

    /// Asks soon.
    func askNow() { request.signal() }

    /// Ends the thread, and waits for it for as long as a question may take.
    func end() {
        state.withLock { $0.isEnding = true }
        request.signal()
        _ = ended.wait(timeout: .now() + 6)
    }

    private func ask() {
        let cluster: ClusterInfo
        do throws(KafkaError) {
            cluster = try admin.cluster(timeout: ClusterWatch.timeout)
        } catch {
            // Told by what failed, so that a slow answer while nothing else complains is no outage.
            if shared.isBrokerSuspect { failed(error) } else { shared.suspectBroker(true) }
            return
        }
        succeeded()
        let members = try? admin.memberCount(ofGroup: group, timeout: ClusterWatch.timeout)
        metrics.set(members: members)
        state.withLock { state in
            state.report = Report(topics: cluster.topics, members: members, number: state.report.number + 1)
        }
        shared.wake()
    }

    private func failed(_ error: KafkaError) {
        let isNews = state.withLock { state in
            guard state.unreachableSince == nil else { return false }
            state.unreachableSince = Clock.monotonicSeconds()
            return true
        }
        shared.update { $0.unreachable = error.message }
        if isNews { log.warning("brokers cannot be reached; going on as soon as one is back", ["error": LogValue(error.description)]) }
    }

    private func succeeded() {
        shared.suspectBroker(false)
        let since = state.withLock { state in
            defer { state.unreachableSince = nil }
            return state.unreachableSince
        }
        shared.update { $0.unreachable = nil }
        if let since {
            let seconds = ((Clock.monotonicSeconds() - since) * 10).rounded() / 10
            log.info("brokers can be reached again", ["after_s": LogValue(seconds), "bootstrap": LogValue(bootstrap)])
        }
    }
}
