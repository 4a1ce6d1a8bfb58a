import Crypto
import Foundation

/// What proves to a receiver that a delivery came from here, and when: the headers of Standard Webhooks.
public struct WebhookSignature: Sendable {
    private let key: [UInt8]

    private init(key: [UInt8]) { self.key = key }

    /// Of a receiver that is given its secret, as it is written: what begins with `whsec_` holds the key in base64, any other is the key.
    public init(secret: String) {
        let encoded = secret.hasPrefix(Self.prefix) ? Data(base64Encoded: String(secret.dropFirst(Self.prefix.count))) : nil
        key = encoded.map(Array.init) ?? Array(secret.utf8)
    }

    /// Of a receiver that brings no secret. Its own follows from the server's key, so that it is nowhere stored.
    /// - Parameter receiver: who it is.
    public static func derived(for receiver: String, _ secrets: Secrets) -> WebhookSignature {
        WebhookSignature(key: secrets.sign("webhook secret " + receiver))
    }

    /// As a receiver is given it.
    public var secret: String { Self.prefix + Data(key).base64EncodedString() }

    private static let prefix = "whsec_"

    /// - Parameters:
    ///   - id: the same in all attempts.
    ///   - content: the body; of a request without one, what was added to its query.
    public func headers(id: String, at now: Timestamp, _ content: some Sequence<UInt8>) -> [(name: String, value: String)] {
        let signed = Array("\(id).\(now.unix).".utf8) + Array(content)
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: key))
        return [("webhook-id", id), ("webhook-timestamp", String(now.unix)), ("webhook-signature", "v1," + Data(code).base64EncodedString())]
    }
}

extension Webhook {
    /// What its deliveries are signed with.
    public func signature(_ secrets: Secrets) -> WebhookSignature { .derived(for: id, secrets) }
}
