import ClewArchive
import Glibc
import Testing

@Suite struct ArchiveReaderTests {
    let directory = TemporaryDirectory()

    @Test func recognisesByContentNotByName() {
        let content = bytes("one\ntwo\n")
        let cases: [(String, [UInt8], ArchiveFormat)] = [
            ("plain.zst", content, .plain), ("frame.txt", zstdFrame(content), .zstd), ("member.log", gzipMember(content), .gzip),
            ("skippable.x", skippableFrame([1, 2, 3]) + zstdFrame(content), .zstd),
        ]
        for (name, stored, format) in cases {
            let path = directory.file(name, stored)
            #expect((try? ArchiveReader(path: path))?.format == format)
            let reading = Reading(path)
            #expect(reading.lines == ["one", "two"])
            #expect(reading.error == nil)
        }
    }

    @Test func lineEndsAndNumbers() {
        let reading = Reading(directory.file("a", bytes("\u{FEFF}first\r\n\n\r\nlast \r")))
        #expect(reading.lines == ["first", "", "", "last "])
        #expect(reading.numbers == [1, 2, 3, 4])
    }

    @Test func emptyFiles() {
        for stored in [[], zstdFrame([]), gzipMember([]), skippableFrame([]), [0xEF, 0xBB, 0xBF]] {
            let reading = Reading(directory.file("empty", stored))
            #expect(reading.lines.isEmpty)
            #expect(reading.error == nil)
        }
        #expect(Reading(directory.file("one", bytes("x"))).lines == ["x"])
    }

    @Test func manyFramesAndMembers() {
        let frames = zstdFrame(bytes("a\nb")) + skippableFrame(bytes("ignored\n")) + zstdFrame([]) + zstdFrame(bytes("c\nd\n"))
        #expect(Reading(directory.file("f", frames)).lines == ["a", "bc", "d"])
        let members = gzipMember(bytes("a\nb")) + gzipMember([]) + gzipMember(bytes("c\nd\n")) + [0, 0, 0, 0]
        let reading = Reading(directory.file("m", members))
        #expect(reading.lines == ["a", "bc", "d"])
        #expect(reading.error == nil)
    }

