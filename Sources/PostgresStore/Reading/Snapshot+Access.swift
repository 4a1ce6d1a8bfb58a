import StoredRows
import Voicemail

extension Snapshot {
    private static let ticket = "SELECT \(TicketRow.columns) FROM ticket WHERE hash = ?"

    /// Each reader of a ticket reads its account next, so the account comes with it. A transaction that writes reads no more than it is asked for: others
    /// may change what it has not read. Nor does it use `KnownTickets`, which tells versions apart by their writers: callers who share a transaction are one writer.
    func ticket(hash: String) throws -> Ticket? {
        guard !session.progress.isWriting else { return try first(SQL(Self.ticket) { $0.bind(hash) }).map { try TicketRow.decode($0) } }
        guard let entry = try ticketEntry(hash) else { return nil }
        session.progress.keep(entry.account, as: entry.ticket.accountID)
        return entry.ticket
    }

    func tickets(credentialID: String, kind: Ticket.Kind, aliveAt now: Timestamp) throws -> [Ticket] {
        try tickets(of: .credential, credentialID, kind, now)
    }

    func countTickets(credentialID: String, kind: Ticket.Kind, aliveAt now: Timestamp, limit: Int) throws -> Int {
        let counted = SQL("SELECT count(*) FROM (\(TicketRow.counted())) AS found") {
            TicketRow.bindOwned(by: credentialID, kind, aliveAt: now, to: &$0)
            $0.bind(limit)
        }
        return try first(counted)?.int(0) ?? 0
    }

    func tickets(userID: String, kind: Ticket.Kind, aliveAt now: Timestamp) throws -> [Ticket] {
        try tickets(of: .user, userID, kind, now)
    }

    private func tickets(of owner: TicketRow.Owner, _ id: String, _ kind: Ticket.Kind, _ now: Timestamp) throws -> [Ticket] {
        try rows(SQL(TicketRow.owned(by: owner)) { TicketRow.bindOwned(by: id, kind, aliveAt: now, to: &$0) }).map { try TicketRow.decode($0) }
    }

    func credential(kind: Credential.Kind, handle: String) throws -> Credential? {
        try first("SELECT \(raw: CredentialRow.columns) FROM credential WHERE kind = \(kind.rawValue) AND handle = \(handle)")
            .map { try CredentialRow.decode($0) }
    }

    func credential(id: String) throws -> Credential? {
        try first("SELECT \(raw: CredentialRow.columns) FROM credential WHERE id = \(id)").map { try CredentialRow.decode($0) }
    }

    func credentials(accountID: String) throws -> [Credential] {
        try rows("SELECT \(raw: CredentialRow.columns) FROM credential WHERE account_id = \(accountID) ORDER BY created, id")
            .map { try CredentialRow.decode($0) }
    }

    func loginCounts(ids: [String]) throws -> [LoginCount] {
        try rows(LoginCountRow.columns, of: "login_count", ids: ids).map { try LoginCountRow.decode($0) }
    }

    func loginCounts(after id: String, limit: Int) throws -> [LoginCount] {
        try rows("SELECT \(raw: LoginCountRow.columns) FROM login_count WHERE id > \(id) ORDER BY id LIMIT \(max(0, limit))")
            .map { try LoginCountRow.decode($0) }
    }
}
