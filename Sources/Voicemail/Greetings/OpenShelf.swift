/// A shelf as one transaction finds it.
struct OpenShelf {
    let shelf: GreetingShelf
    let reader: any StoreReader

    init(_ shelf: GreetingShelf, _ reader: any StoreReader) {
        self.shelf = shelf
        self.reader = reader
    }

    /// The greeting that is listed by a name: one that lies here, or the one in force.
    /// - Throws: `VoicemailError.notFound`.
    func greeting(called fileName: String) throws -> NamedGreeting {
        if let own = try ownGreeting(called: fileName) { return NamedGreeting(greeting: own, fileName: fileName) }
        guard let borrowed = try current()?.greetingInForce(), borrowed.isCalled(fileName) else { throw VoicemailError.notFound(id: fileName) }
        return NamedGreeting(greeting: try reader.require(borrowed.id, in: shelf.account), fileName: fileName)
    }

    /// The greeting of a name that lies here.
    func ownGreeting(called fileName: String) throws -> Greeting? {
        Greeting(try reader.document(kind: .greeting, scope: shelf.account, key: shelf.key(fileName)))
    }

    /// The greeting that callers of the shelf's mailbox hear, whoever made it; nil for the standard one. What it costs does not depend on how many there are.
    func greetingInForce() throws -> ListedGreeting? {
        guard case .mailbox(let mailbox) = shelf else { return nil }
        return try greetingInForce(among: [reader.find(Greeting.self, id: mailbox.greetingInForceID)].compactMap(\.self))
    }

    /// The same for who has read the greetings of several mailboxes together.
    func greetingInForce(among read: some Sequence<Greeting>) throws -> ListedGreeting? {
        guard case .mailbox(let mailbox) = shelf, let id = mailbox.greetingInForceID, let greeting = read.first(where: { $0.id == id }),
            greeting.accountID == mailbox.accountID
        else { return nil }
        if !mailbox.borrows(greeting), let name = greeting.fileLabel { return ListedGreeting(greeting, fileName: name) }
        guard greeting.hasAudio else { return nil }
        return ListedGreeting(greeting, fileName: try greeting.borrowedName { try ownGreeting(called: $0) != nil })
    }

    /// Newest first.
    func list() throws -> [ListedGreeting] {
        var found: [ListedGreeting] = []
        try reader.each(Greeting.self, DocumentQuery(kind: .greeting, accountID: shelf.account, ownerID: shelf.ownerID)) { greeting in
            if let name = greeting.fileLabel { found.append(ListedGreeting(greeting, fileName: name)) }
            return true
        }
        if let inForce = try current()?.greetingInForce(), !found.contains(where: { $0.id == inForce.id }) { found.append(inForce) }
        return found.sorted { $0.serial > $1.serial }
    }

    /// The shelf of the mailbox as it is now, whatever it was when it was read; nil for prompts, and for a mailbox that is gone.
    private func current() throws -> OpenShelf? {
        guard case .mailbox(let mailbox) = shelf, let current: Mailbox = try reader.find(id: mailbox.id) else { return nil }
        return OpenShelf(.mailbox(current), reader)
    }
}

extension AccountLook {
    /// The greeting of a number, if it is on a shelf that is meant.
    /// - Throws: `VoicemailError.notFound`.
    func greeting(serial: Int, on shelves: MeantShelves) throws -> (greeting: NamedGreeting, shelf: GreetingShelf) {
        guard let greeting = try reader.find(Greeting.self, serial: serial, in: account.id), let name = greeting.fileLabel,
            let mailbox: Mailbox = try reader.find(id: greeting.ownerID), shelves.contain(mailbox)
        else { throw VoicemailError.notFound(id: String(serial)) }
        return (NamedGreeting(greeting: greeting, fileName: name), .mailbox(mailbox))
    }
}
