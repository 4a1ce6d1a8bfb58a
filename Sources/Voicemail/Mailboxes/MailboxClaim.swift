/// A number that no other mailbox of the account may have, and a mail address that no other person's may.
///
/// Whether another one has the address is found out by looking at every mailbox, unless the process knows it (`AddressBook`). That is done before the
/// transaction, and again in it only if the account's mailboxes or users have changed meanwhile.
public struct MailboxClaim: Sendable {
    /// The mailbox that claims; nil for one that is to be made.
    fileprivate let ownID: String?
    fileprivate let number: String?
    fileprivate let mailAddress: String?
    fileprivate let rivals: [MailboxEntry]
    /// What the rivals were found among.
    fileprivate let seen: SeenDocuments
    fileprivate let book: AddressBook

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
        let book = service.addressBook
        return try await look(in: account) { look in
            let seen = try look.seenForAddresses()
            let rivals = try look.rivals(for: mailAddress, of: mailbox?.id, at: seen, book)
            return MailboxClaim(ownID: mailbox?.id, number: number, mailAddress: mailAddress, rivals: rivals, seen: seen, book: book)
        }
    }
}

extension AccountLook {
    /// - Returns: what the account's documents are before the change; nil where the address book has no use for that.
    /// - Throws: `MailboxClaim.Clash`.
    func judge(_ claim: MailboxClaim) throws -> SeenDocuments? {
        let holder = try claim.number.flatMap { try reader.mailbox(number: $0, in: account.id) }.flatMap { $0.id == claim.ownID ? nil : $0 }
        var rivals = claim.rivals
        let seen = claim.mailAddress != nil || claim.book.isOpen(at: claim.seen) ? try seenForAddresses() : nil
        if let seen, seen != claim.seen { rivals = try self.rivals(for: claim.mailAddress, of: claim.ownID, at: seen, claim.book) }
        guard holder == nil, rivals.isEmpty else { throw MailboxClaim.Clash(numberHolder: holder, addressHolders: rivals) }
        return seen
    }

    /// What the address book is to learn of a mailbox that was just made or changed, and nothing but it.
    func step(from before: SeenDocuments, to mailbox: Mailbox) throws -> AddressBook.Step {
        let address = mailbox.group == nil ? try owned([mailbox]).first?.mailAddress ?? "" : ""
        return AddressBook.Step(before: before, after: try seenForAddresses(), entry: AddressEntry(mailbox: MailboxEntry(mailbox), address: address))
    }

    /// What persons' addresses depend on.
    func seenForAddresses() throws -> SeenDocuments { try reader.seen([.mailbox, .user], of: account.id) }

    /// Persons' mailboxes that have an address already, besides the one that wants it.
    fileprivate func rivals(for address: String?, of ownID: String?, at seen: SeenDocuments, _ book: AddressBook) throws -> [MailboxEntry] {
        guard let address else { return [] }
        let holders = try book.holders(of: address, at: seen) ?? look(up: address, at: seen, book)
        return holders.filter { $0.id != ownID }
    }

    /// Looks at every mailbox, for the claims that follow as well.
    private func look(up address: String, at seen: SeenDocuments, _ book: AddressBook) throws -> [MailboxEntry] {
        let page = AddressBook.Page(seen: seen, try collectPersonal { AddressEntry(mailbox: MailboxEntry($0.mailbox), address: $0.mailAddress) })
        book.keep(page)
        return page.holders(of: address)
    }
}
