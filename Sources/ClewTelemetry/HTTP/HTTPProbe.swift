import Glibc

/// No answer, or none that is HTTP.
public struct HTTPProbeError: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String

    public init(description: String) {
        self.description = description
    }
}

/// One GET to an HTTP server, for health checks: where nothing else than this program is at hand.
///
///     let answer = try HTTPProbe(url: "127.0.0.1:9464/readyz")?.ask(timeout: .seconds(2))
public struct HTTPProbe: Sendable, Equatable, CustomStringConvertible {
    /// What came back.
    public struct Answer: Sendable, Equatable {
        /// 100 to 599.
        public var status: Int
        /// At most 64 KiB of it.
        public var body: String

        public init(status: Int, body: String) {
            self.status = status
            self.body = body
        }

        /// 200 to 299.
        public var isSuccess: Bool { (200..<300).contains(status) }
    }

    public var address: ListenAddress
    /// With its leading slash; may have a query.
    public var path: String

    /// Asks who listens at this address. One that stands for every interface is asked on the loopback.
    public init(_ address: ListenAddress, path: String) {
        self.address = address
        switch address.host {
        case "0.0.0.0": self.address.host = "127.0.0.1"
        case "::": self.address.host = "::1"
        default: break
        }
        self.path = path.hasPrefix("/") ? path : "/" + path
    }

    /// Reads `http://HOST[:PORT][/PATH]` or `HOST:PORT[/PATH]`; nil if it is neither. Without a path it is `path`.
    public init?(url: String, path: String = "/") {
        let scheme = "http://"
        let hasScheme = url.lowercased().hasPrefix(scheme)
        let rest = hasScheme ? url.dropFirst(scheme.count) : url[...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let place = String(rest[..<slash])
        guard !place.isEmpty, let address = ListenAddress(place) ?? (hasScheme ? ListenAddress(place + ":80") : nil) else { return nil }
        let target = rest[slash...]
        // What is sent as it stands must not be able to end the request line.
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        self.init(address, path: target.isEmpty ? path : String(target))
    }

    public var description: String { "http://\(address)\(path)" }

    /// Connects, asks, and reads the answer, all within `timeout` (the look-up of a host name not included).
    ///
    /// - Throws: `HTTPProbeError` such as `cannot connect: Connection refused`, without the address.
    public func ask(timeout: Duration) throws(HTTPProbeError) -> Answer {
        let deadline = ContinuousClock.now + timeout
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(address.host, String(address.port), &hints, &found)
        guard status == 0 else { throw HTTPProbeError(description: "cannot connect: \(String(cString: gai_strerror(status)))") }
        defer { freeaddrinfo(found) }
        var reason = HTTPProbeError(description: "cannot connect: it has no address")
        var next = found
        while let candidate = next?.pointee {
            next = candidate.ai_next
            do throws(HTTPProbeError) {
                let socket = try ProbeSocket(family: candidate.ai_family, deadline: deadline)
                try socket.connect(to: candidate)
                try socket.write(Array("GET \(path) HTTP/1.0\r\nHost: \(address)\r\nConnection: close\r\n\r\n".utf8))
                return try Self.parse(try socket.readAll(limit: 65_536))
            } catch {
                reason = error
            }
        }
        throw reason
    }

    /// The status line, then headers, an empty line and the body.
    static func parse(_ bytes: [UInt8]) throws(HTTPProbeError) -> Answer {
        let text = String(decoding: bytes, as: UTF8.self)
        let head = text.prefix { $0 != "\r\n" && $0 != "\n" }
        let words = head.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]), (100..<600).contains(status) else {
            throw HTTPProbeError(description: bytes.isEmpty ? "closed without an answer" : "what answers does not speak HTTP")
        }
        var end = 0
        while end + 3 < bytes.count, bytes[end..<end + 4] != [0x0D, 0x0A, 0x0D, 0x0A] { end += 1 }
        let body = end + 3 < bytes.count ? bytes[(end + 4)...] : []
        return Answer(status: status, body: String(decoding: body, as: UTF8.self))
    }
}

/// A connection that gives up at a deadline.
private struct ProbeSocket: ~Copyable {
    private let descriptor: Int32
    private let deadline: ContinuousClock.Instant

    init(family: Int32, deadline: ContinuousClock.Instant) throws(HTTPProbeError) {
        let new = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard new >= 0 else { throw Self.failure("cannot connect", errno) }
        descriptor = new
        self.deadline = deadline
    }

    deinit {
        close(descriptor)
    }

    func connect(to candidate: addrinfo) throws(HTTPProbeError) {
        if Glibc.connect(descriptor, candidate.ai_addr, candidate.ai_addrlen) == 0 { return }
        guard errno == EINPROGRESS else { throw Self.failure("cannot connect", errno) }
        try wait(POLLOUT)
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0, code == 0 else {
            throw Self.failure("cannot connect", code)
        }
    }

    func write(_ bytes: [UInt8]) throws(HTTPProbeError) {
        var at = 0
        while at < bytes.count {
            let count = bytes[at...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count > 0 {
                at += count
            } else if errno == EAGAIN {
                try wait(POLLOUT)
            } else if errno != EINTR {
                throw Self.failure("cannot ask", errno)
            }
        }
    }

    /// Until the other side closes, or so many bytes are here.
    func readAll(limit: Int) throws(HTTPProbeError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while bytes.count < limit {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                bytes += buffer[..<count]
            } else if count == 0 {
                break
            } else if errno == EAGAIN {
                try wait(POLLIN)
            } else if errno != EINTR {
                throw Self.failure("no answer", errno)
            }
        }
        return bytes
    }

    private func wait(_ events: Int32) throws(HTTPProbeError) {
        while true {
            let left = deadline - ContinuousClock.now
            guard left > .zero else { throw HTTPProbeError(description: "no answer in time") }
            var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let (seconds, attoseconds) = left.components
            // A millisecond more than is left, so that the loop does not spin on the fraction.
            let count = poll(&entry, 1, Int32(clamping: seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1))
            if count > 0 { return }
            if count < 0, errno != EINTR { throw Self.failure("no answer", errno) }
        }
    }

    private static func failure(_ what: String, _ code: Int32) -> HTTPProbeError {
        HTTPProbeError(description: "\(what): \(String(cString: strerror(code)))")
    }
}
