import ClewCommandLine
import Glibc
import Testing

/// Runs a script in a shell: its output, nil where the shell is not installed.
private func run(_ shell: String, _ script: String) throws -> String? {
    for directory in ["/bin", "/usr/bin", "/usr/local/bin"] where access("\(directory)/\(shell)", X_OK) == 0 {
        let path = "\(directory)/\(shell)"
        var template = Array("/tmp/completion-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let file = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(file) }
        let bytes = Array(script.utf8)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        let pipe = try #require(popen("\(path) \(file) 2>&1", "r"))
        var output: [UInt8] = []
        var byte = fgetc(pipe)
        while byte != EOF {
            output.append(UInt8(truncatingIfNeeded: byte))
            byte = fgetc(pipe)
        }
        #expect(pclose(pipe) == 0)
        return String(decoding: output, as: UTF8.self)
    }
    return nil
}

@Suite struct CompletionTests {
    /// The words that bash offers for a line, the last word being the one at the cursor.
    private func offered(_ words: String...) throws -> [String]? {
        let quoted = (["tool"] + words).map { "'\($0)'" }.joined(separator: " ")
        let script =
            sample.completionScript(for: .bash) + """

                COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count); _tool
                for word in "${COMPREPLY[@]}"; do echo "$word"; done
                """
        return try run("bash", script)?.split(separator: "\n").map(String.init)
    }

    @Test func bashOffersCommandsOptionsAndValues() throws {
        guard let commands = try offered("") else { return }
        #expect(commands == ["replay", "score", "topology", "completion", "help", "--help", "--version"])
        #expect(try offered("to") == ["topology"])
        #expect(try offered("topology", "") == ["check", "show", "--help"])
        #expect(try offered("replay", "--f") == ["--format", "--from", "--final"])
        #expect(try offered("replay", "f", "--no") == ["--no-progress"])
        #expect(try offered("replay", "--format", "") == ["json", "text"])
        #expect(try offered("replay", "--format", "=", "t") == ["text"])
        #expect(try offered("replay", "--log-level", "d") == ["debug"])
        #expect(try offered("completion", "") == ["bash", "zsh", "fish"])
        #expect(try offered("help", "sc") == ["score"])
        #expect(try offered("topology", "check", "--log") == ["--log-level"])
        #expect(try offered("replay", "--out", "/et")?.contains("/etc") == true)
    }

    @Test func scriptsDifferAndNameEveryOption() throws {
        let fish = sample.completionScript(for: .fish)
        let zsh = sample.completionScript(for: .zsh)
        for name in ["out", "speed", "log-level", "no-progress", "records"] {
            #expect(fish.contains("--long-option \(name)"))
            #expect(zsh.contains("--\(name)"))
        }
        #expect(zsh.hasPrefix("#compdef tool\n"))
        #expect(try printed("completion", "fish") == fish)
        #expect(message("completion", "powershell") == "operand SHELL expects one of bash, zsh, fish, not 'powershell'")
    }

    @Test func zshAndFishAcceptTheirScripts() throws {
        if let output = try run("zsh", "setopt noexec\n" + sample.completionScript(for: .zsh)) { #expect(output == "") }
        if let output = try run("fish", sample.completionScript(for: .fish) + "complete --do-complete 'tool topology '\n") {
            #expect(output.contains("check\tCheck files"))
        }
    }
}
