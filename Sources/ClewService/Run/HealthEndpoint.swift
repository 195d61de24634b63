import ClewTelemetry

/// `/healthz`, `/readyz` and `/metrics`.
enum HealthEndpoint {
    /// Listens; nil where no address is configured.
    static func start(_ listen: String?, shared: SharedState, registry: MetricRegistry) throws(RunFailure) -> HTTPServer? {
        guard let listen else { return nil }
        guard let address = ListenAddress(listen) else {
            throw RunFailure("http.listen: \"\(listen)\" is no HOST:PORT, such as 127.0.0.1:9464")
        }
        let routes = HTTPRoutes([
            "/healthz": { _ in .text("ok\n") },
            "/readyz": { _ in HealthEndpoint.ready(shared.readiness) },
            "/metrics": { _ in HTTPResponse(contentType: Exposition.contentType, body: Array(registry.exposition().utf8)) },
        ])
        do throws(HTTPServerError) {
            return try HTTPServer(address) { routes.respond(to: $0) }
        } catch {
            throw RunFailure("http.listen: \(error.description)")
        }
    }

    static func ready(_ readiness: Readiness) -> HTTPResponse {
        let obstacles = readiness.obstacles
        guard !obstacles.isEmpty else { return .text("ready\n") }
        return .text(obstacles.map { "not ready: \($0)\n" }.joined(), status: 503)
    }
}
