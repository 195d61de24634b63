import Glibc

/// Where to listen: `127.0.0.1:9464`, `[::1]:9464`, `localhost:9464`, `:9464` (every IPv4 address); port 0 takes a free one.
public struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    /// Without brackets.
    public var host: String
    public var port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT`; nil if it is not of that form.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let port = UInt16(digits) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(where: { $0 == ":" || $0 == "[" || $0 == "]" || $0 == "/" || $0.isWhitespace }) {
            return nil
        }
        self.init(host: host.isEmpty ? "0.0.0.0" : String(host), port: port)
    }

    public var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// The server cannot start.
public struct HTTPServerError: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
}

/// A socket that listens, until the server takes it over.
struct ListenSocket {
    let descriptor: Int32
    /// As bound, so never 0.
    let port: UInt16

    /// The first of the host's addresses that can be bound.
    init(_ address: ListenAddress) throws(HTTPServerError) {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(address.host, String(address.port), &hints, &found)
        guard status == 0 else {
            throw HTTPServerError(description: "cannot listen on \(address): \(String(cString: gai_strerror(status)))")
        }
        defer { freeaddrinfo(found) }
        var reason = "it has no address"
        var next = found
        while let candidate = next?.pointee {
            next = candidate.ai_next
            let descriptor = socket(candidate.ai_family, candidate.ai_socktype | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
            guard descriptor >= 0 else {
                reason = Self.lastError()
                continue
            }
            if Self.listens(descriptor, candidate), let port = Self.boundPort(descriptor) {
                self.descriptor = descriptor
                self.port = port
                return
            }
            reason = Self.lastError()
            close(descriptor)
        }
        throw HTTPServerError(description: "cannot listen on \(address): \(reason)")
    }

    private static func listens(_ descriptor: Int32, _ address: addrinfo) -> Bool {
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // A restart need not wait for the old connections to time out; a second process still gets "Address already in use".
        guard setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size) == 0 else { return false }
        if address.ai_family == AF_INET6, setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, size) != 0 { return false }
        return bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 && listen(descriptor, 64) == 0
    }

    private static func boundPort(_ descriptor: Int32) -> UInt16? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(descriptor, address, &size) == 0 else { return nil }
                // Port and family lie at the same place in both kinds of address.
                return UnsafeRawPointer(address).loadUnaligned(fromByteOffset: 2, as: UInt16.self).bigEndian
            }
        }
    }

    private static func lastError() -> String {
        String(cString: strerror(errno))
    }
}
