import Delivery
import Notifications
import TestKit
import Testing
import Voicemail

/// Mail about what happens to a mailbox, for those who have asked for it.
@Suite struct MailboxNewsTests {
    private static let all: JSONObject = ["mail_notices": ["nearly_full", "message_deleted", "pin_locked", "greeting_changed"]]

    /// What was mailed besides new messages, by subject, once nothing waits any more.
    private static func news(_ world: MailWorld) async throws -> [(subject: String, to: String, mail: MIMEPart)] {
        let store = world.server.service.store
        // What was told may have had something happen, which is to be told in its turn.
        repeat {
            while try await store.read({ try !$0.unplannedEvents(limit: 1).isEmpty }) { try await Task.sleep(for: .milliseconds(3)) }
            try await world.isSettled()
        } while try await store.read({ try !$0.unplannedEvents(limit: 1).isEmpty || $0.deliveryTotals().pending > 0 })
        return world.receiver.mails.map { ($0.mime.subject, $0.receiver, $0.mime) }.filter { !$0.0.hasPrefix("New voicemail") }
    }

    private static func guess(_ times: Int, _ world: MailWorld, number: String = "3000", from source: String = "192.0.2.7") async throws {
        let login = world.server.makeLoginGuard(LoginRule(maximumFailures: 3, lockSeconds: 600))
        let name = LoginName.mailbox(number, accountID: world.account.id)
        for _ in 0..<times {
            do {
                try await login.attempt(from: source, as: [name]) { throw VoicemailError.badCredentials }
            } catch is LoginGuard.Locked {} catch VoicemailError.badCredentials {}
        }
    }

    private static func greet(_ name: String, _ world: MailWorld) async throws {
        let service = world.server.service
        let audio = try await world.server.audio(WAV.tones([500], milliseconds: 300))
        _ = try await service.greetings.put(name, audio: audio, origin: .upload, on: .mailbox(world.mailbox))
        try await service.greetings.choose(name, of: world.mailbox)
    }

    /// All that is news happens.
    private static func everything(_ world: MailWorld) async throws {
        var last: Message?
        for _ in 0..<3 { last = try await world.leave() }
        _ = try await world.server.service.messages.remove([last?.monthID ?? ""], of: world.mailbox.id, account: world.account)
        try await guess(4, world)
        try await greet("hello.wav", world)
    }

    @Test func nobodyIsToldWhoHasNotAsked() async throws {
        try await MailWorld.run(box: ["max_message_count": 4]) { world in
            try await Self.everything(world)
            let mails = try await Self.news(world)
            #expect(mails.isEmpty)
        }
    }

    private static let asked: [(JSONObject, JSONObject, Set<MailboxNews>, [String])] = [
        (["mail_notices": ["nearly_full"]], [:], [], ["Voicemail box 'Box 3000' is nearly full"]),
        ([:], ["mail_notices": ["message_deleted"]], [], ["Voicemail from Bob(2001) was deleted"]),
        ([:], [:], [.pinLocked], ["Voicemail box 'Box 3000' is locked"]),
        (["mail_notices": ["greeting_changed"]], ["mail_notices": ["nearly_full"]], [.pinLocked], ["The greeting of voicemail box 'Box 3000' has changed"]),
        (["mail_notices": []], all, Set(MailboxNews.allCases), []), ([:], ["mail_notices": []], Set(MailboxNews.allCases), []),
    ]

    @Test("As the mailbox says, else its account, else the server; once for what happens once", arguments: asked)
    func nearest(_ box: JSONObject, _ account: JSONObject, _ server: Set<MailboxNews>, _ subjects: [String]) async throws {
        try await MailWorld.run(box: box.merging(["max_message_count": 4]) { $1 }, account: account, news: server) { world in
            try await Self.everything(world)
            let mails = try await Self.news(world)
            #expect(mails.map(\.subject) == subjects && mails.allSatisfy { $0.to == "anna@example.org" })
            #expect(try await world.deliveries().isEmpty)
        }
    }

    @Test func whatTheySay() async throws {
        try await MailWorld.run(box: Self.all.merging(["max_message_count": 4]) { $1 }) { world in
            try await Self.everything(world)
            let mails = try await Self.news(world)
            func text(_ words: String) -> String { mails.first { $0.subject.contains(words) }?.mail.parts[0].parts[0].text ?? "" }
            #expect(mails.count == 4 && mails.allSatisfy { $0.mail.parts[0].parts.map(\.type) == ["text/plain", "text/html"] })
            #expect(text("nearly full").contains("it holds 3 of 4 messages.") && text("nearly full").contains("Room is left for 1 more."))
            #expect(text("deleted").contains("From:      Bob(2001)") && text("deleted").contains("If it was not you"))
            #expect(!text("deleted").contains("because"))
            #expect(text("locked").contains("Somebody has tried 3 wrong PINs at your mailbox Box 3000 (3000), the last of them from 192.0.2.7."))
            #expect(text("changed").contains("have heard another greeting since "))
            #expect(mails.allSatisfy { $0.mail["List-Id"]?.contains(world.mailbox.id) == true && $0.mail["Auto-Submitted"] == "auto-generated" })
        }
    }

