/// Texts of a message that are JSON themselves, such as the `Message` of an Amazon SNS notification: read where somebody
/// leads into them, each once a message.
final class EmbeddedTexts {
    private final class Entry {
        var document = JSONDocument()
        var start: UnsafeRawPointer?
        var root: JSONValue?
    }

    /// Kept from message to message, for their buffers.
    private var entries: [Entry] = []
    private var used = 0
    private let nesting: Int

    init(nesting: Int) { self.nesting = nesting }

    /// Forgets the texts of the message before.
    func removeAll() { used = 0 }

    /// The value within a text; nil if it is no text, or no object or array in it. What only begins like JSON, or is nested too
    /// deeply, is a text like any other: that is no fault of the message, and a field looked for in it is one that is not there.
    func root(of value: JSONValue) -> JSONValue? {
        guard value.isString, let start = value.text.baseAddress, let first = value.text.first,
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return nil }
        for entry in entries[..<used] where entry.start == start { return entry.root }
        if used == entries.count { entries.append(Entry()) }
        let entry = entries[used]
        used += 1
        entry.start = start
        do throws(DecodeFailure) {
            entry.root = try entry.document.parse(value.text, maxDepth: nesting)
        } catch {
            entry.root = nil
        }
        return entry.root
    }
}
