import Testing
@testable import Voicemail

/// What a refusal is about is told as a setting, which each interface words in its own way, and as the key under which documents have it.
@Suite struct ViolationTests {
    /// The first violation of attributes, whatever else is missing.
    private func violation(of schema: Schema, _ key: String, _ value: JSON) -> Violation? {
        schema.apply(to: [key: value]).1.first { $0.path.first == key }
    }

    private static let ofMailboxes: [(key: String, value: JSON, setting: Setting)] = [
        ("name", "", .name), ("mailbox", "", .number), ("pin", "123", .pin), ("owner_id", "short", .owner), ("timezone", "x", .timeZone),
        ("require_pin", "maybe", .requiresPIN), ("include_message_on_notify", 1, .mailCarriesAudio), ("save_after_notify", [], .isSavedAfterNotify),
        ("delete_after_notify", [:], .isDeletedAfterNotify), ("is_setup", .null, .isSetUp), ("message_keep_days", 0, .messageKeepDays),
        ("message_keep_count", 0, .messageKeepCount), ("mail_notices", ["x"], .wantedNews), ("notify_email_addresses", ["x"], .notificationAddresses),
        ("media", ["unavailable": "x"], .greetings),
    ]

    @Test(arguments: ofMailboxes) func aMailboxesSettingsAreNamed(key: String, value: JSON, setting: Setting) throws {
        let found = try #require(violation(of: .mailbox(Limits()), key, value))
        #expect(found.setting == setting && found.path.first == setting.rawValue)
    }

    private static let ofUsers: [(key: String, value: JSON, setting: Setting)] = [
        ("first_name", "", .firstName), ("last_name", 1, .lastName), ("username", "", .username), ("password", "", .password),
        ("email", "nowhere", .email), ("priv_level", "king", .privilege), ("enabled", "x", .isEnabled), ("vm_to_email_enabled", 2, .sendsMail),
        ("timezone", "x", .timeZone), ("language", 1, .language),
    ]

    @Test(arguments: ofUsers) func aUsersSettingsAreNamed(key: String, value: JSON, setting: Setting) throws {
        let found = try #require(violation(of: .user, key, value))
        #expect(found.setting == setting && found.path == [setting.rawValue])
    }

    private static let ofAccounts: [(key: String, value: JSON, setting: Setting)] = [
        ("name", "", .name), ("realm", "x", .realm), ("message_retention_duration", 0, .messageRetentionDays),
        ("recording_retention_days", 0, .recordingRetentionDays), ("recording_maximum_bytes", 0, .recordingMaximumBytes),
        ("owners_hear_recordings", "x", .letsOwnersHearRecordings), ("message_keep_bytes", 0, .messageKeepBytes), ("audit_listening", 1, .auditsListening),
        ("notify_of_client_messages", "x", .notifiesOfClientMessages),
    ]

    @Test(arguments: ofAccounts) func anAccountsSettingsAreNamed(key: String, value: JSON, setting: Setting) throws {
        #expect(try #require(violation(of: .account, key, value)).setting == setting)
    }

    private static let ofWebhooks: [(key: String, value: JSON, setting: Setting)] = [
        ("uri", "", .uri), ("hook", "", .hook), ("http_verb", "patch", .method), ("format", "xml", .format), ("name", 1, .name),
        ("enabled", "x", .isEnabled),
    ]

    @Test(arguments: ofWebhooks) func aWebhooksSettingsAreNamed(key: String, value: JSON, setting: Setting) throws {
        #expect(try #require(violation(of: .webhook, key, value)).setting == setting)
    }

    @Test func whatIsMissingIsNamedLikeWhatIsWrong() {
        let (_, missing) = Schema.mailbox(Limits()).apply(to: [:])
        #expect(missing.map(\.setting) == [.name, .number])
        #expect(missing.map(\.rule) == [.required, .required])
        #expect(Schema.user.apply(to: [:]).1.map(\.setting) == [.firstName, .lastName])
        #expect(Schema.account.apply(to: [:]).1.map(\.setting) == [.name])
    }

    @Test func whatNoRuleSpeaksOfHasNoSetting() throws {
        #expect(try #require(violation(of: .mailbox(Limits()), "seek_duration_ms", -1)).setting == nil)
        #expect(Violation(["until"], .required).setting == nil)
    }

    @Test func aPartOfASettingKeepsItsPlace() throws {
        let second = try #require(violation(of: .mailbox(Limits()), "notify_email_addresses", ["a@example.com", "x", "b@example.com"]))
        #expect(second.path == ["notify_email_addresses", "1"] && second.setting == .notificationAddresses && second.value == "x")
    }

    @Test func nothingButSecretsIsSecret() {
        #expect(Set(Setting.allCases.filter(\.isSecret)) == [.pin, .password])
        #expect(PIN.Fault.number.violation.setting == .pin && PIN.Fault.number.violation.value == nil)
    }

    /// A setting that stands for two keys would be worded for the wrong one.
    @Test func eachSettingHasAKeyOfItsOwn() {
        #expect(Set(Setting.allCases.map(\.rawValue)).count == Setting.allCases.count)
        for setting in Setting.allCases { #expect(Violation(setting, .required).path == [setting.rawValue]) }
    }
}
