import Crypto
import Foundation

/// The signature of a delivery, by which its receiver knows who sent it and when, in the headers of Standard Webhooks.
public struct WebhookSignature: Sendable {
    private let key: [UInt8]

    private init(key: [UInt8]) { self.key = key }

    /// - Parameter secret: the receiver's. One that begins with `whsec_` holds the key in base64; any other is the key.
    public init(secret: String) {
        let encoded = secret.hasPrefix(Self.prefix) ? Data(base64Encoded: String(secret.dropFirst(Self.prefix.count))) : nil
        key = encoded.map(Array.init) ?? Array(secret.utf8)
    }

    /// The signature for a receiver that has no secret of its own. The secret is derived from the server's key, so that it is stored nowhere.
    /// - Parameter receiver: its id.
    public static func derived(for receiver: String, _ secrets: Secrets) -> WebhookSignature {
        WebhookSignature(key: secrets.sign("webhook secret " + receiver))
    }

    /// The secret as it is shown to the receiver's operator.
    public var secret: String { Self.prefix + Data(key).base64EncodedString() }

    private static let prefix = "whsec_"

    /// - Parameters:
    ///   - id: the delivery's, the same in all attempts.
    ///   - content: the body, or, of a request without one, what was added to its query.
    public func headers(id: String, at now: Timestamp, _ content: some Sequence<UInt8>) -> [(name: String, value: String)] {
        let signed = Array("\(id).\(now.unix).".utf8) + Array(content)
        let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: key))
        return [("webhook-id", id), ("webhook-timestamp", String(now.unix)), ("webhook-signature", "v1," + Data(code).base64EncodedString())]
    }
}

extension Webhook {
    /// The signature of its deliveries.
    public func signature(_ secrets: Secrets) -> WebhookSignature { .derived(for: id, secrets) }
}
