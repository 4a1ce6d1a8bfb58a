import Foundation

/// Where messages are left: one person's, or a group's.
public struct Mailbox: Noun, StoredNoun {
    static let kind = DocumentKind.mailbox
    var stored: StoredDocument

    static func schema(_ limits: Limits) -> Schema { Schema.mailbox(limits) }

    mutating func describe(_ checked: JSONObject) {
        stored.attributes = checked
        // A count in listings: never a setting.
        stored.attributes.removeValue(forKey: "messages")
        // Kept sealed (`takePIN`).
        stored.attributes.removeValue(forKey: Self.pinKey)
        stored.name = checked["name"]?.string ?? ""
        stored.ownerID = checked["owner_id"]?.string
        stored.label = checked["mailbox"]?.string
        stored.key = stored.label.map(MailboxNumber.comparable)
    }

    /// A change of what is there, in which it may come to somebody else.
    mutating func describe(_ checked: JSONObject, at now: Timestamp) {
        let (owner, key) = (stored.ownerID, stored.key)
        describe(checked)
        if (stored.ownerID, stored.key) != (owner, key) { stored.hidden[Self.ownedSinceKey] = .int(now.unix) }
    }

    /// Since when it belongs to its owner under its number.
    var ownedSince: Timestamp { stored.hidden[Self.ownedSinceKey]?.int.map { Timestamp(unix: $0) } ?? created }

    private static let ownedSinceKey = "owned_since"

    /// The user it belongs to.
    public var ownerID: String? { stored.ownerID }

    /// The attributes that have a property here but for `flags`, which are as many as clients like. Who reads mailboxes for their
    /// properties' sake reads these: clients may keep thousands of others with one.
    static let ownAttributes: Set<String> = [
        "mailbox", "enabled", "require_pin", "max_message_count", "include_message_on_notify", "include_transcription_on_notify", "delete_after_notify",
        "save_after_notify",
        "timezone", "media", "notify_email_addresses", mailSwitch, "message_keep_days", "message_keep_count",
    ]

    /// As it was given.
    public var number: String { stored.attributes["mailbox"]?.string ?? "" }

    /// Takes messages.
    public var isEnabled: Bool { stored.attributes["enabled"] != .bool(false) }

    /// Whether a PIN is asked for.
    public var requiresPIN: Bool { stored.attributes["require_pin"] == true }

    /// How many messages it may have from callers.
    public func capacity(_ standard: Int) -> Int { stored.attributes["max_message_count"]?.int ?? standard }

    /// How long and how many of its messages are kept, as far as it says so itself.
    var messageKeepDays: Int? { stored.attributes["message_keep_days"]?.int.flatMap { MessageRetention.dayCounts.contains($0) ? $0 : nil } }
    var messageKeepCount: Int? { stored.attributes["message_keep_count"]?.int.flatMap { $0 >= 1 ? $0 : nil } }

    /// Labels that clients keep with it.
    public var flags: JSON { stored.attributes["flags"] ?? [] }

    /// Whether mail for a new message carries its audio.
    public var mailCarriesAudio: Bool { stored.attributes["include_message_on_notify"] != false }

    /// Whether mail for a new message carries what was said in it, where that is known.
    public var mailCarriesTranscription: Bool { stored.attributes["include_transcription_on_notify"] != false }

    /// What becomes of a message once its owner has been told.
    public var isDeletedAfterNotify: Bool { stored.attributes["delete_after_notify"] == true }
    public var isSavedAfterNotify: Bool { stored.attributes["save_after_notify"] == true }

    /// Its own; nil for its owner's, its account's or the server's.
    public var timeZone: TimeZone? { TimeZone(attribute: stored.attributes["timezone"]) }

    /// Its group; nil for one person's.
    public internal(set) var group: MailboxGroup? {
        get { MailboxGroup(stored.hidden["group"]) }
        set {
            stored.hidden["group"] = newValue?.json
            stored.lookup = newValue == nil ? nil : Self.groupLookup(accountID)
        }
    }

    /// What the group mailboxes of an account are found by.
    static func groupLookup(_ accountID: String) -> String { "group:" + accountID }

    /// The id of the greeting that callers hear (K§5.1: `media.unavailable`); nil for the standard one.
    public internal(set) var greetingInForceID: String? {
        get { stored.attributes["media"]?["unavailable"]?.string }
        set {
            var media = stored.attributes["media"]?.object ?? [:]
            media["unavailable"] = newValue.map { .string($0) }
            stored.attributes["media"] = .object(media)
        }
    }

    // MARK: Mail

    /// Whether mail is sent for new messages: of a user (K§4), of a mailbox where a client has set it there.
    static let mailSwitch = Setting.sendsMail.rawValue

    /// Its own mail addresses.
    public var notificationAddresses: [String] { stored.attributes["notify_email_addresses"]?.array?.compactMap(\.string) ?? [] }

    /// Whether it says itself that mail is sent; nil where it says nothing.
    var sendsMail: Bool? { stored.attributes[Self.mailSwitch]?.bool }
}
