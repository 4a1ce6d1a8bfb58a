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
        var writer = JSONWriter(capacity: 1024, pretty: pretty)
        writer.open("{")
        writer.key("data", first: true)
        writer.write(failure.data)
        writer.key("status", first: false)
        writer.write("error")
        writer.key("message", first: false)
        writer.write(failure.name)
        writer.key("error", first: false)
        writer.write(String(failure.status))
        writeBookkeeping(&writer)
        writer.close("}", empty: false)
        return FrontResponse(status: status, headers: [.contentType: contentType], body: .bytes(wrapped(writer.finish())))
    }

    private func encoded(_ reply: Reply) -> ByteBuffer {
        var payload = 0
        if case .encoded(let text) = reply.payload { payload = text.readableBytes }
        var writer = JSONWriter(capacity: 1024 + payload, pretty: pretty)
        writer.open("{")
        var isFirst = true
        switch reply.payload {
        case .json(let value):
            writer.key("data", first: true)
            writer.write(value)
            isFirst = false
        case .encoded(let text):
            writer.key("data", first: true)
            // Our own text: it parses.
            if pretty, let value = try? JSON.parse(text.readableBytesView) { writer.write(value) } else { writer.raw(text) }
            isFirst = false
        case .none, .rows, .raw: break
        }
        writeMembers(of: reply, first: isFirst, &writer)
        writer.close("}", empty: false)
        return writer.finish()
    }

    /// What follows the rows of a streamed list. It is not indented, whatever was asked: the rows are not held to be.
    private func tail(of reply: Reply) -> ByteBuffer {
        var writer = JSONWriter(capacity: 512)
        writer.raw("],")
        writeMembers(of: reply, first: true, &writer)
        writer.raw(callback == nil ? "}" : "});")
        return writer.finish()
    }

    /// Everything beside the payload. Written as it comes: every answer has it, and a tree of it would cost more than ten rows of a list.
    private func writeMembers(of reply: Reply, first: Bool, _ writer: inout JSONWriter) {
        writer.key("status", first: first)
        writer.write("success")
        if let page = reply.page {
            writer.key("page_size", first: false)
            writer.write(page.size)
            if let start = page.start {
                writer.key("start_key", first: false)
                writer.write(start)
            }
            if let next = page.next {
                writer.key("next_start_key", first: false)
                writer.write(next)
            } else if emptyNextStartKey {
                writer.key("next_start_key", first: false)
                writer.write(JSON.array([]))
            }
        }
        // The seed shows a revision on every answer; where no document is answered any opaque text will do (K§12-23).
        writer.key("revision", first: false)
        writer.write(reply.revision ?? requestID)
        writeBookkeeping(&writer)
    }

    private func writeBookkeeping(_ writer: inout JSONWriter) {
        if let token {
            writer.key("auth_token", first: false)
            writer.write(token)
        }
        writer.key("request_id", first: false)
        writer.write(requestID)
        writer.key("timestamp", first: false)
        writer.write(timestamp.iso8601)
        writer.key("node", first: false)
        writer.write(node)
        if isAuthenticated {
            writer.key("version", first: false)
            writer.write(version)
        }
        writer.key("tokens", first: false)
        writer.open("{")
        writer.key("consumed", first: true)
        writer.write(tokens.consumed)
        writer.key("remaining", first: false)
        writer.write(tokens.remaining)
        writer.close("}", empty: false)
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

extension FrontRequest {
    /// The function a JSONP client wants called. Only the name of one: anything else would run in the client's page.
    var callback: String? {
        guard let name = query["jsonp"], (1...128).contains(name.utf8.count) else { return nil }
        let isName = name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$") || byte == UInt8(ascii: ".")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        }
        return isName ? name : nil
    }
}
