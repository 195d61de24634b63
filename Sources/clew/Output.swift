import Glibc

/// Results go to stdout, everything else to stderr.
enum Output {
    static func write(_ text: String) { put(text, 1) }

    static func writeError(_ text: String) { put(text, 2) }

    private static func put(_ text: String, _ descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var at = 0
            while at < bytes.count {
                let written = Glibc.write(descriptor, bytes.baseAddress.map { $0 + at }, bytes.count - at)
                if written > 0 {
                    at += written
                } else if errno != EINTR {
                    // A reader that goes away has what it wanted; a full disk is a failure, and says so.
                    guard descriptor == 1, errno != EPIPE else { return }
                    writeError("clew: cannot write to stdout: \(String(cString: strerror(errno)))\n")
                    exit(1)
                }
            }
        }
    }
}
