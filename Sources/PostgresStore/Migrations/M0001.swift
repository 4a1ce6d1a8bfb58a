/// The first schema: tables, in `M0001+Indexes.swift` what finds their rows, in `M0001+Counters.swift` what counts them.
///
/// Texts compare byte by byte, ids and names alike, which makes listings the same on every machine. Numbers are all of 64 bits. Serials are in
/// the order in which they were drawn and not in that of commits.
enum M0001: Migration {
    static let number = 1
    static let statements = tables + indexes + counters

    private static let text = "TEXT COLLATE \"C\""

    private static let tables = [
        // Each transaction that changes anything locks it, shared or exclusively. It has no rows.
        "CREATE TABLE writer ()",
        // Facts that hold for all processes of an installation.
        """
        CREATE TABLE installation (
            name \(text) PRIMARY KEY,
            value \(text) NOT NULL
        )
        """,
        """
        CREATE TABLE blob (
            id \(text) PRIMARY KEY,
            size BIGINT NOT NULL,
            sha256 \(text) NOT NULL,
            duration_ms BIGINT,
            sample_rate BIGINT,
            channels BIGINT,
            container \(text),
            frames BIGINT,
            incomplete BIGINT NOT NULL DEFAULT 0,
            created BIGINT NOT NULL
        )
        """,
        """
        CREATE TABLE blob_garbage (
            serial BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            blob_id \(text) NOT NULL UNIQUE,
            failures BIGINT NOT NULL DEFAULT 0,
            not_before BIGINT NOT NULL DEFAULT 0
        )
        """,
        """
        CREATE TABLE document (
            serial BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id \(text) NOT NULL UNIQUE,
            kind \(text) NOT NULL,
            account_id \(text) NOT NULL,
            name \(text) NOT NULL,
            key \(text),
            scope \(text) NOT NULL,
            lookup \(text),
            label \(text),
            owner_id \(text),
            attributes \(text) NOT NULL,
            hidden \(text) NOT NULL,
            secret BYTEA,
            blob_id \(text) REFERENCES blob (id),
            revision BIGINT NOT NULL,
            created BIGINT NOT NULL,
            modified BIGINT NOT NULL,
            removed_at BIGINT
        )
        """,
        """
        CREATE TABLE account_tree (
            descendant_id \(text) NOT NULL,
            ancestor_id \(text) NOT NULL,
            tree_name \(text) NOT NULL,
            tree_lookup \(text) NOT NULL,
            PRIMARY KEY (descendant_id, ancestor_id)
        )
        """,
        """
        CREATE TABLE message (
            serial BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id \(text) NOT NULL UNIQUE,
            account_id \(text) NOT NULL,
            mailbox_id \(text) NOT NULL,
            timestamp BIGINT NOT NULL,
            folder \(text) NOT NULL,
            from_address \(text) NOT NULL,
            to_address \(text) NOT NULL,
            caller_name \(text) NOT NULL,
            caller_number \(text) NOT NULL,
            call_id \(text) NOT NULL,
            length_ms BIGINT NOT NULL,
            blob_id \(text) REFERENCES blob (id),
            audio_size BIGINT,
            content_type \(text),
            file_name \(text),
            transcription \(text),
            reception \(text),
            notices \(text),
            history \(text),
            readers \(text),
            revision BIGINT NOT NULL,
            modified BIGINT NOT NULL,
            retired BIGINT NOT NULL DEFAULT 0,
            removed_at BIGINT
        )
        """,
        """
        CREATE TABLE recording (
            serial BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id \(text) NOT NULL UNIQUE,
            account_id \(text) NOT NULL,
            name \(text) NOT NULL,
            source \(text),
            started BIGINT NOT NULL,
            caller_number \(text) NOT NULL,
            caller_name \(text) NOT NULL,
            callee_number \(text) NOT NULL,
            callee_name \(text) NOT NULL,
            direction \(text) NOT NULL,
            call_id \(text) NOT NULL,
            call_record_id \(text) NOT NULL,
            duration_ms BIGINT NOT NULL,
            blob_id \(text) NOT NULL REFERENCES blob (id),
            audio_size BIGINT NOT NULL,
            content_type \(text) NOT NULL,
            file_name \(text) NOT NULL,
            created BIGINT NOT NULL
        )
        """,
        """
        CREATE TABLE ticket (
            hash \(text) PRIMARY KEY,
            kind \(text) NOT NULL,
            account_id \(text) NOT NULL,
            user_id \(text),
            credential_id \(text),
            partner \(text),
            replaced \(text),
            created BIGINT NOT NULL,
            expires BIGINT NOT NULL,
            details \(text) NOT NULL
        )
        """,
        """
        CREATE TABLE credential (
            id \(text) PRIMARY KEY,
            kind \(text) NOT NULL,
            account_id \(text) NOT NULL,
            name \(text) NOT NULL,
            handle \(text) NOT NULL,
            verifier \(text) NOT NULL,
            details \(text) NOT NULL,
            created BIGINT NOT NULL,
            UNIQUE (kind, handle)
        )
        """,
        """
        CREATE TABLE event (
            serial BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id \(text) NOT NULL,
            kind \(text) NOT NULL,
            account_id \(text) NOT NULL,
            subject_id \(text) NOT NULL,
            payload \(text) NOT NULL,
            created BIGINT NOT NULL,
            planned BIGINT NOT NULL DEFAULT 0
        )
        """,
        """
        CREATE TABLE delivery (
            serial BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id \(text) NOT NULL UNIQUE,
            channel \(text) NOT NULL,
            target \(text) NOT NULL,
            account_id \(text) NOT NULL,
            event_serial BIGINT NOT NULL,
            payload \(text) NOT NULL,
            state \(text) NOT NULL,
            attempts BIGINT NOT NULL,
            due BIGINT NOT NULL,
            claimed_by \(text),
            claimed_until BIGINT NOT NULL DEFAULT 0,
            failure \(text) NOT NULL,
            created BIGINT NOT NULL
        )
        """,
        """
        CREATE TABLE login_count (
            id \(text) PRIMARY KEY,
            kind \(text) NOT NULL,
            label \(text) NOT NULL,
            failures BIGINT NOT NULL,
            first BIGINT NOT NULL,
            last BIGINT NOT NULL
        )
        """,
    ]
}
