import Glibc
import Testing

/// `clew learn`, `clew model show`, and models in `clew replay`.
@Suite struct ModelCommandTests {
    private static let topology = Repository.topology("shop")
    private static let events = Repository.events("shop")

    private static func learned(_ directory: TemporaryDirectory, _ name: String = "shop.model") throws -> String {
        let path = try directory.file(name)
        let outcome = try clew("learn", "-q", "-t", topology, "--out", path, events)
        guard outcome.code == 0, outcome.out.isEmpty, outcome.err.isEmpty else { throw Failure("learn: \(outcome)") }
        return path
    }

    @Test func theSameInputGivesTheSameBytes() throws {
        let directory = try TemporaryDirectory()
        let model = try read(try ModelCommandTests.learned(directory))
        #expect(try read(try ModelCommandTests.learned(directory, "again")) == model)
        // A replay learns the same.
        let saved = try directory.file("saved")
        let replay = try clew("replay", "-q", "-t", ModelCommandTests.topology, "--save-model", saved, ModelCommandTests.events)
        #expect(replay.code == 0)
        #expect(try read(saved) == model)
        #expect(replay.out == (try clew("replay", "-q", "-t", ModelCommandTests.topology, ModelCommandTests.events)).out)
        // Nothing is left beside them.
        #expect(try shell("ls '\(directory.path)'").outLines == ["again", "saved", "shop.model"])
    }

    /// With correlation domains, too: what they learned is added up.
    @Test func domainsLearnTogether() throws {
        let directory = try TemporaryDirectory()
        let config = try directory.file("clew.yaml", "correlation: {domains: [{name: ring, resources: [\"*\"]}]}\n")
        let (learned, saved) = (try directory.file("learned"), try directory.file("saved"))
        let common = ["-q", "-c", config, "-t", ModelCommandTests.topology]
        #expect(try clew(["learn"] + common + ["--out", learned, ModelCommandTests.events]).code == 0)
        #expect(try clew(["replay"] + common + ["--out", "/dev/null", "--save-model", saved, ModelCommandTests.events]).code == 0)
        #expect(try read(saved) == (try read(learned)))
        let shown = try clew("model", "show", "--json", learned).out
        let plain = try clew("model", "show", "--json", try ModelCommandTests.learned(directory)).out
        let events = { (text: String) in text.split(separator: ",").first { $0.hasPrefix("\"events\"") } }
        #expect(events(shown) != nil && events(shown) == events(plain))
    }

    /// A file that is given twice would count twice.
    @Test func filesAreLearnedFromOnce() throws {
        let directory = try TemporaryDirectory()
        let out = try directory.file("m")
        let copy = try directory.file("copy.ndjson", try text(ModelCommandTests.events))
        for (second, what) in [(ModelCommandTests.events, "is given twice"), (copy, "has the same content as")] {
            let rest = ["-q", "-t", ModelCommandTests.topology, ModelCommandTests.events, second]
            for arguments in [["learn", "--out", out], ["replay", "--out", "/dev/null", "--save-model", out]] {
                let outcome = try clew(arguments + rest)
                #expect(outcome.code == 2 && outcome.err.contains(what), "\(outcome)")
            }
        }
        let model = try ModelCommandTests.learned(directory)
        let again = try clew("learn", "-q", "-t", ModelCommandTests.topology, "-m", model, "-o", out, ModelCommandTests.events)
        #expect(again.code == 0 && again.err.contains("was learned from it"), "\(again)")
    }

    /// What cannot be written is told before the work; where there is nothing to learn a model that is there stays.
    @Test func aModelIsNotLost() throws {
        let directory = try TemporaryDirectory()
        let model = try ModelCommandTests.learned(directory)
        let before = try read(model)
        let garbage = try directory.file("garbage", "nothing\n")
        let nothing = try clew("learn", "-q", "-t", ModelCommandTests.topology, "-o", model, garbage)
        #expect(nothing.code == 1 && nothing.err.contains("no event to learn from: nothing could be decoded"), "\(nothing)")
        #expect(try read(model) == before)
        for arguments in [["learn", "--out"], ["replay", "--out", "/dev/null", "--save-model"], ["replay", "--out"]] {
            let outcome = try clew(arguments + [directory.path, "-q", "-t", ModelCommandTests.topology, ModelCommandTests.events])
            #expect(outcome.code == 1 && outcome.err == "clew: \(directory.path): cannot create: Is a directory\n", "\(outcome)")
        }
        // A device is written as it is.
        let full = try clew("learn", "-q", "-t", ModelCommandTests.topology, "-o", "/dev/full", ModelCommandTests.events)
        #expect(full.code == 1 && full.err.contains("No space left"), "\(full)")
        #expect(try shell("ls '\(directory.path)'").outLines == ["garbage", "shop.model"])
    }

