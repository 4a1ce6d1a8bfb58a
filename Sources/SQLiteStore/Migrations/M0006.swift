/// What is kept of attempts to tell a receiver, which every process lists.
enum M0006: Migration {
    static let number = 6

    static let statements = [
        """
        CREATE TABLE attempt (
            serial INTEGER PRIMARY KEY AUTOINCREMENT,
            receiver_id TEXT NOT NULL,
            account_id TEXT NOT NULL,
            made INTEGER NOT NULL,
            status INTEGER,
            is_success INTEGER NOT NULL,
            failure TEXT,
            retries_left INTEGER NOT NULL
        ) STRICT
        """,
        "CREATE INDEX attempt_by_receiver ON attempt (receiver_id)",
        "CREATE INDEX attempt_by_account ON attempt (account_id)",
        "CREATE INDEX attempt_by_time ON attempt (made)",
    ]
}
