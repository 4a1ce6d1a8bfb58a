import Foundation

/// A tenant of the server, with users, mailboxes, greetings and recordings of its own; it may have accounts below it.
public struct Account: Noun, StoredNoun {
    static let kind = DocumentKind.account
    var stored: StoredDocument

    static func schema(_: Limits) -> Schema { Schema.account }

    /// A new one, not stored yet.
    /// - Parameter lineage: the accounts above it, from the root downwards.
    init(id: String, below lineage: [String], actsOnAllAccounts: Bool, at now: Timestamp) {
        stored = StoredDocument(
            id: id, kind: .account, accountID: id, name: "", scope: "", ownerID: lineage.last,
            hidden: ["lineage": JSON(lineage), "superduper_admin": .bool(actsOnAllAccounts), "salt": .string(HexID.random())], created: now)
    }

    init(stored: StoredDocument) { self.stored = stored }

    mutating func describe(_ checked: JSONObject) {
        stored.attributes = checked
        stored.name = checked["name"]?.string ?? ""
        stored.key = checked["realm"]?.string?.lowercased()
        stored.lookup = Accounts.comparableName(stored.name)
    }

    /// The ids of the accounts above it, from the root downwards.
    public var lineage: [String] { stored.hidden["lineage"]?.array?.compactMap(\.string) ?? [] }

    /// Whether its users may act on every account of the server.
    public var actsOnAllAccounts: Bool { stored.hidden["superduper_admin"] == true }

    /// Not switched off.
    public var isEnabled: Bool { stored.attributes["enabled"] != .bool(false) }

    /// Its SIP domain.
    public var realm: String { stored.attributes["realm"]?.string ?? Self.madeUpRealm(of: id) }

    /// For an account that was given none.
    /// - Parameter digits: of its id.
    static func madeUpRealm(of id: String, digits: Int = 12) -> String { "\(id.prefix(digits)).sip.aftertone.invalid" }

    /// As clients wrote it; nil for the server's.
    public var language: String? { stored.attributes["language"]?.string }

    /// Its zone; nil for the server's.
    var timeZone: TimeZone? { TimeZone(attribute: stored.attributes["timezone"]) }

    /// Days that its messages can be changed; nil for the server's.
    var messageRetentionDays: Int? { stored.attributes["message_retention_duration"]?.int }

    /// How long and how many of its recordings are kept, as far as it says so itself.
    var recordingRetentionDays: Int? { stored.attributes["recording_retention_days"]?.int }
    var recordingMaximumBytes: Int? { stored.attributes["recording_maximum_bytes"]?.int }

    /// Whether owners of mailboxes hear the recordings of their own calls.
    public var letsOwnersHearRecordings: Bool { stored.attributes["owners_hear_recordings"] == true }

    /// How long and how many of its messages are kept, as far as it says so itself.
    var messageKeepDays: Int? { stored.attributes["message_keep_days"]?.int.flatMap { MessageRetention.dayCounts.contains($0) ? $0 : nil } }
    var messageKeepBytes: Int? { stored.attributes["message_keep_bytes"]?.int.flatMap { $0 >= 1 ? $0 : nil } }

    /// What happens to its mailboxes and is told, as far as it says so itself.
    var wantedNews: Set<MailboxNews>? { MailboxNews.wanted(stored.attributes) }

    /// Whether messages that clients and administrators leave are news, as far as it says so itself.
    var notifiesOfClientMessages: Bool? { stored.attributes["notify_of_client_messages"]?.bool }

    /// Whether it is noted who hears a message or a recording.
    var auditsListening: Bool { stored.attributes["audit_listening"] == true }

    /// What the digests of its users' logins are hashed with.
    var loginSalt: String { stored.hidden["salt"]?.string ?? id }
}

extension TimeZone {
    /// The zone that an attribute names; nil where it names none of its own.
    init?(attribute: JSON?) {
        guard let name = attribute?.string, name != "inherit" else { return nil }
        self.init(identifier: name)
    }
}
