import Voicemail

extension Transaction {
    func insert(_ ticket: Ticket) throws {
        try execute("""
            INSERT INTO ticket (hash, kind, account_id, user_id, credential_id, partner, replaced, created, expires, details)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """) { run in
            run.bind(ticket.hash)
            run.bind(ticket.kind.rawValue)
            run.bind(ticket.accountID)
            run.bind(ticket.userID)
            run.bind(ticket.credentialID)
            run.bind(ticket.partner)
            run.bind(ticket.replaced)
            run.bind(ticket.created)
            run.bind(ticket.expires)
            run.bind(JSON.object(ticket.details).encoded)
        }
    }

    /// A ticket that has been ended meanwhile stays ended.
    func update(_ ticket: Ticket) throws {
        try execute("UPDATE ticket SET expires = ?, details = ? WHERE hash = ?") { run in
            run.bind(ticket.expires)
            run.bind(JSON.object(ticket.details).encoded)
            run.bind(ticket.hash)
        }
    }

    func remove(ticketHash: String) throws {
        try execute("DELETE FROM ticket WHERE hash = ?") { $0.bind(ticketHash) }
    }

    func removeTickets(expiredBefore: Timestamp) throws {
        try executeInParts("""
            DELETE FROM ticket WHERE hash IN (SELECT hash FROM ticket WHERE expires < ? LIMIT ?)
            """) { $0.bind(expiredBefore) }
    }

    func removeTickets(accountID: String?, userID: String?, credentialID: String?) throws {
        if let accountID { try removeTickets("account_id", accountID) }
        if let userID { try removeTickets("user_id", userID) }
        if let credentialID { try removeTickets("credential_id", credentialID) }
    }

    private func removeTickets(_ column: StaticString, _ owner: String) throws {
        try executeInParts("""
            DELETE FROM ticket WHERE hash IN (SELECT hash FROM ticket WHERE \(column) = ? LIMIT ?)
            """) { $0.bind(owner) }
    }

    func insert(_ credential: Credential) throws {
        try execute("""
            INSERT INTO credential (id, kind, account_id, name, handle, verifier, details, created) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """) { run in
            run.bind(credential.id)
            run.bind(credential.kind.rawValue)
            run.bind(credential.accountID)
            run.bind(credential.name)
            run.bind(credential.handle)
            run.bind(credential.verifier)
            run.bind(JSON.object(credential.details).encoded)
            run.bind(credential.created)
        }
    }

    func remove(credentialID: String) throws {
        try execute("DELETE FROM credential WHERE id = ?") { $0.bind(credentialID) }
    }

    func append(_ event: Event) throws {
        try execute("INSERT INTO event (id, kind, account_id, subject_id, payload, created) VALUES (?, ?, ?, ?, ?, ?)") { run in
            run.bind(event.id)
            run.bind(event.kind.rawValue)
            run.bind(event.accountID)
            run.bind(event.subjectID)
            run.bind(JSON.object(event.payload).encoded)
            run.bind(event.created)
        }
        hasEvents = true
    }
}
