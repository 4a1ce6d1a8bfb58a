import HTTPTypes
import Voicemail

extension KazooDialect {
    /// Sends a call to the function that answers it.
    func endpoint(_ call: KazooCall) async throws -> Reply {
        switch call.route {
        case .userAuth: try await logIn(call)
        case .apiAuth: try await logInByKey(call)
        case .tokenAuth: call.method == .delete ? try await logOut(call) : try await describeToken(call)
        case .userAuthToken(let token): try await describeToken(call, named: token)
        case .tokenInfo: try await tokenInfo(call)
        case .userAuthRecovery: call.method == .post ? try await useRecovery(call) : try await requestRecovery(call)
        case .accounts, .account: try await account(call)
        case .children, .descendants, .siblings, .tree, .search: try await accountListing(call)
        case .boxes: call.method == .put ? try await createBox(call) : try await boxes(call, ownerID: nil)
        case .userBoxes(let id): try await boxes(call, ownerID: id)
        case .box(let id): try await box(id, call)
        case .accountMessages: try await listMessages(of: nil, call)
        case .messages(let box): try await messages(of: box, call)
        case .archive(let box): try await archive(of: box, call)
        case .message(let box, let id): try await message(MessagePlace(mailboxID: box, monthID: id), call)
        case .messageAudio(let box, let id): try await messageAudio(MessagePlace(mailboxID: box, monthID: id), call)
        case .users: call.method == .put ? try await createUser(call) : try await users(call)
        case .user(let id): try await user(id, call)
        case .userImpersonation(let id): try await impersonate(id, call)
        case .greetings: call.method == .put ? try await createGreeting(call) : try await greetings(call)
        case .greeting(let id): try await greeting(id, call)
        case .greetingAudio(let id): call.method == .get ? try await downloadGreeting(id, call) : try await uploadGreeting(id, call)
        case .greetingIndex(let kind): try await greetingIndex(kind, call)
        case .greetingIndexEntry(let kind, let name): try await greetingIndexEntry(kind, name, call)
        case .webhooks, .webhook, .webhookAttempts, .attemptsOfWebhook: try await webhook(call)
        case .hookTypes, .hookSamples, .hookSample: try hooks(call)
        case .appsStore, .app: try apps(call)
        case .schemas, .schema: try schemas(call)
        }
    }

    /// Refuses what is not an envelope (K§2.2, step 10), once the body has been found valid.
    func requireEnvelope(_ call: KazooCall) throws(KazooFailure) {
        if !call.contentType.isEnvelope { throw .unsupportedMediaType }
    }
}