    private static let lists: [(MailboxNews, JSONObject, [String])] = [
        // Whose mailbox it is hears what concerns it even where he wants no new messages; of deleted ones hears who heard of new ones.
        (.nearlyFull, ["email": "anna@example.org", "vm_to_email_enabled": false], ["b@example.org", "anna@example.org"]),
        (.messageDeleted, ["email": "anna@example.org", "vm_to_email_enabled": false], ["b@example.org"]),
    ]

    @Test("Who is told", arguments: lists)
    func receivers(_ news: MailboxNews, _ owner: JSONObject, _ told: [String]) async throws {
        let box: JSONObject = ["max_message_count": 4, "notify_email_addresses": ["b@example.org"], "mail_notices": [.string(news.rawValue)]]
        try await MailWorld.run(box: box, owner: owner) { world in
            try await Self.everything(world)
            let mails = try await Self.news(world)
            #expect(mails.map(\.to).sorted() == told.sorted())
        }
    }

    @Test func aMailboxThatSendsNoMailTellsNothing() async throws {
        try await MailWorld.run(box: Self.all.merging(["max_message_count": 4, "vm_to_email_enabled": false]) { $1 }) { world in
            try await Self.everything(world)
            let mails = try await Self.news(world)
            #expect(mails.isEmpty && world.receiver.mails.isEmpty)
        }
    }

    @Test func aMessageThatIsElsewhereOrErasedWasNotDeleted() async throws {
        try await MailWorld.run(box: Self.all) { world in
            let service = world.server.service
            let other = try await world.server.makeMailbox("3001", in: world.account)
            let moved = try await world.leave(), erased = try await world.leave(MessageDraft(callerName: "Eve", callerNumber: "2666"))
            _ = try await service.messages.move([moved.monthID], of: world.mailbox.id, to: other.id, account: world.account)
            _ = try await service.erasures.erase("2666", in: world.account.id)
            let mails = try await Self.news(world)
            #expect(mails.isEmpty)
            #expect(try await service.messages.find(anywhere: erased.id) == nil)
        }
    }

    @Test func filedUnderDeletedIsDeletedOnce() async throws {
        try await MailWorld.run(box: Self.all) { world in
            let service = world.server.service, message = try await world.leave()
            let place = MessagePlace(mailboxID: world.mailbox.id, monthID: message.monthID)
            for folder in [Folder.deleted, .deleted] { _ = try await service.messages.file(place, in: folder, account: world.account) }
            _ = try await Self.news(world)
            _ = try await service.messages.remove(place, account: world.account)
            let mails = try await Self.news(world)
            #expect(mails.map(\.subject) == ["Voicemail from Bob(2001) was deleted"])
        }
    }

    private static let departures: [(JSONObject, String)] = [
        (["delete_after_notify": true], "told of it by mail"), (["message_keep_days": 1], "the time or the room"),
    ]

    @Test("Why it went", arguments: departures)
    func reasons(_ box: JSONObject, _ words: String) async throws {
        try await MailWorld.run(box: Self.all.merging(box) { $1 }) { world in
            let message = try await world.leave()
            _ = try await Self.news(world)
            world.server.clock.advance(by: 86_400)
            try await world.server.service.housekeeping.sweep()
            let gone = try await world.until(message.id) { $0 == nil }
            let mails = try await Self.news(world)
            #expect(gone == nil && mails.count == 1 && mails.first?.mail.parts[0].parts[0].text.contains(words) == true)
        }
    }

    /// Who has brought it back before the mail went need not be told.
    @Test func whatIsThereAgainIsNotTold() async throws {
        try await MailWorld.run(MailReceiver(.none, .answers("451 later", to: "MAIL", times: 1)), box: Self.all) { world in
            let service = world.server.service, message = try await world.leave(from: .filing())
            _ = try await service.messages.remove([message.monthID], of: world.mailbox.id, account: world.account)
            while try await world.deliveries().first?.attempts != 1 { try await Task.sleep(for: .milliseconds(2)) }
            _ = try await service.messages.restore(
                MessagePlace(mailboxID: world.mailbox.id, monthID: message.monthID), to: .new, account: world.account)
            world.server.clock.advance(by: 60)
            let mails = try await Self.news(world)
            #expect(mails.isEmpty)
        }
    }

