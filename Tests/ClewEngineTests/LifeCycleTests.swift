import ClewEngine
import Testing

@Suite struct LifeCycleTests {
    static let estate = "web -> db, api -> db, far"
    static let legend = """
        A: db/Down, B: web/Errors, C: api/Slow, M: db/Disk minor, N: web/Lag minor, Q: web/Queue major, X: far/Down, Y: far/Slow minor
        """

    @Test(arguments: [
        "M 10s m 1h", "A 20s a 1h", "A 31s a", "A 10s B 4m50s a b 40s A", "A 10s B 4m50s a b 40s C", "A 10s B 4m50s a b 40s C 10s c",
        "M 10s N 1m A", "M 30s N", "A 40s N",
        "M 20s A", "N 20s Q 1m C", "M 200s C", "N 5s C", "C 5s N", "B 3m C", "B 2m A", "B 60s A 1m C", "N 100s C 10s A",
        "M 10s N (1m M 1m N)x150", "A 10s B (1m A 1m B)x150", "A (10m A)x60", "A (10m A)x25 a", "A a (5m A 10s a)x60", "A (40s a 10s A)x10 a",
        "A 40s a 10s A 40s a 10s A 40s a 10s A a", "(A 30s a 1h)x10", "A 10s B (10m A 10m B)x14 A", "A 10s B (10m A 10m B)x14 a b",
        "X 10s Y 10m A@10m5s 10m", "A 10m X B@5s", "A 10m B@10s", "a 10s A", "a A", "A A A", "b 5s B 5s A", "A 10s B b a 1h A",
        "A 10s B 10m a b 10s", "A 10s B 10m a b 10m A 10s B", "A 10s B 25s (20s a 20s A)x20 a b",
    ])
    func probe(_ line: String) {
        var t = Timeline(LifeCycleTests.estate, LifeCycleTests.legend)
        print("        (\"\(line)\", \"\(t.run(line))\"),", t.statistics.chronic, t.statistics.standing, t.statistics.late)
    }
}
