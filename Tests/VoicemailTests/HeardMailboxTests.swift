import TestKit
import Testing
@testable import Voicemail

@Suite("Who listens to which mailbox")
struct HeardMailboxTests {
    private static func makeUser(_ name: String, _ more: JSONObject = [:], in world: MemoryWorld) async throws -> User {
        var request: JSONObject = ["username": .string(name), "first_name": .string(name), "last_name": "X"]
        request.merge(more) { $1 }
        return try await world.service.users.create(request, id: nil, in: world.account)
    }

    @Test("His own, those that a group shares with one of his, and nothing else; an administrator to all of his account")
    func who() async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes, account = world.account
            let anna = try await Self.makeUser("anna", in: world), bert = try await Self.makeUser("bert", in: world)
            let chief = try await Self.makeUser("chief", ["priv_level": "admin"], in: world)
            let own = try await world.makeMailbox("3000", ["owner_id": .string(anna.id)])
            let others = try await world.makeMailbox("3001", ["owner_id": .string(bert.id)])
            let ownerless = try await world.makeMailbox("3002")
            let shared = try await world.makeMailbox("6300"), broadcast = try await world.makeMailbox("6301"), strange = try await world.makeMailbox("6302")
            let groups = world.service.groups
            _ = try await groups.set(MailboxGroup(mode: .share, members: [own.id, others.id]), of: shared.id, in: account)
            _ = try await groups.set(MailboxGroup(mode: .broadcast, members: [own.id]), of: broadcast.id, in: account)
            _ = try await groups.set(MailboxGroup(mode: .share, members: [ownerless.id]), of: strange.id, in: account)
            let elsewhere = try await world.service.accounts.create(["name": "Other"], below: nil)
            let foreign = try await world.makeMailbox("3000", ["owner_id": .string(anna.id)], in: elsewhere)
            let all = [own, others, ownerless, shared, broadcast, strange]
            for (user, expected) in [(anna, [own, shared]), (bert, [others, shared]), (chief, all)] {
                let page = try await mailboxes.heard(by: .user(user), in: account, limit: 100)
                #expect(page.items.map(\.id) == expected.map(\.id), "\(user.name)")
                #expect(page.items.filter(\.isShared).allSatisfy { $0.id == shared.id || $0.id == strange.id })
                for mailbox in all + [foreign] {
                    let isHis = expected.contains { $0.id == mailbox.id }
                    if isHis {
                        #expect(try await mailboxes.heard(mailbox.id, by: .user(user), in: account).id == mailbox.id)
                    } else {
                        await #expect(throws: VoicemailError.notFound(id: mailbox.id)) { try await mailboxes.heard(mailbox.id, by: .user(user), in: account) }
                    }
                }
            }
            #expect(try await mailboxes.tended(own.id, by: .user(anna), in: account).id == own.id)
            #expect(try await mailboxes.tended(own.id, by: .user(chief), in: account).id == own.id)
            for (user, mailbox) in [(anna, shared), (anna, others), (bert, own), (anna, ownerless)] {
                await #expect(throws: VoicemailError.notFound(id: mailbox.id)) { try await mailboxes.tended(mailbox.id, by: .user(user), in: account) }
            }
            await #expect(throws: VoicemailError.notFound(id: foreign.id)) { try await mailboxes.tended(foreign.id, by: .user(chief), in: elsewhere) }
            // An administrator of another account is none here.
            await #expect(throws: VoicemailError.notFound(id: foreign.id)) { try await mailboxes.heard(foreign.id, by: .user(chief), in: elsewhere) }
        }
    }

    @Test("A PIN opens the one mailbox that it is of, whoever shares others with it")
    func byPIN() async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes, account = world.account
            let anna = try await Self.makeUser("anna", in: world)
            let own = try await world.makeMailbox("3000", ["owner_id": .string(anna.id)])
            let other = try await world.makeMailbox("3001", ["owner_id": .string(anna.id)]), shared = try await world.makeMailbox("6300")
            _ = try await world.service.groups.set(MailboxGroup(mode: .share, members: [own.id]), of: shared.id, in: account)
            let page = try await mailboxes.heard(by: .mailbox(own), in: account, limit: 100)
            #expect(page.items.map(\.id) == [own.id] && page.next == nil)
            #expect(try await mailboxes.heard(own.id, by: .mailbox(own), in: account).id == own.id)
            #expect(try await mailboxes.tended(own.id, by: .mailbox(own), in: account).id == own.id)
            for mailbox in [other, shared] {
                await #expect(throws: VoicemailError.notFound(id: mailbox.id)) { try await mailboxes.heard(mailbox.id, by: .mailbox(own), in: account) }
                await #expect(throws: VoicemailError.notFound(id: mailbox.id)) { try await mailboxes.tended(mailbox.id, by: .mailbox(own), in: account) }
            }
        }
    }

    @Test("Pages of others go on where the last one ended; his own are before the first")
    func pages() async throws {
        try await MemoryWorld.run { world in
            let chief = try await Self.makeUser("chief", ["priv_level": "admin"], in: world)
            let own = try await world.makeMailbox("9", ["owner_id": .string(chief.id)])
            var expected = [own.id]
            for number in 1...5 { expected.append(try await world.makeMailbox(String(number)).id) }
            var seen: [String] = [], start: ListingPlace?, turns = 0
            repeat {
                let page = try await world.service.mailboxes.heard(by: .user(chief), in: world.account, start: start, limit: 2)
                seen += page.items.map(\.id)
                start = page.next
                turns += 1
            } while start != nil
            #expect(turns == 3 && seen == expected)
        }
    }
}
