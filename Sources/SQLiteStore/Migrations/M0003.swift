/// What must not be removed; and when a message was stored, as the time in it is what its depositor says.
enum M0003: Migration {
    static let number = 3

    static let statements = [
        """
        CREATE TABLE hold (
            serial INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            subject TEXT NOT NULL,
            subject_id TEXT NOT NULL,
            account_id TEXT NOT NULL,
            mailbox_id TEXT,
            reason TEXT NOT NULL,
            created INTEGER NOT NULL
        ) STRICT
        """,
        "CREATE INDEX hold_by_subject ON hold (subject_id)",
        "CREATE INDEX hold_by_account ON hold (account_id)",
        "CREATE INDEX hold_by_mailbox ON hold (mailbox_id) WHERE mailbox_id IS NOT NULL",
        // NULL where it was stored before this: then it is not known, and its last change stands for it.
        "ALTER TABLE message ADD COLUMN stored_at INTEGER",
    ]
}
