/// What must not be removed; and when a message was stored, as the time in it is what its depositor says.
enum M0002: Migration {
    static let number = 2

    static let statements = [
        """
        CREATE TABLE hold (
            serial BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id TEXT COLLATE "C" NOT NULL UNIQUE,
            subject TEXT COLLATE "C" NOT NULL,
            subject_id TEXT COLLATE "C" NOT NULL,
            account_id TEXT COLLATE "C" NOT NULL,
            mailbox_id TEXT COLLATE "C",
            reason TEXT COLLATE "C" NOT NULL,
            created BIGINT NOT NULL
        )
        """,
        "CREATE INDEX hold_by_subject ON hold (subject_id)",
        "CREATE INDEX hold_by_account ON hold (account_id, serial)",
        "CREATE INDEX hold_by_mailbox ON hold (mailbox_id) WHERE mailbox_id IS NOT NULL",
        // NULL where it was stored before this: then it is not known, and its last change stands for it.
        "ALTER TABLE message ADD COLUMN stored_at BIGINT",
    ]
}
