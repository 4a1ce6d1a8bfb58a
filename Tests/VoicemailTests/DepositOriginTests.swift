import Audio
import Server
import TestKit
import Testing
import Voicemail

@Suite("Who leaves a message decides what is asked of the mailbox, and who is told")
struct DepositOriginTests {
    private static let everybody: [DepositOrigin] = [
        .call, .filing(), .client(), .administrator(tells: false), .administrator(tells: true),
    ]

    /// What an account and the server say of messages that are no caller's, and which of those are news then of whose origin nothing is said.
    private static let settings: [(account: Bool?, server: Bool, isNews: Bool)] = [
        (nil, false, false), (nil, true, true), (true, false, true), (false, true, false),
    ]

    @Test("Of what is no caller's the account says whether it is news, else the server; the origin's own word goes before both", arguments: settings)
    func newsBySetting(_ account: Bool?, _ server: Bool, _ isNews: Bool) async throws {
        try await TestServer.run {
            $0.limits.notifiesOfClientMessages = server
        } _: { (server: TestServer) async throws in
            var owner = try await server.makeAccount("Acme")
            if let account { owner = try await server.service.accounts.change(owner.id, .patch(["notify_of_client_messages": .bool(account)])) }
            let box = try await server.makeMailbox("1000", in: owner)
            let origins: [(DepositOrigin, Bool)] = [
                (.filing(), isNews), (.client(), isNews), (.administrator(tells: nil), isNews), (.call, true),
                (.client(tells: true), true), (.client(tells: false), false), (.administrator(tells: false), false),
            ]
            for (origin, _) in origins { _ = try await leave(origin, MessageDraft(), server, owner, box) }
            let events = try await server.service.store.read { try $0.events(after: 0, limit: 100) }.filter { $0.kind == .messageStored }
            #expect(events.map(\.isAnnounced) == origins.map(\.1))
        }
    }

    private func withBox(
        _ attributes: JSONObject, _ body: @Sendable (TestServer, Account, Mailbox) async throws -> Void
    ) async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            try await body(server, account, try await server.makeMailbox("1000", in: account, attributes))
        }
    }

    private func leave(_ origin: DepositOrigin, _ draft: MessageDraft = MessageDraft(), _ server: TestServer, _ account: Account, _ box: Mailbox) async throws
        -> Message
    {
        try await server.service.messages.deposit(draft, mailboxID: box.id, in: account, from: origin)
    }

    @Test("A mailbox that is off takes what clients file, and nothing else", arguments: everybody)
    func switchedOff(origin: DepositOrigin) async throws {
        try await withBox(["enabled": false]) { server, account, box in
            if origin == .filing() {
                _ = try await leave(origin, MessageDraft(), server, account, box)
            } else {
                await #expect(throws: VoicemailError.mailboxDisabled) { try await leave(origin, MessageDraft(), server, account, box) }
            }
            let total = try await server.service.mailboxes.tally(of: box, in: account).total
            #expect(total == (origin == .filing() ? 1 : 0))
        }
    }

    @Test("The last place of a mailbox is taken, and one past it is refused to callers and to clients that are judged as they are", arguments: everybody)
    func full(origin: DepositOrigin) async throws {
        try await withBox(["max_message_count": 2]) { server, account, box in
            _ = try await leave(.call, MessageDraft(), server, account, box)
            _ = try await leave(origin, MessageDraft(), server, account, box)
            let isRefused = origin == .call || origin == .client()
            if isRefused {
                await #expect(throws: VoicemailError.limitReached) { try await leave(origin, MessageDraft(), server, account, box) }
            } else {
                _ = try await leave(origin, MessageDraft(), server, account, box)
            }
            #expect(try await server.service.mailboxes.tally(of: box, in: account).total == (isRefused ? 2 : 3))
        }
    }

    @Test("Callers' messages are news, and an administrator's where he says so; what is filed as heard is none", arguments: everybody)
    func news(origin: DepositOrigin) async throws {
        try await withBox([:]) { server, account, box in
            _ = try await leave(origin, MessageDraft(), server, account, box)
            _ = try await leave(origin, MessageDraft(folder: .saved), server, account, box)
            let events = try await server.service.store.read { try $0.events(after: 0, limit: 100) }.filter { $0.kind == .messageStored }
            #expect(events.map(\.isAnnounced) == [origin == .call || origin == .administrator(tells: true), false])
        }
    }
}
