extension Catalogue {
    /// SNMP traps and polling, syslog, vCenter, agents on hosts, Redfish, building and storage management.
    static let dataCentre = Catalogue(
        reactions: dataCentreReactions, spreads: commonSpreads, modes: dataCentreModes, noise: dataCentreNoise)

    private static let dataCentreReactions: [Reaction] = [
        Reaction(
            .switchDevice, .down,
            [
                Symptom("DeviceUnreachable", .poller, .critical, "{r} answers neither SNMP nor ping", chance: 0.95, delay: 20...60)
            ]),
        Reaction(
            .switchDevice, .errors,
            [
                Symptom("IfErrorsHigh", .poller, .major, "{120-9000} input errors a minute on {r}", delay: 5...60),
                Symptom(
                    "IF_DOWN", .syslog, .minor, "%LINK-3-UPDOWN: Interface Ethernet{1-48} changed state to down", chance: 0.6, delay: 1...8,
                    clears: false, repeats: 90),
            ]),
        Reaction(
            .switchDevice, .reduced,
            [
                Symptom("linkDown", .traps, .major, "{r} ifOperStatus of Ethernet{1-48} is down", chance: 0.9, delay: 0...3),
                Symptom(
                    "ADJCHANGE", .syslog, .warning, "%BGP-5-ADJCHANGE: neighbor 10.0.{1-40}.{1-250} Down",
                    chance: 0.5, delay: 2...9, clears: false),
            ]),
        Reaction(
            .switchDevice, .slow,
            [
                Symptom("IfUtilHigh", .poller, .warning, "{91-100}% utilisation on {r}", chance: 0.6, delay: 30...120)
            ]),
        Reaction(
            .host, .down,
            [
                Symptom("HostConnectionLost", .vcenter, .critical, "lost the connection to {r}", chance: 0.95, delay: 20...60),
                Symptom("AgentUnreachable", .agents, .major, "agent on {r} unreachable for {3-6}m", chance: 0.6, delay: 120...240),
            ]),
        Reaction(
            .host, .reduced,
            [
                Symptom("UplinkRedundancyLost", .vcenter, .warning, "{r} has lost an uplink", chance: 0.7, delay: 2...20),
                Symptom("PowerRedundancyLost", .redfish, .warning, "{r}: one power supply without input", chance: 0.5, delay: 1...15),
            ]),
        Reaction(.host, .slow, [Symptom("CpuHigh", .agents, .warning, "cpu {93-100}% on {r}", chance: 0.7, delay: 30...120)]),
        Reaction(
            .vm, .down,
            [
                Symptom("VmDown", .agents, .major, "{r} does not answer", chance: 0.9, delay: 30...120),
                Symptom("VmRestartedByHA", .vcenter, .info, "{r} restarted on another host", chance: 0.4, delay: 90...200, clears: false),
            ]),
        Reaction(
            .vm, .slow,
            [
                Symptom("VmDiskLatency", .agents, .warning, "disk wait {180-4200} ms on {r}", chance: 0.75, delay: 20...120)
            ]),
        Reaction(
            .vm, .errors,
            [
                Symptom(
                    "VmStunned", .vcenter, .major, "{r} paused: its datastore has no space",
                    chance: 0.7, delay: 10...90)
            ]),
        Reaction(
            .application, .errors,
            [
                Symptom("HighErrorRate", .prometheus, .major, "5xx ratio {6-80}% on {r} over 5m", chance: 0.9, delay: 30...100)
            ]),
        Reaction(
            .application, .slow,
            [
                Symptom("HighLatencyP99", .prometheus, .warning, "p99 of {r} is {1500-9900} ms", chance: 0.85, delay: 40...140)
            ]),
        Reaction(
            .application, .reduced,
            [
                Symptom("InstanceCountLow", .prometheus, .warning, "{r} misses an instance", chance: 0.6, delay: 60...120)
            ]),
        Reaction(
            .balancer, .errors,
            [
                Symptom(
                    "PoolMemberDown", .traps, .major, "{r}: {1-6} pool members down",
                    chance: 0.8, delay: 10...30)
            ]),
        Reaction(
            .balancer, .reduced,
            [
                Symptom(
                    "linkDown", .traps, .major, "{r} ifOperStatus of port {1-8} is down",
                    chance: 0.8, delay: 0...3)
            ]),
        Reaction(.pdu, .down, [Symptom("pduOutputOff", .traps, .critical, "{r} output off", chance: 0.6, delay: 0...5)]),
        Reaction(
            .feed, .down,
            [
                Symptom(
                    "UpsOnBattery", .building, .critical, "{r} on battery, {6-22} min left",
                    chance: 0.9, delay: 0...4)
            ]),
        Reaction(.cooling, .down, [Symptom("CoolingFailed", .building, .critical, "{r} stopped", chance: 0.9, delay: 5...30)]),
        Reaction(.array, .slow, [Symptom("ArrayLatency", .storage, .major, "{r} answers in {40-700} ms", delay: 10...60)]),
        Reaction(
            .array, .reduced,
            [
                Symptom(
                    "controllerFailover", .traps, .major, "{r}: controller {1-2} took over",
                    delay: 0...5, clears: false)
            ]),
        Reaction(.datastore, .slow, [Symptom("DatastoreLatency", .vcenter, .major, "{r} answers in {60-900} ms", delay: 20...80)]),
        Reaction(.datastore, .errors, [Symptom("DatastoreFull", .vcenter, .critical, "{r} has {0-2}% left", delay: 5...30)]),
        Reaction(
            .firewall, .errors,
            [
                Symptom(
                    "SessionTableFull", .traps, .critical, "{r}: {97-100}% of the session table in use",
                    delay: 2...20)
            ]),
    ]

