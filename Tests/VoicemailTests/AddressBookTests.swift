import TestKit
import Testing
@testable import Voicemail

@Suite("Who has a mail address is known without looking at every mailbox again, for as long as that holds")
struct AddressBookTests {
    /// The addresses that a mailbox is given.
    private static func addresses(_ address: String?) -> JSON { .array(address.map { [JSON.string($0)] } ?? []) }

    private static func create(_ number: String, _ address: String?, in world: MemoryWorld) async throws -> Mailbox {
        let mailboxes = world.service.mailboxes
        let claim = try await mailboxes.claim(number: number, mailAddress: address, for: nil, in: world.account)
        let request: JSONObject = ["name": .string("Box " + number), "mailbox": .string(number), "notify_email_addresses": addresses(address)]
        return try await mailboxes.create(request, id: nil, claim: claim, in: world.account)
    }

    private static func change(_ mailbox: Mailbox, _ address: String, in world: MemoryWorld) async throws {
        let mailboxes = world.service.mailboxes
        let claim = try await mailboxes.claim(number: nil, mailAddress: address, for: mailbox, in: world.account)
        _ = try await mailboxes.change(mailbox.id, .patch(["notify_email_addresses": addresses(address)]), claim: claim, in: world.account)
    }

    /// Whether the next claim has to look at no mailbox.
    private static func isKnown(in world: MemoryWorld) async throws -> Bool {
        let account = world.account
        let seen = try await world.service.store.read { try AccountLook(reader: $0, account: account).seenForAddresses() }
        return world.service.addressBook.isOpen(at: seen)
    }

    @Test("What is made and changed by claims is followed; what others do is found by looking again")
    func row() async throws {
        try await MemoryWorld.run { world in
            #expect(try await !Self.isKnown(in: world))
            _ = try await Self.create("1000", nil, in: world)
            #expect(try await !Self.isKnown(in: world))
            var last: Mailbox?
            for number in 1001...1003 {
                last = try await Self.create(String(number), "\(number)@example.com", in: world)
                #expect(try await Self.isKnown(in: world))
            }
            _ = try await Self.create("2000", nil, in: world)
            #expect(try await Self.isKnown(in: world))
            let mailbox = try #require(last)
            try await Self.change(mailbox, "other@example.com", in: world)
            #expect(try await Self.isKnown(in: world))
            // The one that was given up is free, and the new one is taken.
            _ = try await Self.create("2001", "1003@example.com", in: world)
            await #expect(throws: MailboxClaim.Clash.self) { _ = try await Self.create("2002", "OTHER@example.com", in: world) }
            #expect(try await Self.isKnown(in: world))
            _ = try await world.makeMailbox("3000")
            #expect(try await !Self.isKnown(in: world))
            let other = try await world.makeAccount("Other")
            _ = try await Self.create("3001", "3001@example.com", in: world)
            _ = try await world.makeMailbox("3000", ["notify_email_addresses": ["x@example.com"]], in: other)
            #expect(try await Self.isKnown(in: world))
        }
    }

    @Test("Whoever changes what, and by a claim or without, a claim finds those who have the address then", arguments: 1...8)
    func always(seed: Int) async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes, account = world.account
            var random = SeededRandom(seed: UInt64(seed))
            let user = try await world.service.users.create(["first_name": "Anna", "last_name": "Test"], id: nil, in: account)
            var there = [try await world.makeMailbox("1", ["owner_id": .string(user.id)])]
            for number in 10..<70 {
                let address = "a\(Int.random(in: 0..<5, using: &random))@example.com"
                let written = Bool.random(using: &random) ? address : address.uppercased()
                let chosen = there.randomElement(using: &random), deed = Int.random(in: 0..<7, using: &random)
                let own = deed == 2 ? chosen?.id : nil
                var holders: [String] = []
                try await mailboxes.list(.persons, of: account, ListWindow(together: 99)) { $0 }.forEach { owned in
                    if owned.mailbox.id != own, owned.mailAddress.lowercased() == address { holders.append(owned.mailbox.number) }
                }
                var found: [String] = []
                do {
                    switch (deed, chosen) {
                    case (0, _), (1, _): there.append(try await Self.create(String(number), written, in: world))
                    case (2, let mailbox?): try await Self.change(mailbox, written, in: world)
                    case (3, _): there.append(try await world.makeMailbox(String(number), ["notify_email_addresses": Self.addresses(written)]))
                    case (4, _): _ = try await world.service.users.change(user.id, .patch(["email": .string(written)]), in: account)
                    case (5, let mailbox?):
                        _ = try await mailboxes.remove(mailbox.id, in: account)
                        there.removeAll { $0.id == mailbox.id }
                    default: there.append(try await Self.create(String(number), nil, in: world))
                    }
                } catch let clash as MailboxClaim.Clash {
                    found = clash.addressHolders.map(\.number)
                }
                if deed < 3, own != nil || deed < 2 { #expect(found.sorted() == holders.sorted(), "\(number) \(deed)") }
            }
        }
    }
}
