import Crypto
import Foundation
import Voicemail

/// What proves to a receiver that a delivery came from here, and when: the headers of Standard Webhooks.
enum HookSignature {
    /// A webhook's secret, as its receiver is given it. It follows from the server's key, so that it is nowhere stored.
    static func secret(of webhookID: String, _ secrets: Secrets) -> String { "whsec_" + Data(key(of: webhookID, secrets)).base64EncodedString() }

    private static func key(of webhookID: String, _ secrets: Secrets) -> [UInt8] { secrets.sign("webhook secret " + webhookID) }

    /// - Parameter content: the body; of a request without one, its query.
    static func headers(
        id: String, at now: Timestamp, _ content: String, webhookID: String, _ secrets: Secrets
    ) -> [(name: String, value: String)] {
        let signed = "\(id).\(now.unix).\(content)"
        let code = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: SymmetricKey(data: key(of: webhookID, secrets)))
        return [
            ("webhook-id", id), ("webhook-timestamp", String(now.unix)), ("webhook-signature", "v1," + Data(code).base64EncodedString()),
        ]
    }
}

extension Webhook {
    /// What its receiver checks signatures with.
    public func secret(_ secrets: Secrets) -> String { HookSignature.secret(of: id, secrets) }
}
