import Testing
import Voicemail

@Suite("Settings from interfaces that have a word for each")
struct MailboxSettingsTests {
    private func settings(first address: String) -> MailboxSettings {
        var settings = MailboxSettings()
        settings.firstNotificationAddress = address
        return settings
    }

    @Test("Who knows one address changes the first, and the others stay as they are by then")
    func oneAddress() async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes
            let box = try await world.makeMailbox("1", ["notify_email_addresses": ["a@example.com", "b@example.com"]])
            let change = settings(first: "c@example.com")
            #expect(!change.isEmpty)
            // Somebody else has looked at the same mailbox, and is faster.
            _ = try await mailboxes.change(box.id, .patch(["notify_email_addresses": ["a@example.com", "d@example.com", "e@example.com"]]), in: world.account)
            let changed = try await mailboxes.change(box.id, change, in: world.account)
            #expect(changed.notificationAddresses == ["c@example.com", "d@example.com", "e@example.com"])
        }
    }

    @Test("Where there is none it is the only one, and an empty list takes all away")
    func noAddress() async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes
            let box = try await world.makeMailbox("1")
            #expect(try await mailboxes.change(box.id, settings(first: "a@example.com"), in: world.account).notificationAddresses == ["a@example.com"])
            var none = MailboxSettings()
            none.notificationAddresses = []
            let emptied = try await mailboxes.change(box.id, none, in: world.account)
            #expect(emptied.notificationAddresses.isEmpty)
            var new = settings(first: "b@example.com")
            new.name = "Box 2"
            new.number = "2"
            #expect(try await mailboxes.create(new, in: world.account).notificationAddresses == ["b@example.com"])
        }
    }
}
