/// The first schema: tables, in `M0001+Indexes.swift` what finds their rows. The counters' triggers are not part of it (`Counters`).
///
/// Texts that are ids of ours compare byte by byte; so do names, which makes listings the same on every machine.
enum M0001: Migration {
    static let number = 1
    static let statements = tables + indexes

    private static let tables =
        [
            """
            CREATE TABLE blob (
                id TEXT NOT NULL PRIMARY KEY,
                size INTEGER NOT NULL,
                sha256 TEXT NOT NULL,
                duration_ms INTEGER,
                sample_rate INTEGER,
                channels INTEGER,
                container TEXT,
                frames INTEGER,
                incomplete INTEGER NOT NULL DEFAULT 0,
                created INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE blob_garbage (
                serial INTEGER PRIMARY KEY,
                blob_id TEXT NOT NULL UNIQUE,
                failures INTEGER NOT NULL DEFAULT 0,
                not_before INTEGER NOT NULL DEFAULT 0
            ) STRICT
            """,
            """
            CREATE TABLE document (
                serial INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                kind TEXT NOT NULL,
                account_id TEXT NOT NULL,
                name TEXT NOT NULL,
                key TEXT,
                scope TEXT NOT NULL,
                lookup TEXT,
                label TEXT,
                owner_id TEXT,
                attributes TEXT NOT NULL,
                hidden TEXT NOT NULL,
                secret BLOB,
                blob_id TEXT REFERENCES blob (id),
                revision INTEGER NOT NULL,
                created INTEGER NOT NULL,
                modified INTEGER NOT NULL,
                removed_at INTEGER
            ) STRICT
            """,
            """
            CREATE TABLE document_tally (
                account_id TEXT NOT NULL,
                kind TEXT NOT NULL,
                has_lookup INTEGER NOT NULL,
                count INTEGER NOT NULL,
                changes INTEGER NOT NULL,
                PRIMARY KEY (account_id, kind, has_lookup)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE account_tree (
                descendant_id TEXT NOT NULL,
                ancestor_id TEXT NOT NULL,
                tree_name TEXT NOT NULL,
                tree_lookup TEXT NOT NULL,
                PRIMARY KEY (descendant_id, ancestor_id)
            ) STRICT, WITHOUT ROWID
            """,
            """
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
                readers TEXT,
                revision INTEGER NOT NULL,
                modified INTEGER NOT NULL,
                retired INTEGER NOT NULL DEFAULT 0,
                removed_at INTEGER
            ) STRICT
            """,
            """
            CREATE TABLE mailbox_tally (
                mailbox_id TEXT NOT NULL PRIMARY KEY,
                account_id TEXT NOT NULL,
                new INTEGER NOT NULL,
                saved INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE message_day (
                account_id TEXT NOT NULL,
                day INTEGER NOT NULL,
                count INTEGER NOT NULL,
                PRIMARY KEY (account_id, day)
            ) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE recording (
                serial INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                account_id TEXT NOT NULL,
                name TEXT NOT NULL,
                source TEXT,
                started INTEGER NOT NULL,
                caller_number TEXT NOT NULL,
                caller_name TEXT NOT NULL,
                callee_number TEXT NOT NULL,
                callee_name TEXT NOT NULL,
                direction TEXT NOT NULL,
                call_id TEXT NOT NULL,
                call_record_id TEXT NOT NULL,
                duration_ms INTEGER NOT NULL,
                blob_id TEXT NOT NULL REFERENCES blob (id),
                audio_size INTEGER NOT NULL,
                content_type TEXT NOT NULL,
                file_name TEXT NOT NULL,
                created INTEGER NOT NULL
            ) STRICT
            """,
            """
            CREATE TABLE recording_tally (
                account_id TEXT NOT NULL,
                axis INTEGER NOT NULL,
                bucket ANY NOT NULL,
                count INTEGER NOT NULL,
                bytes INTEGER NOT NULL,
                PRIMARY KEY (account_id, axis, bucket)
            ) STRICT, WITHOUT ROWID
            """,
            """
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
            """,
            """
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
            """,
        ] + outbox
}
