extension Catalogue {
    /// Prometheus with kube-state-metrics, Kubernetes events, Loki rules, black-box probes, tracing.
    static let kubernetes = Catalogue(
        reactions: kubernetesReactions, spreads: commonSpreads, modes: kubernetesModes, noise: kubernetesNoise)

    private static let kubernetesReactions: [Reaction] = [
        Reaction(
            .service, .errors,
            [
                Symptom("HighErrorRate", .prometheus, .major, "5xx ratio {6-64}% on {r} over 5m", chance: 0.92, delay: 20...90),
                Symptom("ErrorLogSpike", .loki, .warning, "{80-900} error lines a minute from {r}", chance: 0.35, delay: 30...90),
                Symptom(
                    "ErrorBudgetBurn", .prometheus, .critical, "{r} burns its error budget {10-40} times too fast",
                    chance: 0.2, delay: 120...300),
                Symptom("FailingSpans", .tracing, .minor, "{12-80}% of the spans of {r} fail", chance: 0.2, delay: 60...150),
            ]),
        Reaction(
            .service, .down,
            [
                Symptom("ServiceNoEndpoints", .prometheus, .critical, "{r} has no ready endpoint", chance: 0.9, delay: 10...40),
                Symptom("HighErrorRate", .prometheus, .major, "5xx ratio {70-100}% on {r} over 5m", chance: 0.8, delay: 30...90),
            ]),
        Reaction(
            .service, .slow,
            [
                Symptom("HighLatencyP99", .prometheus, .warning, "p99 of {r} is {1200-9800} ms", chance: 0.9, delay: 30...120),
                Symptom("ApdexLow", .tracing, .warning, "apdex 0.{31-79} for {r}", chance: 0.2, delay: 60...180),
            ]),
        Reaction(
            .service, .reduced,
            [
                Symptom(
                    "DeploymentReplicasMismatch", .prometheus, .warning, "{r} has fewer ready replicas than wanted",
                    chance: 0.75, delay: 60...150)
            ]),
        Reaction(
            .pod, .down,
            [
                Symptom("KubePodNotReady", .prometheus, .warning, "{r} not ready for {2-9}m", chance: 0.8, delay: 60...150),
                Symptom("TargetDown", .prometheus, .major, "scrape of {r} fails", chance: 0.4, delay: 45...90),
            ]),
        Reaction(
            .pod, .errors,
            [
                Symptom(
                    "BackOff", .kubernetesEvents, .warning, "Back-off restarting failed container in {r}",
                    delay: 15...60, clears: false, repeats: 180),
                Symptom("KubePodCrashLooping", .prometheus, .major, "{r} restarted {3-14} times in 10m", chance: 0.8, delay: 90...240),
            ]),
        Reaction(
            .pod, .slow,
            [
                Symptom("CPUThrottlingHigh", .prometheus, .info, "{30-92}% throttling in {r}", chance: 0.5, delay: 60...180)
            ]),
        Reaction(
            .node, .down,
            [
                Symptom("KubeNodeNotReady", .prometheus, .critical, "{r} not ready", chance: 0.97, delay: 40...80),
                Symptom("NodeNotReady", .kubernetesEvents, .warning, "node {r} status is now NodeNotReady", delay: 38...45, clears: false),
                Symptom("TargetDown", .prometheus, .major, "node exporter on {r} does not answer", chance: 0.8, delay: 30...60),
            ]),
        Reaction(
            .node, .slow,
            [
                Symptom("NodeCPUHigh", .prometheus, .warning, "cpu of {r} {91-100}%", delay: 60...180)
            ]),
        Reaction(
            .database, .down,
            [
                Symptom("DatabaseDown", .prometheus, .critical, "{r} refuses connections", chance: 0.97, delay: 10...45)
            ]),
        Reaction(
            .database, .errors,
            [
                Symptom("DatabaseErrors", .prometheus, .major, "{20-400} failed transactions a minute on {r}", delay: 15...60)
            ]),
        Reaction(
            .database, .slow,
            [
                Symptom("PostgresSlowQueries", .prometheus, .warning, "{12-90} queries over 5 s on {r}", delay: 30...90),
                Symptom("LockWaits", .loki, .warning, "{5-60} sessions wait for locks on {r}", chance: 0.4, delay: 30...120),
            ]),
        Reaction(
            .cache, .down,
            [
                Symptom("RedisDown", .prometheus, .critical, "{r} does not answer PING", chance: 0.95, delay: 10...40)
            ]),
        Reaction(
            .queue, .slow,
            [
                Symptom("ConsumerLag", .prometheus, .warning, "lag of {4000-90000} messages on {r}", delay: 30...120)
            ]),
        Reaction(
            .volume, .errors,
            [
                Symptom("VolumeFull", .prometheus, .critical, "{r} is {98-100}% full", chance: 0.95, delay: 5...30)
            ]),
        Reaction(
            .ingress, .errors,
            [
                Symptom("IngressHigh5xx", .prometheus, .critical, "{r} answers {3-45}% 5xx", chance: 0.8, delay: 30...90)
            ]),
        Reaction(
            .ingress, .slow,
            [
                Symptom("IngressLatency", .prometheus, .warning, "p95 of {r} is {900-6000} ms", chance: 0.6, delay: 45...150)
            ]),
        Reaction(
            .url, .errors,
            [
                Symptom("ProbeFailed", .blackbox, .critical, "GET {r} answered 50{0-4}", chance: 0.85, delay: 10...60)
            ]),
        Reaction(.url, .slow, [Symptom("ProbeSlow", .blackbox, .warning, "GET {r} took {2100-9000} ms", chance: 0.7, delay: 30...90)]),
        Reaction(
            .certificate, .errors,
            [
                Symptom("CertificateExpired", .blackbox, .critical, "certificate of {r} expired", chance: 0.9, delay: 20...90)
            ]),
    ]

