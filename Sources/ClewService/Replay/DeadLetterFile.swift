import ClewArchive
import ClewFormats

/// What a replay could not decode: the first few named on stderr, all of them in a file if one is wanted.
struct DeadLetterFile {
    private static let namedFirst = 10

    private let path: String?
    private var writer: ArchiveWriter?
    private let files: [String]
    private let complain: (String) -> Void
    private var count: UInt64 = 0

    init(path: String?, files: [String], complain: @escaping (String) -> Void) {
        self.path = path
        self.files = files
        self.complain = complain
    }

    /// Whether there is a file to write.
    var isKept: Bool { path != nil }

    mutating func begin() throws(ArchiveError) {
        if let path { writer = try ArchiveWriter(path: path) }
    }

    /// Adds one: `{"reason","detail","file","line","value"}`; the value as text, null where there is none.
    mutating func add(
        _ reason: DeadReason, _ detail: String, file: UInt32, line: UInt64, value: UnsafeRawBufferPointer?
    ) throws(ArchiveError) {
        count += 1
        let name = files[Int(file)]
        if count <= DeadLetterFile.namedFirst {
            complain("\(name == "-" ? "stdin" : name):\(line): \(reason.rawValue): \(detail)")
        } else if count == DeadLetterFile.namedFirst + 1 {
            complain("… further ones are counted only" + (path == nil ? "; --dead-letters FILE keeps them all" : ""))
        }
        guard let writer else { return }
        let text = value.map { "\"" + DeadLetterFile.escaped(String(decoding: $0, as: UTF8.self)) + "\"" } ?? "null"
        try writer.write(
            "{\"reason\":\"\(reason.rawValue)\",\"detail\":\"\(DeadLetterFile.escaped(detail))\","
                + "\"file\":\"\(DeadLetterFile.escaped(name))\",\"line\":\(line),\"value\":\(text)}\n")
    }

    func close() throws(ArchiveError) { try writer?.close() }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
