import ClewArchive
import ClewConfig
import ClewEngine
import ClewFormats
import ClewService
import Glibc
import Testing

/// The same input in other clothes gives the same bytes; and what may be wrong with files.
@Suite struct ReplayTests {
    private static let names = ["small", "shop", "datacentre", "telecom-ring"]

    /// One line an incident: id, status, first root cause, alert keys.
    @Test(arguments: ReplayTests.names)
    func finalRecordsEqualTheGolden(name: String) throws {
        let place = try ReplayPlace()
        var reader = IncidentReader()
        var found: [String] = []
        for line in try ReplayPlace.final([ReplayPlace.events(name)], topology: try ReplayPlace.topology(name), place) {
            let incident = try Array(line.utf8).withUnsafeBytes { bytes in try reader.read(bytes) }
            let keys = incident.alerts.map { "\($0.key)x\($0.events)" }.joined(separator: " ")
            found.append("\(incident.id) \(incident.status.rawValue) cause=\(incident.rootCauses.first?.resource ?? "-") \(keys)")
        }
        #expect(!found.isEmpty)
        let path = "\(ReplayPlace.root)/Tests/Golden/replay-\(name).txt"
        if getenv("UPDATE_GOLDEN") != nil {
            mkdir("\(ReplayPlace.root)/Tests/Golden", 0o755)
            guard let file = fopen(path, "w") else { throw KafkaBroker.Failure("cannot write \(path): errno \(errno)") }
            fputs(found.joined(separator: "\n") + "\n", file)
            fclose(file)
        }
        let golden = try ReplayPlace.lines(path)
        #expect(found == golden, "set UPDATE_GOLDEN=1 if this is meant")
    }

