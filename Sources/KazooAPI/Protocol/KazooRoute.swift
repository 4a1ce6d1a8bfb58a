import HTTPTypes
import Voicemail

/// What a path names. `KazooRoute` knows paths and methods and nothing else; `Sources/COpenAPI/kazoo.json`, the
/// description, is compared with it.
enum KazooRoute: Hashable, Sendable {
    case userAuth, userAuthRecovery, userAuthToken(String), apiAuth, tokenAuth, tokenInfo
    case accounts, account
    case children, descendants, siblings, tree
    case boxes, accountMessages, box(String), messages(String), archive(String)
    case message(String, String), messageAudio(String, String)
    case users, user(String), userBoxes(String), userImpersonation(String)
    case greetings, greeting(String), greetingAudio(String), greetingIndex(String), greetingIndexEntry(String, String)
    case webhooks, webhook(String), webhookAttempts, attemptsOfWebhook(String), hookTypes, hookSamples, hookSample(String)
    case search, appsStore, app(String), schemas, schema(String)

    /// The methods offered, in the order CORS answers print them.
    var methods: [HTTPRequest.Method] {
        switch self {
        case .userAuth, .apiAuth, .userImpersonation: [.put]
        case .userAuthRecovery: [.put, .post]
        case .tokenAuth: [.get, .delete]
        case .tokenInfo: [.get, .post]
        case .accounts: [.put]
        case .account: [.get, .put, .post, .patch, .delete]
        case .boxes, .users, .greetings: [.get, .put]
        case .box, .user, .webhook: [.get, .post, .patch, .delete]
        case .messages: [.get, .put, .post, .delete]
        case .archive: [.post]
        case .message: [.get, .put, .post, .delete]
        case .messageAudio: [.get, .put]
        case .greeting: [.get, .post, .delete]
        case .greetingAudio: [.get, .post]
        case .webhooks: [.get, .put, .patch]
        case .userAuthToken, .children, .descendants, .siblings, .tree, .accountMessages, .userBoxes, .greetingIndex, .greetingIndexEntry,
            .webhookAttempts, .attemptsOfWebhook, .hookTypes, .hookSamples, .hookSample, .search, .appsStore, .app, .schemas,
            .schema:
            [.get]
        }
    }

    /// Whether a caller needs no token.
    var isPublic: Bool {
        switch self {
        case .userAuth, .userAuthRecovery, .apiAuth, .tokenInfo, .hookTypes, .hookSamples, .hookSample, .schemas, .schema: true
        default: false
        }
    }
}

extension KazooRoute {
    /// The path with placeholders, relative to `/v2`, for metrics and for the OpenAPI description.
    var template: String {
        switch self {
        case .userAuth: "/user_auth"
        case .userAuthRecovery: "/user_auth/recovery"
        case .userAuthToken: "/accounts/{account_id}/user_auth/{token}"
        case .apiAuth: "/api_auth"
        case .tokenAuth: "/token_auth"
        case .tokenInfo: "/auth/tokeninfo"
        case .accounts: "/accounts"
        case .schemas: "/schemas"
        case .schema: "/schemas/{schema_id}"
        case .hookTypes: "/webhooks"
        case .hookSamples: "/webhooks/samples"
        case .hookSample: "/webhooks/samples/{sample_id}"
        default: "/accounts/{account_id}" + accountTemplate
        }
    }

    private var accountTemplate: String {
        switch self {
        case .children: "/children"
        case .descendants: "/descendants"
        case .siblings: "/siblings"
        case .tree: "/tree"
        case .boxes: "/vmboxes"
        case .accountMessages: "/vmboxes/messages"
        case .box: "/vmboxes/{box_id}"
        case .messages: "/vmboxes/{box_id}/messages"
        case .archive: "/vmboxes/{box_id}/messages/raw"
        case .message: "/vmboxes/{box_id}/messages/{message_id}"
        case .messageAudio: "/vmboxes/{box_id}/messages/{message_id}/raw"
        case .users: "/users"
        case .user: "/users/{user_id}"
        case .userBoxes: "/users/{user_id}/vmboxes"
        case .userImpersonation: "/users/{user_id}/user_auth"
        case .greetings: "/media"
        case .greeting: "/media/{media_id}"
        case .greetingAudio: "/media/{media_id}/raw"
        case .greetingIndex(let kind): "/media/\(kind)"
        case .greetingIndexEntry(let kind, _): "/media/\(kind)/{name}"
        case .webhooks: "/webhooks"
        case .webhook: "/webhooks/{webhook_id}"
        case .webhookAttempts: "/webhooks/attempts"
        case .attemptsOfWebhook: "/webhooks/{webhook_id}/attempts"
        case .search: "/search"
        case .appsStore: "/apps_store"
        case .app: "/apps_store/{app_id}"
        default: ""
        }
    }
}

extension KazooRoute {
    /// Whether an attempt costs as much as a login (K§2.12).
    var isLogin: Bool {
        switch self {
        case .userAuth, .userAuthRecovery, .apiAuth: true
        default: false
        }
    }
}
