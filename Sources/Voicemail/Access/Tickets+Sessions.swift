/// Tickets as sessions of somebody, who may look at them and end them.
extension Tickets {
    /// What a ticket of a mailbox keeps of the PIN that opened it, so that another PIN ends it.
    static let pinKey = "pin"

    /// Opens a session.
    /// - Parameter limit: how many he may have at once: beyond these his oldest end.
    public func open(_ secret: String, _ kind: Ticket.Kind, for listener: MailboxListener, lifetime: Int, details: JSONObject, atMost limit: Int) async throws {
        var details = details
        if case .mailbox(let mailbox) = listener { details[Self.pinKey] = mailbox.pinEdition.map { .string($0) } }
        let draft = TicketDraft(kind, accountID: listener.accountID, userID: listener.id, lifetime: lifetime, details: details)
        let now = clock.now, made = Self.ticket(secrets.fingerprint(secret), draft, now)
        try await store.write { writer in
            var ticket = made
            try writer.makeRoom(for: &ticket, among: try writer.tickets(userID: listener.id, kind: kind, aliveAt: now), atMost: limit)
            try writer.insert(ticket)
            try writer.noteLogin(ticket)
        }
    }

    /// The living sessions of somebody, oldest first.
    public func living(of listener: MailboxListener, _ kind: Ticket.Kind) async throws -> [Ticket] {
        let now = clock.now
        return try await store.read { try $0.tickets(userID: listener.id, kind: kind, aliveAt: now) }
    }

    /// Ends sessions of somebody.
    /// - Parameter isMeant: which of them.
    /// - Returns: how many there were.
    @discardableResult
    public func close(of listener: MailboxListener, _ kind: Ticket.Kind, where isMeant: @escaping @Sendable (Ticket) -> Bool = { _ in true }) async throws
        -> Int
    {
        let now = clock.now
        return try await store.write { writer in
            let meant = try writer.tickets(userID: listener.id, kind: kind, aliveAt: now).filter(isMeant)
            for ticket in meant { try writer.close(ticket) }
            return meant.count
        }
    }
}
