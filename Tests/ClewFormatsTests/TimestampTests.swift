import ClewEngine
import ClewFormats
import Testing

@Suite struct TimestampTests {
    private func time(_ json: String) throws -> Int64 {
        let bench = Bench()
        return try bench.one(#"{"resource":"a","type":"b","timestamp":\#(json)}"#).time.microseconds
    }

    @Test(
        arguments: [
            (#""2026-11-23T10:15:30Z""#, 1_795_428_930_000_000), (#""2026-11-23T10:15:30.1Z""#, 1_795_428_930_100_000),
            (#""2026-11-23T10:15:30.123456789Z""#, 1_795_428_930_123_456), (#""2026-11-23T11:15:30+01:00""#, 1_795_428_930_000_000),
            (#""2026-11-23T04:45:30-0530""#, 1_795_428_930_000_000), (#""2026-11-23t10:15:30z""#, 1_795_428_930_000_000),
            (#""2026-11-23 10:15:30,5Z""#, 1_795_428_930_500_000), (#""2024-02-29T00:00:00Z""#, 1_709_164_800_000_000),
            (#""2016-12-31T23:59:60Z""#, 1_483_228_800_000_000), (#""1969-12-31T23:59:59.5Z""#, -500_000),
            (#""0001-01-01T00:00:00Z""#, -62_135_596_800_000_000), (#""9999-12-31T23:59:59Z""#, 253_402_300_799_000_000),
        ] as [(String, Int64)])
    func rfc3339(json: String, expected: Int64) throws {
        #expect(try time(json) == expected)
    }

    @Test(
        arguments: [
            ("1795428930", 1_795_428_930_000_000), ("1795428930.123456", 1_795_428_930_123_456), ("1795428930123", 1_795_428_930_123_000),
            ("1795428930123456", 1_795_428_930_123_456), ("1795428930123456789", 1_795_428_930_123_456),
            (#""1795428930123""#, 1_795_428_930_123_000),
            ("1.795428930123e9", 1_795_428_930_123_000), ("1795428930123.75", 1_795_428_930_123_750), ("0", 0), ("-1.5", -1_500_000),
            ("99999999999", 99_999_999_999_000_000), ("100000000000", 100_000_000_000_000), ("1E3", 1_000_000_000),
            ("1795428930.12345678901234567890", 1_795_428_930_123_456),
        ] as [(String, Int64)])
    func epochByMagnitude(json: String, expected: Int64) throws {
        #expect(try time(json) == expected)
    }

    @Test(arguments: [
        #""yesterday""#, #""2026-11-23T10:15:30""#, #""2026-13-01T00:00:00Z""#, #""2025-02-29T00:00:00Z""#, #""2026-11-23T24:00:00Z""#,
        #""2026-11-23T10:60:00Z""#, #""2026-11-23T10:15:30.Z""#, #""2026-11-23T10:15:30Zx""#, #""2026-11-23T10:15:30+1:00""#,
        #""2026-11-23""#,
        #""""#, "1e999", "1e19", "99999999999999999999", #""12a""#, #""-""#, #""20261123T101530Z""#, #""2026-11-23T10:15:30+25:00""#,
    ])
    func refused(json: String) {
        let bench = Bench()
        #expect(bench.refused(#"{"resource":"a","type":"b","timestamp":\#(json)}"#, at: EventTime(ms: 1)) == .timestampInvalid)
    }

    @Test func theRefusalSaysWhatWasExpectedAndFound() throws {
        let bench = Bench()
        let (_, detail) = try #require(bench.refusedDetail(Array(#"{"resource":"a","type":"b","timestamp":"noon"}"#.utf8)))
        #expect(detail == #"timestamp: expected RFC 3339 with an offset, or an epoch number, found "noon""#)
    }
}
