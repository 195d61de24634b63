/// Puts each value of a pretty-printed JSON file on a line of its own, in place: a line end within a value becomes a
/// blank. Of a list, each element gets its line.
///
/// A file is pretty-printed if nothing but `{` or `[` stands on its first line. That is no message by itself, so lines
/// that are messages are left as they are.
struct JSONUnfolder {
    private enum Mode {
        case atStart, opened, unfolding, off
    }

    private var mode = Mode.atStart
    private var isList = false
    private var depth = 0
    private var inString = false
    private var isEscaped = false

    /// Unfolds the next bytes of the content, however it is cut into pieces.
    mutating func unfold(_ bytes: UnsafeMutableRawBufferPointer) {
        var bracket: Int?
        for at in bytes.indices {
            switch mode {
            case .off: return
            case .unfolding: bytes[at] = unfolded(bytes[at])
            case .atStart:
                switch bytes[at] {
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    mode = .opened
                    bracket = at
                case 0x20, 0x09, 0x0D, 0x0A, 0xEF, 0xBB, 0xBF: break
                default: mode = .off
                }
            case .opened:
                switch bytes[at] {
                case 0x20, 0x09, 0x0D: break
                case 0x0A:
                    mode = .unfolding
                    depth = 1
                    // A bracket that was handed out before stays: then the list is one value.
                    if let bracket, bytes[bracket] == UInt8(ascii: "[") {
                        isList = true
                        bytes[bracket] = 0x20
                    }
                    bytes[at] = 0x20
                default: mode = .off
                }
            }
        }
    }

    private mutating func unfolded(_ byte: UInt8) -> UInt8 {
        if inString {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\"): isEscaped = true
            case UInt8(ascii: "\""): inString = false
            case 0x0A:
                // No string goes over a line end: the value is damaged, and the next begins with the next line.
                inString = false
                depth = isList ? 1 : 0
            default: break
            }
            return byte
        }
        switch byte {
        case UInt8(ascii: "\""): inString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            depth += 1
            if isList, depth == 1 { return 0x20 }
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth = max(0, depth - 1)
            if isList, depth == 0 { return 0x20 }
        case UInt8(ascii: ",") where isList && depth == 1: return 0x0A
        case 0x0A where depth > 0: return 0x20
        default: break
        }
        return byte
    }
}
