/// What a piece of audio belongs to: whom to tell when it is damaged.
public struct BlobHolder: Sendable, Hashable {
    public enum Kind: String, Sendable {
        case message, greeting, recording
    }

    public let kind: Kind
    public let id: String
    public let accountID: String
    /// The mailbox of a message.
    public let mailboxID: String?

    public init(kind: Kind, id: String, accountID: String, mailboxID: String? = nil) {
        self.kind = kind
        self.id = id
        self.accountID = accountID
        self.mailboxID = mailboxID
    }
}

/// The same with the names that people know.
public struct NamedHolder: Sendable, Hashable {
    public let holder: BlobHolder
    /// What the interfaces and the command line call it.
    public let id: String
    /// The account's name.
    public let account: String
    /// Number and name of the mailbox.
    public let mailbox: String?

    /// Names what is there still; of what is gone, the id stands for the name.
    init(_ holder: BlobHolder, in reader: any StoreReader) throws {
        self.holder = holder
        id = holder.kind == .message ? try reader.message(id: holder.id)?.monthID ?? holder.id : holder.id
        account = try reader.account(id: holder.accountID)?.name ?? holder.accountID
        mailbox = try holder.mailboxID.map { id in
            try reader.find(Mailbox.self, id: id).map { $0.number + " " + $0.name } ?? id
        }
    }

    /// A few words for people.
    public var description: String {
        "\(holder.kind.rawValue) \(id)" + (mailbox.map { " in mailbox \($0)" } ?? "") + " of account \(account)"
    }
}
