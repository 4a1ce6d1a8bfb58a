import StoredRows
import Voicemail

extension Snapshot {
    func ticket(hash: String) throws -> Ticket? {
        let cache = try kept()
        if let known = cache?.ticket(hash) { return known }
        var run = try connection.prepare("SELECT \(TicketRow.columns) FROM ticket WHERE hash = ?")
        run.bind(hash)
        guard try run.step() else { return nil }
        let ticket = try TicketRow.decode(run)
        if let cache, run.withBytes(9, { $0.count }) <= RowCache.mostBytes { cache.keep(ticket) }
        return ticket
    }

    func tickets(credentialID: String, kind: Ticket.Kind, aliveAt now: Timestamp) throws -> [Ticket] {
        try tickets(of: .credential, credentialID, by: "ticket_by_credential", kind, now)
    }

    func countTickets(credentialID: String, kind: Ticket.Kind, aliveAt now: Timestamp, limit: Int) throws -> Int {
        var run = try connection.prepare(TicketRow.counted(hint: " INDEXED BY ticket_by_credential"))
        TicketRow.bindOwned(by: credentialID, kind, aliveAt: now, to: &run)
        run.bind(limit)
        var count = 0
        while try run.step() { count += 1 }
        return count
    }

    func tickets(userID: String, kind: Ticket.Kind, aliveAt now: Timestamp) throws -> [Ticket] {
        try tickets(of: .user, userID, by: "ticket_by_user", kind, now)
    }

    private func tickets(of owner: TicketRow.Owner, _ id: String, by index: String, _ kind: Ticket.Kind, _ now: Timestamp) throws -> [Ticket] {
        var run = try connection.prepare(TicketRow.owned(by: owner, hint: " INDEXED BY \(index)"))
        TicketRow.bindOwned(by: id, kind, aliveAt: now, to: &run)
        var found: [Ticket] = []
        while try run.step() { found.append(try TicketRow.decode(run)) }
        return found
    }

    func credential(kind: Credential.Kind, handle: String) throws -> Credential? {
        var run = try connection.prepare("SELECT \(CredentialRow.columns) FROM credential WHERE kind = ? AND handle = ?")
        run.bind(kind.rawValue)
        run.bind(handle)
        return try run.step() ? try CredentialRow.decode(run) : nil
    }

    func credential(id: String) throws -> Credential? {
        var run = try connection.prepare("SELECT \(CredentialRow.columns) FROM credential WHERE id = ?")
        run.bind(id)
        return try run.step() ? try CredentialRow.decode(run) : nil
    }

    func credentials(accountID: String) throws -> [Credential] {
        var run = try connection.prepare("SELECT \(CredentialRow.columns) FROM credential WHERE account_id = ? ORDER BY created, id")
        run.bind(accountID)
        var found: [Credential] = []
        while try run.step() { found.append(try CredentialRow.decode(run)) }
        return found
    }

    func events(after serial: Int, limit: Int) throws -> [Event] {
        var run = try connection.prepare(
            """
            SELECT \(EventRow.columns) FROM event WHERE serial > ? AND \(EventRow.isKnown) ORDER BY serial LIMIT ?
            """)
        run.bind(serial)
        run.bind(max(0, limit))
        var events: [Event] = []
        while try run.step() { events.append(try EventRow.decode(run)) }
        return events
    }

    func newestEventSerials(limit: Int) throws -> [Int] {
        var run = try connection.prepare("SELECT serial FROM event ORDER BY serial DESC LIMIT ?")
        run.bind(max(0, limit))
        var serials: [Int] = []
        while try run.step() { serials.append(run.int(0)) }
        return serials
    }
}
