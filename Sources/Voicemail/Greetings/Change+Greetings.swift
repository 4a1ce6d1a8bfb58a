extension Change {
    /// Chooses the greeting that callers of a mailbox hear; nil for the standard one.
    /// - Throws: `VoicemailError.notFound` for the name.
    func choose(_ fileName: String?, of mailbox: Mailbox) throws -> Mailbox {
        var current: Mailbox = try writer.require(mailbox.id, in: mailbox.accountID)
        let chosen = try fileName.map { try OpenShelf(.mailbox(current), writer).greeting(called: $0).greeting.id }
        guard chosen != current.greetingInForceID else { return current }
        current.greetingInForceID = chosen
        return try writer.save(current, at: now)
    }

    /// Removes the greetings that belong to a mailbox, with it.
    func removeGreetings(of mailbox: Mailbox) throws {
        var owned: [String] = []
        try writer.each(Greeting.self, DocumentQuery(kind: .greeting, accountID: mailbox.accountID, ownerID: mailbox.id, attributes: [])) { greeting in
            owned.append(greeting.id)
            return true
        }
        for greeting in try writer.find(Greeting.self, ids: owned, in: mailbox.accountID) { try writer.discard(greeting, at: now) }
    }
}
