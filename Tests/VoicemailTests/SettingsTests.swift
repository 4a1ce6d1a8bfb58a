import Foundation
import Testing
@testable import Voicemail

/// What interfaces set that have a word for each setting: each is a property afterwards, and what they leave out stays.
@Suite struct SettingsTests {
    // MARK: Accounts

    @Test func everySettingOfAnAccountIsAPropertyAfterwards() async throws {
        try await MemoryWorld.run { world in
            let accounts = world.service.accounts
            var settings = AccountSettings(name: "Other")
            settings.realm = "other.example"
            settings.timeZone = "Europe/Dublin"
            settings.language = "fr-FR"
            settings.isEnabled = false
            settings.messageRetentionDays = 7
            settings.recordingRetentionDays = 8
            settings.recordingMaximumBytes = 9
            settings.messageKeepDays = 10
            settings.messageKeepBytes = 11
            settings.letsOwnersHearRecordings = true
            settings.auditsListening = true
            settings.notifiesOfClientMessages = true
            settings.wantedNews = [.pinLocked, .nearlyFull]
            func judge(_ account: Account) {
                #expect(account.name == "Other" && account.realm == "other.example" && account.language == "fr-FR" && !account.isEnabled)
                #expect(account.timeZone?.identifier == "Europe/Dublin" && account.messageRetentionDays == 7)
                #expect(account.recordingRetentionDays == 8 && account.recordingMaximumBytes == 9)
                #expect(account.messageKeepDays == 10 && account.messageKeepBytes == 11)
                #expect(account.letsOwnersHearRecordings && account.auditsListening && account.notifiesOfClientMessages == true)
                #expect(account.wantedNews == [.pinLocked, .nearlyFull])
            }
            let made = try await accounts.create(settings, below: nil)
            judge(made)
            // The same of one that is there: it is changed in one go, and once more by nothing.
            _ = try await accounts.remove(made.id)
            judge(try await accounts.change(world.account.id, settings))
            judge(try await accounts.change(world.account.id, AccountSettings()))
            #expect(AccountSettings().isEmpty && !settings.isEmpty)
        }
    }

