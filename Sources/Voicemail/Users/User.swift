import Foundation

/// A person of an account who can log in and own mailboxes.
public struct User: Noun, StoredNoun {
    static let kind = DocumentKind.user
    var stored: StoredDocument

    public var id: String { stored.id }
    public var accountID: String { stored.accountID }
    public var serial: Int { stored.serial }
    public var name: String { stored.name }
    public var revision: Int { stored.revision }
    public var created: Timestamp { stored.created }
    public var modified: Timestamp { stored.modified }
    public var published: JSONObject { stored.published }

    static func schema(_: Limits) -> Schema { Schema.user }

    /// A password is kept only as verifiers, so none is taken over.
    mutating func describe(_ checked: JSONObject) {
        stored.attributes = checked
        stored.attributes.removeValue(forKey: "password")
        stored.key = checked["username"]?.string?.lowercased()
        stored.name = checked["username"]?.string ?? [checked["first_name"]?.string, checked["last_name"]?.string].compactMap { $0 }.joined(separator: " ")
    }

    /// nil for one who cannot log in.
    public var username: String? { stored.attributes["username"]?.string }
    /// As logins compare it.
    var loginKey: String? { stored.key }
    public var firstName: String? { stored.attributes["first_name"]?.string }
    public var lastName: String? { stored.attributes["last_name"]?.string }
    /// His mail address, as it was given.
    public var email: String? { stored.attributes["email"]?.string }
    /// What he may do; nil where nobody said.
    public var privilege: String? { stored.attributes["priv_level"]?.string }
    /// Whether he looks after his account.
    public var isAdministrator: Bool { privilege == "admin" }
    /// As clients wrote it; nil for his account's.
    public var language: String? { stored.attributes["language"]?.string }
    /// The name of his zone, as clients wrote it.
    public var timeZoneName: String? { stored.attributes["timezone"]?.string }

    /// Not switched off.
    public var isEnabled: Bool { stored.attributes["enabled"] != .bool(false) }

    var timeZone: TimeZone? { TimeZone(attribute: stored.attributes["timezone"]) }

    /// Whether he wants no mail for new messages.
    var refusesMail: Bool { stored.attributes[Mailbox.mailSwitch] == .bool(false) }
}