    @Test(arguments: ReplayTests.names)
    func compressedAndSplitFilesEqualThePlainOne(name: String) throws {
        let place = try ReplayPlace()
        let topology = try ReplayPlace.topology(name)
        let lines = Dump.sorted(try ReplayPlace.lines(ReplayPlace.events(name)))
        let plain = try ReplayPlace.replay([try place.write("plain", lines)], topology: topology)
        #expect(plain.lines.count > 5)
        #expect(plain.summary.events == UInt64(lines.count))
        for suffix in [".zst", ".gz"] {
            let path = "\(place.directory)/events\(suffix)"
            let writer = try ArchiveWriter(path: path)
            for (at, line) in lines.enumerated() {
                try writer.write(line + "\n")
                if at % 100 == 99 { try writer.endFrame() }
            }
            try writer.close()
            #expect(try ReplayPlace.replay([path], topology: topology).lines == plain.lines)
        }
        // In blocks, and dealt out.
        let third = (lines.count + 2) / 3
        let blocks = try (0..<3).map { try place.write("block-\($0)", Array(lines[($0 * third)..<min(lines.count, ($0 + 1) * third)])) }
        for files in [blocks, blocks.reversed()] { #expect(try ReplayPlace.replay(files, topology: topology).lines == plain.lines) }
        let dealt = try (0..<5).map { part in
            try place.write("dealt-\(part)", lines.enumerated().filter { $0.offset % 5 == part }.map(\.element))
        }
        #expect(try ReplayPlace.replay(dealt, topology: topology).lines == plain.lines)
        #expect(try ReplayPlace.replay(dealt + ["/dev/null"], topology: topology).lines == plain.lines)
    }

    @Test(arguments: ReplayTests.names)
    func aDumpOfFourPartitionsInAnyOrder(name: String) throws {
        let place = try ReplayPlace()
        let topology = try ReplayPlace.topology(name)
        let lines = try ReplayPlace.lines(ReplayPlace.events(name))
        let records = Dump.records(lines)
        #expect(Set(records.map(\.partition)).count > 2)
        let interleaved = try place.write("interleaved", records.map(\.line))
        let blocks = try place.write("blocks", (0..<4).flatMap { p in records.filter { $0.partition == p }.map(\.line) })
        let split = try (0..<4).reversed().map { p in try place.write("p\(p)", records.filter { $0.partition == p }.map(\.line)) }
        let expected = try ReplayPlace.replay([interleaved], topology: topology)
        #expect(expected.lines.count > 5)
        #expect(try ReplayPlace.replay([blocks], topology: topology).lines == expected.lines)
        #expect(try ReplayPlace.replay(split, topology: topology).lines == expected.lines)
        // Where no event is later than the bound, partitions make no difference at all.
        let sorted = Dump.sorted(lines)
        let plain = try ReplayPlace.replay([try place.write("plain", sorted)], topology: topology)
        #expect(plain.summary.statistics.late == 0)
        let dump = try place.write(
            "sorted",
            (0..<4).reversed().flatMap { p in
                Dump.records(sorted).filter { $0.partition == p }.map(\.line)
            })
        let again = try ReplayPlace.replay([dump], topology: topology)
        #expect(again.summary.statistics.late == 0)
        #expect(again.lines == plain.lines)
        // Kafka Connect's shape of the same records.
        let connect = try place.write("connect", Dump.records(sorted, connect: true).map(\.line))
        #expect(try ReplayPlace.replay([connect], topology: topology).lines == plain.lines)
    }

    @Test func damageKeepsWhatCameBefore() throws {
        let place = try ReplayPlace()
        let topology = try ReplayPlace.topology("shop")
        let lines = try ReplayPlace.lines(ReplayPlace.events("shop"))
        let expected = try ReplayPlace.replay([try place.write("half", Array(lines[..<400]))], topology: topology)
        for suffix in [".zst", ".gz"] {
            let path = "\(place.directory)/whole\(suffix)"
            let writer = try ArchiveWriter(path: path)
            for line in lines[..<400] { try writer.write(line + "\n") }
            try writer.endFrame()
            let kept = Int(writer.storedBytes)
            for line in lines[400...] { try writer.write(line + "\n") }
            try writer.close()
            let bytes = try ReplayPlace.bytes(path)
            let cut = try place.write("cut\(suffix)", bytes: Array(bytes[..<(kept + 40)]))
            let found = try ReplayPlace.replay([cut], topology: topology)
            #expect(found.summary.damaged == [cut])
            #expect(found.complaints.count == 1)
            #expect(found.complaints.first?.hasPrefix("\(cut): byte ") == true)
            #expect(found.complaints.first?.contains("truncated") == true)
            #expect(found.lines == expected.lines)
            // A wrong checksum is found behind the content.
            var wrong = bytes
            wrong[bytes.count - (suffix == ".gz" ? 6 : 2)] ^= 1
            let file = try place.write("wrong\(suffix)", bytes: wrong)
            let checked = try ReplayPlace.replay([file], topology: topology)
            #expect(checked.summary.damaged == [file])
            #expect(checked.complaints.first?.contains("checksum") == true, "\(checked.complaints)")
        }
        // Other files of the same replay are not affected, and a file damaged from its first byte is named as well.
        let nothing = try place.write("nothing.zst", bytes: [0x28, 0xB5, 0x2F, 0xFD, 0xFF, 0xFF])
        let both = try ReplayPlace.replay([nothing, "\(place.directory)/half"], topology: topology)
        #expect(both.summary.damaged == [nothing])
        #expect(both.lines == expected.lines)
    }

    @Test func linesThatAreTooLongAreDeadLetters() throws {
        let place = try ReplayPlace()
        let topology = try ReplayPlace.topology("small")
        let lines = try ReplayPlace.lines(ReplayPlace.events("small"))
        let expected = try ReplayPlace.replay([ReplayPlace.events("small")], topology: topology)
        let long = String(repeating: "x", count: 17 << 20)
        let first = try place.write("first", [long] + lines)
        let middle = try place.write("middle", lines[..<9] + [long] + lines[9...])
        for (file, line) in [(first, 1), (middle, 10)] {
            let found = try ReplayPlace.replay(["/dev/null", file], topology: topology)
            #expect(found.lines == expected.lines)
            #expect(found.summary.dead == 1)
            #expect(found.summary.deadByReason.map(\.reason) == ["too_large"])
            #expect(found.complaints == ["\(file):\(line): too_large: a line of \(long.utf8.count) bytes"])
        }
        let dump = try place.write("dump", [long] + Dump.records(lines).map(\.line))
        let found = try ReplayPlace.replay([dump], topology: topology)
        #expect(found.summary.dead == 1)
        #expect(found.complaints == ["\(dump):1: too_large: a line of \(long.utf8.count) bytes"])
    }

    @Test func emptyInputIsNoFailure() throws {
        let place = try ReplayPlace()
        let blank = try place.write("blank", ["", "  ", "\t\r", ""])
        let found = try ReplayPlace.replay([blank, "/dev/null"], topology: TopologyDefinition())
        #expect(found.lines.isEmpty)
        #expect(found.complaints.isEmpty)
        #expect(found.summary.events == 0)
    }
}
