import ClewCommandLine
import Glibc
import Testing

@Suite struct ProgressTests {
    @Test func lineWithTotal() {
        let progress = Progress(label: "replay", done: 45_000, total: 100_000, unit: "events", rate: 1_234_567, timeLeft: 75)
        #expect(progress.line(width: 80) == "replay  45% [##############------------------]  45.0k events  1.23M/s  1:15 left")
        #expect(progress.line(width: 80).count <= 80)
        #expect(progress.line(width: 45) == "replay  45%  45.0k events  1.23M/s  1:15 left")
        #expect(progress.line(width: 30) == "replay  45%  45.0k events")
        #expect(progress.line(width: 3) == "")
    }

    @Test func lineWithoutTotal() {
        #expect(Progress(label: "tail", done: 7, unit: "events").line(width: 80) == "tail  7 events")
        #expect(Progress(label: "tail", done: 7, unit: "events", rate: .nan, timeLeft: .infinity).line(width: 80) == "tail  7 events")
    }

    @Test func everyWidthIsKept() {
        for width in 0...200 {
            for done in [0, 1, 50, 99, 100, 101] {
                let line = Progress(label: "x", done: done, total: 100, unit: "B", rate: 1, timeLeft: 1).line(width: width)
                #expect(line.count <= width)
            }
        }
        #expect(Progress(label: "x", done: 0, total: 0, unit: "B").fraction == 1)
        #expect(Progress(label: "x", done: 200, total: 100, unit: "B").fraction == 1)
    }

    @Test(arguments: [
        (0.0, "0"), (812, "812"), (999.4, "999"), (999.6, "1.00k"), (1_000, "1.00k"), (45_100, "45.1k"), (1_200_000, "1.20M"),
        (99_960, "100k"), (9_996, "10.0k"), (3e13, "30.0T"), (-5, "0"),
    ])
    func amounts(value: Double, text: String) {
        #expect(Progress.amount(value) == text)
    }

    @Test(arguments: [(0.0, "0:00"), (8.2, "0:09"), (754, "12:34"), (3_723, "1:02:03"), (864_000, "10d"), (1e300, "11574074d")])
    func clocks(seconds: Double, text: String) {
        #expect(Progress.clock(seconds) == text)
    }

    @Test func meterFollowsTheRate() throws {
        var meter = ProgressMeter(memory: 5)
        #expect(meter.update(done: 0, total: 1_000, at: 10).rate == nil)
        var last = meter.update(done: 100, total: 1_000, at: 11)
        #expect(last.rate == 100)
        #expect(last.timeLeft == 9)
        for step in 2...60 { last = meter.update(done: 100 + (step - 1) * 10, total: 1_000, at: 10 + Double(step)) }
        #expect(abs(try #require(last.rate) - 10) < 0.01)
        #expect(meter.update(done: 690, total: nil, at: 71).timeLeft == nil)
    }
}

@Suite struct ProgressBarTests {
    /// What a bar writes into a pipe.
    private func written(isTerminal: Bool, _ body: (inout ProgressBar) -> Void) throws -> String {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        // A process that another test starts must not hold the writing end open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        do {
            var bar = ProgressBar(descriptor: ends[1], isTerminal: isTerminal, width: 60)
            body(&bar)
        }
        close(ends[1])
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(ends[0], &buffer, buffer.count)
        close(ends[0])
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    @Test func drawsAtMostTenTimesASecondAndCleansUp() throws {
        let text = try written(isTerminal: true) { bar in
            for step in 0..<1_000 { bar.update(label: "x", done: step, total: 1_000, unit: "B", now: Double(step) / 1_000) }
        }
        let drawings = text.split(separator: "\r")
        #expect((10...11).contains(drawings.count - 1))
        #expect(text.hasSuffix("\r\u{1B}[K"))
        for drawing in drawings { #expect(drawing.count <= 60 + 3) }
    }

    @Test func clearWipesOnceAndTheNextUpdateDraws() throws {
        let text = try written(isTerminal: true) { bar in
            bar.update(label: "x", done: 1, total: 2, unit: "B", now: 0)
            bar.clear()
            bar.clear()
            bar.update(label: "x", done: 2, total: 2, unit: "B", now: 0.01)
            bar.clear()
        }
        #expect(text.split(separator: "\r").count == 4)
    }

    @Test func writesNothingWhereThereIsNoTerminal() throws {
        #expect(try written(isTerminal: false) { $0.update(label: "x", done: 1, total: 2, unit: "B") } == "")
    }
}

@Suite struct TerminalStyleTests {
    @Test func plainWhenOff() {
        #expect(TerminalStyle(isOn: false)("text", .bold, .red) == "text")
        #expect(TerminalStyle(isOn: true)("text", .bold, .red) == "\u{1B}[1;31mtext\u{1B}[0m")
        #expect(TerminalStyle(isOn: true)("") == "")
    }

    @Test func ruleOfAuto() {
        #expect(TerminalStyle.wanted(isTerminal: true, noColor: nil, terminal: "xterm"))
        #expect(TerminalStyle.wanted(isTerminal: true, noColor: "", terminal: nil))
        #expect(!TerminalStyle.wanted(isTerminal: true, noColor: "1", terminal: "xterm"))
        #expect(!TerminalStyle.wanted(isTerminal: false, noColor: nil, terminal: "xterm"))
        #expect(!TerminalStyle.wanted(isTerminal: true, noColor: nil, terminal: "dumb"))
        #expect(TerminalStyle(.always, descriptor: -1).isOn)
        #expect(!TerminalStyle(.auto, descriptor: -1).isOn)
    }

    @Test func nothingSteersTheTerminal() {
        #expect(Terminal.printable("a\u{1B}[2Jb\n\u{9B}c\u{202E}é😀") == "a\u{FFFD}[2Jb\u{FFFD}\u{FFFD}c\u{FFFD}é😀")
    }
}
