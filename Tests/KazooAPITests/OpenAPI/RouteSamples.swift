@testable import KazooAPI

extension KazooRoute {
    /// One route of each template. A case that is added asks for its place here, as the switch must name it.
    static let samples: [KazooRoute] = Array(sequence(first: .userAuth) { $0.successor })

    private var successor: KazooRoute? {
        switch self {
        case .userAuth: .userAuthRecovery
        case .userAuthRecovery: .userAuthToken("t")
        case .userAuthToken: .apiAuth
        case .apiAuth: .tokenAuth
        case .tokenAuth: .tokenInfo
        case .tokenInfo: .accounts
        case .accounts: .account
        case .account: .children
        case .children: .descendants
        case .descendants: .siblings
        case .siblings: .tree
        case .tree: .search
        case .search: .boxes
        case .boxes: .accountMessages
        case .accountMessages: .box("b")
        case .box: .messages("b")
        case .messages: .archive("b")
        case .archive: .message("b", "m")
        case .message: .messageAudio("b", "m")
        case .messageAudio: .users
        case .users: .user("u")
        case .user: .userBoxes("u")
        case .userBoxes: .userImpersonation("u")
        case .userImpersonation: .greetings
        case .greetings: .greeting("g")
        case .greeting: .greetingAudio("g")
        case .greetingAudio: .greetingIndex("languages")
        case .greetingIndex("languages"): .greetingIndex("prompts")
        case .greetingIndex: .greetingIndexEntry("languages", "en-us")
        case .greetingIndexEntry("languages", _): .greetingIndexEntry("prompts", "p")
        case .greetingIndexEntry: .webhooks
        case .webhooks: .webhook("w")
        case .webhook: .webhookAttempts
        case .webhookAttempts: .attemptsOfWebhook("w")
        case .attemptsOfWebhook: .hookTypes
        case .hookTypes: .hookSamples
        case .hookSamples: .hookSample("s")
        case .hookSample: .appsStore
        case .appsStore: .app("a")
        case .app: .schemas
        case .schemas: .schema("s")
        case .schema: nil
        }
    }
}
