import HTTPFront
import HTTPTypes
import NIOCore
import Voicemail

/// Wraps payloads in the envelope that every JSON answer has (K§2.4, K§2.6).
struct EnvelopeWriter: Sendable {
    let requestID: String
    let node: String
    let version: String
    let timestamp: Timestamp
    /// What this request cost and what is left to its sender (K§2.12).
    let tokens: (consumed: Int, remaining: Int)
    /// Echoed when the request carried or made a token.
    let token: String?
    let isAuthenticated: Bool
    let pretty: Bool
    /// Says `"next_start_key": []` on a last page, as old servers did (K§12-09).
    let emptyNextStartKey: Bool
    /// The function a JSONP client wants called.
    let callback: String?

    func success(_ reply: Reply) -> FrontResponse {
        var headers = reply.headers
        headers[.expires] = "Mon, 01 Jan 1990 00:00:00 GMT"
        if let revision = reply.revision { headers[.eTag] = "\"\(revision)\"" }
        if let location = reply.location { headers[.location] = location }
        headers[.contentType] = contentType
        let body: FrontResponse.Body
        if case .rows(let write) = reply.payload {
            let tail = self.tail(of: reply)
            body = .stream(length: nil) { sink in
                try await sink.write(ByteBuffer(string: (callback.map { $0 + "(" } ?? "") + "{\"data\":["))
                try await write(sink)
                try await sink.write(tail)
            }
        } else {
            body = .bytes(wrapped(encoded(reply)))
        }
        return FrontResponse(status: reply.status, headers: headers, body: body)
    }

    func failure(_ failure: KazooFailure) -> FrontResponse {
        let status = HTTPResponse.Status(code: failure.status)
        guard failure.hasBody else { return FrontResponse(status: status) }
        var object: JSONObject = [
            "data": failure.data, "status": "error", "message": .string(failure.name), "error": .string(String(failure.status)),
        ]
        object.merge(bookkeeping) { old, _ in old }
        return FrontResponse(status: status, headers: [.contentType: contentType], body: .bytes(wrapped(JSON.object(object).encode(pretty: pretty))))
    }

    private func encoded(_ reply: Reply) -> ByteBuffer {
        if pretty { return JSON.object(tree(of: reply)).encode(pretty: true) }
        var payload = 0
        if case .encoded(let text) = reply.payload { payload = text.readableBytes }
        var writer = JSONWriter(capacity: 1024 + payload)
        writer.raw("{")
        switch reply.payload {
        case .json(let value):
            writer.raw("\"data\":")
            writer.write(value)
            writer.raw(",")
        case .encoded(let text):
            writer.raw("\"data\":")
            writer.raw(text)
            writer.raw(",")
        case .none, .rows, .raw: break
        }
        writeMembers(members(of: reply), &writer)
        writer.raw("}")
        return writer.finish()
    }

    /// What follows the rows of a streamed list. It is not indented, whatever was asked: the rows are not held to be.
    private func tail(of reply: Reply) -> ByteBuffer {
        var writer = JSONWriter(capacity: 512)
        writer.raw("],")
        writeMembers(members(of: reply), &writer)
        writer.raw(callback == nil ? "}" : "});")
        return writer.finish()
    }

    private func writeMembers(_ members: JSONObject, _ writer: inout JSONWriter) {
        var first = true
        for (key, value) in members {
            writer.key(key, first: first)
            first = false
            writer.write(value)
        }
    }

    private func tree(of reply: Reply) -> JSONObject {
        var object = JSONObject()
        switch reply.payload {
        case .json(let value): object["data"] = value
        // Our own text: it parses.
        case .encoded(let text): object["data"] = try? JSON.parse(text.readableBytesView)
        case .none, .rows, .raw: break
        }
        object.merge(members(of: reply)) { old, _ in old }
        return object
    }

    private func members(of reply: Reply) -> JSONObject {
        var object: JSONObject = ["status": "success"]
        if let page = reply.page {
            object["page_size"] = .int(page.size)
            object["start_key"] = page.start.map { .string($0) }
            object["next_start_key"] = page.next.map { .string($0) } ?? (emptyNextStartKey ? [] : nil)
        }
        // The seed shows a revision on every answer; where no document is answered any opaque text will do (K§12-23).
        object["revision"] = .string(reply.revision ?? requestID)
        object.merge(bookkeeping) { old, _ in old }
        return object
    }

    private var bookkeeping: JSONObject {
        var object: JSONObject = [:]
        object["auth_token"] = token.map { .string($0) }
        object["request_id"] = .string(requestID)
        object["timestamp"] = .string(timestamp.iso8601)
        object["node"] = .string(node)
        if isAuthenticated { object["version"] = .string(version) }
        object["tokens"] = ["consumed": .int(tokens.consumed), "remaining": .int(tokens.remaining)]
        return object
    }

    /// Exactly this, with no parameter: front ends compare the header as text (K§2.5).
    private var contentType: String { callback == nil ? "application/json" : "application/javascript" }

    private func wrapped(_ body: ByteBuffer) -> ByteBuffer {
        guard let callback else { return body }
        var out = ByteBuffer(string: callback + "(")
        out.writeImmutableBuffer(body)
        out.writeString(");")
        return out
    }
}
