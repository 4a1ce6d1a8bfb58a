import HTTPTypes
import Voicemail

/// What a path names. `Route` knows paths and methods and nothing else; `Sources/COpenAPI/kazoo.json`, the
/// description, is compared with it.
enum Route: Hashable, Sendable {
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

/// A route and the account its path names.
struct RoutedPath: Sendable {
    let route: Route
    /// As written in the path; nil where the path names none.
    let accountID: String?
    /// `/account/…`: the account of the token.
    var usesTokenAccount = false

    /// - Parameter segments: after `v2`.
    /// - Returns: nil for a path that nothing has.
    init?(_ segments: some Collection<String>) {
        let parts = Array(segments)
        switch parts.first {
        case "accounts" where parts.count == 1:
            self.init(.accounts, accountID: nil)
        case "accounts":
            guard let route = Self.underAccount(Array(parts[2...])) else { return nil }
            self.init(route, accountID: parts[1])
        case "account":
            guard let route = Self.underAccount(Array(parts[1...])) else { return nil }
            self.init(route, accountID: nil)
            usesTokenAccount = true
        default:
            guard let route = Self.global(parts) else { return nil }
            self.init(route, accountID: nil)
        }
    }

    private init(_ route: Route, accountID: String?) {
        self.route = route
        self.accountID = accountID
    }

    private static func global(_ parts: [String]) -> Route? {
        switch (parts.first, parts.count) {
        case ("user_auth", 1): .userAuth
        case ("user_auth", 2): parts[1] == "recovery" ? .userAuthRecovery : .userAuthToken(parts[1])
        case ("api_auth", 1): .apiAuth
        case ("token_auth", 1): .tokenAuth
        case ("auth", 2) where parts[1] == "tokeninfo": .tokenInfo
        case ("schemas", 1): .schemas
        case ("schemas", 2): .schema(parts[1])
        case ("webhooks", 1): .hookTypes
        case ("webhooks", 2) where parts[1] == "samples": .hookSamples
        case ("webhooks", 3) where parts[1] == "samples": .hookSample(parts[2])
        default: nil
        }
    }

    private static func underAccount(_ parts: [String]) -> Route? {
        switch parts.first {
        case nil: .account
        case "vmboxes": boxes(Array(parts[1...]))
        case "users": users(Array(parts[1...]))
        case "media": greetings(Array(parts[1...]))
        case "webhooks": webhooks(Array(parts[1...]))
        case "apps_store" where parts.count == 2: .app(parts[1])
        case "user_auth" where parts.count == 2: .userAuthToken(parts[1])
        default: parts.count == 1 ? single(parts[0]) : nil
        }
    }

    private static func single(_ word: String) -> Route? {
        switch word {
        case "children": .children
        case "descendants": .descendants
        case "siblings": .siblings
        case "tree": .tree
        case "search": .search
        case "apps_store": .appsStore
        case "token_auth": .tokenAuth
        default: nil
        }
    }

    /// `messages` right under `vmboxes` is always the account's listing, and `raw` right under `messages` always the
    /// ZIP (K§1.1).
    private static func boxes(_ parts: [String]) -> Route? {
        switch parts.count {
        case 0: .boxes
        case 1: parts[0] == "messages" ? .accountMessages : .box(parts[0])
        case 2 where parts[1] == "messages": .messages(parts[0])
        case 3 where parts[1] == "messages": parts[2] == "raw" ? .archive(parts[0]) : .message(parts[0], parts[2])
        case 4 where parts[1] == "messages" && parts[3] == "raw": .messageAudio(parts[0], parts[2])
        default: nil
        }
    }

    private static func users(_ parts: [String]) -> Route? {
        switch parts.count {
        case 0: .users
        case 1: .user(parts[0])
        case 2 where parts[1] == "vmboxes": .userBoxes(parts[0])
        case 2 where parts[1] == "user_auth": .userImpersonation(parts[0])
        default: nil
        }
    }

    private static func greetings(_ parts: [String]) -> Route? {
        switch parts.count {
        case 0: .greetings
        case 1: ["languages", "prompts"].contains(parts[0]) ? .greetingIndex(parts[0]) : .greeting(parts[0])
        case 2 where ["languages", "prompts"].contains(parts[0]): .greetingIndexEntry(parts[0], parts[1])
        case 2 where parts[1] == "raw": .greetingAudio(parts[0])
        default: nil
        }
    }

    private static func webhooks(_ parts: [String]) -> Route? {
        switch parts.count {
        case 0: .webhooks
        case 1: parts[0] == "attempts" ? .webhookAttempts : .webhook(parts[0])
        case 2 where parts[1] == "attempts": .attemptsOfWebhook(parts[0])
        default: nil
        }
    }
}

extension Route {
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

extension Route {
    /// Whether an attempt costs as much as a login (K§2.12).
    var isLogin: Bool {
        switch self {
        case .userAuth, .userAuthRecovery, .apiAuth: true
        default: false
        }
    }
}
