/// A setting of an account, a user, a mailbox or a webhook that rules speak of. Interfaces have words of their own for each; stored documents have it
/// under the raw value.
public enum Setting: String, Sendable, Hashable, CaseIterable {
    case name, realm, language
    case isEnabled = "enabled"
    case timeZone = "timezone"
    case wantedNews = "mail_notices"
    case sendsMail = "vm_to_email_enabled"

    // Of accounts.
    case messageRetentionDays = "message_retention_duration"
    case recordingRetentionDays = "recording_retention_days"
    case recordingMaximumBytes = "recording_maximum_bytes"
    case letsOwnersHearRecordings = "owners_hear_recordings"
    case messageKeepBytes = "message_keep_bytes"
    case auditsListening = "audit_listening"
    case notifiesOfClientMessages = "notify_of_client_messages"

    // Of accounts and of mailboxes.
    case messageKeepDays = "message_keep_days"

    // Of users.
    case username, password, email
    case firstName = "first_name"
    case lastName = "last_name"
    case privilege = "priv_level"

    // Of mailboxes.
    case number = "mailbox"
    case pin
    case owner = "owner_id"
    case requiresPIN = "require_pin"
    case isSetUp = "is_setup"
    case greetings = "media"
    case notificationAddresses = "notify_email_addresses"
    case mailCarriesAudio = "include_message_on_notify"
    case isSavedAfterNotify = "save_after_notify"
    case isDeletedAfterNotify = "delete_after_notify"
    case messageKeepCount = "message_keep_count"

    // Of webhooks.
    case uri, hook
    case method = "http_verb"
    case format

    /// Whether a value of it is shown to nobody, not even one that is refused.
    public var isSecret: Bool { self == .pin || self == .password }
}

extension OrderedDictionary where Key == String, Value == JSON {
    /// A setting among the attributes of a document.
    subscript(_ setting: Setting) -> JSON? {
        get { self[setting.rawValue] }
        set { self[setting.rawValue] = newValue }
    }
}
