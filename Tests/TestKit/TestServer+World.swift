import NIOCore
import Voicemail

/// An account with a user, a mailbox and a token to reach them with.
public struct TestWorld: Sendable {
    public let account: Account
    public let user: User
    public let mailbox: Mailbox
    /// A KAZOO token of the user's.
    public let token: String

    public static let username = "anna"
    public static let password = "correct horse"

    /// `/v2/accounts/{A}`
    public var accountPath: String { "/v2/accounts/\(account.id)" }
    /// `/v2/accounts/{A}/vmboxes/{B}`
    public var boxPath: String { accountPath + "/vmboxes/" + mailbox.id }
}

extension TestServer {
    /// Makes an account with a user, mailbox 3000 and a token.
    public func makeWorld(name: String = "Acme", below parent: Account? = nil) async throws -> TestWorld {
        let account = try await makeAccount(name, below: parent)
        let user = try await makeUser(TestWorld.username, password: TestWorld.password, in: account)
        let mailbox = try await makeMailbox("3000", in: account)
        return TestWorld(account: account, user: user, mailbox: mailbox, token: try await makeToken(for: account, user: user))
    }

    /// - Parameter actsOnAllAccounts: whether it may act on every account.
    public func makeAccount(_ name: String, below parent: Account? = nil, actsOnAllAccounts: Bool = false) async throws -> Account {
        try await service.accounts.create(["name": .string(name)], below: parent, actsOnAllAccounts: actsOnAllAccounts)
    }

    public func makeUser(_ username: String, password: String, in account: Account) async throws -> User {
        try await service.users.create(
            ["first_name": .string(username), "last_name": "Test", "username": .string(username), "password": .string(password)], id: nil,
            in: account)
    }

    public func makeMailbox(_ number: String, in account: Account, _ attributes: JSONObject = [:]) async throws -> Mailbox {
        var request: JSONObject = ["name": .string("Box " + number), "mailbox": .string(number)]
        request.merge(attributes) { $1 }
        return try await service.mailboxes.create(request, id: nil, in: account)
    }

    /// A KAZOO token, good for an hour unless told otherwise.
    public func makeToken(for account: Account, user: User? = nil, lifetime: Int = 3600) async throws -> String {
        let token = HexID.random()
        try await service.tickets.open(
            token, TicketDraft(Ticket.Kind(rawValue: "kazoo"), accountID: account.id, userID: user?.id, lifetime: lifetime))
        return token
    }

    /// Leaves a message.
    public func leave(
        _ draft: MessageDraft = MessageDraft(callerName: "Bob", callerNumber: "2001"), audio: [UInt8]? = nil, contentType: String = "audio/wav",
        fileName: String = "message.wav", from origin: DepositOrigin = .administrator(tells: true), in mailbox: Mailbox, of account: Account
    ) async throws -> Message {
        var received: ReceivedAudio?
        if let audio { received = try await self.audio(audio, contentType: contentType, fileName: fileName) }
        return try await service.messages.deposit(draft, mailboxID: mailbox.id, in: account, audio: received, from: origin)
    }

    /// Takes audio in, for something that is to have it.
    public func audio(_ audio: [UInt8], contentType: String = "audio/wav", fileName: String = "audio.wav") async throws -> ReceivedAudio {
        let intake = service.messages.receiveAudio()
        try await intake.write(ByteBuffer(bytes: audio))
        return try await intake.finish(contentType: contentType, fileName: fileName, policy: .keepAnything)
    }
}

extension TestServer {
    /// A guard over counts of its own in this server's store, for a dialect that is asked without a socket.
    public func makeLoginGuard(_ rule: LoginRule = LoginRule(maximumFailures: 5, lockSeconds: 600)) -> LoginGuard {
        LoginGuard(LoginLedger(service, rules: LoginRules(sources: [rule], login: rule, account: rule, mailbox: rule)), interface: "test", rule: rule)
    }
}
