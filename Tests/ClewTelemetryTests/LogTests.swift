import ClewTelemetry
import Glibc
import Synchronization
import Testing

@Suite struct LogLineTests {
    private func line(_ format: LogFormat, _ message: String, _ fields: [(name: String, value: LogValue)] = []) -> String {
        let record = LogRecord(time: 1_795_428_930_123, level: .info, message: message, fields: fields)
        return String(decoding: LogLine.bytes(record, format), as: UTF8.self)
    }

    @Test func text() {
        let fields: [(name: String, value: LogValue)] = [
            ("topic", "alerts"), ("partition", 3), ("ratio", 0.5), ("final", true), ("why", "two words"), ("empty", ""), ("path", "a=b"),
        ]
        #expect(
            line(.text, "input assigned", fields)
                == "2026-11-23T10:15:30.123Z INFO    input assigned topic=alerts partition=3 ratio=0.5 final=true why=\"two words\" empty=\"\" path=\"a=b\"\n"
        )
    }

    @Test func json() {
        #expect(
            line(
                .json, "say \"hi\"", [("a", "b\\c\u{1}\n\u{7F}é😀"), ("n", LogValue(Double.nan)), ("i", LogValue(UInt64.max)), ("time", 1)])
                == "{\"time\":\"2026-11-23T10:15:30.123Z\",\"level\":\"info\",\"message\":\"say \\\"hi\\\"\","
                + "\"a\":\"b\\\\c\\u0001\\n\\u007fé😀\",\"n\":\"nan\",\"i\":9223372036854775807,\"_time\":1}\n")
    }

    @Test func oneRecordIsOneLineWhateverItContains() {
        let nasty = (0...0xFF).compactMap { Unicode.Scalar($0).map(String.init) }.joined() + "\u{2028}\u{2029}"
        for format in LogFormat.allCases {
            let bytes = Array(line(format, nasty, [("k\n", .string(nasty))]).utf8)
            #expect(bytes.filter { $0 < 0x20 || $0 == 0x7F }.count == 1)
            #expect(bytes.last == 0x0A)
        }
    }

    @Test func longTextsAreCut() {
        let text = line(.json, String(repeating: "x", count: 100_000))
        #expect(text.utf8.count < 8_400)
        #expect(text.hasSuffix("…\"}\n"))
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (1_709_251_199_999, "2024-02-29T23:59:59.999Z"), (4_102_444_800_001, "2100-01-01T00:00:00.001Z"),
    ])
    func timestamps(milliseconds: Int64, text: String) {
        let bytes = LogLine.bytes(LogRecord(time: milliseconds, level: .error, message: ""), .text)
        #expect(String(decoding: bytes, as: UTF8.self).hasPrefix(text + " ERROR "))
    }
}

@Suite struct LogTests {
    @Test func levels() {
        let sink = MemoryLogSink()
        let log = Log(level: .warning, sink: sink)
        log.error("e")
        log.warning("w")
        log.info("i")
        log.level = .debug
        log.with([:]).debug("d")
        #expect(sink.lines.map { $0.suffix(1) } == ["e", "w", "d"])
        #expect(LogLevel(name: "warning") == .warning)
        #expect(LogLevel(name: "warn") == nil)
        #expect(LogLevel.error < .debug)
    }

    @Test func messagesBelowTheLevelAreNotMade() {
        let log = Log(level: .error, sink: MemoryLogSink())
        var made = 0
        func costly() -> String {
            made += 1
            return "x"
        }
        log.debug(costly(), ["a": .string(costly())])
        #expect(made == 0)
    }

    @Test func contextComesFirst() {
        let sink = MemoryLogSink()
        Log(format: .json, sink: sink, clock: { 0 }).with(["component": "input"]).info("m", ["n": 1])
        #expect(sink.lines == [#"{"time":"1970-01-01T00:00:00.000Z","level":"info","message":"m","component":"input","n":1}"#])
    }

    @Test func throttledMessagesAreCounted() {
        let sink = MemoryLogSink()
        let owner = TestClock()
        let log = Log(sink: sink, clock: { 0 }, monotonic: { owner.now })
        for second in 0..<65 {
            owner.now = Double(second)
            log.warning("late", ["second": LogValue(second)], atMostEvery: 30, key: "late")
        }
        log.warning("other", atMostEvery: 30, key: "other")
        log.flushSuppressed()
        log.flushSuppressed()
        #expect(
            sink.lines.map { String($0.dropFirst(33)) } == [
                "late second=0", "late second=30 suppressed=29", "late second=60 suppressed=29", "other",
                "more of the same was not logged key=late suppressed=4",
            ])
    }

    @Test func throttleForgetsTheOldestKey() {
        let throttle = LogThrottle(keysMax: 2)
        #expect(throttle.admit("a", every: 10, now: 0) == 0)
        #expect(throttle.admit("b", every: 10, now: 1) == 0)
        #expect(throttle.admit("a", every: 10, now: 2) == nil)
        #expect(throttle.admit("c", every: 10, now: 3) == 0)
        #expect(throttle.admit("a", every: 10, now: 4) == 0)
        #expect(throttle.admit("c", every: 10, now: 5) == nil)
        #expect(throttle.drain().map(\.key) == ["c"])
    }

    @Test func linesOfManyThreadsStayWhole() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        // A process that another test starts must not hold the writing end open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // Room for all of it, so that nobody has to read meanwhile.
        try #require(fcntl(ends[1], setPipeSize, 1 << 20) >= 1 << 20)
        let log = Log(format: .json, sink: DescriptorLogSink(descriptor: ends[1]))
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<8 {
                group.addTask { for index in 0..<200 { log.info("message", ["thread": LogValue(thread), "index": LogValue(index)]) } }
            }
        }
        close(ends[1])
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(ends[0], &buffer, buffer.count)
            if count <= 0 { break }
            bytes += buffer[..<count]
        }
        close(ends[0])
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 1_600)
        #expect(lines.allSatisfy { $0.hasPrefix("{\"time\":") && $0.hasSuffix("}") })
    }

    @Test func aFullPipeDoesNotStopTheCaller() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        // A process that another test starts must not hold the writing end open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        try #require(fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0)
        let log = Log(sink: DescriptorLogSink(descriptor: ends[1], patience: 500))
        let text = String(repeating: "x", count: 8_000)
        let start = Clock.monotonicSeconds()
        for _ in 0..<60 { log.info(text) }
        // One wait, not fifty.
        #expect(Clock.monotonicSeconds() - start < 5)
        close(ends[0])
        close(ends[1])
    }
}

/// `F_SETPIPE_SZ`, which is not visible through Glibc.
private let setPipeSize: Int32 = 1_031

/// A clock that a test sets.
final class TestClock: Sendable {
    private let value = Mutex(0.0)
    var now: Double {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
