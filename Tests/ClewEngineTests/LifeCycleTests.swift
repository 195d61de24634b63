import ClewEngine
import Testing

@Suite struct LifeCycleTests {
    static let estate = "web -> db, api -> db, far"
    static let legend = """
        A: db/Down, B: web/Errors, C: api/Slow, M: db/Disk minor, N: web/Lag minor, Q: web/Queue major, X: far/Down, Y: far/Slow minor
        """

    @Test(arguments: [
        "A 31s a 20s A (30m A)x7 20m a 12m X A@3h51m10s", "A 20s a 20s A", "A 20s a 2m A", "M 31s U", "M 10s N 25s U", "(A 2s B 2s)x8 1m C", "(A 2s B 2s)x4 1m C", "(A 2s B 2s)x8 14s C",
        "(A 2s B 2s)x8 30s C", "A 10s B 1m C", "X (5m X)x6", "X (20m X)x20", "X (20m X)x30", "A 10s B 30s C 2s Q", "A 10s B 30s C 2s Q 10s B", "Q 90s C", "N 10s A 30s M 2s BC", "A (40s a 10s A)x4 a",
        "(X 1m)x60", "(X 1m)x60 4h X", "A 10s B (a 20s A 20s)x3", "A 10s B 2m a b 90s C", "A 5m a 1m X", "B 90s A 8m a 10s b", "B 3m A 20m a 5s b 10m X", "AQ 10s AQ 10s AQ", "A 10s A@2s 10s A@0s",
        "A 20s B a@15s", "a 1m b", "X 10s x 10s X 10s x 10s X 10s x 10s X 10s x", "A 10s B 29m C", "A 10s B 31m C", "A a B 5m b", "X 4h X", "A 10s B 4h A",
    ])
    func probe(_ line: String) {
        var t = Timeline(LifeCycleTests.estate, LifeCycleTests.legend + ", U: db/Disk critical")
        print("        (\"\(line)\", \"\(t.run(line))\"),", t.statistics.chronic, t.statistics.standing, t.statistics.repeats, t.statistics.newAlerts)
        t.correlation.maxAlerts = 3
        if line.hasPrefix("A 10s B 30s") { print("MAX3    (\"\(line)\", \"\(t.run(line))\"),") }
    }
}
