import Foundation

/// A person of an account who can log in and own mailboxes.
public struct User: Noun, StoredNoun {
    static let kind = DocumentKind.user
    var stored: StoredDocument

    static func schema(_: Limits) -> Schema { Schema.user }

    /// A password is not stored: it is kept as verifiers only (`Users.logins`).
    mutating func describe(_ checked: JSONObject) {
        stored.attributes = checked
        stored.attributes.removeValue(forKey: "password")
        stored.key = checked["username"]?.string?.lowercased()
        stored.name = checked["username"]?.string ?? [checked["first_name"]?.string, checked["last_name"]?.string].compactMap { $0 }.joined(separator: " ")
    }

    /// nil for a user who cannot log in by name.
    public var username: String? { stored.attributes["username"]?.string }
    /// The user name as logins compare it.
    var loginKey: String? { stored.key }
    public var firstName: String? { stored.attributes["first_name"]?.string }
    public var lastName: String? { stored.attributes["last_name"]?.string }
    /// The mail address, as a client wrote it.
    public var email: String? { stored.attributes["email"]?.string }
    /// The level of his privileges; nil where none was set.
    public var privilege: String? { stored.attributes["priv_level"]?.string }
    /// Whether he administers his account.
    public var isAdministrator: Bool { privilege == Self.administratorWord.string }

    /// The levels of privileges that there are.
    static let administratorWord: JSON = "admin", personWord: JSON = "user"

    /// The language, as a client wrote it; nil for his account's.
    public var language: String? { stored.attributes["language"]?.string }
    /// The name of his time zone, as a client wrote it.
    public var timeZoneName: String? { stored.attributes["timezone"]?.string }

    /// Characters of a first or last name (K§9).
    static let longestName = 128

    /// Whether he may log in; false for a user who was switched off.
    public var isEnabled: Bool { stored.attributes["enabled"] != .bool(false) }

    /// He is to choose a new password before anything else.
    mutating func requirePasswordUpdate() { stored.attributes[Self.passwordUpdateKey] = true }

    /// Whether he is.
    static let passwordUpdateKey = "require_password_update"

    var timeZone: TimeZone? { TimeZone(attribute: stored.attributes["timezone"]) }

    /// Whether he wants no mail for new messages.
    var refusesMail: Bool { stored.attributes[Mailbox.mailSwitch] == .bool(false) }
}
