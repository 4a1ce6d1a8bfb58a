/// The first schema.
///
/// Texts that are ids of ours compare byte by byte; so do names, which makes listings the same on every
/// machine. Every index that serves living rows leaves removed ones out. The rowid at the end of an index
/// is the serial, so indexes on a timestamp are in the order of `MessagePosition`.
enum SchemaOne {
    static let statements = [
        blob, blobGarbage, document, message, mailboxTally, ticket, credential, event, probe,
    ] + indexes + triggers

    private static let blob = """
        CREATE TABLE blob (
            id TEXT NOT NULL PRIMARY KEY,
            size INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            duration_ms INTEGER,
            sample_rate INTEGER,
            channels INTEGER,
            container TEXT,
            created INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """

    private static let blobGarbage = """
        CREATE TABLE blob_garbage (
            serial INTEGER PRIMARY KEY,
            blob_id TEXT NOT NULL UNIQUE,
            failures INTEGER NOT NULL DEFAULT 0,
            not_before INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """

    private static let document = """
        CREATE TABLE document (
            serial INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            account_id TEXT NOT NULL,
            name TEXT NOT NULL,
            key TEXT,
            scope TEXT NOT NULL,
            lookup TEXT,
            owner_id TEXT,
            attributes TEXT NOT NULL,
            hidden TEXT NOT NULL,
            blob_id TEXT REFERENCES blob (id),
            revision INTEGER NOT NULL,
            created INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            removed_at INTEGER
        ) STRICT
        """

    private static let message = """
        CREATE TABLE message (
            serial INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            account_id TEXT NOT NULL,
            mailbox_id TEXT NOT NULL,
            timestamp INTEGER NOT NULL,
            folder TEXT NOT NULL,
            from_address TEXT NOT NULL,
            to_address TEXT NOT NULL,
            caller_name TEXT NOT NULL,
            caller_number TEXT NOT NULL,
            call_id TEXT NOT NULL,
            length_ms INTEGER NOT NULL,
            blob_id TEXT REFERENCES blob (id),
            audio_size INTEGER,
            content_type TEXT,
            file_name TEXT,
            transcription TEXT,
            reception TEXT,
            history TEXT,
            revision INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            retired INTEGER NOT NULL DEFAULT 0,
            removed_at INTEGER
        ) STRICT
        """

    private static let mailboxTally = """
        CREATE TABLE mailbox_tally (
            mailbox_id TEXT NOT NULL PRIMARY KEY,
            account_id TEXT NOT NULL,
            new INTEGER NOT NULL,
            saved INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID
        """

    private static let ticket = """
        CREATE TABLE ticket (
            hash TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL,
            account_id TEXT NOT NULL,
            user_id TEXT,
            credential_id TEXT,
            partner TEXT,
            replaced TEXT,
            created INTEGER NOT NULL,
            expires INTEGER NOT NULL,
            details TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """

    private static let credential = """
        CREATE TABLE credential (
            id TEXT NOT NULL PRIMARY KEY,
            kind TEXT NOT NULL,
            account_id TEXT NOT NULL,
            name TEXT NOT NULL,
            handle TEXT NOT NULL,
            verifier TEXT NOT NULL,
            details TEXT NOT NULL,
            created INTEGER NOT NULL,
            UNIQUE (kind, handle)
        ) STRICT, WITHOUT ROWID
        """

    private static let event = """
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
        """

    /// Written to find out whether there is room.
    private static let probe = """
        CREATE TABLE probe (
            serial INTEGER PRIMARY KEY,
            filler BLOB NOT NULL
        ) STRICT
        """