    private static let dataCentreModes: [FailureMode] = [
        FailureMode("switch-death", .switchDevice, .down, weight: 6, lasts: 600...2_400),
        FailureMode("bad-optic", .switchDevice, .errors, weight: 6, lasts: 900...4_000),
        FailureMode("host-death", .host, .down, weight: 9, lasts: 900...3_600),
        FailureMode("noisy-neighbour", .host, .slow, weight: 6, lasts: 900...3_000),
        FailureMode("rack-power", .pdu, .down, weight: 5, lasts: 600...3_000),
        FailureMode("feed-loss", .feed, .down, weight: 1, lasts: 300...1_800),
        FailureMode("cooling-failure", .cooling, .down, weight: 1, lasts: 1_800...5_400),
        FailureMode("array-latency", .array, .slow, weight: 4, lasts: 900...3_600),
        FailureMode("datastore-full", .datastore, .errors, weight: 3, lasts: 900...3_600),
        FailureMode("session-table-full", .firewall, .errors, weight: 2, lasts: 600...2_400),
        FailureMode(
            "trap-storm", .switchDevice, nil, lasts: 90...300, role: .storm,
            [
                Symptom(
                    "MACFLAP", .syslog, .minor, "%MAC-4-MOVE: host moves between Ethernet{1-24} and Ethernet{25-48}",
                    chance: 1, delay: 0...3, clears: false, repeats: 2)
            ]),
        FailureMode(
            "host-upgrade", .host, .down, lasts: 1_200...3_600, role: .plannedWork,
            [
                Symptom("MaintenanceStart", .changes, .info, "planned work on {r} begins", chance: 1, delay: 0...1, clears: false),
                Symptom("MaintenanceEnd", .changes, .info, "planned work on {r} ends", chance: 1, delay: 0...1, clears: false, atEnd: true),
            ]),
    ]

    private static let dataCentreNoise: [(kind: ResourceKind, symptoms: [Symptom])] = [
        (
            .host,
            [
                Symptom("CpuHigh", .agents, .warning, "cpu {85-95}% on {r}"),
                Symptom("PacketLoss", .agents, .warning, "{2-12}% packet loss to {r}"),
            ]
        ),
        (
            .vm,
            [
                Symptom("VmDiskLatency", .agents, .warning, "disk wait {100-240} ms on {r}"),
                Symptom("CpuHigh", .agents, .warning, "cpu {90-99}% on {r}"),
                Symptom("BackupFailed", .storage, .minor, "backup of {r} ended with code {1-5}", clears: false),
            ]
        ),
        (
            .switchDevice,
            [
                Symptom("IfErrorsHigh", .poller, .minor, "{11-90} input errors a minute on {r}"),
                Symptom("IfUtilHigh", .poller, .warning, "{80-91}% utilisation on {r}"),
            ]
        ),
        (.application, [Symptom("HighLatencyP99", .prometheus, .warning, "p99 of {r} is {1010-1600} ms")]),
    ]
}
