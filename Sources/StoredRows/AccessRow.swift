import Voicemail

/// Tickets as rows.
public enum TicketRow {
    /// What `bind` binds, in its order.
    public static let columns = "hash, kind, account_id, user_id, credential_id, partner, replaced, created, expires, details"
    /// How many these are.
    public static let count = 10

    @inlinable
    public static func decode<Row: StoredRow & ~Copyable>(_ row: borrowing Row) throws -> Ticket {
        Ticket(
            hash: row.text(0), kind: Ticket.Kind(rawValue: row.text(1)), accountID: row.text(2), userID: row.optionalText(3),
            credentialID: row.optionalText(4), partner: row.optionalText(5), replaced: row.optionalText(6), created: row.timestamp(7),
            expires: row.timestamp(8), details: try row.object(9))
    }

    @inlinable
    public static func bind<Parameters: StoredParameters & ~Copyable>(_ ticket: Ticket, to run: inout Parameters) {
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

/// The tickets of a user or a credential.
extension TicketRow {
    /// The column that names whose they are.
    public enum Owner: String, Sendable { case user = "user_id", credential = "credential_id" }

    /// Those that have not ended, oldest first. `bindOwned` binds its parameters.
    /// - Parameter hint: what a database is told of its indexes behind the table's name.
    public static func owned(by owner: Owner, hint: String = "") -> String {
        let column = owner.rawValue
        return """
            SELECT \(columns) FROM ticket\(hint) WHERE \(column) = ? AND kind = ? AND expires > ? AND \(column) IS NOT NULL ORDER BY created, hash
            """
    }

    /// A row for each of a credential's that has not ended, up to some number. `bindOwned` binds its parameters, and the number comes behind them.
    public static func counted(hint: String = "") -> String {
        "SELECT 1 FROM ticket\(hint) WHERE credential_id = ? AND kind = ? AND expires > ? AND credential_id IS NOT NULL LIMIT ?"
    }

    @inlinable
    public static func bindOwned<Parameters: StoredParameters & ~Copyable>(by id: String, _ kind: Ticket.Kind, aliveAt now: Timestamp, to run: inout Parameters)
    {
        run.bind(id)
        run.bind(kind.rawValue)
        run.bind(now)
    }
}

/// Credentials as rows.
public enum CredentialRow {
    /// What `bind` binds, in its order.
    public static let columns = "id, kind, account_id, name, handle, verifier, details, created"

    @inlinable
    public static func decode<Row: StoredRow & ~Copyable>(_ row: borrowing Row) throws -> Credential {
        Credential(
            id: row.text(0), kind: Credential.Kind(rawValue: row.text(1)), accountID: row.text(2), name: row.text(3), handle: row.text(4),
            verifier: row.text(5),
            details: try row.object(6), created: row.timestamp(7))
    }

    @inlinable
    public static func bind<Parameters: StoredParameters & ~Copyable>(_ credential: Credential, to run: inout Parameters) {
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

/// Counts of failed logins as rows.
public enum LoginCountRow {
    /// What `bind` binds, in its order.
    public static let columns = "id, kind, label, failures, first, last"

    @inlinable
    public static func decode<Row: StoredRow & ~Copyable>(_ row: borrowing Row) throws -> LoginCount {
        guard let kind = LoginCount.Kind(rawValue: row.text(1)) else { throw StoreError.failed("a login count of an unknown kind") }
        return LoginCount(
            id: row.text(0), kind: kind, label: row.text(2), failures: row.int(3), first: row.timestamp(4), last: row.timestamp(5))
    }

    @inlinable
    public static func bind<Parameters: StoredParameters & ~Copyable>(_ count: LoginCount, to run: inout Parameters) {
        run.bind(count.id)
        run.bind(count.kind.rawValue)
        run.bind(count.label)
        run.bind(count.failures)
        run.bind(count.first)
        run.bind(count.last)
    }
}
