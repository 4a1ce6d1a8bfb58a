import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// One request and its answer.
struct Exchange {
    let core: FrontCore
    let connection: ConnectionFacts
    let parts: PartReader
    let outbound: ResponseSender.Outbound
    let head: HTTPRequestHead
    /// Why the parser did not take it; then nothing comes behind its head.
    var refusal: RequestFault?

    /// Bytes of a request that may be left unread for its connection to be kept.
    private static let drainable = 64 << 10

    /// HTTP/1.0 has no chunks, no `100 Continue`, and closes unless asked not to.
    private var speaksOldHTTP: Bool { head.version.major == 1 && head.version.minor == 0 }

    /// - Returns: whether the connection can take another request.
    /// - Throws: when it is broken.
    func run() async throws -> Bool {
        let start = NIODeadline.now()
        let target = RequestTarget(head.uri)
        let dialect = connection.dialects.owner(of: target.path)
        let wire = try await receiveBody(upTo: dialect?.bodyLimit(at: target.path) ?? core.limits.body)
        defer { wire?.close() }
        let (request, fault) = makeRequest(target, body: wire.map { RequestBody(.wire($0)) } ?? .empty, takesForeign: dialect?.takesForeignText == true)
        var answer = await core.answer(request, fault: fault, from: dialect, showsOperations: showsOperations)
        if fault?.endsConnection == true { answer.response.closesConnection = true }
        if !answer.response.headers.contains(.xRequestID) { answer.response.headers[.xRequestID] = request.id }
        if let conversation = answer.response.conversation {
            return try await converse(conversation, after: answer, request: request, target: target, start: start)
        }
        let keeps = keepsConnection(answer.response, wire)
        let outcome = await send(answer.response, keeps: keeps, request: request)
        record(answer, outcome, request: request, target: target, start: start, received: wire?.received ?? 0)
        if let error = outcome.error { throw error }
        guard outcome.isWhole, keeps else { return false }
        while try await wire?.next() != nil {}
        return true
    }

