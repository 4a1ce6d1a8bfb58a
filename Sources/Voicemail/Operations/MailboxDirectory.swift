/// Mailboxes as the interfaces see them that know extensions by number.
extension VoicemailService {
    /// A mailbox by what it is asked for by.
    public struct MailboxEntry: Sendable, Hashable {
        public let id: String
        public let number: String

        public init(id: String, number: String) {
            self.id = id
            self.number = number
        }
    }

    /// Every mailbox of an account in order of number: digits by value, anything else after them. Some hundred bytes each.
    public func mailboxDirectory(of account: Document) async throws -> [MailboxEntry] {
        let keyed = try await store.read { reader in
            var keyed: [(key: NumberKey, entry: MailboxEntry)] = []
            try reader.documents(DocumentQuery(kind: .mailbox, accountID: account.id)) { mailbox in
                keyed.append((NumberKey(mailbox.number), MailboxEntry(id: mailbox.id, number: mailbox.number)))
                return true
            }
            return keyed
        }
        return keyed.sorted { $0.key < $1.key }.map(\.entry)
    }

    /// How many mailboxes an account has.
    public func mailboxCount(of account: Document) async throws -> Int {
        try await store.read { reader in
            var count = 0
            try reader.documents(DocumentQuery(kind: .mailbox, accountID: account.id)) { _ in
                count += 1
                return true
            }
            return count
        }
    }

    /// Mailboxes by number, in the order asked and each once; nil for a number nobody has.
    public func mailboxes(numbers: [String], of account: Document) async throws -> [(number: String, mailbox: Document?)] {
        try await store.read { reader in
            var seen = Set<String>()
            return try numbers.compactMap { number in
                let key = MailboxNumber.comparable(number)
                guard seen.insert(key).inserted else { return nil }
                return (number, try reader.document(kind: .mailbox, scope: account.id, key: key))
            }
        }
    }

    /// A mailbox and the user it belongs to.
    public struct OwnedMailbox: Sendable {
        public let mailbox: Document
        public let owner: Document?
    }

    /// Mailboxes by id with their owners, in the order asked; what is gone is left out.
    public func ownedMailboxes(_ ids: [String], of account: Document) async throws -> [OwnedMailbox] {
        try await store.read { reader in
            try ids.compactMap { id in
                guard let mailbox = try reader.document(id: id), mailbox.kind == .mailbox, mailbox.accountID == account.id else { return nil }
                let owner = try mailbox.ownerID.flatMap { try reader.document(id: $0) }
                return OwnedMailbox(mailbox: mailbox, owner: owner?.accountID == account.id ? owner : nil)
            }
        }
    }

    /// Which of some mailboxes have a message that is not in the trash, in the order given.
    public func withMessages(_ entries: [MailboxEntry]) async throws -> [MailboxEntry] {
        try await store.read { reader in try entries.filter { try Self.visibleTally($0.id, reader).total > 0 } }
    }

    /// Removes mailboxes with their messages, all of them or none.
    /// - Throws: `VoicemailError.notFound`.
    public func removeMailboxes(_ ids: [String], in account: Document) async throws {
        let now = clock.now
        try await store.write { writer in
            for id in ids {
                let mailbox = try Self.document(id, .mailbox, account.id, writer)
                try writer.removeMessages(mailboxID: id, at: now)
                try Self.discard(mailbox, writer, now, physically: false)
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
