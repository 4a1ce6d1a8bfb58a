/// A number that no other mailbox of the account may have, and a mail address that no other person's may.
///
/// Whether another one has the address is found out by looking at every mailbox. That is done before the transaction, and again in it only if the
/// account's mailboxes or users have changed meanwhile.
public struct MailboxClaim: Sendable {
    /// The mailbox that claims; nil for one that is to be made.
    fileprivate let ownID: String?
    fileprivate let number: String?
    fileprivate let mailAddress: String?
    fileprivate let rivals: [MailboxEntry]
    /// What the rivals were found among.
    fileprivate let seen: SeenDocuments

    /// Others that have a part of the claim already.
    public struct Clash: Error {
        /// Any mailbox, a group's too.
        public let numberHolder: Mailbox?
        /// Mailboxes of persons.
        public let addressHolders: [MailboxEntry]
    }
}

extension Mailboxes {
    /// Prepares a claim in an account; nil where a part is not claimed.
    public func claim(number: String?, mailAddress: String?, for mailbox: Mailbox?, in account: Account) async throws -> MailboxClaim {
        try await look(in: account) { look in
            let seen = try look.reader.seen([.mailbox, .user], of: account.id)
            let rivals = try look.rivals(for: mailAddress, of: mailbox?.id)
            return MailboxClaim(ownID: mailbox?.id, number: number, mailAddress: mailAddress, rivals: rivals, seen: seen)
        }
    }
}

extension AccountLook {
    /// - Throws: `MailboxClaim.Clash`.
    func judge(_ claim: MailboxClaim) throws {
        let holder = try claim.number.flatMap { try reader.mailbox(number: $0, in: account.id) }.flatMap { $0.id == claim.ownID ? nil : $0 }
        var rivals = claim.rivals
        if claim.mailAddress != nil, try !reader.stillHolds(claim.seen) {
            rivals = try self.rivals(for: claim.mailAddress, of: claim.ownID)
        }
        guard holder == nil, rivals.isEmpty else { throw MailboxClaim.Clash(numberHolder: holder, addressHolders: rivals) }
    }

    /// Persons' mailboxes that have an address already, besides the one that wants it.
    fileprivate func rivals(for address: String?, of ownID: String?) throws -> [MailboxEntry] {
        guard let wanted = address?.lowercased() else { return [] }
        return try collectPersonal { owned in
            owned.mailbox.id != ownID && owned.mailAddress.lowercased() == wanted ? MailboxEntry(owned.mailbox) : nil
        }
    }
}
