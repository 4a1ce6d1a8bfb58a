/// Looking on a shelf, within a transaction.
extension Greetings {
    static func find(_ fileName: String, on shelf: GreetingShelf, _ reader: any StoreReader) throws -> NamedGreeting {
        if let own = try own(fileName, on: shelf, reader) { return NamedGreeting(greeting: own, fileName: fileName) }
        guard case .mailbox(let mailbox) = shelf, let current: Mailbox = try reader.find(id: mailbox.id),
            let borrowed = try inForce(of: current, reader), borrowed.isCalled(fileName)
        else { throw VoicemailError.notFound(id: fileName) }
        return NamedGreeting(greeting: try reader.require(borrowed.id, in: shelf.account), fileName: fileName)
    }

    /// The greeting of a name that belongs on a shelf.
    static func own(_ fileName: String, on shelf: GreetingShelf, _ reader: any StoreReader) throws -> Greeting? {
        Greeting(try reader.document(kind: .media, scope: shelf.account, key: shelf.key(fileName)))
    }

    /// The greeting in force of a mailbox, whoever made it. What it costs does not depend on how many there are.
    static func inForce(of mailbox: Mailbox, _ reader: any StoreReader) throws -> ListedGreeting? {
        guard let greeting = try reader.find(Greeting.self, id: mailbox.greetingInForceID), greeting.accountID == mailbox.accountID else { return nil }
        if !mailbox.borrows(greeting), let name = greeting.fileLabel { return ListedGreeting(greeting, fileName: name) }
        guard greeting.hasAudio else { return nil }
        let shelf = GreetingShelf.mailbox(mailbox)
        return ListedGreeting(greeting, fileName: try greeting.borrowedName { try own($0, on: shelf, reader) != nil })
    }

    static func list(on shelf: GreetingShelf, _ reader: any StoreReader) throws -> [ListedGreeting] {
        var found: [ListedGreeting] = []
        try reader.each(Greeting.self, DocumentQuery(kind: .media, accountID: shelf.account, ownerID: shelf.ownerID)) { greeting in
            if let name = greeting.fileLabel { found.append(ListedGreeting(greeting, fileName: name)) }
            return true
        }
        if case .mailbox(let mailbox) = shelf, let current: Mailbox = try reader.find(id: mailbox.id),
            let inForce = try inForce(of: current, reader), !found.contains(where: { $0.id == inForce.id })
        {
            found.append(inForce)
        }
        return found.sorted { $0.serial > $1.serial }
    }

    static func find(
        serial: Int, on isMeant: (GreetingShelf) -> Bool, of account: Account, _ reader: any StoreReader
    ) throws -> (greeting: NamedGreeting, shelf: GreetingShelf) {
        guard let greeting = try reader.find(Greeting.self, serial: serial, in: account.id), let name = greeting.fileLabel,
            let owner = greeting.ownerID
        else { throw VoicemailError.notFound(id: String(serial)) }
        var shelf = GreetingShelf.prompts(account: account)
        if owner != account.id {
            guard let mailbox: Mailbox = try reader.find(id: owner) else { throw VoicemailError.notFound(id: String(serial)) }
            shelf = .mailbox(mailbox)
        }
        guard isMeant(shelf) else { throw VoicemailError.notFound(id: String(serial)) }
        return (NamedGreeting(greeting: greeting, fileName: name), shelf)
    }

    /// Whether a mailbox whose shelf is meant lists the greeting of a number that it only borrows.
    static func isBorrowed(serial: Int, by isMeant: (GreetingShelf) -> Bool, of account: Account, _ reader: any StoreReader) throws -> Bool {
        guard let greeting = try reader.find(Greeting.self, serial: serial, in: account.id), greeting.hasAudio else { return false }
        var isBorrowed = false
        try reader.each(Mailbox.self, DocumentQuery(kind: .mailbox, accountID: account.id, attributes: Mailbox.ownAttributes)) { mailbox in
            isBorrowed = mailbox.borrows(greeting) && isMeant(.mailbox(mailbox))
            return !isBorrowed
        }
        return isBorrowed
    }
}
