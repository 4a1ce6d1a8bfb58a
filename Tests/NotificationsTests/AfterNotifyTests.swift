import Delivery
import Notifications
import Server
import TestKit
import Testing
import Voicemail

/// What becomes of a message once its owner has been told (K§10.6).
@Suite struct AfterNotifyTests {
    private static let wishes: [(JSONObject, Folder?)] = [
        (["save_after_notify": true], Folder.saved), (["save_after_notify": true, "delete_after_notify": true], .saved),
        (["delete_after_notify": true], nil), ([:], .new),
    ]

    @Test("As the mailbox says; where it says both, the message is saved", arguments: wishes)
    func told(_ box: JSONObject, _ folder: Folder?) async throws {
        try await MailWorld.run(box: box) { world in
            let message = try await world.leave()
            let after = try await world.until(message.id) { $0 == nil || ($0?.notices.isEmpty == false) }
            #expect(after?.folder == folder && world.receiver.mails.count == 1)
            guard folder == nil else { return }
            // An administrator can bring it back.
            let place = MessagePlace(mailboxID: world.mailbox.id, monthID: message.monthID)
            let restored = try await world.server.service.messages.restore(place, to: .new, account: world.account)
            #expect(restored.id == message.id)
        }
    }

    @Test func theFolderForDeletedOnesByASetting() async throws {
        try await MailWorld.run(box: ["delete_after_notify": true]) {
            $0.deletion = .folder
        } _: { world in
            let message = try await world.leave()
            let after = try await world.until(message.id) { $0?.folder == .deleted }
            #expect(after?.folder == .deleted)
        }
    }

    private static let failures: [(MailReceiver.Behaviour, JSONObject, Int)] = [
        (MailReceiver.Behaviour.answers("550 no", to: "RCPT", times: 9), ["email": "anna@example.org"], 1), (.takes, [:], 0),
    ]

    @Test("A message of which nobody was told stays new", arguments: failures)
    func untold(_ behaviour: MailReceiver.Behaviour, _ owner: JSONObject, _ notices: Int) async throws {
        try await MailWorld.run(MailReceiver(.none, behaviour), box: ["delete_after_notify": true], owner: owner) { world in
            let message = try await world.leave()
            let after = try await world.until(message.id) { $0?.notices.count == notices }
            #expect(after?.folder == .new)
            #expect(try await world.deliveries(.pending).isEmpty)
        }
    }

    /// The first of several receivers that is told does not take the message away from the others.
    @Test func everybodyIsToldFirst() async throws {
        let receiver = MailReceiver(.none, .answers("451 later", to: "RCPT TO:<B@", times: 1))
        try await MailWorld.run(receiver, box: ["delete_after_notify": true, "notify_email_addresses": ["b@example.org", "c@example.org"]]) { world in
            let sound = WAV.tones([700], milliseconds: 900)
            let message = try await world.leave(audio: sound)
            _ = try await world.until(message.id) { $0?.notices.count == 2 }
            #expect(try await world.server.service.messages.find(anywhere: message.id)?.folder == .new)
            world.server.clock.advance(by: 60)
            let mails = await world.mails(3)
            #expect(Set(mails.keys) == ["anna@example.org", "b@example.org", "c@example.org"])
            #expect(mails.values.allSatisfy { $0.parts.last?.content == sound })
            #expect(mails.mapValues { $0["X-Delivery-Attempt"] } == ["anna@example.org": "1", "b@example.org": "2", "c@example.org": "1"])
            #expect(mails.values.allSatisfy { $0["Message-ID"] == $0["X-Delivery-Id"].map { "<\($0)@example.com>" } })
            let gone = try await world.until(message.id) { $0 == nil }
            #expect(gone == nil)
        }
    }

    /// Whoever drops a delivery says that its receiver is not to be told: the others have been.
    @Test func aDroppedDeliveryIsTheEndOfTelling() async throws {
        let receiver = MailReceiver(.none, .answers("451 later", to: "RCPT TO:<B@", times: 99))
        try await MailWorld.run(receiver, box: ["delete_after_notify": true, "notify_email_addresses": ["b@example.org"]]) { world in
            let message = try await world.leave()
            _ = try await world.until(message.id) { $0?.notices.count == 1 }
            while try await world.deliveries().first?.attempts != 1 { try await Task.sleep(for: .milliseconds(2)) }
            let left = try #require(try await world.deliveries().first)
            #expect(try await world.server.service.messages.find(anywhere: message.id)?.folder == .new)
            try await world.server.service.outbox.drop(left.id, of: world.server.installation.channels)
            let gone = try await world.until(message.id) { $0 == nil }
            #expect(gone == nil)
        }
    }

    /// One that was given up has had its end: forgetting it changes nothing.
    @Test func droppingWhatWasGivenUpChangesNothing() async throws {
        try await MailWorld.run(MailReceiver(.none, .answers("550 no", to: "RCPT", times: 9)), box: ["delete_after_notify": true]) { world in
            let message = try await world.leave()
            _ = try await world.until(message.id) { $0?.notices.count == 1 }
            let outbox = world.server.service.outbox
            #expect(try await outbox.drop(all: DeliveryQuery(state: .dead, limit: 1), of: world.server.installation.channels) == 1)
            let after = try #require(try await world.server.service.messages.find(anywhere: message.id))
            #expect(after.folder == .new && after.notices.map(\.outcome) == [.failed])
        }
    }

    @Test func whatTheOwnerHasFiledMeanwhileStaysWhereItIs() async throws {
        try await MailWorld.run(MailReceiver(.none, .answers("451 later", to: "MAIL", times: 1)), box: ["delete_after_notify": true]) { world in
            let message = try await world.leave()
            while try await world.deliveries().first?.attempts != 1 { try await Task.sleep(for: .milliseconds(2)) }
            let place = MessagePlace(mailboxID: world.mailbox.id, monthID: message.monthID)
            _ = try await world.server.service.messages.file(place, in: .saved, account: world.account)
            world.server.clock.advance(by: 60)
            let after = try await world.until(message.id) { $0?.notices.isEmpty == false }
            #expect(after?.folder == .saved && world.receiver.mails.count == 1)
        }
    }

    @Test func anAttemptThatAnAdministratorHasRepeatedCounts() async throws {
        try await MailWorld.run(MailReceiver(.none, .answers("550 full", to: "RCPT", times: 1)), box: ["save_after_notify": true]) { world in
            let message = try await world.leave()
            let failed = try await world.until(message.id) { $0?.notices.isEmpty == false }
            #expect(failed?.notices.map(\.outcome) == [.failed])
            let dead = try #require(try await world.deliveries(.dead).first)
            _ = try await world.server.service.outbox.retry(dead.id)
            let after = try await world.until(message.id) { $0?.folder == .saved }
            #expect(after?.folder == .saved && after?.notices.map(\.outcome) == [.sent])
        }
    }
}
