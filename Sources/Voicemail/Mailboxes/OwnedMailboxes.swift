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
    /// What `keep` takes from each mailbox that is a person's and no group's, in no particular order; what it takes is all that is held.
    public func collectPersonal<Kept: Sendable>(
        of account: Account, _ keep: @escaping @Sendable (OwnedMailbox) -> Kept?
    ) async throws -> [Kept] {
        try await store.read { try Self.collectPersonal(of: account, $0, keep) }
    }

    static func collectPersonal<Kept>(of account: Account, _ reader: any StoreReader, _ keep: (OwnedMailbox) -> Kept?) throws -> [Kept] {
        var kept: [Kept] = []
        let query = DocumentQuery(kind: .mailbox, accountID: account.id, attributes: Mailbox.ownAttributes)
        try reader.eachPage(Mailbox.self, query) { page in
            kept += try owned(page.filter { $0.group == nil }, account, reader).compactMap(keep)
        }
        return kept
    }

    /// The mailbox of a person by its serial.
    /// - Throws: `VoicemailError.notFound` also for a group's.
    public func personal(serial: Int, of account: Account) async throws -> OwnedMailbox {
        try await store.read { try Self.personal(serial, account, $0) }
    }

    /// The same with its details.
    public func personalDetails(serial: Int, of account: Account) async throws -> MailboxDetails {
        try await store.read { reader in try details(try Self.personal(serial, account, reader), reader) }
    }

    /// Mailboxes of persons by serial, in the order asked and each once; nil for one that is none.
    public func personalMailboxes(serials: [Int], of account: Account) async throws -> [MailboxEntry?] {
        try await store.read { reader in
            var seen = Set<Int>()
            var found: [MailboxEntry?] = []
            for serial in serials where seen.insert(serial).inserted {
                let mailbox = try reader.find(Mailbox.self, serial: serial, in: account.id, attributes: MailboxEntry.attributes)
                found.append(mailbox.flatMap { $0.group == nil ? MailboxEntry($0) : nil })
            }
            return found
        }
    }

    /// What `item` takes from mailboxes by id, in the order asked; what is gone is left out. All of them are held together: a page.
    public func owned<Item: Sendable>(
        _ ids: [String], of account: Account, item: @escaping @Sendable (OwnedMailbox) -> Item
    ) async throws -> [Item] {
        try await store.read { try Self.owned(ids, account, $0).map(item) }
    }

    /// The same with the details of each, from one reading.
    public func details<Item: Sendable>(
        _ ids: [String], of account: Account, item: @escaping @Sendable (MailboxDetails) -> Item
    ) async throws -> [Item] {
        try await store.read { reader in try Self.owned(ids, account, reader).map { item(try details($0, reader)) } }
    }

    private func details(_ owned: OwnedMailbox, _ reader: any StoreReader) throws -> MailboxDetails {
        MailboxDetails(owned: owned, pin: pin(of: owned.mailbox), greeting: try Greetings.inForce(of: owned.mailbox, reader))
    }

    private static func personal(_ serial: Int, _ account: Account, _ reader: any StoreReader) throws -> OwnedMailbox {
        guard let mailbox = try reader.find(Mailbox.self, serial: serial, in: account.id, attributes: Mailbox.ownAttributes), mailbox.group == nil,
            let found = try owned([mailbox], account, reader).first
        else { throw VoicemailError.notFound(id: String(serial)) }
        return found
    }

    private static func owned(_ ids: [String], _ account: Account, _ reader: any StoreReader) throws -> [OwnedMailbox] {
        try owned(reader.find(Mailbox.self, ids: ids, in: account.id, attributes: Mailbox.ownAttributes), account, reader)
    }

    private static func owned(_ mailboxes: [Mailbox], _ account: Account, _ reader: any StoreReader) throws -> [OwnedMailbox] {
        let users = try reader.find(User.self, ids: Array(Set(mailboxes.compactMap(\.ownerID))), in: account.id, attributes: OwnedMailbox.Owner.attributes)
        let owners = Dictionary(users.map { ($0.id, OwnedMailbox.Owner($0)) }, uniquingKeysWith: { first, _ in first })
        return mailboxes.map { mailbox in OwnedMailbox(mailbox: mailbox, owner: mailbox.ownerID.flatMap { owners[$0] }) }
    }
}
