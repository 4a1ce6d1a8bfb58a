import Voicemail

/// Holds as rows.
public enum HoldRow {
    public static let columns = "serial, " + bound

    /// What `bind` binds, in its order.
    public static let bound = "id, subject, subject_id, account_id, mailbox_id, reason, created"

    @inlinable
    public static func decode<Row: StoredRow & ~Copyable>(_ row: borrowing Row) throws -> LegalHold {
        guard let subject = LegalHold.Subject(rawValue: row.text(2)) else { throw StoreError.failed("a hold on something unknown") }
        return LegalHold(
            id: row.text(1), serial: row.int(0), subject: subject, subjectID: row.text(3), accountID: row.text(4), mailboxID: row.optionalText(5),
            reason: row.text(6), created: row.timestamp(7))
    }

    @inlinable
    public static func bind<Parameters: StoredParameters & ~Copyable>(_ hold: LegalHold, to run: inout Parameters) {
        run.bind(hold.id)
        run.bind(hold.subject.rawValue)
        run.bind(hold.subjectID)
        run.bind(hold.accountID)
        run.bind(hold.mailboxID)
        run.bind(hold.reason)
        run.bind(hold.created)
    }
}
