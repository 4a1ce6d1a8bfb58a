/// Something that was done, as the audit log keeps it: who, what, when and why, by ids. What tells of a person (an address, a number) stands in a row
/// beside it, which can be erased without breaking the chain.
public struct AuditEntry: Sendable, Hashable {
    public enum Action: String, Sendable, CaseIterable {
        case accountRemoved = "account_removed"
        case userRemoved = "user_removed"
        case mailboxRemoved = "mailbox_removed"
        case greetingRemoved = "greeting_removed"
        case webhookRemoved = "webhook_removed"
        case templateRemoved = "template_removed"
        case messageRemoved = "message_removed"
        case recordingRemoved = "recording_removed"
        /// Messages and documents that were in the trash, for good.
        case purged = "purged"
        /// A message from the trash, or a mailbox with what went with it.
        case restored = "restored"
        /// The sound of one message or recording, where the account wants that noted.
        case heard = "heard"
        case callerErased = "caller_erased"
        case holdPlaced = "hold_placed"
        case holdLifted = "hold_lifted"
        /// Many messages at once, in one file.
        case exported = "exported"
        case backedUp = "backed_up"
        case loggedIn = "logged_in"
        case userCreated = "user_created"
        /// His password, his rights, or whether he may log in.
        case userChanged = "user_changed"
        /// A mailbox has another PIN, or none.
        case pinChanged = "pin_changed"
        case keyCreated = "key_created"
        case keyRevoked = "key_revoked"
    }

    /// 32 hex digits.
    public let id: String
    /// A number that grows. 0 until stored.
    public var serial: Int
    /// The account whose log it is in; empty for what is of no account.
    public let accountID: String
    public let action: Action
    /// The interface and, where it is known, who: `web 5c3f…`, `command root`, `server`.
    public let actor: String
    /// What it was done to, the thing itself first.
    public let subjects: [String]
    /// Counts and words, never what tells of a person.
    public let details: JSONObject
    public let created: Timestamp
    /// The batch that it was sealed in; 0 before.
    public var batch: Int
    /// What can be erased.
    public var texts: [String: String]

    public init(
        id: String = HexID.random(), serial: Int = 0, accountID: String, action: Action, actor: String, subjects: [String], details: JSONObject = [:],
        created: Timestamp, batch: Int = 0, texts: [String: String] = [:]
    ) {
        self.id = id
        self.serial = serial
        self.accountID = accountID
        self.action = action
        self.actor = actor
        self.subjects = subjects
        self.details = details
        self.created = created
        self.batch = batch
        self.texts = texts
    }

    /// What is hashed: always the same bytes for the same entry.
    var sealedForm: String {
        JSON.array([
            .string(id), .string(accountID), .string(action.rawValue), .string(actor), JSON(subjects), .object(details), .int(created.unix),
        ]).encoded
    }
}
