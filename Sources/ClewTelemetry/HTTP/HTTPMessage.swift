/// A request as the handler sees it: GET or HEAD, without a body.
public struct HTTPRequest: Sendable {
    /// Decoded, without the query; begins with `/`.
    public var path: String
    /// Decoded, in order of the query; a name without a value has an empty one.
    public var query: [(name: String, value: String)]
    /// In order of the request.
    public var headers: [(name: String, value: String)]

    public init(path: String, query: [(name: String, value: String)] = [], headers: [(name: String, value: String)] = []) {
        self.path = path
        self.query = query
        self.headers = headers
    }

    /// The first value of that name in the query.
    public func query(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    /// The first value of a header; names don't distinguish case.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }
}

/// What the handler answers.
public struct HTTPResponse: Sendable {
    public var status: Int
    public var contentType: String
    public var body: [UInt8]
    /// Further headers; one that the server sends by itself (`SecurityHeaders`) replaces it.
    public var headers: [(name: String, value: String)]

    public init(status: Int = 200, contentType: String, body: [UInt8], headers: [(name: String, value: String)] = []) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.headers = headers
    }

    public static func text(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    /// `json` is the document itself.
    public static func json(_ json: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "application/json", body: Array(json.utf8))
    }

    public static func html(_ html: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(status: status, contentType: "text/html; charset=utf-8", body: Array(html.utf8))
    }

    public static let notFound = HTTPResponse.text("not found\n", status: 404)
}

/// Handlers by exact path; any other path is 404.
public struct HTTPRoutes: Sendable {
    public typealias Handler = @Sendable (HTTPRequest) -> HTTPResponse
    private let handlers: [String: Handler]

    public init(_ handlers: [String: Handler]) {
        self.handlers = handlers
    }

    public func respond(to request: HTTPRequest) -> HTTPResponse {
        handlers[request.path]?(request) ?? .notFound
    }
}

/// Headers of every response that does not set them itself: nothing is guessed, framed, cached, loaded or sent on.
enum SecurityHeaders {
    static let all: [(name: String, value: String)] = [
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Referrer-Policy", "no-referrer"),
        ("Cache-Control", "no-store"),
    ]
}
