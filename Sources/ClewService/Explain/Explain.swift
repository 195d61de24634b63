public import ClewConfig
public import ClewEngine
import ClewFormats
public import ClewModel

/// Replays archived events and tells why two alerts are, or are not, in the same incident (algorithm.md §10).
public struct Explain {
    /// Something that was asked for is not in the files.
    public struct NotFound: Error, CustomStringConvertible {
        public let description: String
        /// What was looked for, and keys that the files do hold, ascending.
        public let text: String
        public let keys: [String]
    }

    private let options: ReplayOptions
    private let config: Config
    private let topology: TopologyDefinition
    private let model: LoadedModel?

    /// Files are read twice: `-` will not do.
    public init(options: ReplayOptions, config: Config, topology: TopologyDefinition, model: LoadedModel? = nil) {
        self.model = model
        self.options = options
        self.config = config
        self.topology = topology
    }

    /// Explains two alerts, each given as an event's id or as a key (`resource/type`).
    ///
    /// Throws `NotFound`, and `ArchiveError` if a file cannot be read.
    public func run(
        _ first: String, _ second: String, report: @escaping (ReplayProgress) -> Void, complain: @escaping (String) -> Void
    ) throws -> Explanation {
        let texts = [first, second]
        var finder = AlertFinder(texts, nodes: Set(topology.nodes.map { Array($0.id.utf8) }))
        try finder.search(options.files, config)
        let alerts = texts.indices.map { finder.found[$0] ?? finder.ofNode($0) }
        func missing(_ index: Int) -> NotFound {
            let undecoded = finder.dead == 0 ? "" : " (\(finder.dead) of the messages could not be decoded)"
            return NotFound(
                description: "no event has the id or the key \"\(texts[index])\"\(undecoded)", text: texts[index],
                keys: finder.keys.sorted())
        }
        for index in texts.indices where alerts[index] == nil { throw missing(index) }
        guard let a = alerts[0], let b = alerts[1], a != b else {
            throw NotFound(description: "\"\(first)\" and \"\(second)\" are the same alert: two are needed", text: second, keys: [])
        }
        try refuseChange(first, a)
        try refuseChange(second, b)
        var options = self.options
        options.keepsNumbers = true
        var replay = Replay(
            options: options, config: config, topology: topology, model: model, output: PairOutput(), report: report, complain: complain)
        replay.watch(a, b)
        _ = try replay.run()
        let result = replay.explanation()
        for (index, incident) in [result.incidents.first, result.incidents.second].enumerated()
        where finder.found[index] == nil && incident.isEmpty { throw missing(index) }
        return result
    }
}

extension Explain {
    private func refuseChange(_ text: String, _ event: FoundAlert) throws {
        var names = Names(limit: 1)
        var types = ChangeTypes(config.correlation.changeTypes)
        guard let type = event.type.withUnsafeBytes({ names.intern($0) }), types.contains(type, names) else { return }
        throw NotFound(
            description: "\"\(text)\" is no alert: by correlation.change_types it tells of a change, which is in no incident", text: text,
            keys: [])
    }
}

/// Keeps the newest record that holds both alerts of a pair.
struct PairOutput: RecordOutput {
    var pair: AlertPair?
    private(set) var newest: IncidentRevision?
    var isWanted: Bool { true }

    mutating func begin() throws {}

    mutating func take(_ revision: IncidentRevision, _ record: UnsafeRawBufferPointer) throws {
        guard let pair else { return }
        if revision.alerts.contains(where: { $0.isNamed(pair.first) }), revision.alerts.contains(where: { $0.isNamed(pair.second) }) {
            newest = revision
        }
    }

    mutating func flush() throws {}
    mutating func finish() throws {}
}

extension AlertState {
    /// Whether it is the alert of that name, by the topology's name of the resource or by the events'.
    func isNamed(_ other: AlertName) -> Bool {
        name == other || eventName != .none && AlertName(resource: eventName, type: name.type, identity: name.identity) == other
    }
}

extension Replay where Output == PairOutput {
    /// Has the evidence of two alerts for each other kept; before `run`.
    mutating func watch(_ first: FoundAlert, _ second: FoundAlert) {
        let pair = AlertPair(first: pipeline.intern(first), second: pipeline.intern(second))
        pipeline.correlator.explain(pair)
        output.pair = pair
    }

