/// The audit log: entries that stay as they are, what can be erased of them beside, and the batches that they are sealed in.
enum M0004: Migration {
    static let number = 4

    static let statements = [
        """
        CREATE TABLE audit_entry (
            serial INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            account_id TEXT NOT NULL,
            action TEXT NOT NULL,
            actor TEXT NOT NULL,
            subjects TEXT NOT NULL,
            details TEXT NOT NULL,
            created INTEGER NOT NULL,
            batch INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        """
        CREATE TABLE audit_text (
            entry_serial INTEGER PRIMARY KEY,
            texts TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE audit_batch (
            account_id TEXT NOT NULL,
            number INTEGER NOT NULL,
            count INTEGER NOT NULL,
            hash TEXT NOT NULL,
            created INTEGER NOT NULL,
            PRIMARY KEY (account_id, number)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX audit_entry_by_account ON audit_entry (account_id)",
        "CREATE INDEX audit_entry_by_batch ON audit_entry (account_id, batch)",
        // Holds the few that wait.
        "CREATE INDEX audit_entry_unsealed ON audit_entry (batch, account_id) WHERE batch = 0",
    ]
}
