import Synchronization
import Testing
import Voicemail

@Suite("What a mailbox claims is judged by what holds when it is stored")
struct MailboxClaimTests {
    private func rivals(
        of address: String, meanwhile: @Sendable (MemoryWorld, User) async throws -> Void
    ) async throws -> [String] {
        let found = Mutex<[String]>([])
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes
            let user = try await world.service.users.create(["first_name": "Anna", "last_name": "Test"], id: nil, in: world.account)
            _ = try await world.makeMailbox("1", ["owner_id": .string(user.id)])
            let claim = try await mailboxes.claim(number: "9", mailAddress: address, for: nil, in: world.account)
            try await meanwhile(world, user)
            do {
                _ = try await mailboxes.create(["name": "New", "mailbox": "9"], id: nil, claim: claim, in: world.account)
            } catch let clash as MailboxClaim.Clash {
                #expect(clash.numberHolder == nil)
                found.withLock { $0 = clash.addressHolders.map(\.number) }
            }
        }
        return found.withLock { $0 }
    }

    @Test("A mailbox that took the address meanwhile is found")
    func mailbox() async throws {
        let found = try await rivals(of: "a@example.com") { world, _ in _ = try await world.makeMailbox("2", ["notify_email_addresses": ["A@example.com"]]) }
        #expect(found == ["2"])
    }

    @Test("An owner who took the address meanwhile is found")
    func owner() async throws {
        let found = try await rivals(of: "a@example.com") { world, user in
            _ = try await world.service.users.change(user.id, .patch(["email": "a@example.com"]), in: world.account)
        }
        #expect(found == ["1"])
    }

    @Test("A mailbox that had the address beforehand and gave it up is no rival any more")
    func givenUp() async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes
            let other = try await world.makeMailbox("2", ["notify_email_addresses": ["a@example.com"]])
            let claim = try await mailboxes.claim(number: "9", mailAddress: "a@example.com", for: nil, in: world.account)
            _ = try await mailboxes.remove(other.id, in: world.account)
            _ = try await mailboxes.create(["name": "New", "mailbox": "9"], id: nil, claim: claim, in: world.account)
        }
    }

    @Test("What other accounts do disturbs nobody")
    func others() async throws {
        let found = try await rivals(of: "a@example.com") { world, _ in
            let other = try await world.service.accounts.create(["name": "Other"], below: nil)
            _ = try await world.makeMailbox("2", ["notify_email_addresses": ["a@example.com"]], in: other)
        }
        #expect(found == [])
    }
}