    private static let kubernetesModes: [FailureMode] = [
        FailureMode(
            "bad-release", .service, .errors, weight: 12, lasts: 480...2_400,
            [
                Symptom(
                    "Rollout", .deployments, .info, "rollout of {r} revision {31-220} started", chance: 0.9, delay: 0...2, clears: false)
            ]),
        FailureMode(
            "memory-leak", .service, .slow, weight: 5, lasts: 1_200...5_400,
            [
                Symptom("ContainerMemoryHigh", .prometheus, .warning, "memory of {r} {85-99}% of its limit", delay: 10...60),
                Symptom(
                    "OOMKilled", .kubernetesEvents, .minor, "container of {r} killed: out of memory", chance: 0.8, delay: 240...600,
                    clears: false, repeats: 400),
            ]),
        FailureMode(
            "connections-exhausted", .database, .errors, weight: 9, lasts: 600...3_000,
            [
                Symptom("PostgresConnectionsHigh", .prometheus, .critical, "{96-100}% of the connections of {r} are in use", delay: 5...30)
            ]),
        FailureMode(
            "slow-queries", .database, .slow, weight: 6, lasts: 900...3_600,
            [
                Symptom("DatabaseCPUHigh", .prometheus, .warning, "cpu of {r} {92-100}%", chance: 0.7, delay: 30...120)
            ]),
        FailureMode("database-crash", .database, .down, weight: 4, lasts: 300...1_500),
        FailureMode("cache-crash", .cache, .down, weight: 3, lasts: 300...1_200),
        FailureMode("broker-overload", .queue, .slow, weight: 2, lasts: 900...3_600),
        FailureMode(
            "disk-full", .volume, .errors, weight: 4, lasts: 900...3_000, alsoRight: .storedOn,
            [
                Symptom("VolumeUsage90", .prometheus, .major, "{r} is 9{0-7}% full", chance: 0.8, delay: 0...1)
            ]),
        FailureMode("node-death", .node, .down, weight: 7, lasts: 600...3_600),
        FailureMode("noisy-neighbour", .node, .slow, weight: 4, lasts: 900...3_000),
        FailureMode("zone-outage", .zone, .down, weight: 1, lasts: 400...1_500),
        FailureMode("certificate-expiry", .certificate, .errors, weight: 1, lasts: 1_200...4_000),
        FailureMode(
            "log-storm", .service, nil, lasts: 120...420, role: .storm,
            [
                Symptom(
                    "ErrorLogLine", .loki, .minor, "{r}: upstream reset, retry {1-5}", chance: 1, delay: 0...5, clears: false, repeats: 3)
            ]),
        FailureMode(
            "node-drain", .node, .down, lasts: 900...2_700, role: .plannedWork,
            [
                Symptom("MaintenanceStart", .changes, .info, "planned work on {r} begins", chance: 1, delay: 0...1, clears: false),
                Symptom("MaintenanceEnd", .changes, .info, "planned work on {r} ends", chance: 1, delay: 0...1, clears: false, atEnd: true),
            ]),
    ]

    private static let kubernetesNoise: [(kind: ResourceKind, symptoms: [Symptom])] = [
        (
            .service,
            [
                Symptom("HighLatencyP99", .prometheus, .warning, "p99 of {r} is {1010-1500} ms"),
                Symptom("HPAMaxedOut", .prometheus, .warning, "{r} runs at its maximum of {4-24} replicas"),
                Symptom("RequestRateDrop", .prometheus, .warning, "{r} gets {30-60}% fewer requests than usual"),
                Symptom("Rollout", .deployments, .info, "rollout of {r} revision {31-220} started", clears: false),
            ]
        ),
        (
            .pod,
            [
                Symptom("ContainerMemoryHigh", .prometheus, .warning, "memory of {r} {80-90}% of its limit"),
                Symptom("CPUThrottlingHigh", .prometheus, .info, "{25-60}% throttling in {r}"),
                Symptom("Unhealthy", .kubernetesEvents, .warning, "readiness probe of {r} failed once", clears: false),
            ]
        ),
        (.node, [Symptom("NodeCPUHigh", .prometheus, .warning, "cpu of {r} {85-95}%")]),
        (.database, [Symptom("DatabaseCPUHigh", .prometheus, .warning, "cpu of {r} {80-92}%")]),
        (.volume, [Symptom("VolumeUsage80", .prometheus, .warning, "{r} is 8{0-8}% full")]),
        (.url, [Symptom("ProbeSlow", .blackbox, .warning, "GET {r} took {2010-2800} ms")]),
    ]
}
