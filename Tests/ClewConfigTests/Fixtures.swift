import ClewYAML
import Foundation
import Testing

/// Files under `Fixtures`, found beside this source file.
enum Fixtures {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Names of the fixtures with a prefix, sorted.
    static func names(_ prefix: String) -> [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return all.filter { $0.hasPrefix(prefix) }.sorted()
    }

    /// Holds a file to the messages in its last lines (`#! line:column: message`); `UPDATE_FIXTURES=1` writes them.
    static func expect(_ name: String, gives messages: [String]) throws {
        let url = directory.appending(path: name)
        let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
        let found = messages.map { message in
            "#! " + message.replacingOccurrences(of: "\(name):", with: "").replacingOccurrences(of: directory.path + "/", with: "")
        }
        if ProcessInfo.processInfo.environment["UPDATE_FIXTURES"] != nil {
            let text = lines.filter { !$0.hasPrefix("#!") }.joined(separator: "\n") + found.joined(separator: "\n") + "\n"
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        #expect(lines.filter { $0.hasPrefix("#!") }.map(String.init) == found, "\(name)")
    }
}

/// The diagnostics that a piece of code throws; none if it throws nothing.
func diagnostics(_ body: () throws(Diagnostics) -> Void) -> [String] {
    do throws(Diagnostics) {
        try body()
        return []
    } catch {
        return error.items.map(\.description)
    }
}
