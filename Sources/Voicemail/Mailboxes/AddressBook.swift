import Synchronization

/// The persons' mailboxes of a few accounts by their mail addresses, as they were found last: of many claims in a row, as when an account is filled, the
/// first alone looks at every mailbox. It is kept by the process, and the store says for each claim whether it still holds.
final class AddressBook: Sendable {
    /// Those of an account, while its documents are as they were seen.
    struct Page: Sendable {
        fileprivate var seen: SeenDocuments
        private var holders: [String: [MailboxEntry]] = [:]
        /// By mailbox, as addresses are compared.
        private var addresses: [String: String] = [:]

        init(seen: SeenDocuments, _ entries: [AddressEntry]) {
            self.seen = seen
            for entry in entries { set(entry) }
        }

        /// Mailboxes that have an address.
        var count: Int { addresses.count }

        func holders(of address: String) -> [MailboxEntry] { holders[address.lowercased()] ?? [] }

        fileprivate mutating func set(_ entry: AddressEntry) {
            let id = entry.mailbox.id, address = entry.address.lowercased()
            if let old = addresses.removeValue(forKey: id) { holders[old]?.removeAll { $0.id == id } }
            guard !address.isEmpty else { return }
            addresses[id] = address
            holders[address, default: []].append(entry.mailbox)
        }
    }

    /// A change of one mailbox and of nothing else that a page depends on.
    struct Step: Sendable {
        let before: SeenDocuments
        let after: SeenDocuments
        let entry: AddressEntry
    }

    /// Accounts in a generation.
    private static let generation = 2

    private let pages = Mutex(Generations<String, Page>(of: AddressBook.generation))

    /// The mailboxes that have an address; nil where that is not known of this state.
    func holders(of address: String, at seen: SeenDocuments) -> [MailboxEntry]? {
        pages.withLock { pages in pages.value(for: seen.accountID).flatMap { $0.seen == seen ? $0.holders(of: address) : nil } }
    }

    /// Whether it has a page of this state.
    func isOpen(at seen: SeenDocuments) -> Bool { pages.withLock { $0.value(for: seen.accountID)?.seen == seen } }

    /// Mailboxes of an account at most: of more, nothing is kept.
    private static let mostEntries = 20_000

    func keep(_ page: Page) {
        guard page.count <= Self.mostEntries else { return }
        pages.withLock { $0.keep(page, for: page.seen.accountID) }
    }

    /// Goes along with a change that was committed.
    func follow(_ step: Step) {
        let accountID = step.before.accountID
        pages.withLock { pages in
            guard var page = pages.value(for: accountID), page.seen == step.before else { return }
            // Kept at one place only, it is changed there and not copied first.
            pages.forget(accountID)
            page.set(step.entry)
            page.seen = step.after
            pages.keep(page, for: accountID)
        }
    }
}

/// Where mail of a person's mailbox goes to first; empty for nowhere.
struct AddressEntry: Sendable {
    let mailbox: MailboxEntry
    let address: String
}
