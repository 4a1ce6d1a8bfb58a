import Voicemail

extension Snapshot {
    func ticket(hash: String) throws -> Ticket? {
        let cache = try kept()
        if let known = cache?.ticket(hash) { return known }
        var run = try connection.prepare("SELECT \(Self.ticketColumns) FROM ticket WHERE hash = ?")
        run.bind(hash)
        guard try run.step() else { return nil }
        let ticket = try Self.ticket(run)
        if let cache, run.withBytes(9, { $0.count }) <= RowCache.mostBytes { cache.keep(ticket) }
        return ticket
    }

    func tickets(credentialID: String, kind: Ticket.Kind, aliveAt now: Timestamp) throws -> [Ticket] {
        var run = try connection.prepare("""
            SELECT \(Self.ticketColumns) FROM ticket INDEXED BY ticket_by_credential
            WHERE credential_id = ? AND kind = ? AND expires > ? AND credential_id IS NOT NULL ORDER BY created, hash
            """)
        run.bind(credentialID)
        run.bind(kind.rawValue)
        run.bind(now)
        var found: [Ticket] = []
        while try run.step() { found.append(try Self.ticket(run)) }
        return found
    }

    private static let ticketColumns = "hash, kind, account_id, user_id, credential_id, partner, replaced, created, expires, details"

    private static func ticket(_ row: borrowing Execution) throws -> Ticket {
        Ticket(
            hash: row.text(0), kind: Ticket.Kind(rawValue: row.text(1)), accountID: row.text(2), userID: row.optionalText(3),
            credentialID: row.optionalText(4), partner: row.optionalText(5), replaced: row.optionalText(6), created: row.timestamp(7),
            expires: row.timestamp(8), details: try row.object(9))
    }

    private static let credentialColumns = "id, kind, account_id, name, handle, verifier, details, created"

    func credential(kind: Credential.Kind, handle: String) throws -> Credential? {
        var run = try connection.prepare("SELECT \(Self.credentialColumns) FROM credential WHERE kind = ? AND handle = ?")
        run.bind(kind.rawValue)
        run.bind(handle)
        return try run.step() ? try Self.credential(run) : nil
    }

    func credential(id: String) throws -> Credential? {
        var run = try connection.prepare("SELECT \(Self.credentialColumns) FROM credential WHERE id = ?")
        run.bind(id)
        return try run.step() ? try Self.credential(run) : nil
    }

    func credentials(accountID: String) throws -> [Credential] {
        var run = try connection.prepare("SELECT \(Self.credentialColumns) FROM credential WHERE account_id = ? ORDER BY created, id")
        run.bind(accountID)
        var found: [Credential] = []
        while try run.step() { found.append(try Self.credential(run)) }
        return found
    }

    private static func credential(_ row: borrowing Execution) throws -> Credential {
        Credential(
            id: row.text(0), kind: Credential.Kind(rawValue: row.text(1)), accountID: row.text(2), name: row.text(3), handle: row.text(4), verifier: row.text(5),
            details: try row.object(6), created: row.timestamp(7))
    }

    func events(after serial: Int, limit: Int) throws -> [Event] {
        var run = try connection.prepare("""
            SELECT \(EventRow.columns) FROM event WHERE serial > ? ORDER BY serial LIMIT ?
            """)
        run.bind(serial)
        run.bind(max(0, limit))
        var events: [Event] = []
        while try run.step() { events.append(try EventRow.decode(run)) }
        return events
    }
}