    @Test func missingAndIrregularFiles() {
        let missing = Reading("\(directory.path)/nothing.ndjson")
        #expect(missing.error?.code == .system)
        #expect(missing.error?.systemErrno == ENOENT)
        #expect(missing.error?.description == "\(directory.path)/nothing.ndjson: cannot open: No such file or directory")
        let folder = Reading(directory.path)
        #expect(folder.error?.code == .notRegularFile)
        #expect(folder.error?.description.contains("is a directory, not a regular file") == true)
        let xz = Reading(directory.file("x", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00, 0x00]))
        #expect(xz.error?.code == .unsupported)
        #expect(xz.error?.reason.contains("an xz file") == true)
    }

    /// Lines that do not compress well, so that blocks are spread over the file.
    private func numberedLines(_ count: Int, seed: UInt64 = 7) -> [String] {
        var random = SeededGenerator(seed: seed)
        return (1...count).map { "line \($0) \(random.next()) \(random.next()) \(random.next())" }
    }

    @Test(arguments: [ArchiveFormat.zstd, .gzip])
    func truncationDeliversWhatIsBeforeIt(format: ArchiveFormat) {
        let lines = numberedLines(20_000)
        let content = bytes(lines.joined(separator: "\n") + "\n")
        let whole = format == .zstd ? zstdFrame(content) : gzipMember(content)
        for cut in [whole.count - 1, whole.count - 3, whole.count / 2, 12] {
            let path = directory.file("cut", Array(whole[..<cut]))
            let reading = Reading(path)
            #expect(reading.lines == Array(lines[..<reading.lines.count]))
            #expect(reading.error?.code == .truncated)
            #expect(reading.error?.byteOffset == UInt64(cut))
            #expect(reading.error?.reason.contains("truncated in the middle of a \(format.rawValue)") == true)
            if cut >= whole.count - 3 { #expect(reading.lines.count == lines.count) }
            if cut == whole.count / 2 { #expect(reading.lines.count > lines.count / 4) }
        }
    }

    @Test(arguments: [ArchiveFormat.zstd, .gzip])
    func wrongChecksumIsFoundAfterTheContent(format: ArchiveFormat) {
        let lines = numberedLines(5_000)
        let content = bytes(lines.joined(separator: "\n") + "\n")
        var stored = format == .zstd ? zstdFrame(content) : gzipMember(content)
        // zstd's checksum is the last four bytes; gzip's is followed by four of length.
        stored[stored.count - (format == .zstd ? 2 : 6)] ^= 0x40
        let reading = Reading(directory.file("sum", stored))
        #expect(reading.lines == lines)
        #expect(reading.error?.code == .checksum)
        #expect(reading.error?.reason.contains("\(format.rawValue) checksum wrong") == true)
        #expect(reading.error?.reason.contains("after line 5000") == true)
        if format == .gzip {
            stored = gzipMember(content)
            stored[stored.count - 1] ^= 0x01
            #expect(Reading(directory.file("len", stored)).error?.reason.contains("gzip length wrong") == true)
        }
    }

    @Test func damageInTheMiddleLosesOnlyWhatIsBehindIt() {
        let lines = numberedLines(40_000)
        let content = bytes(lines.joined(separator: "\n") + "\n")
        for format in [ArchiveFormat.zstd, .gzip] {
            let first = format == .zstd ? zstdFrame(content) : gzipMember(content)
            var second = first
            for at in 0..<40 { second[second.count / 2 + at] = 0xFF }
            let reading = Reading(directory.file("damage", first + second))
            #expect(reading.error != nil)
            #expect(reading.lines.count > lines.count)
            #expect(Array(reading.lines[..<lines.count]) == lines)
        }
    }

    @Test func garbageAfterAFrame() {
        let zstd = zstdFrame(bytes("a\n"))
        let reading = Reading(directory.file("g", zstd + bytes("garbage here")))
        #expect(reading.lines == ["a"])
        #expect(reading.error?.code == .damaged)
        #expect(reading.error?.byteOffset == UInt64(zstd.count))
        #expect(reading.error?.reason.contains("not zstd") == true)
        let gzip = gzipMember(bytes("a\n"))
        let other = Reading(directory.file("h", gzip + bytes("garbage here")))
        #expect(other.lines == ["a"])
        #expect(other.error?.reason.contains("not gzip") == true)
        #expect(other.error?.byteOffset == UInt64(gzip.count))
    }

    @Test func linesOverTheLimitAreReportedAndPassedOver() {
        let long = String(repeating: "x", count: 30_000)
        let exact = String(repeating: "y", count: 100)
        let text = "short\n\(long)\n\(exact)\r\nafter\n\(exact)z\nagain\n\(long)"
        for block in [4096, 64 << 10] {
            let reading = Reading(directory.file("long", bytes(text)), .init(blockSize: block, maximumLineLength: 100))
            #expect(reading.lines == ["short", exact, "after", "again"])
            #expect(reading.numbers == [1, 3, 4, 6])
            #expect(reading.oversized.map(\.number) == [2, 5, 7])
            #expect(reading.oversized.map(\.length) == [30_000, 101, 30_000])
        }
    }

    @Test func aLongLineGrowsTheBufferOnlyForItself() {
        let long = String(repeating: "x", count: 3_000_000)
        let reading = Reading(directory.file("l", zstdFrame(bytes("a\n\(long)\nb\n"))), .init(blockSize: 4096))
        #expect(reading.lines.map(\.utf8.count) == [1, 3_000_000, 1])
    }

    @Test func progress() throws {
        let stored = zstdFrame(bytes(numberedLines(10_000).joined(separator: "\n")))
        let reader = try ArchiveReader(path: directory.file("p", stored))
        #expect(reader.storedBytesTotal == UInt64(stored.count))
        try reader.forEachLine { _ in }
        #expect(reader.storedBytesRead == UInt64(stored.count))
        #expect(reader.linesRead == 10_000)
    }

    @Test func aPipeGivesLinesAsTheyCome() throws {
        let fifo = "\(directory.path)/fifo"
        #expect(mkfifo(fifo, 0o600) == 0)
        // Opened for reading and writing, so that neither end waits for the other.
        let descriptor = open(fifo, O_RDWR)
        defer { close(descriptor) }
        #expect(write(descriptor, "first line\nsec", 14) == 14)
        let reader = try ArchiveReader(path: fifo)
        #expect(reader.storedBytesTotal == nil)
        guard case .lines(let block)? = try reader.next() else {
            Issue.record("no line from the pipe")
            return
        }
        #expect(block.map { String(decoding: $0.bytes, as: UTF8.self) } == ["first line"])
    }

    @Test func bytesBehindALineAreReadable() throws {
        let reader = try ArchiveReader(path: directory.file("pad", bytes(String(repeating: "z", count: 4095) + "\n")))
        var sum = 0
        try reader.forEachLine { line in
            guard let base = line.bytes.baseAddress else { return }
            for at in 0..<LineBlock.padding { sum += Int((base + line.bytes.count + at).load(as: UInt8.self)) }
        }
        #expect(sum >= 0x0A)
    }

    @Test(arguments: [
        ("{\n \"a\": 1\n}\n{\r\n \"b\": [\n]\r\n}", ["{  \"a\": 1 }", "{\r  \"b\": [ ]\r }"]),
        // A list: a line for each of its elements, in whatever way they stand.
        ("\u{FEFF}[\n{\"a\": [1, 2]},\n{\n\"b\": \"],\\\"{\"\n}\n]\n", ["  {\"a\": [1, 2]}", " { \"b\": \"],\\\"{\" }  "]),
        // A string that is not closed ends a damaged value.
        ("{\n\"a\": \"x\n{\n\"b\": 1\n}\n", ["{ \"a\": \"x", "{ \"b\": 1 }"]),
        // Lines that are messages stay as they are.
        ("{\"a\":1}\n{\n}\n", ["{\"a\":1}", "{", "}"]), ("[1]\n[\n", ["[1]", "["]), ("\n \n", ["", " "]), ("{", ["{"]),
    ])
    func aPrettyPrintedFileIsUnfolded(content: String, lines: [String]) {
        for size in [4096, 1] {
            let reading = Reading(directory.file("p", bytes(content)), ArchiveReader.Options(blockSize: size, unfoldsJSON: true))
            #expect(reading.lines == lines && reading.error == nil)
        }
        #expect(Reading(directory.file("p", bytes("{\n}\n"))).lines == ["{", "}"])
    }

    @Test func unfoldingGoesOnFromBlockToBlock() {
        let value = "{\n" + (0..<500).map { "  \"key\($0)\": \"}]\\\"\($0)\"" }.joined(separator: ",\n") + "\n}\n"
        let list = "[\n" + [String](repeating: value, count: 40).joined(separator: ",") + "]\n"
        let expected = value.replacing("\n", with: " ").filter { $0 != " " }
        for content in [list, String(repeating: value, count: 40)] {
            let reading = Reading(directory.file("b", bytes(content)), ArchiveReader.Options(blockSize: 4096, unfoldsJSON: true))
            #expect(reading.lines.map { $0.filter { $0 != " " } } == [String](repeating: expected, count: 40))
        }
    }

    @Test(arguments: 0..<60)
    func anySplitGivesTheSameLines(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        var content: [UInt8] = []
        for _ in 0..<Int.random(in: 0...400, using: &random) {
            let longest = Bool.random(using: &random) ? 12 : 9000
            let length = Int.random(in: 0...longest, using: &random)
            content += (0..<length).map { _ in UInt8.random(in: 0x20...0x7E, using: &random) }
            content += Bool.random(using: &random) ? [0x0A] : [0x0D, 0x0A]
        }
        if Bool.random(using: &random), content.last == 0x0A { content.removeLast() }
        let limit = [1 << 20, 5000, 50].randomElement(using: &random) ?? 50
        var expected = naiveLines(content)
        let tooLong = expected.filter { $0.count > limit }.count
        expected.removeAll { $0.count > limit }

        for format in ArchiveFormat.allCases {
            let stored = split(content, format, &random)
            let options = ArchiveReader.Options(
                blockSize: Int.random(in: 1...40_000, using: &random), maximumLineLength: limit)
            let reading = Reading(directory.file("s\(seed)", stored), options)
            #expect(reading.error == nil, "seed \(seed)")
            #expect(reading.lines == expected.map { String(decoding: $0, as: UTF8.self) }, "seed \(seed) \(format)")
            #expect(reading.oversized.count == tooLong, "seed \(seed) \(format)")
        }
    }

    /// The slow, obvious way to split lines.
    private func naiveLines(_ content: [UInt8]) -> [[UInt8]] {
        var lines = content.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { $0.last == 0x0D ? $0.dropLast() : $0 }
    }

    private func split(_ content: [UInt8], _ format: ArchiveFormat, _ random: inout SeededGenerator) -> [UInt8] {
        guard format != .plain else { return content }
        var stored: [UInt8] = []
        var at = 0
        repeat {
            let count = min(content.count - at, Int.random(in: 0...20_000, using: &random))
            let piece = Array(content[at..<at + count])
            at += count
            switch format {
            case .zstd:
                if Bool.random(using: &random) { stored += skippableFrame(Array(piece.prefix(17))) }
                stored += zstdFrame(piece)
            case .gzip: stored += gzipMember(piece)
            case .plain: break
            }
        } while at < content.count
        return stored
    }
}
