import OrderedCollections

/// Which mailboxes of an account a list is about, and in what order.
public struct MailboxChoice: Sendable {
    /// What was found of them.
    struct Found {
        /// How many were asked for, there or not.
        let asked: Int
        let entries: [MailboxEntry]

        init(asked: Int? = nil, _ entries: [MailboxEntry]) {
            self.asked = asked ?? entries.count
            self.entries = entries
        }
    }

    let find: @Sendable (AccountLook) throws -> Found
}

extension MailboxChoice {
    /// Every mailbox that is a person's and no group's, in order of number: digits by value, anything else after them. Some hundred bytes each.
    public static let persons = MailboxChoice { Found(try $0.personalDirectory()) }

    /// The same in order of serial; nothing else is read of them.
    public static func personsBySerial(ascending: Bool = true) -> MailboxChoice {
        MailboxChoice { look in
            let labels = try look.reader.labels(kind: .mailbox, accountID: look.account.id, lookup: nil).sorted { $0.serial < $1.serial }
            let entries = labels.map { MailboxEntry(id: $0.id, number: $0.label) }
            return Found(ascending ? entries : entries.reversed())
        }
    }

    /// The same in order of a key, those with the same key in order of serial.
    /// - Parameter key: nil for one that is left out. The keys are all that is held of those that were looked at.
    public static func persons<Key: Comparable & SendableMetatype>(ascending: Bool, by key: @escaping @Sendable (OwnedMailbox) -> Key?) -> MailboxChoice {
        MailboxChoice { look in
            let keyed = try look.collectPersonal { owned in key(owned).map { Keyed($0, owned.mailbox) } }
            return Found(Keyed.sorted(keyed, ascending))
        }
    }

    /// Mailboxes by number, in the order asked and each once: those that `isMeant`, which sees no attribute but the number, as what they are asked for
    /// by, since there may be many.
    public static func numbers(_ numbers: [String], where isMeant: @escaping @Sendable (Mailbox) -> Bool) -> MailboxChoice {
        MailboxChoice { look in
            let found = try look.mailboxes(numbers: numbers, where: isMeant)
            return Found(asked: found.count, found.compactMap(\.self))
        }
    }

    /// Mailboxes of persons by serial, in the order asked and each once.
    public static func serials(_ serials: [Int]) -> MailboxChoice {
        MailboxChoice { look in
            let wanted = OrderedSet(serials)
            let found = try look.reader.find(Mailbox.self, serials: Array(wanted), in: look.account.id, attributes: MailboxEntry.attributes)
            let persons = Dictionary(found.filter { $0.group == nil }.map { ($0.serial, MailboxEntry($0)) }, uniquingKeysWith: { first, _ in first })
            return Found(asked: wanted.count, wanted.compactMap { persons[$0] })
        }
    }

    /// The account's group mailboxes in order of a key, those with the same key in order of serial. The keys are all that is held of them.
    public static func groups<Key: Comparable & SendableMetatype>(ascending: Bool = true, by key: @escaping @Sendable (Mailbox) -> Key) -> MailboxChoice {
        MailboxChoice { look in
            Found(Keyed.sorted(try look.collectGroups { Keyed(key($0), $0) }, ascending))
        }
    }

    /// A mailbox with what it is put in order by.
    private struct Keyed<Key: Comparable> {
        let key: Key
        let serial: Int
        let entry: MailboxEntry

        init(_ key: Key, _ mailbox: Mailbox) {
            self.key = key
            serial = mailbox.serial
            entry = MailboxEntry(mailbox)
        }

        static func sorted(_ all: [Keyed], _ ascending: Bool) -> [MailboxEntry] {
            all.sorted { left, right in
                if left.key == right.key { return left.serial < right.serial }
                return (left.key < right.key) == ascending
            }.map(\.entry)
        }
    }
}

extension Mailboxes {
    /// What `item` takes from the chosen mailboxes.
    public func list<Item: Sendable>(
        _ choice: MailboxChoice, of account: Account, _ window: ListWindow, item: @escaping @Sendable (OwnedMailbox) -> Item
    ) async throws -> GradualList<Item> {
        try await gradualList(of: choice, in: account) { entries in
            ListPart.reading(window.part(of: entries.map(\.id)), together: window.together) { try $0.owned($1).map(item) }
        }
    }

    /// The same with the details of each.
    public func listDetails<Item: Sendable>(
        _ choice: MailboxChoice, of account: Account, _ window: ListWindow, item: @escaping @Sendable (MailboxDetails) -> Item
    ) async throws -> GradualList<Item> {
        try await gradualList(of: choice, in: account) { entries in
            ListPart.reading(window.part(of: entries.map(\.id)), together: window.together) { try details(try $0.owned($1), $0.reader).map(item) }
        }
    }
}
