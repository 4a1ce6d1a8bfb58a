/// A mailbox with what is shown of it besides, from one reading.
public struct MailboxDetails: Sendable {
    public let owned: OwnedMailbox
    /// For who may read the mailbox; nil for none.
    public let pin: PIN?
    /// The greeting that callers hear; nil for the standard one.
    public let greeting: ListedGreeting?

    public var mailbox: Mailbox { owned.mailbox }
}

extension Mailboxes {
    /// The mailbox of a person by its serial.
    /// - Throws: `VoicemailError.notFound` also for a group's.
    public func personal(serial: Int, of account: Account) async throws -> OwnedMailbox {
        try await look(in: account) { try $0.personal(serial: serial) }
    }

    /// The same with its details.
    public func personalDetails(serial: Int, of account: Account) async throws -> MailboxDetails {
        try await look(in: account) { look in
            let owned = try look.personal(serial: serial)
            guard let shown = try details([owned], look.reader).first else { throw VoicemailError.notFound(id: String(serial)) }
            return shown
        }
    }

    /// What `item` takes from mailboxes by id, in the order asked; what is gone is left out. All of them are held together: a page.
    public func owned<Item: Sendable>(
        _ ids: [String], of account: Account, item: @escaping @Sendable (OwnedMailbox) -> Item
    ) async throws -> [Item] {
        try await look(in: account) { try $0.owned(ids).map(item) }
    }

    /// The details of mailboxes of one account.
    func details(_ all: [OwnedMailbox], _ reader: any StoreReader) throws -> [MailboxDetails] {
        guard let account = all.first?.mailbox.accountID else { return [] }
        let greetings = try reader.find(Greeting.self, ids: all.compactMap(\.mailbox.greetingInForceID), in: account)
        return try all.map { owned in
            let greeting = try OpenShelf(.mailbox(owned.mailbox), reader).greetingInForce(among: greetings)
            return MailboxDetails(owned: owned, pin: pin(of: owned.mailbox), greeting: greeting)
        }
    }
}

extension AccountLook {
    /// What `keep` takes from each mailbox that is a person's and no group's, in no particular order; what it takes is all that is held.
    func collectPersonal<Kept>(_ keep: (OwnedMailbox) -> Kept?) throws -> [Kept] {
        var kept: [Kept] = []
        let query = DocumentQuery(kind: .mailbox, accountID: account.id, attributes: Mailbox.ownAttributes)
        try reader.eachPage(Mailbox.self, query) { page in
            kept += try owned(page.filter { $0.group == nil }).compactMap(keep)
        }
        return kept
    }

    /// - Throws: `VoicemailError.notFound` also for a group's.
    fileprivate func personal(serial: Int) throws -> OwnedMailbox {
        guard let mailbox = try reader.find(Mailbox.self, serial: serial, in: account.id, attributes: Mailbox.ownAttributes), mailbox.group == nil,
            let found = try owned([mailbox]).first
        else { throw VoicemailError.notFound(id: String(serial)) }
        return found
    }

    func owned(_ ids: [String]) throws -> [OwnedMailbox] {
        try owned(reader.find(Mailbox.self, ids: ids, in: account.id, attributes: Mailbox.ownAttributes))
    }

    private func owned(_ mailboxes: [Mailbox]) throws -> [OwnedMailbox] {
        let users = try reader.find(User.self, ids: Array(Set(mailboxes.compactMap(\.ownerID))), in: account.id, attributes: OwnedMailbox.Owner.attributes)
        let owners = Dictionary(users.map { ($0.id, OwnedMailbox.Owner($0)) }, uniquingKeysWith: { first, _ in first })
        return mailboxes.map { mailbox in OwnedMailbox(mailbox: mailbox, owner: mailbox.ownerID.flatMap { owners[$0] }) }
    }
}