    @Test func aSummaryOfTheStrongestPairs() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.file("m")
        let outcome = try clew(
            "learn", "--top", "3", "-t", ModelCommandTests.topology, "--out", path, ModelCommandTests.events)
        #expect(outcome.code == 0)
        #expect(outcome.out.contains("Strongest pairs (3 of "))
        #expect(outcome.out.contains(" → "))
        #expect(outcome.out.contains("input       events.ndjson, "))
        #expect(outcome.err.contains(" events in "))
    }

    @Test func itsFirstLineTellsWhereItComesFrom() throws {
        let directory = try TemporaryDirectory()
        let path = try ModelCommandTests.learned(directory)
        let line = try shell("head -1 '\(path)'").out
        let sum = try shell("sha256sum '\(ModelCommandTests.events)' | cut -c1-64").outLines.first ?? "?"
        #expect(line.hasPrefix(#"{"schema":"clew.model/1","clew":""#))
        #expect(line.contains(#""inputs":[{"name":"events.ndjson","bytes":"#) && line.contains(#""sha256":"\#(sum)"}"#))
    }

    @Test func recordsNameTheModel() throws {
        let directory = try TemporaryDirectory()
        let path = try ModelCommandTests.learned(directory)
        let sum = try shell("sha256sum '\(path)' | cut -c1-64").outLines.first ?? "?"
        let config = try directory.file("clew.yaml", "model: {file: shop.model}\n")
        for arguments in [["--model", path], ["-c", config]] {
            let outcome = try clew(["replay", "-q", "-t", ModelCommandTests.topology] + arguments + [ModelCommandTests.events])
            #expect(outcome.code == 0)
            #expect(!outcome.out.isEmpty && outcome.outLines.allSatisfy { $0.contains(#""model":"sha256:\#(sum)"}"#) })
        }
    }

    @Test func learningGoesOnFromAModel() throws {
        let directory = try TemporaryDirectory()
        let path = try ModelCommandTests.learned(directory)
        let more = try directory.file("more")
        let outcome = try clew("learn", "-q", "-t", ModelCommandTests.topology, "-m", path, "-o", more, ModelCommandTests.events)
        #expect(outcome.code == 0)
        let shown = try clew("model", "show", more).out
        let count = try text(ModelCommandTests.events).split(separator: "\n").count
        #expect(shown.contains("based on    sha256:") && shown.contains("events      "))
        #expect(shown.split(separator: "\n").count { $0.hasPrefix("input ") } == 2)
        #expect(count > 0)
    }

    @Test func shownAsJSON() throws {
        let directory = try TemporaryDirectory()
        let path = try ModelCommandTests.learned(directory)
        let outcome = try clew("model", "show", "--json", "--top", "2", "-t", ModelCommandTests.topology, path)
        #expect(outcome.code == 0)
        #expect(outcome.outLines.count == 1)
        let check = "import json,sys; m=json.load(sys.stdin); print(len(m['pairs']), sorted(m['pairs'][0])[0], m['inputs'][0]['name'])"
        let file = try directory.file("shown", outcome.out)
        guard access("/usr/bin/python3", X_OK) == 0 else { return }
        #expect(try shell("python3 -c \"\(check)\" <'\(file)'").outLines == ["2 cause events.ndjson"])
    }

    @Test func aBadModelIsRefusedBeforeTheWork() throws {
        let directory = try TemporaryDirectory()
        let path = try ModelCommandTests.learned(directory)
        let bytes = try read(path)
        let cut = try directory.file("cut")
        try write(Array(bytes.dropLast(10)), to: cut)
        let changed = try directory.file("changed")
        try write(bytes.dropLast(50) + [bytes[bytes.count - 50] ^ 1] + bytes.suffix(49), to: changed)
        for (file, wanted) in [
            (ModelCommandTests.events, "not a model file"), (cut, "truncated: expected \(bytes.count) bytes, found \(bytes.count - 10)"),
            (changed, "checksum mismatch"), ("\(directory.path)/none", "can't be opened"),
        ] {
            for command in [["replay", "-q", "--model", file, ModelCommandTests.events], ["model", "show", file]] {
                let outcome = try clew(command)
                #expect(outcome.code == 2)
                #expect(outcome.out.isEmpty && outcome.err.contains("\(file): \(wanted)"), "\(outcome.err)")
            }
        }
    }

    @Test func frozenNeedsAModel() throws {
        let directory = try TemporaryDirectory()
        let path = try ModelCommandTests.learned(directory)
        let frozen = ["CLEW_MODEL_MODE": "frozen"]
        let arguments = ["replay", "-q", "-t", ModelCommandTests.topology, ModelCommandTests.events]
        let without = try clew(arguments, environment: frozen)
        #expect(without.code == 2)
        #expect(without.err.contains("model.mode: frozen needs a model file"))
        let saved = try directory.file("saved")
        let with = try clew(arguments + ["--model", path, "--save-model", saved], environment: frozen)
        #expect(with.code == 0)
        let shown = try [path, saved].map { try shell("\"$CLEW\" model show --json '\($0)' | sed 's/.*\"pairs\"//'").out }
        #expect(shown[0] == shown[1] && shown[0].count > 100)
        let learn = try clew(["learn", "--out", saved, "-m", path, ModelCommandTests.events], environment: frozen)
        #expect(learn.code == 2 && learn.err.contains("model.mode is frozen"))
    }

    @Test func whatWouldOverwriteItsInputIsRefused() throws {
        let directory = try TemporaryDirectory()
        let copy = try directory.file("events.ndjson", try text(ModelCommandTests.events))
        for arguments in [["learn", "--out", copy, copy], ["replay", "--save-model", copy, copy]] {
            let outcome = try clew(arguments)
            #expect(outcome.code == 2 && outcome.err.contains("would overwrite"), "\(outcome.err)")
        }
        #expect(try clew("learn", "-o", "\(directory.path)/no/such", copy).code == 1)
    }
}
