import StoredRows
import Voicemail

/// What the rows of the last tickets and of their accounts say. Which versions these rows have is asked each time; those that are what they were need
/// neither be sent nor taken apart again.
///
/// The transaction that has written a row tells its version (`xmin`): one transaction leaves at most one version of a row that others see. Numbers of
/// transactions come again after four thousand millions, and in another database, so nothing is known of a new connection.
struct KnownTickets {
    /// The transactions that wrote both rows, and the account's serial number; nil without an account.
    struct Version: Equatable {
        let ticket: Int
        let account: Int?
        let accountSerial: Int?
    }

    /// A ticket with its account, which may be gone.
    struct Entry {
        let version: Version
        let ticket: Ticket
        let account: StoredDocument?
    }

    /// By their hashes. An entry takes two or three kilobytes.
    private var known = Generations<String, Entry>(of: 64)

    mutating func entry(of hash: String) -> Entry? { known.value(for: hash) }

    mutating func keep(_ entry: Entry) { known.keep(entry, for: entry.ticket.hash) }

    mutating func forget(_ hash: String) { known.forget(hash) }
}

extension KnownTickets.Version {
    /// - Parameters:
    ///   - ticket: the ticket's row from its writer on.
    ///   - account: the account's from its writer on, with its serial behind it.
    init(ticket: Row, account: Row) {
        self.ticket = ticket.int(0)
        self.account = account.isNull(0) ? nil : account.int(0)
        accountSerial = account.isNull(1) ? nil : account.int(1)
    }
}

extension Snapshot {
    private static func withAccount(_ columns: String, ticket: String, account: String) -> String {
        """
        SELECT \(columns) FROM (SELECT xmin AS ticket_writer, \(ticket) FROM ticket WHERE hash = ?) AS found LEFT JOIN LATERAL
        (SELECT xmin AS account_writer, \(account) FROM document WHERE id = found.account_id AND \(isThere)) AS account ON TRUE
        """
    }

    private static let ticketVersion = withAccount("ticket_writer, account_writer, serial", ticket: "account_id", account: "serial")
    private static let ticketWithAccount = withAccount("*", ticket: TicketRow.columns, account: DocumentRow.columns)

    /// A ticket and its account: those that are known, if they are still what they were.
    func ticketEntry(_ hash: String) throws -> KnownTickets.Entry? {
        if let known = session.knownTickets.entry(of: hash) {
            let found = try first(SQL(Self.ticketVersion) { $0.bind(hash) })
            if let found, KnownTickets.Version(ticket: found, account: found.dropping(1)) == known.version { return known }
            // First of all, as the next question may be one too many for this transaction, which is run again then.
            session.knownTickets.forget(hash)
        }
        guard let ticket = try first(SQL(Self.ticketWithAccount) { $0.bind(hash) }) else { return nil }
        let account = ticket.dropping(1 + TicketRow.count)
        let entry = KnownTickets.Entry(
            version: KnownTickets.Version(ticket: ticket, account: account), ticket: try TicketRow.decode(ticket.dropping(1)),
            account: account.isNull(0) ? nil : try DocumentRow.decode(account.dropping(1)))
        // Behind a pooler, the database may become another one without anybody being told.
        if !session.options.sharesConnections { session.knownTickets.keep(entry) }
        return entry
    }
}
