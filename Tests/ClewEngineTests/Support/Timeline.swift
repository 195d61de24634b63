import ClewEngine

/// A stream of alerts written as one line, and the revisions that come of it as one line.
///
/// Input: words apart by spaces. A letter fires its alert (upper case) or clears it (lower case) at the current time, `-`
/// advances the time by one step, a duration (`30s`, `5m40s`, `4h`) advances it by so much. `B@40s` is an event whose own
/// time is 40 s after the start, but which arrives now. `=A` is the newest event of that letter, delivered once more.
/// `(A--)x5` is five times what stands in the brackets.
///
/// Output: `30s open A,B (correlated) | 5m30s resolved a,b (all_cleared)`: the time, the incident (`#2` from the second that
/// was shown on), status, its alerts in order of first seen (a letter in upper case is firing, in lower case resolved; a
/// number tells how many events, `~` flapping, `!` standing, `*` chronic), and the reason.
struct Timeline {
    /// What a letter stands for: `A: db/Down major` (severity critical where none is named).
    struct Alert {
        var resource: String
        var type: String
        var severity: Severity
    }

    var alerts: [Character: Alert] = [:]
    var topology = TopologyDefinition()
    var correlation = CorrelationParameters()
    var intake = IntakeParameters()
    var step = 10.0
    /// What was counted in the last run.
    private(set) var statistics = CorrelatorStatistics()

    /// `legend`: `A: db/Down, B: web/Slow minor`.
    init(_ topology: String, _ legend: String) {
        self.topology = TestStream.topology(topology)
        for entry in legend.split(separator: ",") {
            let words = entry.split(separator: " ")
            let name = words[1].split(separator: "/", maxSplits: 1)
            let severity = words.count > 2 ? Severity(name: String(words[2])) : nil
            alerts[words[0].first ?? "?"] = Alert(
                resource: String(name[0]), type: String(name[1]), severity: severity ?? .critical)
        }
    }

    static func seconds(_ text: some StringProtocol) -> Double? {
        var total = 0.0
        var number = ""
        for character in text {
            if character.isNumber || character == "." {
                number.append(character)
                continue
            }
            guard let value = Double(number), let unit = ["s": 1.0, "m": 60, "h": 3600, "d": 86_400][character] else { return nil }
            total += value * unit
            number = ""
        }
        return number.isEmpty && !text.isEmpty ? total : nil
    }

    static func text(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded(.down))
        let rest = seconds - Double(whole)
        var out = ""
        if whole >= 3600 { out += "\(whole / 3600)h" }
        if whole % 3600 >= 60 { out += "\(whole % 3600 / 60)m" }
        // The moment just after a time is written as that time.
        if whole % 60 > 0 || out.isEmpty || rest > 0.0005 {
            let tenths = Int((rest * 10).rounded())
            out += tenths > 0 && rest > 0.0005 ? "\(whole % 60).\(tenths)s" : whole % 60 > 0 || out.isEmpty ? "\(whole % 60)s" : ""
        }
        return out
    }

    /// Expands `(…)xN`.
    private static func expand(_ line: String) -> String {
        guard let open = line.lastIndex(of: "("), let close = line[open...].firstIndex(of: ")") else { return line }
        let after = line.index(after: close)
        let digits = line[after...].dropFirst().prefix { $0.isNumber }
        let body = line[line.index(after: open)..<close]
        let times = Int(digits) ?? 1
        let rest = line[line.index(after, offsetBy: digits.isEmpty ? 0 : digits.count + 1)...]
        let repeated = Array(repeating: String(body), count: times).joined(separator: " ")
        return expand(line[..<open] + repeated + rest)
    }

    /// The events of a line, in order of arrival.
    func events(_ line: String) -> [TestEvent] {
        var now = 0.0
        var events: [TestEvent] = []
        var newest: [Character: Int] = [:]
        var isRedelivery = false
        for word in Timeline.expand(line).split(separator: " ") {
            if let pause = Timeline.seconds(word) {
                now += pause
                continue
            }
            let parts = word.split(separator: "@")
            let own = parts.count > 1 ? Timeline.seconds(parts[1]) : nil
            for character in parts[0] {
                if character == "-" {
                    now += step
                    continue
                }
                if character == "=" {
                    isRedelivery = true
                    continue
                }
                if isRedelivery, let first = newest[character] {
                    isRedelivery = false
                    events[first].id = events[first].id ?? "\(first)"
                    events.append(events[first])
                    continue
                }
                let isClear = character.isLowercase
                newest[character] = events.count
                guard let alert = alerts[Character(character.uppercased())] else { continue }
                events.append(
                    TestEvent(
                        own ?? now, alert.resource, alert.type, isClear ? .resolved : .firing, severity: alert.severity))
            }
        }
        return events
    }

    /// The revisions that come of a line.
    mutating func run(_ line: String) -> String {
        var correlator = Correlator(topology: topology, correlation: correlation, intake: intake)
        _ = correlator.addPartition(topic: "t", number: 0)
        _ = correlator.push(TestStream.batch(events(line), names: &correlator.names))
        correlator.finish()
        statistics = correlator.statistics
        var shown: [IncidentID] = []
        return correlator.takeRevisions().map { describe($0, &shown, correlator.names) }.joined(separator: " | ")
    }

    private func describe(_ r: IncidentRevision, _ shown: inout [IncidentID], _ names: borrowing Names) -> String {
        if !shown.contains(r.id) { shown.append(r.id) }
        func number(_ id: IncidentID) -> String { "#\((shown.firstIndex(of: id) ?? -1) + 1)" }
        var out = Timeline.text(r.updatedAt.seconds - TestStream.start) + " "
        if shown.count > 1 { out += number(r.id) + " " }
        out += r.status.name + " "
        out += r.alerts.map { describe($0, names) }.joined(separator: ",")
        if let into = r.mergedInto {
            // It may be shown for the first time only now.
            if !shown.contains(into) { shown.append(into) }
            out += " into \(number(into))"
        }
        if let before = r.continues { out += " continues \(number(before))" }
        return out + " (\(r.reason.name))"
    }

    private func describe(_ a: AlertState, _ names: borrowing Names) -> String {
        let resource = names.string(a.name.resource)
        let type = names.string(a.name.type)
        let letters = alerts.filter { $0.value.resource == resource && $0.value.type == type }.keys.sorted()
        var out = String(letters.first ?? "?")
        if a.status == .resolved { out = out.lowercased() }
        if a.events > 1 { out += "\(a.events)" }
        if a.flags.contains(.flapping) { out += "~" }
        if a.flags.contains(.standing) { out += "!" }
        if a.flags.contains(.chronic) { out += "*" }
        return out
    }
}
