import CMicroHTTPD

/// What is known of a request between the calls of the access handler; lives until the library reports its end.
private final class RequestState {
    var bodyBytes = 0
}

/// A body up to this size is read and thrown away, so that the client gets to see the refusal.
private let discardedBodyBytesMax = 65_536

/// The library calls this first with the headers, then with each part of a body, at last with none.
func accessHandler(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ url: UnsafePointer<CChar>?, _ method: UnsafePointer<CChar>?,
    _ version: UnsafePointer<CChar>?, _ uploadData: UnsafePointer<CChar>?, _ uploadSize: UnsafeMutablePointer<Int>?,
    _ requestContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    guard let context, let connection, let url, let method, let uploadSize, let requestContext else { return .NO }
    guard let known = requestContext.pointee else {
        requestContext.pointee = Unmanaged.passRetained(RequestState()).toOpaque()
        let length = MHD_lookup_connection_value(connection, .HEADER_KIND, "Content-Length").flatMap { Int(String(cString: $0)) }
        if let length, length > discardedBodyBytesMax { return send(.bodyRefused, on: connection) }
        return .YES
    }
    let state = Unmanaged<RequestState>.fromOpaque(known).takeUnretainedValue()
    if uploadSize.pointee > 0 {
        state.bodyBytes += uploadSize.pointee
        uploadSize.pointee = 0
        return state.bodyBytes <= discardedBodyBytesMax ? .YES : .NO
    }
    let methodName = String(cString: method)
    guard methodName == "GET" || methodName == "HEAD" else { return send(.methodRefused, on: connection) }
    guard state.bodyBytes == 0 else { return send(.bodyRefused, on: connection) }
    let request = HTTPRequest(
        path: String(cString: url), query: values(.GET_ARGUMENT_KIND, of: connection), headers: values(.HEADER_KIND, of: connection))
    let responder = Unmanaged<Responder>.fromOpaque(context).takeUnretainedValue()
    return send(responder.handler(request), on: connection)
}

/// The library calls this once for each request that the access handler has seen, however it ended.
func requestCompleted(
    _ context: UnsafeMutableRawPointer?, _ connection: OpaquePointer?, _ requestContext: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ reason: MHD_RequestTerminationCode
) {
    guard let requestContext, let known = requestContext.pointee else { return }
    requestContext.pointee = nil
    Unmanaged<RequestState>.fromOpaque(known).release()
}

private final class ValueList {
    var values: [(name: String, value: String)] = []
}

private func values(_ kind: MHD_ValueKind, of connection: OpaquePointer) -> [(name: String, value: String)] {
    let list = ValueList()
    MHD_get_connection_values(connection, kind, collectValue, Unmanaged.passUnretained(list).toOpaque())
    return list.values
}

private func collectValue(
    _ context: UnsafeMutableRawPointer?, _ kind: MHD_ValueKind, _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?
) -> MHD_Result {
    guard let context, let name else { return .YES }
    let list = Unmanaged<ValueList>.fromOpaque(context).takeUnretainedValue()
    list.values.append((name: String(cString: name), value: value.map { String(cString: $0) } ?? ""))
    return .YES
}

/// Queues a response, with the security headers that it does not set itself. For HEAD the library leaves the body out.
private func send(_ response: HTTPResponse, on connection: OpaquePointer) -> MHD_Result {
    let made = response.body.withUnsafeBytes { bytes in
        MHD_create_response_from_buffer(bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
    }
    guard let made else { return .NO }
    defer { MHD_destroy_response(made) }
    var headers = [(name: "Content-Type", value: response.contentType)] + response.headers
    let set = response.headers.map { $0.name.lowercased() }
    headers += SecurityHeaders.all.filter { !set.contains($0.name.lowercased()) }
    for header in headers {
        // Refused by the library if it contains a line break: then it is left out.
        _ = MHD_add_response_header(made, header.name, header.value)
    }
    let isStatus = (200...599).contains(response.status)
    return MHD_queue_response(connection, UInt32(isStatus ? response.status : 500), made)
}

extension HTTPResponse {
    fileprivate static let methodRefused = HTTPResponse(
        status: 405, contentType: "text/plain; charset=utf-8", body: Array("only GET and HEAD\n".utf8), headers: [("Allow", "GET, HEAD")])
    fileprivate static let bodyRefused = HTTPResponse(
        status: 413, contentType: "text/plain; charset=utf-8", body: Array("a request body is not accepted\n".utf8),
        headers: [("Connection", "close")])
}
