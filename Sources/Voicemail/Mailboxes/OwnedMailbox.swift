/// A mailbox and what its owner says of mail. Read to be shown: attributes without a property of `Mailbox` are left out.
public struct OwnedMailbox: Sendable {
    public let mailbox: Mailbox
    let owner: Owner?

    /// What lists show of the user a mailbox belongs to.
    struct Owner: Sendable {
        static let attributes: Set<String> = ["email", Mailbox.mailSwitch]
        let address: String?
        let wantsMail: Bool

        init(_ user: User) {
            address = user.email
            wantsMail = !user.refusesMail
        }
    }

    /// Whether mail is sent for new messages: as the mailbox says, else if there is an address, its own or its owner's.
    public var sendsMail: Bool {
        if let own = mailbox.sendsMail { return own }
        if !mailbox.notificationAddresses.isEmpty { return true }
        guard let owner, owner.address != nil else { return false }
        return owner.wantsMail
    }

    /// Where it is sent to first; empty for nowhere.
    public var mailAddress: String { mailbox.notificationAddresses.first ?? owner?.address ?? "" }
}
