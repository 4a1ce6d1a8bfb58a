import StoredRows
import Voicemail

extension Transaction {
    func insert(_ ticket: Ticket) throws {
        try execute("INSERT INTO ticket (\(TicketRow.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") { TicketRow.bind(ticket, to: &$0) }
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
        try executeInParts(
            """
            DELETE FROM ticket WHERE hash IN (SELECT hash FROM ticket WHERE expires < ? LIMIT ?)
            """
        ) { $0.bind(expiredBefore) }
    }

    func removeTickets(accountID: String?, userID: String?, credentialID: String?) throws {
        if let accountID { try removeTickets("account_id", accountID) }
        if let userID { try removeTickets("user_id", userID) }
        if let credentialID { try removeTickets("credential_id", credentialID) }
    }

    private func removeTickets(_ column: StaticString, _ owner: String) throws {
        try executeInParts(
            """
            DELETE FROM ticket WHERE hash IN (SELECT hash FROM ticket WHERE \(column) = ? LIMIT ?)
            """
        ) { $0.bind(owner) }
    }

    func insert(_ credential: Credential) throws {
        try execute("INSERT INTO credential (\(CredentialRow.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)") {
            CredentialRow.bind(credential, to: &$0)
        }
    }

    func remove(credentialID: String) throws {
        try execute("DELETE FROM credential WHERE id = ?") { $0.bind(credentialID) }
    }

    func append(_ event: Event) throws {
        try execute("INSERT INTO event (\(EventRow.bound)) VALUES (?, ?, ?, ?, ?, ?)") { EventRow.bind(event, to: &$0) }
        hasEvents = true
    }
}
