/// Somebody who listens as himself, and not as a program that acts for the whole account: a user, or whoever has shown a mailbox's PIN.
public enum MailboxListener: Sendable, Hashable {
    case user(User)
    case mailbox(Mailbox)

    public var accountID: String {
        switch self {
        case .user(let user): user.accountID
        case .mailbox(let mailbox): mailbox.accountID
        }
    }

    /// The id of the user or of the mailbox.
    public var id: String {
        switch self {
        case .user(let user): user.id
        case .mailbox(let mailbox): mailbox.id
        }
    }

    /// Whether he looks after his account.
    public var isAdministrator: Bool {
        if case .user(let user) = self { user.isAdministrator } else { false }
    }

    /// Whether a mailbox is his own.
    func owns(_ mailbox: Mailbox) -> Bool {
        switch self {
        case .user(let user): mailbox.ownerID == user.id
        case .mailbox(let own): mailbox.id == own.id
        }
    }
}