    @Test func whatAnAccountSaysNoMoreIsTheServersAgain() async throws {
        try await MemoryWorld.run { world in
            let accounts = world.service.accounts
            var settings = AccountSettings()
            (settings.timeZone, settings.language, settings.wantedNews) = ("Europe/Dublin", "fr", [])
            let said = try await accounts.change(world.account.id, settings)
            #expect(said.wantedNews == [] && said.language == "fr")
            (settings.timeZone, settings.language, settings.wantedNews) = (.some(nil), .some(nil), .some(nil))
            #expect(!settings.isEmpty)
            let silent = try await accounts.change(world.account.id, settings)
            #expect(silent.timeZone == nil && silent.language == nil && silent.wantedNews == nil)
            for key in ["timezone", "language", "mail_notices"] { #expect(silent.published[key] == nil, "\(key)") }
            // Of a new one there is nothing to take away.
            settings.name = "New"
            #expect(try await accounts.create(settings, below: nil).language == nil)
        }
    }

    // MARK: Users

    @Test func everySettingOfAUserIsAPropertyAfterwards() async throws {
        try await MemoryWorld.run { world in
            let users = world.service.users
            var settings = UserSettings(username: "Anna", password: "anna horse")
            let plain = try await users.create(settings, in: world.account)
            #expect(plain.username == "Anna" && plain.firstName == "Anna" && plain.lastName == "Anna" && plain.isEnabled && !plain.isAdministrator)
            _ = try await users.remove(plain.id, in: world.account)
            settings.firstName = "Anna Maria"
            settings.lastName = "Berg"
            settings.email = "anna@example.com"
            settings.isAdministrator = true
            settings.isEnabled = false
            settings.timeZone = "Europe/Dublin"
            settings.language = "it"
            func judge(_ user: User) {
                #expect(user.username == "Anna" && user.firstName == "Anna Maria" && user.lastName == "Berg" && user.email == "anna@example.com")
                #expect(user.isAdministrator && !user.isEnabled && user.timeZoneName == "Europe/Dublin" && user.language == "it")
                // It is kept as verifiers only.
                #expect(user.published["password"] == nil)
            }
            let made = try await users.create(settings, in: world.account)
            judge(made)
            judge(try await users.change(made.id, UserSettings(), in: world.account))
            var less = UserSettings()
            (less.isAdministrator, less.isEnabled, less.timeZone, less.language) = (false, true, .some(nil), .some(nil))
            #expect(UserSettings().isEmpty && !less.isEmpty)
            let changed = try await users.change(made.id, less, in: world.account)
            #expect(!changed.isAdministrator && changed.isEnabled && changed.timeZoneName == nil && changed.language == nil)
            #expect(changed.firstName == "Anna Maria" && changed.email == "anna@example.com")
        }
    }

    // MARK: Mailboxes

    @Test func everySettingOfAMailboxIsAPropertyAfterwards() async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes
            let owner = try await world.service.users.create(UserSettings(username: "anna"), in: world.account)
            let greeting = try await world.service.greetings.create(named: "Away", in: world.account)
            var settings = MailboxSettings(number: "0100", name: "Desk")
            settings.ownerID = owner.id
            settings.isEnabled = false
            settings.pin = PIN("8392")
            settings.requiresPIN = true
            settings.notificationAddresses = ["a@example.com", "b@example.com"]
            settings.timeZone = "Europe/Dublin"
            settings.sendsMail = true
            settings.mailCarriesAudio = false
            settings.isSavedAfterNotify = true
            settings.isDeletedAfterNotify = true
            settings.isSetUp = true
            settings.messageKeepDays = 3
            settings.messageKeepCount = 4
            settings.wantedNews = [.greetingChanged]
            settings.greetingInForceID = greeting.id
            settings.kept = KeptFields(interface: "test", values: ["x": 1], mobileNumber: "+353")
            func judge(_ box: Mailbox) {
                #expect(box.number == "0100" && box.name == "Desk" && box.ownerID == owner.id && !box.isEnabled)
                #expect(mailboxes.pin(of: box) == PIN("8392") && box.requiresPIN && box.published["pin"] == nil)
                #expect(box.notificationAddresses == ["a@example.com", "b@example.com"] && box.timeZone?.identifier == "Europe/Dublin")
                #expect(box.sendsMail == true && !box.mailCarriesAudio && box.isSavedAfterNotify && box.isDeletedAfterNotify)
                #expect(box.messageKeepDays == 3 && box.messageKeepCount == 4 && box.greetingInForceID == greeting.id)
                #expect(MailboxNews.wanted(box.published) == [.greetingChanged] && box.published["is_setup"] == true)
                #expect(box.kept(by: "test") == ["x": 1] && box.mobileNumber == "+353")
            }
            let made = try await mailboxes.create(settings, in: world.account)
            judge(made)
            judge(try await mailboxes.change(made.id, MailboxSettings(), in: world.account))
            #expect(MailboxSettings().isEmpty && !settings.isEmpty)
            // All that can be taken away, at once.
            var none = MailboxSettings()
            (none.ownerID, none.pin, none.timeZone) = (.some(nil), .some(nil), .some(nil))
            (none.wantedNews, none.greetingInForceID) = (.some(nil), .some(nil))
            let bare = try await mailboxes.change(made.id, none, in: world.account)
            #expect(bare.ownerID == nil && mailboxes.pin(of: bare) == nil && bare.timeZone == nil && bare.greetingInForceID == nil)
            #expect(MailboxNews.wanted(bare.published) == nil && bare.number == "0100" && bare.requiresPIN)
            // Of a new one there is nothing to take away.
            (none.number, none.name) = ("0101", "New")
            #expect(try await mailboxes.create(none, in: world.account).ownerID == nil)
        }
    }

    @Test func aGroupsBoxIsMadeBySettingsToo() async throws {
        try await MemoryWorld.run { world in
            let member = try await world.makeMailbox("1")
            let group = try await world.service.mailboxes.create(
                MailboxSettings(number: "9", name: "All"), group: MailboxGroup(mode: .share, members: [member.id]), in: world.account)
            #expect(group.group?.members == [member.id])
            #expect(try await world.service.groups.members(of: group).map(\.number) == ["1"])
        }
    }

    @Test func whatDependsOnTheMailboxIsAskedOfTheOneInTheTransaction() async throws {
        try await MemoryWorld.run { world in
            let mailboxes = world.service.mailboxes
            let box = try await world.makeMailbox("1")
            let renaming: @Sendable (Mailbox) -> MailboxSettings = { current in
                var settings = MailboxSettings()
                settings.name = current.name + "!"
                settings.kept = KeptFields(interface: "test", values: ["was": .string(current.name)])
                return settings
            }
            // As many at once as there are: none is lost, whichever comes first.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { _ = try await mailboxes.change(box.id, in: world.account, by: renaming) } }
                try await group.waitForAll()
            }
            let after = try await mailboxes.find(box.id, of: world.account)
            #expect(after.name == "Box 1!!!!!!!!" && after.kept(by: "test") == ["was": "Box 1!!!!!!!"])
        }
    }

    // MARK: Webhooks

    @Test func everySettingOfAWebhookIsAPropertyAfterwards() async throws {
        try await MemoryWorld.run { world in
            let webhooks = world.service.webhooks
            var settings = WebhookSettings()
            (settings.name, settings.uri, settings.hook) = ("CRM", "https://203.0.113.9/x", "object")
            let plain = try await webhooks.create(settings, in: world.account)
            #expect(plain.method == "post" && !plain.isJSON && plain.isEnabled && plain.hook == "object" && plain.uri == "https://203.0.113.9/x")
            var change = WebhookSettings()
            (change.method, change.isJSON, change.isEnabled) = (.put, true, false)
            let changed = try await webhooks.change(plain.id, change, in: world.account)
            #expect(changed.method == "put" && changed.isJSON && !changed.isEnabled && changed.name == "CRM" && changed.hook == "object")
            #expect(try await webhooks.enable(plain.id, in: world.account).isEnabled)
            change = WebhookSettings()
            change.isJSON = false
            #expect(try await webhooks.change(plain.id, change, in: world.account).isJSON == false)
        }
    }
}
