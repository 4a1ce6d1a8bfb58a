import Crypto
import Foundation
import Voicemail

/// The applications a front end may show: one, the voicemails app (F§2-6).
extension KazooDialect {
    func apps(_ call: KazooCall) throws -> Reply {
        let account = try call.requireAccount()
        let app = Self.voicemailsApp(of: account)
        switch call.route {
        case .app(let id):
            guard app["id"]?.string == id else { throw KazooFailure.badIdentifier(id) }
            return .json(.object(app))
        default: return .json([.object(app)])
        }
    }

    /// Its id must not change between calls, so it is derived from the account's.
    private static func voicemailsApp(of account: Account) -> JSONObject {
        let digest = SHA256.hash(data: Data("voicemails \(account.id)".utf8))
        return [
            "id": .string(HexID.encode(digest.prefix(16))), "name": "voicemails", "allowed_users": "all", "users": [],
            "i18n": ["en-US": ["label": "Voicemails", "description": "Listen to voicemail messages"]],
        ]
    }
}
