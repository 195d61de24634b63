import ClewTelemetry
import Glibc
import Testing

@Suite struct HTTPProbeTests {
    private func server(_ routes: HTTPRoutes) throws -> HTTPServer {
        let address = try #require(ListenAddress("127.0.0.1:0"))
        return try HTTPServer(address, handler: { routes.respond(to: $0) })
    }

    @Test func readsUrls() throws {
        #expect(HTTPProbe(url: "http://127.0.0.1:9464/readyz")?.description == "http://127.0.0.1:9464/readyz")
        #expect(HTTPProbe(url: "127.0.0.1:9464", path: "/healthz")?.description == "http://127.0.0.1:9464/healthz")
        #expect(HTTPProbe(url: "HTTP://host")?.description == "http://host:80/")
        #expect(HTTPProbe(url: "[::1]:9464/a?b=c")?.description == "http://[::1]:9464/a?b=c")
        #expect(HTTPProbe(url: ":9464/a")?.description == "http://127.0.0.1:9464/a")
        for text in ["", "host", "https://host:1/", "http://", "host:99999", "host:1/a b", "host:1/a\r\nX: y"] {
            #expect(HTTPProbe(url: text) == nil, "\(text)")
        }
    }

    @Test func everyInterfaceIsAskedOnTheLoopback() {
        #expect(HTTPProbe(ListenAddress(host: "0.0.0.0", port: 1), path: "/x").address.host == "127.0.0.1")
        #expect(HTTPProbe(ListenAddress(host: "::", port: 1), path: "x").description == "http://[::1]:1/x")
    }

    @Test func answersHaveStatusAndBody() throws {
        let server = try server(
            HTTPRoutes([
                "/healthz": { _ in .text("ok\n") },
                "/readyz": { _ in .text("not ready: no broker\n", status: 503) },
                "/large": { _ in .text(String(repeating: "x", count: 1_000_000)) },
            ]))
        defer { server.stop() }
        let address = ListenAddress(host: "0.0.0.0", port: server.port)
        let healthy = try HTTPProbe(address, path: "/healthz").ask(timeout: .seconds(10))
        #expect(healthy == HTTPProbe.Answer(status: 200, body: "ok\n"))
        #expect(healthy.isSuccess)
        let unready = try HTTPProbe(address, path: "/readyz").ask(timeout: .seconds(10))
        #expect(unready == HTTPProbe.Answer(status: 503, body: "not ready: no broker\n"))
        #expect(!unready.isSuccess)
        #expect(try HTTPProbe(address, path: "/nothing").ask(timeout: .seconds(10)).status == 404)
        let large = try HTTPProbe(address, path: "/large").ask(timeout: .seconds(10))
        #expect(large.isSuccess)
        #expect((60_000..<80_000).contains(large.body.utf8.count))
    }

    @Test func nobodyThere() throws {
        let server = try server(HTTPRoutes([:]))
        let port = server.port
        server.stop()
        #expect(throws: HTTPProbeError(description: "cannot connect: Connection refused")) {
            try HTTPProbe(ListenAddress(host: "127.0.0.1", port: port), path: "/").ask(timeout: .seconds(10))
        }
    }

    @Test func whoNeverAnswersIsGivenUp() throws {
        let listener = try Listener()
        let begin = ContinuousClock.now
        #expect(throws: HTTPProbeError(description: "no answer in time")) {
            try HTTPProbe(ListenAddress(host: "127.0.0.1", port: listener.port), path: "/").ask(timeout: .milliseconds(100))
        }
        #expect(ContinuousClock.now - begin < .seconds(5))
    }

    @Test(arguments: [
        ("", "closed without an answer"), ("SSH-2.0-x\r\n", "what answers does not speak HTTP"),
        ("HTTP/1.1 abc\r\n\r\n", "what answers does not speak HTTP"), ("HTTP/1.1 999 x\r\n\r\n", "what answers does not speak HTTP"),
    ])
    func whatIsNotHTTP(_ text: String, _ message: String) throws {
        let listener = try Listener()
        let thread = listener.answerOnce(text)
        #expect(throws: HTTPProbeError(description: message)) {
            try HTTPProbe(ListenAddress(host: "127.0.0.1", port: listener.port), path: "/").ask(timeout: .seconds(10))
        }
        pthread_join(thread, nil)
    }

    @Test func answersWithoutBodyOrReason() throws {
        let listener = try Listener()
        let thread = listener.answerOnce("HTTP/1.0 204\r\n\r\n")
        let answer = try HTTPProbe(ListenAddress(host: "127.0.0.1", port: listener.port), path: "/").ask(timeout: .seconds(10))
        #expect(answer == HTTPProbe.Answer(status: 204, body: ""))
        pthread_join(thread, nil)
    }
}

/// A socket that listens on a free port of the loopback, and says what it is told.
private final class Listener: Sendable {
    let descriptor: Int32
    let port: UInt16

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        self.descriptor = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 4) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        port = address.sin_port.bigEndian
        try #require(status)
    }

    deinit { close(descriptor) }

    /// Takes one connection on a thread of its own, reads the request, writes the text and closes.
    func answerOnce(_ text: String) -> pthread_t {
        let job = Unmanaged.passRetained(Job(listener: self, text: text))
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Job>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, job.toOpaque())
        return thread
    }

    private final class Job {
        let listener: Listener
        let text: String

        init(listener: Listener, text: String) {
            self.listener = listener
            self.text = text
        }

        func run() {
            let connection = accept(listener.descriptor, nil, nil)
            var request = [UInt8](repeating: 0, count: 4_096)
            _ = recv(connection, &request, request.count, 0)
            _ = Array(text.utf8).withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            close(connection)
        }
    }
}