    /// Other than by choosing one: its sound is replaced, it is removed, a temporary one takes its place, and one that lies on no shelf has another sound.
    @Test func everyWayOfChangingAGreetingIsTold() async throws {
        try await MailWorld.run(box: ["mail_notices": ["greeting_changed"]]) { world in
            let service = world.server.service
            func count() async throws -> Int { try await Self.news(world).count }
            try await Self.greet("hello.wav", world)
            #expect(try await count() == 1)
            // The same name with another sound, twice chosen: one change.
            try await Self.greet("hello.wav", world)
            #expect(try await count() == 2)
            try await service.greetings.remove("hello.wav", on: .mailbox(world.mailbox))
            #expect(try await count() == 3)
            let loose = try await service.greetings.create(["name": "loose"], id: nil, in: world.account)
            _ = try await service.mailboxes.change(world.mailbox.id, .patch(["media": ["unavailable": .string(loose.id)]]), in: world.account)
            #expect(try await count() == 4)
            _ = try await service.greetings.upload(loose.id, audio: try await world.server.audio(WAV.tones([600], milliseconds: 200)), in: world.account)
            #expect(try await count() == 5)
        }
    }

    /// P-Series lets a mailbox have another's.
    @Test func whoHasBorrowedAGreetingIsToldOfItsOtherSound() async throws {
        try await MailWorld.run(box: ["mail_notices": ["greeting_changed"]]) { world in
            let service = world.server.service, lender = try await world.server.makeMailbox("3001", in: world.account)
            func put(_ frequency: Double) async throws -> NamedGreeting {
                let audio = try await world.server.audio(WAV.tones([frequency], milliseconds: 300))
                return try await service.greetings.put("lent.wav", audio: audio, origin: .upload, on: .mailbox(lender))
            }
            func count() async throws -> Int { try await Self.news(world).count }
            let lent = try await put(500)
            _ = try await service.mailboxes.change(
                world.mailbox.id, .patch(["media": ["unavailable": .string(lent.greeting.id)]]), in: world.account)
            #expect(try await count() == 1)
            _ = try await put(600)
            #expect(try await count() == 2)
            try await service.greetings.remove("lent.wav", on: .mailbox(lender))
            #expect(try await count() == 3)
        }
    }

    @Test func aGreetingThatNobodyHearsIsNoNews() async throws {
        try await MailWorld.run(box: ["mail_notices": ["greeting_changed"]]) { world in
            let service = world.server.service
            let audio = try await world.server.audio(WAV.tones([500], milliseconds: 300))
            _ = try await service.greetings.put("other.wav", audio: audio, origin: .upload, on: .mailbox(world.mailbox))
            try await service.greetings.remove("other.wav", on: .mailbox(world.mailbox))
            _ = try await service.mailboxes.change(world.mailbox.id, .patch(["name": "Renamed"]), in: world.account)
            let mails = try await Self.news(world)
            #expect(mails.isEmpty)
        }
    }

    /// Whoever guesses on tells nobody again before the lock is over, and a number that nobody has is nobody's.
    @Test func aLockIsToldOnce() async throws {
        try await MailWorld.run(box: ["mail_notices": ["pin_locked"]]) { world in
            try await Self.guess(9, world)
            try await Self.guess(9, world, number: "3999", from: "192.0.2.8")
            let mails = try await Self.news(world)
            #expect(mails.count == 1)
        }
    }

    /// Much of one kind fills no inbox, and keeps no other kind from being told.
    @Test func anHourHasAFewOfEachKind() async throws {
        try await MailWorld.run(box: ["mail_notices": ["pin_locked", "greeting_changed"]]) { world in
            for _ in 0..<4 {
                try await Self.greet("a.wav", world)
                try await Self.greet("b.wav", world)
            }
            try await Self.guess(3, world)
            let subjects = try await Self.news(world).map(\.subject)
            #expect(subjects.count { $0.hasPrefix("The greeting of") } == 5 && subjects.count { $0.hasSuffix("is locked") } == 1)
        }
    }

    private static let wrong: [JSON] = ["nearly_full", ["full"], [1], [["nearly_full"]]]

    @Test("What is no news is refused and changes nothing", arguments: wrong)
    func refused(_ value: JSON) async throws {
        try await MailWorld.run(box: Self.all) { world in
            let service = world.server.service
            await #expect(throws: VoicemailError.self) {
                _ = try await service.mailboxes.change(world.mailbox.id, .patch(["mail_notices": value]), in: world.account)
            }
            await #expect(throws: VoicemailError.self) { _ = try await service.accounts.change(world.account.id, .patch(["mail_notices": value])) }
            let kept = try await service.mailboxes.find(world.mailbox.id, of: world.account)
            #expect(kept.published["mail_notices"] == Self.all["mail_notices"])
        }
    }
}
