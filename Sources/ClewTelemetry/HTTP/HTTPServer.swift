import CMicroHTTPD
import Glibc
import Synchronization

/// Limits of a server.
public struct HTTPServerOptions: Sendable {
    /// Most connections at a time; further ones wait in the kernel's queue.
    public var connectionsMax: UInt32 = 64
    /// Seconds after which a connection on which nothing happens is closed; 1 or more.
    public var timeoutSeconds: UInt32 = 15
    /// Most bytes for the headers of a request.
    public var headerBytesMax = 32_768

    public init() {}
}

/// A small HTTP/1.1 server for health, metrics and pages: GET and HEAD on a thread of its own.
///
/// It accepts no request body. The handler runs on the server's thread, one request after the other: it takes what others
/// have prepared, and does not wait.
public final class HTTPServer: Sendable {
    /// The port in use, also where the address asked for any.
    public let port: UInt16
    /// Kept alive until the daemon, which points to it, has stopped.
    private let responder: Responder
    private let daemon: Mutex<Daemon>

    /// The handle of the C library. Its functions are thread safe but for stopping, which the mutex around it makes happen once.
    private struct Daemon: @unchecked Sendable {
        var handle: OpaquePointer?
    }

    /// Listens from now on. Throws `cannot listen on 127.0.0.1:9464: Address already in use`.
    public init(
        _ address: ListenAddress, options: HTTPServerOptions = HTTPServerOptions(),
        handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) throws(HTTPServerError) {
        let socket = try ListenSocket(address)
        let responder = Responder(handler)
        let context = Unmanaged.passUnretained(responder).toOpaque()
        let handle = clew_http_start(
            socket.descriptor, accessHandler, context, requestCompleted, context, options.connectionsMax,
            max(1, options.timeoutSeconds), max(1_024, options.headerBytesMax))
        guard let handle else {
            // The descriptor is not closed here: the library may have done it, and the number may be someone else's by now.
            throw HTTPServerError(description: "cannot serve HTTP on \(address): the server's thread did not start")
        }
        port = socket.port
        self.responder = responder
        daemon = Mutex(Daemon(handle: handle))
    }

    /// Closes the listening socket and every connection, and waits for the thread to end. A second call does nothing.
    /// Not to be called from the handler.
    public func stop() {
        // The library aborts the process if a connection is suspended here: a live feed has to close its connections first.
        daemon.withLock { daemon in
            guard let handle = daemon.handle else { return }
            daemon.handle = nil
            MHD_stop_daemon(handle)
        }
    }

    deinit {
        stop()
    }
}

/// What the callbacks work with.
final class Responder: Sendable {
    let handler: @Sendable (HTTPRequest) -> HTTPResponse

    init(_ handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse) {
        self.handler = handler
    }
}
