import ClewTelemetry
import Glibc
import Testing

/// A connection to a port of this host, with a limit on the time that it waits.
final class Client {
    private let descriptor: Int32

    init(port: UInt16, seconds: Int = 10) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        try #require(status == 0, "connect: \(String(cString: strerror(errno)))")
    }

    deinit {
        close(descriptor)
    }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { return }
            start += count
        }
    }

    /// Everything until the server closes, or until `end` appears.
    func read(until end: String? = nil) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count <= 0 { break }
            bytes += buffer[..<count]
            if let end, String(decoding: bytes, as: UTF8.self).contains(end) { break }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

@Suite struct HTTPServerTests {
    private func server(options: HTTPServerOptions = HTTPServerOptions()) throws -> HTTPServer {
        let routes = HTTPRoutes([
            "/healthz": { _ in .text("ok\n") },
            "/echo": { request in
                let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: ";")
                return .json("\(query)|\(request.query("b") ?? "-")|\(request.header("x-test") ?? "-")")
            },
            "/a b": { _ in .html("<p>ä</p>") },
            "/busy": { _ in .text("no\n", status: 503) },
            "/odd": { _ in
                HTTPResponse(
                    status: 99, contentType: "text/plain", body: [],
                    headers: [("Cache-Control", "max-age=5"), ("X-Bad", "a\r\nSet-Cookie: b")])
            },
            "/large": { _ in .text(String(repeating: "x", count: 3_000_000)) },
        ])
        let address = try #require(ListenAddress("127.0.0.1:0"))
        return try HTTPServer(address, options: options, handler: { routes.respond(to: $0) })
    }

    private func ask(_ server: HTTPServer, _ request: String) throws -> String {
        let client = try Client(port: server.port)
        client.write(request)
        return client.read()
    }

    private func get(_ server: HTTPServer, _ target: String, _ headers: String = "") throws -> String {
        try ask(server, "GET \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(headers)\r\n")
    }

    @Test func answersWithSecurityHeaders() throws {
        let server = try server()
        #expect(server.port != 0)
        let answer = try get(server, "/healthz")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nok\n"))
        for header in [
            "Content-Type: text/plain; charset=utf-8", "Content-Length: 3", "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY",
            "Cache-Control: no-store", "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
        ] {
            #expect(answer.contains("\r\n\(header)\r\n"), "\(header)")
        }
    }

    @Test func pathQueryAndHeadersReachTheHandler() throws {
        let server = try server()
        #expect(try get(server, "/echo?a=1&b=x%20y&c", "X-Test: t\r\n").hasSuffix("\r\n\r\na=1;b=x y;c=|x y|t"))
        #expect(try get(server, "/a%20b").hasSuffix("<p>ä</p>"))
        #expect(try get(server, "/busy").hasPrefix("HTTP/1.1 503 "))
        #expect(try get(server, "/large").utf8.count > 3_000_000)
    }

    @Test func unknownPathsAreNotFound() throws {
        let server = try server()
        #expect(try get(server, "/nothing").hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        #expect(try get(server, "/healthz/").hasPrefix("HTTP/1.1 404 "))
        #expect(try get(server, "/../../etc/passwd").hasPrefix("HTTP/1.1 404 "))
    }

    @Test func headHasNoBody() throws {
        let server = try server()
        let answer = try ask(server, "HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("\r\nContent-Length: 3\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n"))
    }

    @Test func otherMethodsAndBodiesAreRefused() throws {
        let server = try server()
        let post = try ask(server, "POST /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody")
        #expect(post.hasPrefix("HTTP/1.1 405 "))
        #expect(post.contains("\r\nAllow: GET, HEAD\r\n"))
        let delete = try ask(server, "DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(delete.hasPrefix("HTTP/1.1 405 "))
        let body = try ask(server, "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody")
        #expect(body.hasPrefix("HTTP/1.1 413 "))
        let large = try ask(server, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n")
        #expect(large.hasPrefix("HTTP/1.1 413 "))
        // A chunked body of unknown length is cut off, whatever the client sees of it.
        let chunk = "8000\r\n" + String(repeating: "x", count: 0x8000) + "\r\n"
        let endless = try ask(
            server, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + String(repeating: chunk, count: 20))
        #expect(!endless.hasPrefix("HTTP/1.1 200"))
        #expect(try get(server, "/healthz").hasPrefix("HTTP/1.1 200 "))
    }

    @Test func handlersMayReplaceHeadersButNotSplitThem() throws {
        let answer = try get(server(), "/odd")
        #expect(answer.hasPrefix("HTTP/1.1 500 "))
        #expect(answer.contains("\r\nCache-Control: max-age=5\r\n"))
        #expect(!answer.contains("no-store"))
        #expect(!answer.contains("Set-Cookie"))
    }

    @Test func malformedRequestsDoNoHarm() throws {
        let server = try server()
        for request in [
            "\r\n\r\n", "GET\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n", "GET /%zz%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        ] {
            let client = try Client(port: server.port, seconds: 1)
            client.write(request)
            _ = client.read(until: "\r\n\r\n")
        }
        let long = try ask(server, "GET /\(String(repeating: "a", count: 100_000)) HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(!long.hasPrefix("HTTP/1.1 200"))
        #expect(try get(server, "/healthz").hasPrefix("HTTP/1.1 200 "))
    }

    @Test func connectionsAreReused() throws {
        let server = try server()
        let client = try Client(port: server.port)
        for _ in 0..<3 {
            client.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(client.read(until: "ok\n").hasSuffix("ok\n"))
        }
        server.stop()
        #expect(client.read() == "")
    }

    @Test func idleConnectionsAreClosedAndTheLimitLetsOthersWait() throws {
        var options = HTTPServerOptions()
        options.connectionsMax = 2
        options.timeoutSeconds = 1
        let server = try server(options: options)
        let idle = try (0..<3).map { _ in try Client(port: server.port, seconds: 20) }
        // Served as soon as the idle ones have timed out.
        #expect(try get(server, "/healthz").hasSuffix("ok\n"))
        #expect(idle.map { $0.read() } == ["", "", ""])
    }

    @Test func manyClientsAtOnce() async throws {
        let server = try server()
        let port = server.port
        let good = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    let client = try Client(port: port)
                    client.write("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    return client.read().hasSuffix("ok\n")
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(good == 40)
    }

    @Test func stopIsFinalAndMayBeRepeated() throws {
        let server = try server()
        let port = server.port
        let open = try Client(port: port)
        server.stop()
        server.stop()
        #expect(open.read() == "")
        // The port is free again at once.
        let next = try HTTPServer(ListenAddress(host: "127.0.0.1", port: port)) { _ in .text("next") }
        #expect(try get(next, "/").hasSuffix("next"))
    }

    @Test func startErrorsAreClear() throws {
        let server = try server()
        let address = ListenAddress(host: "127.0.0.1", port: server.port)
        #expect(startError(address) == "cannot listen on \(address): Address already in use")
        let elsewhere = ListenAddress(host: "192.0.2.1", port: 0)
        #expect(startError(elsewhere) == "cannot listen on 192.0.2.1:0: Cannot assign requested address")
    }

    private func startError(_ address: ListenAddress) -> String? {
        do throws(HTTPServerError) {
            _ = try HTTPServer(address) { _ in .notFound }
            return nil
        } catch {
            return error.description
        }
    }

    @Test func everyAddressOfTheHost() throws {
        let server = try HTTPServer(ListenAddress(host: "0.0.0.0", port: 0)) { _ in .text("any") }
        #expect(try get(server, "/").hasSuffix("any"))
        // Not every host has IPv6: if this one has, it works.
        if let six = try? HTTPServer(ListenAddress(host: "::1", port: 0), handler: { _ in .text("six") }) { #expect(six.port != 0) }
    }

    @Test func serversComeAndGo() throws {
        for _ in 0..<20 {
            let server = try server()
            #expect(try get(server, "/healthz").hasSuffix("ok\n"))
        }
    }
}

@Suite struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:9464", "127.0.0.1", 9_464), ("[::1]:80", "::1", 80), ("localhost:0", "localhost", 0), (":9464", "0.0.0.0", 9_464),
        ("0.0.0.0:65535", "0.0.0.0", 65_535),
    ])
    func valid(text: String, host: String, port: Int) {
        #expect(ListenAddress(text) == ListenAddress(host: host, port: UInt16(port)))
    }

    @Test(arguments: [
        "", "9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "::1:80", "[]:1", "[a]:1", "a b:1",
        "http://x:1",
    ])
    func invalid(text: String) {
        #expect(ListenAddress(text) == nil)
    }

    @Test func description() {
        #expect(ListenAddress(host: "::1", port: 1).description == "[::1]:1")
        #expect(ListenAddress(host: "127.0.0.1", port: 1).description == "127.0.0.1:1")
    }
}
