import Foundation
import Voicemail

/// Tokens in the form of a JWT (RFC 7519): front ends split them at the dots. Whether one is good decides the session
/// kept under its keyed hash, so that it can be ended at any time.
enum KazooToken {
    static func make(account: Account, userID: String?, issued: Timestamp, expires: Timestamp, secrets: Secrets) -> String {
        let header: JSON = ["alg": "HS256", "typ": "JWT"]
        var claims: JSONObject = [
            "iss": "aftertone", "iat": .int(issued.unix), "exp": .int(expires.unix), "account_id": .string(account.id),
            "jti": .string(HexID.random()),
        ]
        claims["owner_id"] = userID.map { .string($0) }
        let signed = Data(header.encoded.utf8).base64URL + "." + Data(JSON.object(claims).encoded.utf8).base64URL
        return signed + "." + Data(secrets.sign(signed)).base64URL
    }
}

extension Ticket.Kind {
    static let kazoo = Self(rawValue: "kazoo")
}

extension Credential.Kind {
    /// An API key (K§3.3).
    public static let kazoo = Self(rawValue: "kazoo")
}

extension VoicemailService {
    /// Opens a session of this interface.
    /// - Parameter lifetime: seconds.
    /// - Returns: the token to present, which is kept nowhere.
    public func issueKazooToken(account: Account, user: User?, credentialID: String? = nil, lifetime: Int) async throws -> String {
        let now = clock.now
        let token = KazooToken.make(account: account, userID: user?.id, issued: now, expires: now.advanced(by: lifetime), secrets: secrets)
        try await tickets.open(
            token, TicketDraft(.kazoo, accountID: account.id, userID: user?.id, credentialID: credentialID, lifetime: lifetime, isLogin: true))
        return token
    }
}
