import ClewArchive
import Glibc
import Testing

@Suite struct ArchiveWriterTests {
    let directory = TemporaryDirectory()

    @Test(arguments: ["out.ndjson", "out.ndjson.zst", "out.ndjson.gz"])
    func writesWhatReads(name: String) throws {
        let path = "\(directory.path)/\(name)"
        let writer = try ArchiveWriter(path: path, options: .init(bufferSize: 1000))
        #expect(writer.format == ArchiveFormat(forFileName: name))
        let lines = (0..<5_000).map { "line \($0) with some text" }
        for (index, line) in lines.enumerated() {
            try writer.write(line + "\n")
            if index % 1_000 == 999 { try writer.endFrame() }
        }
        try writer.write([UInt8](repeating: 0x61, count: 5_000))
        try writer.close()
        try writer.close()
        let reading = Reading(path)
        #expect(reading.error == nil)
        #expect(reading.lines == lines + [String(repeating: "a", count: 5_000)])
        #expect(writer.storedBytes == UInt64(TemporaryDirectory.contents(path).count))
    }

    /// Longer than what is kept in memory (`WriteBehind`): sent to the device in pieces, and given up there.
    @Test func aLongFileIsWhole() throws {
        let path = "\(directory.path)/long"
        let writer = try ArchiveWriter(path: path)
        // A prime, so that no piece ends with a line.
        let length = 99_991
        let count = (150 << 20) / length
        var line = [UInt8](repeating: 0x61, count: length)
        line[length - 1] = 0x0A
        for number in 0..<count {
            line[number % 1000] = UInt8(0x62 + number % 20)
            try writer.write(line)
            line[number % 1000] = 0x61
        }
        try writer.close()
        let reader = try ArchiveReader(path: path)
        var found = 0
        while let item = try reader.next() {
            guard case .lines(let block) = item else { continue }
            for line in block {
                #expect(line.bytes.count == length - 1 && line.bytes[found % 1000] == UInt8(0x62 + found % 20))
                found += 1
            }
        }
        #expect(found == count)
    }

    @Test func emptyFilesAreWhole() throws {
        for name in ["a", "a.zst", "a.gz"] {
            let path = "\(directory.path)/\(name)"
            try ArchiveWriter(path: path).close()
            let reading = Reading(path)
            #expect(reading.error == nil)
            #expect(reading.lines.isEmpty)
            #expect(try ArchiveReader(path: path).format == ArchiveFormat(forFileName: name))
        }
    }

    @Test(arguments: ["flushed", "flushed.zst", "flushed.gz"])
    func flushMakesContentVisible(name: String) throws {
        let path = "\(directory.path)/\(name)"
        let writer = try ArchiveWriter(path: path)
        try writer.write("visible\n")
        try writer.flush()
        #expect(Reading(path).lines == ["visible"])
        try writer.write("later\n")
        try writer.close()
        #expect(Reading(path).lines == ["visible", "later"])
    }

    @Test func replacesAtomically() throws {
        let path = directory.file("result", bytes("old\n"))
        let writer = try ArchiveWriter(path: path, options: .init(replacesAtomically: true))
        try writer.write("new\n")
        try writer.flush()
        #expect(Reading(path).lines == ["old"])
        try writer.close(synchronously: true)
        #expect(Reading(path).lines == ["new"])

        try ArchiveWriter(path: path, options: .init(replacesAtomically: true)).write("dropped\n")
        #expect(Reading(path).lines == ["new"])
        #expect(directory.entries() == ["result"])
    }

    @Test func failuresAreReported() throws {
        #expect {
            try ArchiveWriter(path: "\(self.directory.path)/no/such")
        } throws: { error in
            (error as? ArchiveError)?.description.contains("cannot create: No such file or directory") == true
        }
        let full = try ArchiveWriter(path: "/dev/full")
        try full.write("does not fit\n")
        #expect {
            try full.close()
        } throws: { error in
            (error as? ArchiveError)?.code == .storageFull
        }
    }

    @Test func aReaderThatHasGoneIsReported() throws {
        signal(SIGPIPE, SIG_IGN)
        let fifo = "\(directory.path)/pipe"
        #expect(mkfifo(fifo, 0o600) == 0)
        let reading = open(fifo, O_RDONLY | O_NONBLOCK)
        let writer = try ArchiveWriter(path: fifo)
        close(reading)
        try writer.write("to nobody\n")
        #expect {
            try writer.flush()
        } throws: { error in
            (error as? ArchiveError)?.code == .brokenPipe
        }
    }

    @Test func spoolGivesRecordsBackInOrder() throws {
        for seed in 0..<10 {
            var random = SeededGenerator(seed: UInt64(seed))
            let spool = try SpoolFile(directory: directory.path, bufferSize: 512)
            #expect(directory.entries().isEmpty)
            let records = (0..<500).map { _ in
                (0..<Int.random(in: 0...(Bool.random(using: &random) ? 20 : 2000), using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
            }
            for record in records { try record.withUnsafeBytes { try spool.append($0) } }
            #expect(spool.recordCount == 500)
            for _ in 0..<2 {
                try spool.rewind()
                var back: [[UInt8]] = []
                while let record = try spool.next() { back.append(Array(record)) }
                #expect(back == records, "seed \(seed)")
            }
        }
    }

    @Test func spoolIsBounded() throws {
        let spool = try SpoolFile(directory: directory.path, maximumBytes: 100)
        try bytes("0123456789").withUnsafeBytes { record in
            for _ in 0..<7 { try spool.append(record) }
            #expect {
                try spool.append(record)
            } throws: { error in
                (error as? ArchiveError)?.code == .limit
            }
        }
        #expect(spool.byteCount == 98)
    }
}
