/// A route and the account its path names.
struct RoutedPath: Sendable {
    let route: KazooRoute
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

    private init(_ route: KazooRoute, accountID: String?) {
        self.route = route
        self.accountID = accountID
    }

    private static func global(_ parts: [String]) -> KazooRoute? {
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

    private static func underAccount(_ parts: [String]) -> KazooRoute? {
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

    private static func single(_ word: String) -> KazooRoute? {
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
    private static func boxes(_ parts: [String]) -> KazooRoute? {
        switch parts.count {
        case 0: .boxes
        case 1: parts[0] == "messages" ? .accountMessages : .box(parts[0])
        case 2 where parts[1] == "messages": .messages(parts[0])
        case 3 where parts[1] == "messages": parts[2] == "raw" ? .archive(parts[0]) : .message(parts[0], parts[2])
        case 4 where parts[1] == "messages" && parts[3] == "raw": .messageAudio(parts[0], parts[2])
        default: nil
        }
    }

    private static func users(_ parts: [String]) -> KazooRoute? {
        switch parts.count {
        case 0: .users
        case 1: .user(parts[0])
        case 2 where parts[1] == "vmboxes": .userBoxes(parts[0])
        case 2 where parts[1] == "user_auth": .userImpersonation(parts[0])
        default: nil
        }
    }

    private static func greetings(_ parts: [String]) -> KazooRoute? {
        switch parts.count {
        case 0: .greetings
        case 1: ["languages", "prompts"].contains(parts[0]) ? .greetingIndex(parts[0]) : .greeting(parts[0])
        case 2 where ["languages", "prompts"].contains(parts[0]): .greetingIndexEntry(parts[0], parts[1])
        case 2 where parts[1] == "raw": .greetingAudio(parts[0])
        default: nil
        }
    }

    private static func webhooks(_ parts: [String]) -> KazooRoute? {
        switch parts.count {
        case 0: .webhooks
        case 1: parts[0] == "attempts" ? .webhookAttempts : .webhook(parts[0])
        case 2 where parts[1] == "attempts": .attemptsOfWebhook(parts[0])
        default: nil
        }
    }
}
