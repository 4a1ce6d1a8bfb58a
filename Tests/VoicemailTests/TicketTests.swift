import TestKit
import Testing

@testable import Voicemail

/// What holds for tickets of every interface.
@Suite struct TicketTests {
    private static let kind = Ticket.Kind(rawValue: "test")

    private static func run(_ body: @Sendable (TestServer, Account, Ticket) async throws -> Void) async throws {
        try await TestServer.run { server in
            let account = try await server.makeAccount("Acme")
            let draft = TicketDraft(kind, accountID: account.id, lifetime: 100, details: ["report": "old"])
            try await server.service.tickets.open("secret", draft)
            try await body(server, account, try await server.service.tickets.enter("secret", kind).ticket)
        }
    }

    @Test("A use that was seen before a change does not undo it")
    func touchAfterChange() async throws {
        try await Self.run { server, _, seen in
            let tickets = server.service.tickets
            try await tickets.change(seen, lifetime: 50) { $0["report"] = "new" }
            try await tickets.touch(seen, lifetime: 1000, interval: 10)
            let now = try await tickets.enter("secret", Self.kind).ticket
            #expect(now.details == ["report": "new"])
            #expect(now.expires == server.clock.now.advanced(by: 1010))
        }
    }

    @Test("One that has ended stays ended, whoever still uses it")
    func endedStaysEnded() async throws {
        try await Self.run { server, _, seen in
            let tickets = server.service.tickets
            #expect(try await tickets.close(hash: seen.hash))
            try await tickets.touch(seen, lifetime: 1000, interval: 10)
            try await tickets.change(seen, lifetime: 1000) { $0["report"] = "new" }
            await #expect(throws: TicketError.unknown) { try await tickets.enter("secret", Self.kind) }
            #expect(try await tickets.close(hash: seen.hash) == false)
        }
    }

    @Test("What is good once is good for one of those who use it at once, and for nobody after its time")
    func once() async throws {
        try await Self.run { server, account, seen in
            let tickets = server.service.tickets
            #expect(try await tickets.use("secret", Ticket.Kind(rawValue: "other")) == false)
            let used = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 { group.addTask { try await tickets.use("secret", Self.kind) } }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(used == 1)
            try await tickets.open("late", TicketDraft(Self.kind, accountID: account.id, lifetime: 100))
            server.clock.advance(by: 100)
            #expect(try await tickets.use("late", Self.kind) == false)
            await #expect(throws: TicketError.expired) { try await tickets.enter("late", Self.kind) }
        }
    }

    @Test("A user's ticket opens nothing while he or his account is switched off")
    func switchedOff() async throws {
        try await Self.run { server, account, _ in
            let service = server.service
            let user = try await service.users.create(["username": "anna", "first_name": "A", "last_name": "B", "password": "secret99"], id: nil, in: account)
            try await service.tickets.open("hers", TicketDraft(Self.kind, accountID: account.id, userID: user.id, lifetime: 1000))
            #expect(try await service.tickets.enter("hers", Self.kind).user?.id == user.id)
            try await service.store.write { writer in
                var off: User = try writer.require(user.id, in: account.id)
                off.stored.attributes["enabled"] = false
                _ = try writer.save(off, at: server.clock.now)
            }
            await #expect(throws: TicketError.unknown) { try await service.tickets.enter("hers", Self.kind) }
            #expect(try await service.access.enter(token: "hers", kind: Self.kind, accountID: account.id).principal == nil)
            #expect(try await service.access.enter(token: "hers", kind: Self.kind, accountID: account.id).account?.id == account.id)
        }
    }

    @Test("What an interface keeps with an account counts in its size, and does not crowd out what was there")
    func keptWithAccount() async throws {
        try await Self.run { server, account, _ in
            let accounts = server.service.accounts
            let text = String(repeating: "x", count: 70_000)
            await #expect(throws: VoicemailError.documentTooLarge(limit: 64 << 10)) {
                try await accounts.changeKept(by: "test", of: account) { _ in ["text": .string(text)] }
            }
            #expect(try await accounts.find(account.id)?.kept(by: "test") == [:])
            let kept = try await accounts.changeKept(by: "test", of: account) { _ in ["text": "short"] }
            #expect(kept.kept(by: "test") == ["text": "short"])
        }
    }
}
