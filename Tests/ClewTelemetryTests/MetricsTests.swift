import ClewTelemetry
import Testing

@Suite struct ExpositionTests {
    @Test func wholeText() {
        let registry = MetricRegistry()
        let taken = registry.counter("clew_events_total", "Events taken.", labels: ["topic", "partition"])
        taken.child("b", "0").increment()
        taken.child("a", "1").increment(by: 41)
        taken.child("a", "1").increment()
        registry.gauge("clew_open", "Incidents that are open.").set(2.5)
        let commit = registry.histogram("clew_commit_seconds", "Time of a commit.", bounds: [0.5, 0.1, 0.1, .infinity, 1])
        for value in [0.05, 0.1, 0.3, 7, .nan] { commit.observe(value) }
        #expect(
            registry.exposition() == """
                # HELP clew_commit_seconds Time of a commit.
                # TYPE clew_commit_seconds histogram
                clew_commit_seconds_bucket{le="0.1"} 2
                clew_commit_seconds_bucket{le="0.5"} 3
                clew_commit_seconds_bucket{le="1"} 3
                clew_commit_seconds_bucket{le="+Inf"} 4
                clew_commit_seconds_sum 7.45
                clew_commit_seconds_count 4
                # HELP clew_events_total Events taken.
                # TYPE clew_events_total counter
                clew_events_total{topic="a",partition="1"} 42
                clew_events_total{topic="b",partition="0"} 1
                # HELP clew_open Incidents that are open.
                # TYPE clew_open gauge
                clew_open 2.5

                """)
    }

    @Test func escaping() {
        let registry = MetricRegistry()
        registry.gauge("g", "a\\b\n\"c\"", labels: ["l"]).child("x\"y\\z\nä").set(1)
        #expect(registry.exposition() == "# HELP g a\\\\b\\n\"c\"\n# TYPE g gauge\ng{l=\"x\\\"y\\\\z\\nä\"} 1\n")
    }

    @Test func histogramWithLabels() {
        let registry = MetricRegistry()
        registry.histogram("h", "H.", labels: ["k"], bounds: [1]).child("v").observe(0.5, count: 3)
        #expect(
            registry.exposition().contains(
                "h_bucket{k=\"v\",le=\"1\"} 3\nh_bucket{k=\"v\",le=\"+Inf\"} 3\nh_sum{k=\"v\"} 1.5\nh_count{k=\"v\"} 3\n"))
    }

    @Test func specialValues() {
        let registry = MetricRegistry()
        let gauge = registry.gauge("g", "G.")
        for (value, text) in [(Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (1e21, "1e+21"), (-3, "-3"), (0.1, "0.1")] {
            gauge.set(value)
            #expect(registry.exposition().hasSuffix("\ng \(text)\n"))
        }
    }

    @Test func emptyFamiliesAndRemovedChildrenAreNotShown() {
        let registry = MetricRegistry()
        let lag = registry.gauge("lag", "Lag.", labels: ["partition"])
        #expect(registry.exposition() == "")
        lag.child("0").set(5)
        lag.child("1").set(6)
        lag.remove("0")
        #expect(registry.exposition() == "# HELP lag Lag.\n# TYPE lag gauge\nlag{partition=\"1\"} 6\n")
        lag.removeAll()
        #expect(registry.exposition() == "")
    }

    @Test func labelCombinationsAreBounded() {
        let registry = MetricRegistry(childrenMax: 3)
        let family = registry.counter("c_total", "C.", labels: ["a"])
        for index in 0..<100 { family.child("\(index)").increment() }
        #expect(registry.exposition().contains("c_total{a=\"other\"} 97\n"))
        #expect(registry.exposition().split(separator: "\n").count == 2 + 4)
    }

    @Test func preparationsRunFirst() {
        let registry = MetricRegistry()
        let gauge = registry.gauge("up", "Up.")
        registry.beforeExposition { gauge.add(1) }
        #expect(registry.exposition().hasSuffix("up 1\n"))
        #expect(registry.exposition().hasSuffix("up 2\n"))
    }

    @Test func theSameNameIsTheSameMetric() {
        let registry = MetricRegistry()
        registry.counter("c_total", "C.").increment()
        #expect(registry.counter("c_total", "C.").value == 1)
    }
}

@Suite struct InstrumentTests {
    @Test func countersOnlyGrow() {
        let counter = MetricRegistry().counter("c_total", "C.")
        counter.increment(by: 2.5)
        counter.increment(by: -1)
        counter.increment(by: Double.nan)
        counter.mirror(2)
        #expect(counter.value == 2.5)
        counter.mirror(10)
        #expect(counter.value == 10)
    }

    @Test func manyThreadsLoseNothing() async {
        let registry = MetricRegistry()
        let counter = registry.counter("c_total", "C.")
        let gauge = registry.gauge("g", "G.")
        let histogram = registry.histogram("h", "H.", bounds: Histogram.exponentialBounds(from: 1, factor: 2, count: 4))
        let family = registry.counter("f_total", "F.", labels: ["k"])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for index in 0..<10_000 {
                        counter.increment()
                        gauge.add(index % 2 == 0 ? 1 : -1)
                        histogram.observe(Double(index % 20))
                        family.child("\(index % 10)").increment()
                    }
                }
            }
        }
        #expect(counter.value == 80_000)
        #expect(gauge.value == 0)
        #expect(histogram.count == 80_000)
        #expect(registry.exposition().contains("f_total{k=\"7\"} 8000\n"))
        #expect(registry.exposition().contains("h_bucket{le=\"8\"} 36000\n"))
    }

    @Test func processMetrics() throws {
        let registry = MetricRegistry()
        ProcessMetrics.register(in: registry)
        let text = registry.exposition()
        func value(_ name: String) throws -> Double {
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + " ") })
            return try #require(Double(line.dropFirst(name.count + 1)))
        }
        #expect(try value("process_resident_memory_bytes") > 1_000_000)
        #expect(try value("process_virtual_memory_bytes") > value("process_resident_memory_bytes"))
        #expect(try value("process_cpu_seconds_total") > 0)
        #expect(try value("process_open_fds") >= 3)
        #expect(try value("process_threads") >= 1)
        let now = Double(Clock.unixMilliseconds()) / 1_000
        #expect(try abs(now - value("process_start_time_seconds")) < 3_600)
    }
}
