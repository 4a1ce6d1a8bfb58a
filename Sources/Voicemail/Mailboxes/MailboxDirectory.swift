import OrderedCollections
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
    /// Every mailbox of an account that is a person's and no group's (`MailboxChoice.persons`).
    public func personalDirectory(of account: Account) async throws -> [MailboxEntry] {
        try await look(in: account) { try $0.personalDirectory() }
    }

    /// How many mailboxes of persons an account has. Groups have a lookup.
    public func personalCount(of account: Account) async throws -> Int {
        try await store.read { try $0.documentCount(kind: .mailbox, accountID: account.id, hasLookup: false) }
    }

    /// Mailboxes by number (`MailboxChoice.numbers`).
    /// - Returns: nil for a number that none of those has.
    public func list(
        numbers: [String], of account: Account, where isMeant: @escaping @Sendable (Mailbox) -> Bool
    ) async throws -> [MailboxEntry?] {
        try await look(in: account) { try $0.mailboxes(numbers: numbers, where: isMeant) }
    }

    /// Removes mailboxes with their messages, all of them or none.
    /// - Throws: `VoicemailError.notFound`.
    public func removeAll(_ ids: [String], in account: Account) async throws {
        defer { garbageBell.ring() }
        try await inTransaction(of: account) { change in for id in ids { try change.removeMailbox(id) } }
    }
}

extension AccountLook {
    /// Every mailbox that is a person's and no group's, in order of number.
    func personalDirectory() throws -> [MailboxEntry] {
        let labels = try reader.labels(kind: .mailbox, accountID: account.id, lookup: nil)
        return labels.map { (key: NumberKey($0.label), entry: MailboxEntry(id: $0.id, number: $0.label)) }.sorted { $0.key < $1.key }.map(\.entry)
    }

    /// Mailboxes by number, in the order asked and each once; nil for one that is not meant or not there.
    func mailboxes(numbers: [String], where isMeant: (Mailbox) -> Bool) throws -> [MailboxEntry?] {
        let found = try reader.mailboxes(numbers: numbers, in: account.id, attributes: MailboxEntry.attributes)
        return OrderedSet(numbers.map(MailboxNumber.comparable)).map { key in found[key].flatMap { isMeant($0) ? MailboxEntry($0) : nil } }
    }
}

/// Numbers by value, as long as they are digits.
private struct NumberKey: Comparable {
    private let length: Int
    private let text: String

    init(_ number: String) {
        let isDigits = number.isDigits
        text = isDigits ? String(number.drop { $0 == "0" }) : number
        // Without leading zeros the longer one is the greater; what is no number comes last.
        length = isDigits ? text.utf8.count : .max
    }

    static func < (left: NumberKey, right: NumberKey) -> Bool { (left.length, left.text) < (right.length, right.text) }
}