    /// What the replay found out about its pair.
    mutating func explanation() -> Explanation {
        guard let pair = output.pair else { return Explanation(first: "", second: "") }
        var words = EvidenceWords()
        let names = IncidentNames(&pipeline.correlator)
        var result = Explanation(first: key(pair.first, &words), second: key(pair.second, &words))
        for finding in pipeline.correlator.findings { result.decisions.append(decision(finding, names, &words)) }
        var held = (first: [String](), second: [String]())
        for finding in pipeline.correlator.findings {
            let incident = names.final(finding.incident)
            if finding.alert == pair.first { held.first.append(incident) } else { held.second.append(incident) }
        }
        result.incidents = (held.first.last ?? "", held.second.last ?? "")
        for incident in held.first where held.second.contains(incident) && !result.shared.contains(incident) {
            result.shared.append(incident)
        }
        if let a = pipeline.correlator.domain(of: pair.first.resource), let b = pipeline.correlator.domain(of: pair.second.resource), a != b
        {
            result.domains = (pipeline.domainNames[a], pipeline.domainNames[b])
        }
        if let record = output.newest {
            result.chain = chain(record, pair, &words)
            result.chainIncident = record.id.text
        }
        return result
    }

    private func key(_ name: AlertName, _ words: inout EvidenceWords) -> String { words.key(name, names: pipeline.correlator.names) }

    private func decision(_ finding: EvidenceFinding, _ names: IncidentNames, _ words: inout EvidenceWords) -> Explanation.Decision {
        Explanation.Decision(
            time: finding.time, raised: finding.raised, alert: key(finding.alert, &words),
            other: key(finding.other, &words), stage: finding.stage, incident: names.made(finding.incident),
            otherIncident: finding.otherIncident.map { names.made($0) } ?? "", needed: finding.needed, hasJoined: finding.hasJoined,
            evidence: finding.link.map { evidence($0, of: finding.alert, &words) }, obstacle: finding.obstacle,
            best: finding.best.map { evidence($0, of: finding.alert, &words) },
            bestIncident: finding.bestIncident.map { names.made($0) } ?? "")
    }

    private func evidence(_ link: Link, of alert: AlertName, _ words: inout EvidenceWords) -> Explanation.Evidence {
        // The stage is told beside it: here the words are those of the evidence alone.
        var plain = link
        if plain.stage == .opened { plain.stage = .arrival }
        return Explanation.Evidence(
            to: key(link.to, &words), odds: link.odds, factors: EvidenceWords.factors(link),
            why: words.why(plain, of: alert, names: pipeline.correlator.names),
            json: words.json(link, of: alert, names: pipeline.correlator.names))
    }

    /// The links that lead from the one to the other, by the shortest way.
    private func chain(_ record: IncidentRevision, _ pair: AlertPair, _ words: inout EvidenceWords) -> [Explanation.Step] {
        let alerts = record.alerts
        guard let from = alerts.firstIndex(where: { $0.isNamed(pair.first) }),
            let to = alerts.firstIndex(where: { $0.isNamed(pair.second) })
        else { return [] }
        // Each alert has at most one link: with both directions they make a forest.
        var near: [[(alert: Int, holder: Int)]] = Array(repeating: [], count: alerts.count)
        for (index, alert) in alerts.enumerated() {
            guard let link = alert.link, link.stage != .opened, let other = alerts.firstIndex(where: { $0.name == link.to }) else {
                continue
            }
            near[index].append((other, index))
            near[other].append((index, index))
        }
        var came = Array(repeating: (alert: -1, holder: -1), count: alerts.count)
        var queue = [from]
        var at = 0
        came[from] = (from, -1)
        while at < queue.count, came[to].alert < 0 {
            for next in near[queue[at]] where came[next.alert].alert < 0 {
                came[next.alert] = (queue[at], next.holder)
                queue.append(next.alert)
            }
            at += 1
        }
        guard came[to].alert >= 0 else { return [] }
        var steps: [Explanation.Step] = []
        var place = to
        while place != from {
            let holder = alerts[came[place].holder]
            if let link = holder.link {
                steps.append(
                    Explanation.Step(
                        alert: key(holder.name, &words), evidence: evidence(link, of: holder.name, &words)))
            }
            place = came[place].alert
        }
        return steps.reversed()
    }
}

/// Public ids of incidents by their numbers, and what became of them.
private struct IncidentNames {
    private var ids: [UInt64: String] = [:]
    private var mergedInto: [UInt64: UInt64] = [:]

    init(_ correlator: inout Correlator) {
        for founding in correlator.takeFoundings() { ids[founding.number] = founding.id.text }
        for merge in correlator.takeMerges() { mergedInto[merge.from] = merge.into }
    }

    func made(_ number: UInt64) -> String { ids[number] ?? "" }

    /// The id of the incident that it is part of at the end.
    func final(_ number: UInt64) -> String {
        var number = number
        while let next = mergedInto[number] { number = next }
        return made(number)
    }
}
