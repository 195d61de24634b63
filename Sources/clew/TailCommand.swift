import ClewArchive
import ClewCommandLine
import ClewConfig
import ClewEngine
import ClewFormats
import ClewKafka
import ClewService
import Glibc

/// `clew tail`.
enum TailCommand: Subcommand {
    private static let since = ValueType.checked(
        expected: "a time like 2026-11-23T10:15:30Z, or how far back, such as 30m or 2h", isValid: { sinceTime($0, now: 0) != nil })

    static let command = Command(
        "tail", "Follow the incidents topic, readable",
        discussion: """
            Begins with what is unresolved, then follows: a new incident as a block, of a known one what changed. Revisions that \
            change nothing to act on are passed over. Times are event times, UTC.

            With a FILE (- is stdin) the records of the file are shown instead, each revision of it.
            """,
        options: [
            Inputs.configOption,
            Option.value("bootstrap", short: "b", .string, placeholder: "HOST:PORT", "Kafka brokers, in place of those of the config"),
            Option.value("topic", .string, placeholder: "TOPIC", "Incidents topic, in place of the config's output.incidents"),
            Option.value("file", short: "f", .file, placeholder: "FILE", "Show the records of this file; the same as the operand"),
            Option.value("severity", short: "s", .choice(Severity.allCases.reversed().map(\.name)), "Only incidents at least as severe"),
            Option.value(
                "resource", short: "r", .string, placeholder: "NAME",
                "Only incidents that alert on it or may come from it; * and ? match"),
            Option.value(
                "since", since, placeholder: "TIME",
                "Show every revision published since then (of a file: due since then); a time, or a duration back"),
            Option.value("alerts", .integer(0...200), placeholder: "N", default: "8", "List at most so many alerts of an incident"),
            Option.flag("why", short: "w", "Give the reason for each link below its alert"),
            Option.flag("json", "The records themselves, one a line"),
            Option.flag("until-end", "Stop at the end of the topic"),
            Option.value("color", .choice(ColorChoice.allCases.map(\.rawValue)), default: "auto", "When to colour"),
        ],
        operands: [Operand("FILE", .optional, .file, "Records to show instead of a topic's; - is stdin")],
        examples: [
            Example("clew tail --bootstrap kafka:9092 --severity major", "what is unresolved, then what comes"),
            Example("clew replay -t shop.yaml monday.ndjson.zst | clew tail --why -", "a replay, readable, with the reasons"),
            Example("clew tail --json --since 2h --until-end | jq .title", "the records of the last two hours"),
        ])

    static func run(_ arguments: Arguments) throws -> Int32 {
        let file = arguments.operand("FILE") ?? arguments.string("file")
        let screen = TailScreen(style: TailScreen.style(arguments))
        let stop = StopRequest.bySignals()
        do {
            if let file { return try show(file, arguments, screen, stop) }
            return try follow(arguments, screen, stop)
        } catch let error as ArchiveError {
            throw CommandFailure.runtime(error.description)
        } catch let error as KafkaError {
            throw CommandFailure.runtime(error.description)
        }
    }

    private static func session(_ arguments: Arguments, since: EventTime?, gathers: Bool) -> TailSession {
        var block = IncidentBlock(width: TailScreen.width())
        block.alertLimit = arguments.integer("alerts") ?? 8
        block.showsReasons = arguments.flag("why")
        let filter = TailFilter(
            severity: arguments.string("severity").flatMap { Severity(name: $0) }, resource: arguments.string("resource"), since: since)
        return TailSession(filter: filter, view: TailView(block: block), asRecords: arguments.flag("json"), gathers: gathers)
    }

    /// The records of a file.
    private static func show(
        _ path: String, _ arguments: Arguments, _ screen: TailScreen, _ stop: StopRequest
    ) throws -> Int32 {
        for name in ["bootstrap", "topic", "config", "until-end"] where arguments.isGiven(name) {
            throw arguments.usageError("--\(name) has no meaning for a file")
        }
        let start = arguments.string("since").flatMap { sinceTime($0, now: wallSeconds()) }
        var session = session(arguments, since: start, gathers: false)
        let reader = try ArchiveReader(path: path)
        while !stop.isMade, let item = try reader.next() {
            guard case .lines(let block) = item else { continue }
            for line in block where line.bytes.count > 0 {
                session.take(line.bytes, now: nil)
                guard screen.write(session.takeOutput()) else { return 0 }
            }
        }
        return complaint(session, in: reader.name)
    }