    private static let indexes = [
        "CREATE UNIQUE INDEX document_by_key ON document (kind, scope, key) WHERE removed_at IS NULL AND key IS NOT NULL",
        "CREATE INDEX blob_garbage_due ON blob_garbage (not_before)",
        "CREATE INDEX document_by_kind ON document (kind, name, id) WHERE removed_at IS NULL",
        "CREATE INDEX document_by_account ON document (account_id, kind, name, id) WHERE removed_at IS NULL",
        "CREATE INDEX document_by_owner ON document (owner_id, kind, name, id) WHERE removed_at IS NULL AND owner_id IS NOT NULL",
        "CREATE INDEX document_by_lookup ON document (kind, lookup) WHERE removed_at IS NULL AND lookup IS NOT NULL",
        "CREATE INDEX document_by_blob ON document (blob_id) WHERE blob_id IS NOT NULL",
        "CREATE INDEX document_removed ON document (removed_at) WHERE removed_at IS NOT NULL",
        // With the folder, so that counting positions past what is in the trash reads nothing but this index.
        "CREATE INDEX message_by_mailbox ON message (mailbox_id, timestamp, serial, folder) WHERE removed_at IS NULL",
        "CREATE INDEX message_by_folder ON message (mailbox_id, folder, timestamp) WHERE removed_at IS NULL",
        "CREATE INDEX message_by_account ON message (account_id, timestamp) WHERE removed_at IS NULL",
        // These two end with what their conditions speak of, so that counting never has to look at a row.
        "CREATE INDEX message_counted ON message (mailbox_id, folder, timestamp, removed_at, retired) WHERE removed_at IS NULL AND retired = 0",
        "CREATE INDEX message_retired ON message (mailbox_id, folder, timestamp, removed_at, retired) WHERE removed_at IS NULL AND retired = 1",
        "CREATE INDEX message_by_blob ON message (blob_id) WHERE blob_id IS NOT NULL",
        "CREATE INDEX message_removed ON message (removed_at) WHERE removed_at IS NOT NULL",
        "CREATE INDEX mailbox_tally_by_account ON mailbox_tally (account_id)",
        "CREATE INDEX ticket_by_account ON ticket (account_id)",
        "CREATE INDEX ticket_by_user ON ticket (user_id) WHERE user_id IS NOT NULL",
        "CREATE INDEX ticket_by_credential ON ticket (credential_id) WHERE credential_id IS NOT NULL",
        "CREATE INDEX ticket_by_expiry ON ticket (expires)",
        "CREATE INDEX credential_by_account ON credential (account_id, created)",
        "CREATE INDEX event_by_time ON event (created)",
        // Holds the few that wait; they are in the order of their serials.
        "CREATE INDEX event_unplanned ON event (planned) WHERE planned = 0",
    ]

    /// The tallies follow the rows, whatever statement changes them.
    private static let triggers = [
        """
        CREATE TRIGGER message_tally_insert AFTER INSERT ON message
        WHEN NEW.removed_at IS NULL AND NEW.retired = 0 AND NEW.folder <> 'deleted'
        BEGIN
            \(count("NEW"));
        END
        """,
        """
        CREATE TRIGGER message_tally_delete AFTER DELETE ON message
        WHEN OLD.removed_at IS NULL AND OLD.retired = 0 AND OLD.folder <> 'deleted'
        BEGIN
            \(uncount);
        END
        """,
        """
        CREATE TRIGGER message_tally_leave AFTER UPDATE OF mailbox_id, account_id, folder, retired, removed_at ON message
        WHEN OLD.removed_at IS NULL AND OLD.retired = 0 AND OLD.folder <> 'deleted'
        BEGIN
            \(uncount);
        END
        """,
        """
        CREATE TRIGGER message_tally_enter AFTER UPDATE OF mailbox_id, account_id, folder, retired, removed_at ON message
        WHEN NEW.removed_at IS NULL AND NEW.retired = 0 AND NEW.folder <> 'deleted'
        BEGIN
            \(count("NEW"));
        END
        """,
    ]

    private static func count(_ row: String) -> String {
        """
        INSERT INTO mailbox_tally (mailbox_id, account_id, new, saved)
            VALUES (\(row).mailbox_id, \(row).account_id, \(row).folder = 'new', \(row).folder = 'saved')
            ON CONFLICT (mailbox_id) DO UPDATE SET
                account_id = excluded.account_id, new = new + excluded.new, saved = saved + excluded.saved
        """
    }

    private static let uncount = """
        UPDATE mailbox_tally SET new = new - (OLD.folder = 'new'), saved = saved - (OLD.folder = 'saved')
            WHERE mailbox_id = OLD.mailbox_id
        """
}
