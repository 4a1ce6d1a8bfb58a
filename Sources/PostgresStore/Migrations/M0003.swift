/// The audit log: entries that stay as they are, what can be erased of them beside, and the batches that they are sealed in.
enum M0003: Migration {
    static let number = 3

    static let statements = [
        """
        CREATE TABLE audit_entry (
            serial BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            id TEXT COLLATE "C" NOT NULL UNIQUE,
            account_id TEXT COLLATE "C" NOT NULL,
            action TEXT COLLATE "C" NOT NULL,
            actor TEXT COLLATE "C" NOT NULL,
            subjects TEXT COLLATE "C" NOT NULL,
            details TEXT COLLATE "C" NOT NULL,
            created BIGINT NOT NULL,
            batch BIGINT NOT NULL DEFAULT 0
        )
        """,
        """
        CREATE TABLE audit_text (
            entry_serial BIGINT PRIMARY KEY,
            texts TEXT COLLATE "C" NOT NULL
        )
        """,
        """
        CREATE TABLE audit_batch (
            account_id TEXT COLLATE "C" NOT NULL,
            number BIGINT NOT NULL,
            count BIGINT NOT NULL,
            hash TEXT COLLATE "C" NOT NULL,
            created BIGINT NOT NULL,
            PRIMARY KEY (account_id, number)
        )
        """,
        "CREATE INDEX audit_entry_by_account ON audit_entry (account_id, serial)",
        "CREATE INDEX audit_entry_by_batch ON audit_entry (account_id, batch, serial) WHERE batch > 0",
        // Holds the few that wait.
        "CREATE INDEX audit_entry_unsealed ON audit_entry (account_id, serial) WHERE batch = 0",
        // Nobody changes or drops an entry by mistake. Who does so on purpose is found out by the hashes.
        """
        CREATE FUNCTION keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_TABLE_NAME = 'audit_entry' AND TG_OP = 'UPDATE' THEN
                IF OLD.batch = 0 AND (NEW.serial, NEW.id, NEW.account_id, NEW.action, NEW.actor, NEW.subjects, NEW.details, NEW.created)
                    IS NOT DISTINCT FROM (OLD.serial, OLD.id, OLD.account_id, OLD.action, OLD.actor, OLD.subjects, OLD.details, OLD.created) THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION 'the audit log does not change';
        END $$
        """,
        "CREATE TRIGGER keep_audit BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION keep_audit()",
        "CREATE TRIGGER keep_audit BEFORE UPDATE OR DELETE ON audit_batch FOR EACH ROW EXECUTE FUNCTION keep_audit()",
    ]
}