    /// The records of the topic, and what comes.
    private static func follow(_ arguments: Arguments, _ screen: TailScreen, _ stop: StopRequest) throws -> Int32 {
        var config = try Inputs.config(arguments.string("config"))
        if let servers = arguments.string("bootstrap") { config.kafka.bootstrapServers = servers.split(separator: ",").map(String.init) }
        let topic = arguments.string("topic") ?? config.output.incidents
        let untilEnd = arguments.flag("until-end")
        let since = arguments.string("since").flatMap { sinceTime($0, now: wallSeconds()) }
        let start = since.map { IncidentFollower.Start.published(milliseconds: $0.microseconds / 1_000) } ?? .beginning
        var session = session(arguments, since: nil, gathers: since == nil)
        guard let follower = try open(KafkaProperties(config), topic, start, waits: !untilEnd, stop) else { return 0 }
        defer { follower.close() }
        var isAnnounced = false
        var lastTrouble: String?
        while !stop.isMade {
            let now = ProgressBar.monotonicSeconds()
            try follower.poll(timeout: .milliseconds(200)) { session.take($0, now: untilEnd ? nil : now) }
            if follower.hasReachedEnd, !isAnnounced {
                isAnnounced = true
                let count = session.endOfPast(now: untilEnd ? nil : now)
                guard screen.write(session.takeOutput()) else { return 0 }
                if !untilEnd { announce(topic, config, since == nil ? count : nil) }
            }
            session.tick(now: ProgressBar.monotonicSeconds())
            guard screen.write(session.takeOutput()), screen.isReaderThere else { return 0 }
            if let trouble = follower.troubles.first?.description, trouble != lastTrouble {
                lastTrouble = trouble
                Output.writeError("clew: \(Terminal.printable(trouble))\n")
            }
            if untilEnd, follower.hasReachedEnd { return complaint(session, in: "topic \(topic)") }
        }
        return 0
    }

    /// Waits for a topic that does not exist yet, unless the end is asked for: then there is none.
    private static func open(
        _ properties: KafkaProperties, _ topic: String, _ start: IncidentFollower.Start, waits: Bool, _ stop: StopRequest
    ) throws -> IncidentFollower? {
        var isSaid = false
        while !stop.isMade {
            if let follower = try IncidentFollower(properties: properties, topic: topic, start: start) { return follower }
            guard waits else { throw CommandFailure.runtime("topic \(topic) does not exist") }
            if !isSaid { Output.writeError("clew: topic \(topic) does not exist yet; waiting for it\n") }
            isSaid = true
            for _ in 0..<10 where !stop.isMade { usleep(100_000) }
        }
        return nil
    }

    private static func announce(_ topic: String, _ config: Config, _ unresolved: Int?) {
        guard Terminal.isTerminal(2) else { return }
        let open = unresolved.map { $0 == 0 ? "nothing unresolved; " : "\($0) unresolved; " } ?? ""
        let place = config.kafka.bootstrapServers.joined(separator: ",")
        Output.writeError("clew: \(open)following topic \(topic) at \(place); Ctrl-C ends\n")
    }

    private static func complaint(_ session: borrowing TailSession, in place: String) -> Int32 {
        guard session.unreadable > 0, let first = session.firstComplaint else { return 0 }
        Output.writeError("clew: \(place): \(session.unreadable) passed over: \(Terminal.printable(first))\n")
        return 1
    }

    /// A time, or so long before `now` (seconds since 1970).
    private static func sinceTime(_ text: String, now: Double) -> EventTime? {
        if let time = EventTime(rfc3339: text) { return time }
        return DurationText.seconds(text).map { EventTime(seconds: max(0, now - $0)) }
    }

    private static func wallSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec)
    }
}

/// Standard output, as a tail sees it.
struct TailScreen {
    let style: TerminalStyle

    /// As `--color` says.
    static func style(_ arguments: Arguments) -> TerminalStyle {
        TerminalStyle(ColorChoice(rawValue: arguments.string("color") ?? "") ?? .auto, descriptor: 1)
    }

    /// Columns for blocks: the terminal's, but no line longer than can be read with ease.
    static func width() -> Int { min(Terminal.width(1).map { $0 - 1 } ?? 100, 120) }

    /// Whether the reader at the other end of a pipe is still there.
    var isReaderThere: Bool {
        var entry = pollfd(fd: 1, events: 0, revents: 0)
        return poll(&entry, 1, 0) <= 0 || entry.revents & Int16(POLLERR | POLLNVAL) == 0
    }

    /// Writes all of it; false if the reader has gone.
    func write(_ output: [TailOutput]) -> Bool {
        for each in output {
            switch each {
            case .lines(let lines):
                guard put(Array((lines.map(painted).joined(separator: "\n") + "\n\n").utf8)) else { return false }
            case .record(let record):
                guard put(record + [0x0A]) else { return false }
            }
        }
        return true
    }

    /// A line as the terminal shows it.
    func painted(_ line: StyledText) -> String {
        line.painted { text, tone in
            switch tone {
            case .plain: text
            case .strong: style(text, .bold)
            case .faint: style(text, .dim)
            case .good: style(text, .bold, .green)
            case .accent: style(text, .bold, .cyan)
            case .critical: style(text, .bold, .red)
            case .major: style(text, .red)
            case .minor: style(text, .magenta)
            case .warning: style(text, .yellow)
            case .info: style(text, .blue)
            }
        }
    }

    private func put(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var at = 0
            while at < bytes.count {
                let written = Glibc.write(1, bytes.baseAddress.map { $0 + at }, bytes.count - at)
                if written > 0 { at += written } else if errno != EINTR { return false }
            }
            return true
        }
    }
}
