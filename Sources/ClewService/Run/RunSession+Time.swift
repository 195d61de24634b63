import ClewConfig
import ClewEngine
import ClewKafka
import ClewTelemetry

/// What depends on the time that goes by, and on how things stand.
extension RunSession {
    /// Idle partitions, back-pressure, and whether the group is as it must be.
    func look(at now: Double) {
        let change = idle.look(at: now, isBlind: shared.isBrokerSuspect)
        for number in change.nowIdle { pipeline.correlator.setPartition(UInt32(number), .idle) }
        if change.elapsed > 0 { pipeline.correlator.forceWatermark(byMicroseconds: Int64(change.elapsed * idleRate() * 1e6)) }
        publish()
        holdBack()
        let report = watch.report
        if report.number != lastReport {
            lastReport = report.number
            checkGroup(report, now)
        }
    }

    private func holdBack() {
        let statistics = pipeline.correlator.statistics
        guard pressure.isOn || isHeld || sources.isAnyPaused || statistics.buffered >= pressure.highMark else { return }
        let lateness = config.input.allowedLateness.inMicroseconds
        let wasOn = pressure.isOn
        let partitions = sources.assigned.map { number in
            BackPressure.Partition(
                index: number, clock: pipeline.correlator.clock(ofPartition: UInt32(number)).map { $0.microseconds - lateness },
                isPaused: sources[number].isPaused, isActive: !idle.isIdle(number))
        }
        let change = pressure.decide(
            buffered: statistics.buffered, watermark: statistics.watermark?.microseconds, isOutputFull: isHeld, partitions: partitions)
        if pressure.isOn, !wasOn {
            log.info(
                "reading ahead is held back: many events wait for the watermark",
                ["waiting_events": LogValue(statistics.buffered), "max_buffered": LogValue(config.input.maxBuffered)], atMostEvery: 60,
                key: "back-pressure")
        }
        if isHeld, !change.pause.isEmpty {
            log.info(
                "reading is held back: the brokers are slow to take the results", ["waiting_bytes": LogValue(waitingBytes)],
                atMostEvery: 60, key: "output-full")
        }
        do throws(KafkaError) {
            if !change.pause.isEmpty { try consumer.pause(change.pause.map { sources[$0].partition }) }
            for number in change.pause {
                sources[number].isPaused = true
                sources[number].isEndKnown = false
                idle.lostSight(of: number)
            }
            if !change.resume.isEmpty { try consumer.resume(change.resume.map { sources[$0].partition }) }
            for number in change.resume { sources[number].isPaused = false }
        } catch {
            log.warning("partitions cannot be paused", ["error": LogValue(error.description)], atMostEvery: 30, key: "pause")
        }
    }

    private func checkGroup(_ report: ClusterWatch.Report, _ now: Double) {
        guard shared.readiness.phase == .running else { return }
        let before = shared.readiness.group
        let expected = subscription.partitions(among: report.topics)
        let problem = groupCheck.judge(assigned: sources.assignedPartitions, expected: expected, members: report.members, now: now)
        shared.update { $0.group = problem }
        if let problem {
            log.error(problem, [:], atMostEvery: 60, key: "group")
        } else if before != nil {
            log.info("this member has all partitions again", ["partitions": LogValue(sources.assigned.count)])
        }
    }

    /// Hands the numbers to metrics and status.
    func updateFigures(_ now: Double) {
        let statistics = pipeline.correlator.statistics
        var status = RunStatus()
        for topic in 0..<pipeline.topicCount {
            let counters = pipeline.counters(ofTopic: topic)
            status.messages += counters.messages
            metrics.update(topic: pipeline.topicName(topic), counters, dedupKeys: pipeline.dedupKeys(ofTopic: topic))
        }
        metrics.update(pipeline.decoderCounters, statistics)
        if pipeline.domainNames.count > 1 {
            for (number, name) in pipeline.domainNames.enumerated() {
                metrics.update(domain: name, incidentsOpen: pipeline.correlator.incidentsOpen(inDomain: number))
            }
        }
        let assigned = sources.assigned
        for number in assigned {
            let lag = isClosing ? nil : self.lag(of: number)
            status.lag += lag ?? 0
            let clock = pipeline.correlator.clock(ofPartition: UInt32(number))
            let behind = clock.flatMap { clock in statistics.watermark.map { max(0, clock.seconds - $0.seconds) } }
            metrics.update(
                RunMetrics.PartitionFigures(
                    partition: sources[number].partition, lag: lag, watermarkLag: behind, isIdle: idle.isIdle(number),
                    isPaused: sources[number].isPaused))
        }
        status.partitions = assigned.count
        status.events = statistics.taken
        status.buffered = statistics.buffered
        status.incidentsOpen = statistics.incidentsOpen
        status.recordsPublished = published.incidents
        status.deadLettersPublished = published.deadLetters
        shared.set(figures: status)
        metrics.update(isReady: shared.readiness.isReady, assigned: assigned.count, waitingBytes: waitingBytes)
    }

    /// Records not read yet; nil where the end is not known.
    private func lag(of number: Int) -> Int64? {
        let source = sources[number]
        if source.isEndKnown { return 0 }
        guard let end = consumer.cachedWatermarks(of: source.partition)?.high, let position = source.position else { return nil }
        return max(0, end - position)
    }
}
