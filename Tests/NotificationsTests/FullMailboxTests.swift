import Delivery
import Notifications
import TestKit
import Testing
import Voicemail

/// Mail about a mailbox without room (K§11.1).
@Suite struct FullMailboxTests {
    private static let full: JSONObject = ["max_message_count": 2]

    private static let lists: [(JSONObject, JSONObject, [String])] = [
        ([:], ["email": "anna@example.org"], ["anna@example.org"]),
        // Its owner in any case.
        (["notify_email_addresses": ["b@example.org"]], ["email": "anna@example.org", "vm_to_email_enabled": false], ["b@example.org", "anna@example.org"]),
        (["notify_email_addresses": ["ANNA@example.org"]], ["email": "anna@example.org"], ["ANNA@example.org"]),
        (["vm_to_email_enabled": false], ["email": "anna@example.org"], []), ([:], [:], []),
    ]

    @Test("Who is told, each time", arguments: lists)
    func receivers(_ box: JSONObject, _ owner: JSONObject, _ told: [String]) async throws {
        try await MailWorld.run(box: box.merging(Self.full) { $1 }, owner: owner) { world in
            for _ in 0..<2 { _ = try await world.leave(from: .administrator(tells: false)) }
            let service = world.server.service
            for _ in 0..<2 { try await service.mailboxes.noteFull(world.mailbox.id, in: world.account) }
            let mails = await world.mails(2 * told.count)
            #expect(Set(mails.keys) == Set(told))
            try await world.isSettled()
            #expect(world.receiver.mails.count == 2 * told.count)
            for mail in mails.values {
                #expect(mail.subject == "Voicemail box 'Box 3000' is full" && mail.parts.map(\.type) == ["multipart/alternative"])
                #expect(mail.parts[0].parts[0].text.contains("Your mailbox Box 3000 (3000) is full: it holds 2 of 2 messages."))
            }
        }
    }

    /// Whoever calls again and again fills no inbox.
    @Test func anHourHasAFewOfThem() async throws {
        try await MailWorld.run(box: ["notify_email_addresses": ["b@example.org"], "max_message_count": 2]) { world in
            let service = world.server.service
            func call(_ times: Int) async throws {
                for _ in 0..<times { try await service.mailboxes.noteFull(world.mailbox.id, in: world.account) }
                while try await service.store.read({ try !$0.unplannedEvents(limit: 1).isEmpty }) { try await Task.sleep(for: .milliseconds(3)) }
                try await world.isSettled()
            }
            try await call(12)
            #expect(world.receiver.mails.count == 10)
            world.server.clock.advance(by: 3599)
            try await call(3)
            #expect(world.receiver.mails.count == 10)
            world.server.clock.advance(by: 1)
            try await call(1)
            #expect(world.receiver.mails.count == 12)
            #expect(try await world.deliveries().isEmpty)
        }
    }

    /// It is soon no news any more.
    @Test func whatCouldNotBeSentInAnHourIsGivenUp() async throws {
        try await MailWorld.run(MailReceiver(.none, .answers("451 later", to: "MAIL", times: 1)), box: Self.full) { world in
            try await world.server.service.mailboxes.noteFull(world.mailbox.id, in: world.account)
            while try await world.deliveries().first?.attempts != 1 { try await Task.sleep(for: .milliseconds(2)) }
            world.server.clock.advance(by: 3601)
            try await world.isSettled()
            let dead = try await world.deliveries(.dead)
            #expect(world.receiver.mails.isEmpty && dead.count == 1 && dead.first?.failure.hasPrefix("its time has passed; ") == true)
        }
    }

    @Test func aMailboxThatIsNotThereIsFullForNobody() async throws {
        try await MailWorld.run { world in
            let other = try await world.server.makeAccount("Other")
            for (id, account) in [(HexID.random(), world.account), (world.mailbox.id, other)] {
                await #expect(throws: VoicemailError.notFound(id: id)) { try await world.server.service.mailboxes.noteFull(id, in: account) }
            }
            #expect(try await world.deliveries().isEmpty)
        }
    }
}
