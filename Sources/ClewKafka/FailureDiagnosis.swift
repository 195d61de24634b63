import CRdkafka

/// What the client's connections last failed by, and what to tell about it.
///
/// The library reports a broker that is not there as a call's time-out, and the cause only in its log: this keeps the cause.
package struct FailureDiagnosis: Sendable {
    package enum Cause: Sendable, Equatable {
        case connection
        case authentication
        case tls
        case resolve
    }

    /// `HOST:PORT,…` as configured.
    package let bootstrap: String
    /// `sasl.mechanism` as configured.
    package let mechanism: String
    private var last: (cause: Cause, reason: String)?

    package init(bootstrap: String, mechanism: String) {
        self.bootstrap = bootstrap
        self.mechanism = mechanism
    }

    package var cause: Cause? { last?.cause }

    /// Takes note of a line of the library's log.
    package mutating func note(facility: String, message: String) {
        guard facility == "FAIL" || facility == "SASL" || facility == "ERROR" else { return }
        let reason = Self.reason(in: message)
        if reason.contains("uthentication fail") || reason.contains("uthentication error") {
            last = (.authentication, reason)
        } else if reason.contains("Failed to resolve") {
            last = (.resolve, reason)
        } else if reason.contains("SSL") || reason.contains("ssl") {
            last = (.tls, reason)
        } else if facility == "FAIL", last?.cause != .authentication {
            last = (.connection, reason)
        }
    }

    /// A call has been answered, so what failed before is over.
    package mutating func clear() { last = nil }

    /// Says more than the library where the cause is known.
    package func explain(_ error: KafkaError, libraryVersion: Int32) -> KafkaError {
        let unreachable: [KafkaError.Code] = [.transport, .allBrokersDown, .timedOut, .resolve, .authentication, .tls]
        guard unreachable.contains(error.code) else { return error }
        guard let last else {
            guard error.code == .allBrokersDown || error.code == .transport else { return error }
            return error.replacingMessage("cannot reach any broker of \(bootstrap): \(error.message)")
        }
        switch last.cause {
        case .authentication:
            return error.replacingMessage(authenticationMessage(last.reason, libraryVersion), code: .authentication)
        case .connection:
            return error.replacingMessage("cannot reach any broker of \(bootstrap): \(last.reason)")
        case .tls:
            return error.replacingMessage("no TLS connection to any broker of \(bootstrap): \(last.reason)", code: .tls)
        case .resolve:
            return error.replacingMessage("cannot reach any broker of \(bootstrap): \(last.reason)", code: .resolve)
        }
    }

    private func authenticationMessage(_ reason: String, _ libraryVersion: Int32) -> String {
        let message = "authentication at \(bootstrap) failed: \(reason)"
        guard mechanism.uppercased().hasPrefix("SCRAM"), libraryVersion < 0x0206_01FF else { return message }
        return message
            + "; librdkafka \(Self.text(ofVersion: libraryVersion)) cannot log in by SCRAM to Kafka 3.9 or newer, even with the right "
            + "password: use librdkafka 2.6.1 or newer, or another mechanism (with an older Kafka check user name and password)"
    }

    package static func text(ofVersion version: Int32) -> String {
        "\(version >> 24 & 0xFF).\(version >> 16 & 0xFF).\(version >> 8 & 0xFF)"
    }

    /// Without the thread's name before it and the state and repeat counts behind it.
    package static func reason(in message: String) -> String {
        var text = Substring(message)
        if text.hasPrefix("[thrd:"), let end = text.firstIndex(of: "]") {
            text = text[text.index(after: end)...].drop { $0 == ":" || $0 == " " }
        }
        if let after = text.firstIndex(ofText: " (after ") { text = text[..<after] }
        return String(text)
    }
}

extension Substring {
    /// The index at which `needle` begins, without Foundation.
    fileprivate func firstIndex(ofText needle: String) -> Index? {
        var at = startIndex
        while at < endIndex {
            if self[at...].hasPrefix(needle) { return at }
            at = index(after: at)
        }
        return nil
    }
}
