import Crypto
import Foundation
import HTTPTypes

/// What a client sends to talk web socket instead of HTTP (RFC 6455 §4.2.1), and what it is answered.
public struct WebSocketHandshake: Sendable {
    /// `Sec-WebSocket-Accept`.
    let acceptance: String

    /// - Returns: nil for a request that is none, or one of another version of the protocol.
    public init?(_ request: FrontRequest) {
        guard request.method == .get, Self.lists("websocket", request.headers[.upgrade]), Self.lists("upgrade", request.headers[.connection]),
            request.headers[.secWebSocketVersion] == "13", let key = request.headers[.secWebSocketKey],
            Data(base64Encoded: key)?.count == 16
        else { return nil }
        acceptance = Data(Insecure.SHA1.hash(data: Data((key + Self.suffix).utf8))).base64EncodedString()
    }

    /// RFC 6455 §1.3.
    private static let suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    private static func lists(_ word: String, _ value: String?) -> Bool {
        (value ?? "").split(separator: ",").contains { HTTPToken.trim($0).lowercased() == word }
    }
}

extension FrontResponse {
    /// Goes on as a web socket. The connection ends when `converse` returns.
    public static func webSocket(_ handshake: WebSocketHandshake, _ converse: @escaping @Sendable (WebSocketConnection) async -> Void) -> FrontResponse {
        var response = FrontResponse(
            status: .switchingProtocols, headers: [.upgrade: "websocket", .secWebSocketAccept: handshake.acceptance])
        response.conversation = converse
        return response
    }
}
