import ClewEngine
import Glibc
import Testing

@Suite struct NumericsTests {
    @Test func theExponentialAgreesWithTheCLibrary() {
        var worst = 0.0
        for step in -140_000...140_000 {
            let x = Double(step) / 200 + 0.000_123 * Double(step % 7)
            guard x > -700, x < 700 else { continue }
            let expected = exp(x)
            worst = max(worst, (Elementary.exp(x) - expected).magnitude / expected)
        }
        #expect(worst < 1e-14)
        for x in [-1e-300, -1e-16, 1e-16, -0.0, 0.34657, -0.34658, -699.999] {
            #expect((Elementary.exp(x) - exp(x)).magnitude <= 1e-14 * exp(x), "\(x)")
        }
    }

    @Test func theExponentialStaysFiniteFarOut() {
        #expect(Elementary.exp(0) == 1)
        #expect(Elementary.exp(-701) == 0)
        #expect(Elementary.exp(-1e300) == 0)
        #expect(Elementary.exp(-.infinity) == 0)
        #expect(Elementary.exp(1e300) == .greatestFiniteMagnitude)
        #expect(Elementary.exp(.infinity) == .greatestFiniteMagnitude)
    }

    @Test func theExponentialNeverGrowsWithAge() {
        var before = 1.0
        for step in 1...200_000 {
            let now = Elementary.decay(Double(step) * 0.05, over: 30)
            #expect(now <= before)
            before = now
        }
        #expect(Elementary.decay(-5, over: 30) == 1)
        #expect(Elementary.decay(0, over: 30) == 1)
    }

    @Test func theLogarithmAgreesWithTheCLibrary() {
        var worst = 0.0
        var x = 1e-300
        while x < 1e300 {
            let expected = log(x)
            worst = max(worst, (Elementary.log(x) - expected).magnitude / max(1, expected.magnitude))
            x *= 1.003
        }
        #expect(worst < 1e-14)
        // Near 1 the relative error counts: surprise and hazard are small there.
        for step in 1...10_000 {
            for x in [1 + Double(step) * 1e-5, 1 - Double(step) * 0.9e-4] {
                let expected = log(x)
                #expect((Elementary.log(x) - expected).magnitude <= 1e-13 * expected.magnitude, "\(x)")
            }
        }
        #expect(Elementary.log(1) == 0)
    }

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
    func sha256OfTheStandardsExamples(_ text: String, _ digest: String) {
        var hash = SHA256()
        hash.update(text)
        #expect(hash.finishHex() == digest)
    }

    @Test func sha256OfAMillionBytesInPieces() {
        var hash = SHA256()
        for _ in 0..<1000 { hash.update(String(repeating: "a", count: 1000)) }
        #expect(hash.finishHex() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        // Lengths around the padding's edge, in one piece and byte by byte.
        for length in 54...66 {
            let text = String(repeating: "x", count: length)
            var whole = SHA256()
            whole.update(text)
            var pieces = SHA256()
            for character in text { pieces.update(String(character)) }
            #expect(whole.finishHex() == pieces.finishHex(), "\(length)")
        }
    }

    @Test func sha256OfAnIntegerIsThatOfItsBytes() {
        var a = SHA256()
        a.update(0x6162_6364_6566_6768 as UInt64)
        var b = SHA256()
        b.update("abcdefgh")
        #expect(a.finishHex() == b.finishHex())
    }
}
