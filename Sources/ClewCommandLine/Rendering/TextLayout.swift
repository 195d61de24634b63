/// Text in columns, for help. Widths count characters.
enum TextLayout {
    /// Breaks at blanks so that no line is wider than `width`, unless one word is.
    static func wrap(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            if line.isEmpty {
                line = String(word)
            } else if line.count + 1 + word.count <= width {
                line += " " + word
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }

    /// Paragraphs, separated by empty lines, each wrapped. A paragraph that starts with a blank is kept as it is.
    static func paragraphs(_ text: String, width: Int) -> String {
        var blocks: [[Substring]] = [[]]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty {
                blocks.append([])
            } else {
                blocks[blocks.count - 1].append(line)
            }
        }
        return blocks.filter { !$0.isEmpty }.map { lines in
            let whole = lines.joined(separator: "\n")
            return whole.hasPrefix(" ") ? whole : wrap(whole, width: width).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }

    /// Two columns: a left text wider than its column puts the right one on the next line.
    static func table(_ rows: [(left: String, right: String)], width: Int, leftMost: Int = 30) -> [String] {
        let widest = rows.map(\.left.count).filter { $0 <= leftMost }.max() ?? 0
        let indent = 2 + widest + 2
        var lines: [String] = []
        for row in rows {
            let right = wrap(row.right, width: max(20, width - indent))
            if row.left.count > widest {
                lines.append("  " + row.left)
                lines += right.map { blanks(indent) + $0 }
            } else {
                lines.append(trimmed("  " + row.left + blanks(widest - row.left.count + 2) + right[0]))
                lines += right.dropFirst().map { blanks(indent) + $0 }
            }
        }
        return lines
    }

    static func blanks(_ count: Int) -> String {
        String(repeating: " ", count: max(0, count))
    }

    private static func trimmed(_ line: String) -> String {
        String(line.reversed().drop { $0 == " " }.reversed())
    }
}
