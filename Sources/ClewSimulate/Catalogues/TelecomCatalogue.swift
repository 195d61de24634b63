extension Catalogue {
    /// RAN and transport management systems, SNMP traps, syslog, site alarms, active probes.
    static let telecom = Catalogue(reactions: telecomReactions, spreads: commonSpreads, modes: telecomModes, noise: telecomNoise)

    private static let telecomReactions: [Reaction] = [
        Reaction(
            .router, .down,
            [
                Symptom("DeviceUnreachable", .poller, .critical, "{r} answers neither SNMP nor ping", chance: 0.95, delay: 20...60)
            ]),
        Reaction(
            .router, .reduced,
            [
                Symptom("linkDown", .traps, .major, "{r} ifOperStatus of xe-{0-3}/{0-9} is down", chance: 0.9, delay: 0...3),
                Symptom(
                    "ADJCHANGE", .syslog, .warning, "%OSPF-5-ADJCHG: Nbr 10.{1-20}.0.{1-90} from FULL to DOWN",
                    chance: 0.6, delay: 1...8, clears: false),
            ]),
        Reaction(.router, .slow, [Symptom("IfUtilHigh", .poller, .warning, "{92-100}% utilisation on {r}", delay: 30...120)]),
        Reaction(
            .router, .errors,
            [
                Symptom("bgpBackwardTransition", .traps, .major, "{r}: session to 10.{1-20}.0.{1-90} left Established", delay: 1...15),
                Symptom(
                    "ADJCHANGE", .syslog, .warning, "%BGP-5-ADJCHANGE: neighbor 10.{1-20}.0.{1-90} Down",
                    delay: 1...8, clears: false, repeats: 120),
            ]),
        Reaction(
            .accessNode, .down,
            [
                Symptom("DeviceUnreachable", .poller, .critical, "{r} answers neither SNMP nor ping", chance: 0.9, delay: 20...60),
                Symptom("NE_UNREACHABLE", .transport, .critical, "heartbeat of {r} lost", chance: 0.8, delay: 10...30),
            ]),
        Reaction(
            .accessNode, .reduced,
            [
                Symptom("LOS", .transport, .critical, "{r} loss of signal on line port {1-2}", chance: 0.85, delay: 0...3),
                Symptom("linkDown", .traps, .major, "{r} ifOperStatus of line {1-2} is down", chance: 0.8, delay: 0...4),
                Symptom(
                    "PATH_SWITCH", .transport, .warning, "{r} switched to the protection path", chance: 0.7, delay: 0...2, clears: false),
            ]),
        Reaction(
            .accessNode, .errors, [Symptom("BBE_HIGH", .transport, .minor, "{300-9000} errored blocks an hour on {r}", delay: 10...60)]),
        Reaction(
            .baseStation, .down,
            [
                Symptom("BTS_UNREACHABLE", .ran, .critical, "heartbeat of {r} lost", chance: 0.95, delay: 15...45),
                Symptom("S1_LINK_DOWN", .ran, .major, "{r}: S1 towards the core is down", chance: 0.5, delay: 5...25),
            ]),
        Reaction(
            .baseStation, .errors,
            [
                Symptom("S1_SETUP_FAIL", .ran, .minor, "{4-60} failed S1 setups at {r}", chance: 0.8, delay: 10...90)
            ]),
        Reaction(
            .baseStation, .slow,
            [
                Symptom(
                    "PTP_HOLDOVER", .transport, .minor, "{r} in holdover for {2-40} min",
                    chance: 0.85, delay: 30...300)
            ]),
        Reaction(.cell, .down, [Symptom("CELL_OUT_OF_SERVICE", .ran, .major, "{r} out of service", chance: 0.92, delay: 2...30)]),
        Reaction(
            .cell, .errors,
            [
                Symptom(
                    "CELL_KPI_DEGRADED", .ran, .warning, "accessibility {35-89}% on {r}",
                    chance: 0.7, delay: 60...240)
            ]),
        Reaction(
            .cell, .slow,
            [
                Symptom(
                    "CELL_KPI_DEGRADED", .ran, .warning, "handover success {55-90}% on {r}",
                    chance: 0.4, delay: 120...400)
            ]),
        Reaction(
            .site, .down,
            [
                Symptom("MAINS_FAIL", .siteAlarms, .major, "{r} mains failure", chance: 0.8, delay: 0...5),
                Symptom("BATTERY_LOW", .siteAlarms, .critical, "{r} battery at {5-20}%", chance: 0.6, delay: 0...4),
            ]),
        Reaction(.microwave, .down, [Symptom("MW_LINK_DOWN", .transport, .critical, "{r} radio link down", chance: 0.9, delay: 0...5)]),
        Reaction(.microwave, .errors, [Symptom("MW_RX_LOW", .transport, .minor, "{r} receives -{71-89} dBm", chance: 0.9, delay: 2...40)]),
        Reaction(.fibre, .down, [Symptom("FibreFault", .probes, .major, "{r} broken at {1-28} km", chance: 0.2, delay: 30...90)]),
        Reaction(.clock, .errors, [Symptom("GNSS_LOST", .transport, .major, "{r} receives no satellite", chance: 0.8, delay: 5...40)]),
        Reaction(
            .coreFunction, .errors,
            [
                Symptom(
                    "SignallingLoad", .poller, .major, "{r} at {95-100}% of its signalling capacity",
                    delay: 10...60)
            ]),
    ]

    private static let telecomModes: [FailureMode] = [
        FailureMode("fibre-cut", .fibre, .down, weight: 9, lasts: 1_800...7_200),
        FailureMode("node-failure", .accessNode, .down, weight: 5, lasts: 900...3_600),
        FailureMode("router-failure", .router, .down, weight: 2, lasts: 600...2_400),
        FailureMode(
            "bad-change", .router, .errors, weight: 4, lasts: 300...1_200,
            [
                Symptom("ConfigChange", .changes, .info, "commit {100-999} on {r}", chance: 0.9, delay: 0...2, clears: false)
            ]),
        FailureMode("site-power", .site, .down, weight: 8, lasts: 1_200...5_400),
        FailureMode("rain-fade", .microwave, .errors, weight: 6, lasts: 600...2_400),
        FailureMode("radio-failure", .microwave, .down, weight: 5, lasts: 900...3_600),
        FailureMode(
            "board-fault", .baseStation, .down, weight: 6, lasts: 900...3_600,
            [
                Symptom("HW_FAULT", .ran, .major, "{r} board {1-6} fault", delay: 0...10)
            ]),
        FailureMode("clock-loss", .clock, .errors, weight: 1, lasts: 1_800...5_400),
        FailureMode("signalling-overload", .coreFunction, .errors, weight: 2, lasts: 600...1_800),
        FailureMode(
            "trap-storm", .router, nil, lasts: 90...300, role: .storm,
            [
                Symptom(
                    "OSPF_LSA_FLOOD", .syslog, .minor, "%OSPF-4-FLOOD: LSA {100-9999} received again",
                    chance: 1, delay: 0...3, clears: false, repeats: 2)
            ]),
        FailureMode(
            "router-upgrade", .accessNode, .down, lasts: 900...2_700, role: .plannedWork,
            [
                Symptom("MaintenanceStart", .changes, .info, "planned work on {r} begins", chance: 1, delay: 0...1, clears: false),
                Symptom("MaintenanceEnd", .changes, .info, "planned work on {r} ends", chance: 1, delay: 0...1, clears: false, atEnd: true),
            ]),
    ]

    private static let telecomNoise: [(kind: ResourceKind, symptoms: [Symptom])] = [
        (.cell, [Symptom("CELL_KPI_DEGRADED", .ran, .warning, "accessibility {88-94}% on {r}")]),
        (
            .baseStation,
            [
                Symptom("S1_SETUP_FAIL", .ran, .minor, "{1-4} failed S1 setups at {r}"),
                Symptom("DOOR_OPEN", .siteAlarms, .info, "door open at {r}"),
            ]
        ),
        (.microwave, [Symptom("MW_RX_LOW", .transport, .minor, "{r} receives -{66-71} dBm")]),
        (.router, [Symptom("IfErrorsHigh", .poller, .minor, "{11-90} input errors a minute on {r}")]),
        (
            .accessNode,
            [
                Symptom("IfErrorsHigh", .poller, .minor, "{11-90} input errors a minute on {r}"),
                Symptom("FanSpeedHigh", .traps, .warning, "{r}: fan {1-4} at {80-100}%"),
            ]
        ),
    ]
}