    /// Leaves HTTP: the answer's head turns the pipeline around (`ExchangeDeadline`), and what follows is between client and dialect.
    private func converse(
        _ conversation: @Sendable (WebSocketConnection) async -> Void, after answer: FrontCore.Answer, request: FrontRequest,
        target: RequestTarget, start: NIODeadline
    ) async throws -> Bool {
        var headers = HTTPHeaders(answer.response.headers)
        headers.add(name: "Connection", value: "Upgrade")
        try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)))
        record(answer, Outcome(status: answer.response.status.code), request: request, target: target, start: start, received: 0)
        await conversation(WebSocketConnection(parts, outbound))
        return false
    }

    /// The body still to come, or nil when there is none: then its end, which came with the head, is taken here.
    private func receiveBody(upTo limit: Int) async throws -> WireBody? {
        guard refusal == nil else { return nil }
        let declared = head.headers.first(name: "content-length").map { Int($0) ?? .max }
        guard head.headers.contains(name: "transfer-encoding") || (declared ?? 0) > 0 else {
            guard case .end = try await parts.next() else { throw BodyError.malformed }
            return nil
        }
        let awaitsContinue =
            !speaksOldHTTP && head.headers.first(name: "expect")?.lowercased() == "100-continue"
        return WireBody(
            declaredLength: head.headers.contains(name: "transfer-encoding") ? nil : declared, limit: limit,
            awaitsContinue: awaitsContinue, memory: core.bodyMemory, parts: parts, outbound: outbound)
    }

    private var showsOperations: Bool {
        switch connection.operations {
        case .all: true
        case .loopback: core.proxies.isHere(connection.remote, headers: head.headers)
        case .none: false
        }
    }

    private func makeRequest(_ target: RequestTarget, body: RequestBody, takesForeign: Bool) -> (FrontRequest, RequestFault?) {
        var fault: RequestFault?
        var segments: [String] = []
        var query = Query()
        do throws(RequestFault) {
            if let refusal { throw refusal }
            try RequestRules.judge(head)
            guard head.uri.utf8.count <= core.limits.target else { throw .targetTooLong(limit: core.limits.target) }
            segments = try target.segments(takesForeign: takesForeign)
            if let text = target.query { query = try Query(parsing: text, limit: core.limits.queryParameters, takesForeign: takesForeign) }
        } catch {
            fault = error
        }
        let headers = RequestHeaders(head.headers)
        let id = RequestID.choose(headers[.xRequestID])
        // The parser knows a fixed list of methods, all of them tokens.
        let method = HTTPRequest.Method(head.method.rawValue) ?? .options
        let request = FrontRequest(
            id: id, method: method, path: target.path, segments: segments, query: query,
            headers: headers, body: body,
            remote: core.proxies.client(of: connection.remote, fields: head.headers[TrustedProxies.fieldName]), isSecure: connection.isSecure,
            isUnread: refusal != nil, logger: core.logger)
        return (request, fault)
    }

    /// A request that was answered before it was read is only read on if little is left of it.
    private func keepsConnection(_ response: FrontResponse, _ wire: WireBody?) -> Bool {
        guard head.isKeepAlive, !response.closesConnection, !head.headers.contains(name: "upgrade") else { return false }
        // HTTP/1.0 knows no codings: who sends one there may see other ends of messages than we do (RFC 9112 §6.1).
        if speaksOldHTTP, response.contentLength == nil || head.headers.contains(name: "transfer-encoding") { return false }
        guard let wire else { return true }
        return wire.remainder.map { $0 <= Self.drainable } ?? false
    }

    private struct Outcome {
        var status: Int
        var sent = 0
        var isWhole = true
        /// Why the connection is broken.
        var error: (any Error)?
    }

    private func send(_ response: FrontResponse, keeps: Bool, request: FrontRequest) async -> Outcome {
        let hasBody = request.method != .head && response.status.code >= 200 && response.status.code != 204 && response.status.code != 304
        let sender = ResponseSender(responseHead(response, keeps: keeps), length: response.contentLength, to: outbound, on: connection.loop)
        do {
            if hasBody {
                try await sender.send(response.body)
            } else {
                try await sender.sendHead()
            }
            return Outcome(status: response.status.code, sent: sender.sent)
        } catch {
            let outcome = Outcome(status: response.status.code, sent: sender.sent, isWhole: false, error: error)
            // Cancelled tells that the client is gone, too (`HTTPConnection`).
            if error is ConnectionGone || error is CancellationError { return outcome }
            request.logger.error("the answer's body failed", metadata: ["error": "\(error)"])
            guard !sender.headIsSent else { return outcome }
            return await sendFailure()
        }
    }

    /// For a body that failed before its first byte.
    private func sendFailure() async -> Outcome {
        let response = FrontResponse.text(.internalServerError, "internal error")
        let sender = ResponseSender(responseHead(response, keeps: false), length: response.contentLength, to: outbound, on: connection.loop)
        do {
            try await sender.send(response.body)
            return Outcome(status: response.status.code, sent: sender.sent, isWhole: false)
        } catch {
            return Outcome(status: response.status.code, isWhole: false, error: error)
        }
    }

    private func responseHead(_ response: FrontResponse, keeps: Bool) -> HTTPResponseHead {
        var headers = HTTPHeaders()
        headers.reserveCapacity(response.headers.count + Self.ownFields)
        for field in response.headers where !Self.framing.contains(field.name) {
            headers.add(name: field.name.rawName, value: field.value)
        }
        var version = HTTPVersion.http1_1
        if response.status.code >= 200, response.status.code != 204 {
            if let length = response.contentLength {
                headers.add(name: "Content-Length", value: String(length))
            } else if speaksOldHTTP {
                version = .http1_0
            } else {
                headers.add(name: "Transfer-Encoding", value: "chunked")
            }
        }
        if !keeps {
            headers.add(name: "Connection", value: "close")
        } else if speaksOldHTTP {
            headers.add(name: "Connection", value: "keep-alive")
        }
        headers.add(name: "Date", value: core.date.text(at: .now()))
        let status = HTTPResponseStatus(statusCode: response.status.code, reasonPhrase: response.status.reasonPhrase)
        return HTTPResponseHead(version: version, status: status, headers: headers)
    }

    /// What says where an answer ends, and what becomes of the connection: never a dialect's to say.
    private static let framing: [HTTPField.Name] = [.contentLength, .transferEncoding, .connection]
    /// Fields that an answer gets here at most.
    private static let ownFields = 3

    private func record(
        _ answer: FrontCore.Answer, _ outcome: Outcome, request: FrontRequest, target: RequestTarget, start: NIODeadline, received: Int
    ) {
        let elapsed = (NIODeadline.now() - start).nanoseconds
        core.metrics.record(
            dialect: answer.owner, route: answer.response.routeLabel ?? "other", status: outcome.status,
            seconds: Double(elapsed) / 1e9, received: received, sent: outcome.sent)
        AccessLog.write(
            ExchangeRecord(
                remote: request.remote, method: head.method.rawValue, path: target.path, query: target.query, status: outcome.status,
                sent: outcome.sent, nanoseconds: elapsed, isWhole: outcome.isWhole),
            of: request.id, to: core.logger)
    }
}
