import Waiting

/// A mailbox by what it is asked for by.
public struct MailboxEntry: Sendable, Hashable {
    public let id: String
    public let number: String

    public init(id: String, number: String) {
        self.id = id
        self.number = number
    }

    /// What an entry is made of.
    static let attributes: Set<String> = ["mailbox"]

    init(_ mailbox: Mailbox) { self.init(id: mailbox.id, number: mailbox.number) }
}

/// Mailboxes as the interfaces see them that know extensions by number.
extension Mailboxes {
    /// Every mailbox of an account that is a person's and no group's, in order of number: digits by value, anything else after them. Some
    /// hundred bytes each.
    public func personalDirectory(of account: Account) async throws -> [MailboxEntry] {
        let keyed = try await store.read { reader in
            var keyed: [(key: NumberKey, entry: MailboxEntry)] = []
            let query = DocumentQuery(kind: .mailbox, accountID: account.id, attributes: MailboxEntry.attributes)
            try reader.each(Mailbox.self, query) { mailbox in
                guard mailbox.group == nil else { return true }
                keyed.append((NumberKey(mailbox.number), MailboxEntry(mailbox)))
                return true
            }
            return keyed
        }
        return keyed.sorted { $0.key < $1.key }.map(\.entry)
    }

    /// How many mailboxes of persons an account has.
    public func personalCount(of account: Account) async throws -> Int {
        try await store.read { reader in
            var count = 0
            try reader.each(Mailbox.self, DocumentQuery(kind: .mailbox, accountID: account.id, attributes: [])) { mailbox in
                if mailbox.group == nil { count += 1 }
                return true
            }
            return count
        }
    }

    /// Mailboxes by number, in the order asked and each once: those that `isMeant`, which sees no attribute but the number, as what they are asked for
    /// by, since there may be many.
    /// - Returns: nil for a number that none of those has.
    public func list(
        numbers: [String], of account: Account, where isMeant: @escaping @Sendable (Mailbox) -> Bool
    ) async throws -> [MailboxEntry?] {
        try await store.read { reader in
            var seen = Set<String>()
            var found: [MailboxEntry?] = []
            for number in numbers {
                let key = MailboxNumber.comparable(number)
                guard seen.insert(key).inserted else { continue }
                let mailbox = try reader.mailbox(number: number, in: account.id, attributes: MailboxEntry.attributes)
                found.append(mailbox.flatMap { isMeant($0) ? MailboxEntry($0) : nil })
            }
            return found
        }
    }

    /// What `keep` takes from each mailbox that is a person's and no group's, in no particular order; what it takes is all that is held.
    public func collectPersonal<Kept: Sendable>(
        of account: Account, _ keep: @escaping @Sendable (OwnedMailbox) -> Kept?
    ) async throws -> [Kept] {
        try await store.read { try Self.collectPersonal(of: account, $0, keep) }
    }

    /// The ids of the same mailboxes, in order of serial; nothing else is read of them.
    public func personalIDs(of account: Account) async throws -> [String] {
        let found = try await store.read { reader in
            var found: [(serial: Int, id: String)] = []
            try reader.each(Mailbox.self, DocumentQuery(kind: .mailbox, accountID: account.id, attributes: [])) { mailbox in
                if mailbox.group == nil { found.append((mailbox.serial, mailbox.id)) }
                return true
            }
            return found
        }
        return found.sorted { $0.serial < $1.serial }.map(\.id)
    }

    static func collectPersonal<Kept>(of account: Account, _ reader: any StoreReader, _ keep: (OwnedMailbox) -> Kept?) throws -> [Kept] {
        var owners: [String: OwnedMailbox.Owner?] = [:]
        var kept: [Kept] = []
        let query = DocumentQuery(kind: .mailbox, accountID: account.id, attributes: Mailbox.ownAttributes)
        try reader.each(Mailbox.self, query) { mailbox in
            guard mailbox.group == nil else { return true }
            let owner = try mailbox.ownerID.flatMap { id in
                if let known = owners[id] { return known }
                let found = try Self.owner(id, of: account, reader)
                // Most owners have one mailbox; a few are worth remembering.
                if owners.count < 256 { owners[id] = .some(found) }
                return found
            }
            if let one = keep(OwnedMailbox(mailbox: mailbox, owner: owner)) { kept.append(one) }
            return true
        }
        return kept
    }

    /// The mailbox of a person by its serial.
    /// - Throws: `VoicemailError.notFound` also for a group's.
    public func personal(serial: Int, of account: Account) async throws -> OwnedMailbox {
        try await store.read { reader in
            guard let mailbox = try reader.find(Mailbox.self, serial: serial, in: account.id, attributes: Mailbox.ownAttributes), mailbox.group == nil
            else { throw VoicemailError.notFound(id: String(serial)) }
            return try Self.owned(mailbox, account, reader)
        }
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

    /// What `item` takes from mailboxes by id, in the order asked; what is gone is left out. One mailbox is held at a time.
    public func owned<Item: Sendable>(
        _ ids: [String], of account: Account, item: @escaping @Sendable (OwnedMailbox) -> Item
    ) async throws -> [Item] {
        try await store.read { reader in
            try ids.compactMap { id in
                guard let mailbox = try reader.find(Mailbox.self, id: id, attributes: Mailbox.ownAttributes), mailbox.accountID == account.id else { return nil }
                return item(try Self.owned(mailbox, account, reader))
            }
        }
    }

    private static func owned(_ mailbox: Mailbox, _ account: Account, _ reader: any StoreReader) throws -> OwnedMailbox {
        OwnedMailbox(mailbox: mailbox, owner: try mailbox.ownerID.flatMap { try owner($0, of: account, reader) })
    }

    private static func owner(_ id: String, of account: Account, _ reader: any StoreReader) throws -> OwnedMailbox.Owner? {
        try reader.find(User.self, id: id, attributes: OwnedMailbox.Owner.attributes).flatMap { $0.accountID == account.id ? OwnedMailbox.Owner($0) : nil }
    }

    /// Which of some mailboxes have a message that is not in the trash, in the order given.
    public func withMessages(_ entries: [MailboxEntry]) async throws -> [MailboxEntry] {
        try await store.read { reader in try entries.filter { try Messages.visibleTally($0.id, reader).total > 0 } }
    }

    /// Removes mailboxes with their messages, all of them or none.
    /// - Throws: `VoicemailError.notFound`.
    public func removeAll(_ ids: [String], in account: Account) async throws {
        defer { garbageBell.ring() }
        let now = clock.now
        try await store.write { writer in
            for id in ids {
                let mailbox: Mailbox = try writer.require(id, in: account.id)
                try writer.removeMessages(mailboxID: id, at: now)
                try Greetings.removeAll(of: mailbox, writer, now)
                try writer.discard(mailbox, at: now)
            }
        }
    }
}

/// Numbers by value, as long as they are digits.
private struct NumberKey: Comparable {
    private let length: Int
    private let text: String

    init(_ number: String) {
        let isDigits = !number.isEmpty && number.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        text = isDigits ? String(number.drop { $0 == "0" }) : number
        // Without leading zeros the longer one is the greater; what is no number comes last.
        length = isDigits ? text.utf8.count : .max
    }

    static func < (left: NumberKey, right: NumberKey) -> Bool { (left.length, left.text) < (right.length, right.text) }
}
