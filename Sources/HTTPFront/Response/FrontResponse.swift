import HTTPTypes
import NIOCore

/// The answer to one request.
///
/// `Content-Length`, `Transfer-Encoding`, `Connection`, `Date` and, unless given, `X-Request-ID` are the front's; what a dialect sets
/// of the first three is replaced. For `HEAD` the front sends the head and leaves the body out.
public struct FrontResponse: Sendable {
    public enum Body: Sendable {
        case bytes(ByteBuffer)
        /// Read off the cooperative pool, in large pieces.
        case file(FileSlice)
        /// Written by the closure; `length` in bytes if known, else the answer is chunked. Throwing cuts the connection,
        /// so that a client cannot take half an answer for a whole one.
        case stream(length: Int?, @Sendable (ChunkWriter) async throws -> Void)
    }

    public var status: HTTPResponse.Status
    public var headers: HTTPFields
    public var body: Body
    /// Ends the connection after this answer.
    public var closesConnection = false
    /// The route for metrics, with placeholders instead of ids: `vmboxes/{box}/messages`. Must come from a small fixed set.
    public var routeLabel: String?
    /// What goes on over the connection after this answer (`webSocket`).
    var conversation: (@Sendable (WebSocketConnection) async -> Void)?

    public init(status: HTTPResponse.Status, headers: HTTPFields = [:], body: Body = .bytes(ByteBuffer()), routeLabel: String? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
        self.routeLabel = routeLabel
    }

    /// Bytes of one content type.
    public init(status: HTTPResponse.Status = .ok, contentType: String, bytes: ByteBuffer, routeLabel: String? = nil) {
        self.init(status: status, headers: [.contentType: contentType], body: .bytes(bytes), routeLabel: routeLabel)
    }

    /// Plain text, for what no dialect words.
    public static func text(_ status: HTTPResponse.Status, _ text: String, routeLabel: String? = nil) -> FrontResponse {
        FrontResponse(
            status: status, contentType: "text/plain; charset=utf-8", bytes: ByteBuffer(string: text + "\n"), routeLabel: routeLabel)
    }

    /// Bytes of the body; nil for a stream of unknown length.
    public var contentLength: Int? {
        switch body {
        case .bytes(let buffer): buffer.readableBytes
        case .file(let slice): slice.range.count
        case .stream(let length, _): length
        }
    }
}
