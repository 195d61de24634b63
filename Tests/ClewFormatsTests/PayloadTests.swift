import ClewEngine
import ClewFormats
import Testing

/// What products really send, beyond the plain case of each format: the smallest input of each kind.
@Suite struct PayloadTests {
    // MARK: Words

    @Test(arguments: [
        ("Fired", EventStatus.firing), ("Re-Triggered", .firing), ("activated", .firing), ("Create", .firing), ("DOWN", .firing),
        ("failing", .firing),
        ("CRITICAL", .firing), ("Warn", .firing), ("UP", .resolved), ("passing", .resolved), ("Cleared", .resolved),
    ])
    func statusWords(word: String, status: EventStatus) throws {
        #expect(try Bench().one(#"{"resource":"a","type":"b","timestamp":1,"status":"\#(word)"}"#).status == status)
    }

    @Test(arguments: [
        ("Sev0", Severity.critical), ("P0", .critical), ("DOWN", .critical), ("UP", .info), ("cleared", .info), ("success", .info),
        ("Verbose", .info),
        ("Not classified", .info),
    ])
    func severityWords(word: String, severity: Severity) throws {
        let event = try Bench().one(#"{"resource":"a","type":"b","timestamp":1,"severity":"\#(word)"}"#)
        #expect(event.severity == severity && event.flags == [])
    }
}
