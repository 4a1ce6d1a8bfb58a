import StoredRows
import Voicemail

extension Transaction {
    func insert(_ ticket: Ticket) throws {
        try insertRow("INSERT INTO ticket (\(raw: TicketRow.columns)) VALUES (\(row: { TicketRow.bind(ticket, to: &$0) })) ON CONFLICT DO NOTHING")
    }

    /// A ticket that has been ended meanwhile stays ended.
    func update(_ ticket: Ticket) throws {
        try execute("UPDATE ticket SET expires = \(ticket.expires), details = \(JSON.object(ticket.details).encoded) WHERE hash = \(ticket.hash)")
    }

    func remove(ticketHash: String) throws { try execute("DELETE FROM ticket WHERE hash = \(ticketHash)") }

    func removeTickets(expiredBefore: Timestamp) throws { try execute("DELETE FROM ticket WHERE expires < \(expiredBefore)") }

    func removeTickets(accountID: String?, userID: String?, credentialID: String?) throws {
        if let accountID { try execute("DELETE FROM ticket WHERE account_id = \(accountID)") }
        if let userID { try execute("DELETE FROM ticket WHERE user_id = \(userID) AND user_id IS NOT NULL") }
        if let credentialID { try execute("DELETE FROM ticket WHERE credential_id = \(credentialID) AND credential_id IS NOT NULL") }
    }

    func insert(_ credential: Credential) throws {
        try insertRow(
            """
            INSERT INTO credential (\(raw: CredentialRow.columns)) VALUES (\(row: { CredentialRow.bind(credential, to: &$0) })) ON CONFLICT DO NOTHING
            """)
    }

    func remove(credentialID: String) throws { try execute("DELETE FROM credential WHERE id = \(credentialID)") }

    // MARK: Failed logins

    func save(_ count: LoginCount) throws {
        try execute(
            """
            INSERT INTO login_count (\(raw: LoginCountRow.columns)) VALUES (\(row: { LoginCountRow.bind(count, to: &$0) }))
            ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, label = excluded.label, failures = excluded.failures, first = excluded.first,
            last = excluded.last
            """)
    }

    func remove(loginCountID: String) throws { try execute("DELETE FROM login_count WHERE id = \(loginCountID)") }

    func removeLoginCounts(lastBefore: Timestamp) throws { try execute("DELETE FROM login_count WHERE last < \(lastBefore)") }

    func trimLoginCounts(_ kind: LoginCount.Kind, to limit: Int) throws {
        try execute(
            """
            DELETE FROM login_count WHERE id IN (
                SELECT id FROM login_count WHERE kind = \(kind.rawValue) ORDER BY failures DESC, last DESC OFFSET \(max(0, limit)))
            """)
    }
}
