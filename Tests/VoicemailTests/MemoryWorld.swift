import MemoryStore
import NIOCore
import NIOPosix
import TestKit
import Voicemail

/// The domain over a store and an archive in memory, for rules that need neither a database nor sound nor a server.
struct MemoryWorld {
    let service: VoicemailService
    let account: Account
    let clock: ManualClock
    let audio: MemoryAudio

    static func run(_ limits: Limits = Limits(), _ body: @Sendable (MemoryWorld) async throws -> Void) async throws {
        let clock = ManualClock(), audio = MemoryAudio()
        let service = VoicemailService(
            store: MemoryStore(), archive: audio, codec: audio, secrets: Secrets(key: .random(), pool: .singleton, cost: 16), clock: clock, limits: limits)
        let account = try await service.accounts.create(AccountSettings(name: "Acme"), below: nil)
        try await body(MemoryWorld(service: service, account: account, clock: clock, audio: audio))
    }

    func makeMailbox(_ number: String, _ attributes: JSONObject = [:], in other: Account? = nil) async throws -> Mailbox {
        var request: JSONObject = ["name": .string("Box " + number), "mailbox": .string(number)]
        request.merge(attributes) { $1 }
        return try await service.mailboxes.create(request, id: nil, in: other ?? account)
    }

    func makeAccount(_ name: String, below parent: Account? = nil) async throws -> Account {
        try await service.accounts.create(AccountSettings(name: name), below: parent)
    }

    func makeUser(_ username: String, password: String? = nil, in other: Account? = nil) async throws -> User {
        try await service.users.create(UserSettings(username: username, password: password), in: other ?? account)
    }

    /// Sound that is in the archive and known to no row yet.
    func receive(_ text: String = "sound", called name: String = "sound.wav") async throws -> ReceivedAudio {
        try await service.messages.receivingAudio(for: account.id) { intake in
            try await intake.write(ByteBuffer(string: text))
            return try await intake.finish(contentType: "audio/wav", fileName: name, policy: .keepAnything)
        }
    }

    /// Whether a password lets somebody in.
    func logsIn(_ username: String, _ password: String, to other: Account? = nil) async throws -> Bool {
        do {
            _ = try await service.access.logIn(digest: LoginDigest.sha.digest(username, password), form: .sha, accountID: (other ?? account).id)
            return true
        } catch VoicemailError.badCredentials { return false }
    }

    /// What was told of the things of an account, as far as it is of one kind.
    func events(_ kind: Event.Kind) async throws -> [Event] {
        try await service.store.read { try $0.events(after: 0, limit: 1000) }.filter { $0.kind == kind }
    }
}

/// The settings and rules that a refusal names.
func broken<Value>(_ body: () async throws -> Value) async throws -> [Violation] {
    do {
        _ = try await body()
        return []
    } catch VoicemailError.invalid(let violations) {
        return violations
    }
}
