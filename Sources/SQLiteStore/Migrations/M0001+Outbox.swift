extension M0001 {
    /// What others are told of, failed logins, and what is written to find out whether there is room.
    static let outbox = [
        """
        CREATE TABLE event (
            serial INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL,
            kind TEXT NOT NULL,
            account_id TEXT NOT NULL,
            subject_id TEXT NOT NULL,
            payload TEXT NOT NULL,
            created INTEGER NOT NULL,
            planned INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        """
        CREATE TABLE delivery (
            serial INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            channel TEXT NOT NULL,
            target TEXT NOT NULL,
            account_id TEXT NOT NULL,
            event_serial INTEGER NOT NULL,
            payload TEXT NOT NULL,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            due INTEGER NOT NULL,
            claimed_by TEXT,
            claimed_until INTEGER NOT NULL DEFAULT 0,
            failure TEXT NOT NULL,
            created INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE delivery_tally (
            state TEXT NOT NULL PRIMARY KEY,
            count INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE login_count (
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL,
            label TEXT NOT NULL,
            failures INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE probe (
            serial INTEGER PRIMARY KEY,
            filler BLOB NOT NULL
        ) STRICT
        """,
    ]
}
