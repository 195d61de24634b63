import ClewEngine
import Testing

@Suite struct LifeCycleTests {
    static let estate = "web -> db, api -> db, far"
    static let legend = """
        A: db/Down, B: web/Errors, C: api/Slow, M: db/Disk minor, N: web/Lag minor, Q: web/Queue major, X: far/Down, Y: far/Slow minor
        """

    @Test(arguments: ["A 10s a 20s A (30m A)x7 20m a 12m X A@3h51m", "A 10s a 20s A (30m A)x7 20m a 12m X A@3h51m 2h X", "A a (5m A 10s a)x12"])
    func probe(_ line: String) {
        var t = Timeline(LifeCycleTests.estate, LifeCycleTests.legend)
        t.correlation.maxAlerts = line.hasPrefix("A a") ? 4 : nil
        print("        (\"\(line)\", \"\(t.run(line))\"),")
    }
    @Test func search() {
        var random = SeededGenerator(seed: 3)
        var found = 0
        for _ in 0..<60_000 where found < 60 {
            var words: [String] = []
            for _ in 0..<Int.random(in: 3...5, using: &random) {
                words.append(["A", "B", "C", "N", "Q", "M", "a", "b", "c", "AB", "BC"].randomElement(using: &random)!)
                words.append(["2s", "10s", "30s", "60s", "90s", "3m", "5m"].randomElement(using: &random)!)
            }
            let line = words.dropLast().joined(separator: " ")
            var t = Timeline(LifeCycleTests.estate, LifeCycleTests.legend)
            let out = t.run(line)
            if out.contains("merged") || out.contains("absorbed") { found += 1; print("MERGE (\"\(line)\", \"\(out)\"),") }
        }
    }
}
