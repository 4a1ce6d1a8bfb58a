extension M0001 {
    /// Counters that follow the rows, whatever statement changes them.
    ///
    /// A counter that many transactions change at once has a row for each of sixteen slots, of which a transaction takes the one of its
    /// connection: transactions that share a row collide, even if it is all they share. What is counted is the sum of the slots, some of which may
    /// be below zero. A mailbox's own has one row: who leaves a message reads it, and collides anyway.
    static let counters = [
        """
        CREATE TABLE mailbox_tally (
            mailbox_id TEXT COLLATE "C" PRIMARY KEY,
            account_id TEXT COLLATE "C" NOT NULL,
            new_count BIGINT NOT NULL,
            saved_count BIGINT NOT NULL
        )
        """,
        "CREATE INDEX mailbox_tally_by_account ON mailbox_tally (account_id)",
        """
        CREATE TABLE message_day (
            account_id TEXT COLLATE "C" NOT NULL,
            day BIGINT NOT NULL,
            slot BIGINT NOT NULL,
            count BIGINT NOT NULL,
            PRIMARY KEY (account_id, day, slot)
        )
        """,
        """
        CREATE TABLE document_tally (
            account_id TEXT COLLATE "C" NOT NULL,
            kind TEXT COLLATE "C" NOT NULL,
            has_lookup BIGINT NOT NULL,
            slot BIGINT NOT NULL,
            count BIGINT NOT NULL,
            changes BIGINT NOT NULL,
            PRIMARY KEY (account_id, kind, has_lookup, slot)
        )
        """,
        // By axis (`RecordingAxis`): all, the day, the block of serials, the caller, the callee.
        """
        CREATE TABLE recording_tally (
            account_id TEXT COLLATE "C" NOT NULL,
            axis BIGINT NOT NULL,
            bucket BIGINT NOT NULL,
            number TEXT COLLATE "C" NOT NULL,
            slot BIGINT NOT NULL,
            count BIGINT NOT NULL,
            bytes BIGINT NOT NULL,
            PRIMARY KEY (account_id, axis, bucket, number, slot)
        )
        """,
        """
        CREATE TABLE delivery_tally (
            state TEXT COLLATE "C" NOT NULL,
            slot BIGINT NOT NULL,
            count BIGINT NOT NULL,
            PRIMARY KEY (state, slot)
        )
        """,
        """
        CREATE FUNCTION counter_slot() RETURNS BIGINT LANGUAGE sql STABLE AS $$ SELECT (pg_backend_pid() % 16)::bigint $$
        """,
        // Rounded downwards also before 1970.
        """
        CREATE FUNCTION day_of(seconds BIGINT) RETURNS BIGINT LANGUAGE sql IMMUTABLE AS $$
            SELECT (seconds - ((seconds % 86400) + 86400) % 86400) / 86400
        $$
        """,
        """
        CREATE FUNCTION count_message() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND (OLD.mailbox_id, OLD.account_id, OLD.timestamp, OLD.folder, OLD.retired, OLD.removed_at)
                IS NOT DISTINCT FROM (NEW.mailbox_id, NEW.account_id, NEW.timestamp, NEW.folder, NEW.retired, NEW.removed_at) THEN
                RETURN NULL;
            END IF;
            IF TG_OP <> 'INSERT' AND OLD.removed_at IS NULL AND OLD.folder <> 'deleted' THEN
                IF OLD.retired = 0 THEN
                    UPDATE mailbox_tally SET new_count = new_count - (OLD.folder = 'new')::int, saved_count = saved_count - (OLD.folder = 'saved')::int
                        WHERE mailbox_id = OLD.mailbox_id;
                END IF;
                INSERT INTO message_day AS kept (account_id, day, slot, count) VALUES (OLD.account_id, day_of(OLD.timestamp), counter_slot(), -1)
                    ON CONFLICT (account_id, day, slot) DO UPDATE SET count = kept.count - 1;
            END IF;
            IF TG_OP <> 'DELETE' AND NEW.removed_at IS NULL AND NEW.folder <> 'deleted' THEN
                IF NEW.retired = 0 THEN
                    INSERT INTO mailbox_tally AS kept (mailbox_id, account_id, new_count, saved_count)
                        VALUES (NEW.mailbox_id, NEW.account_id, (NEW.folder = 'new')::int, (NEW.folder = 'saved')::int)
                        ON CONFLICT (mailbox_id) DO UPDATE SET account_id = excluded.account_id,
                            new_count = kept.new_count + excluded.new_count, saved_count = kept.saved_count + excluded.saved_count;
                END IF;
                INSERT INTO message_day AS kept (account_id, day, slot, count) VALUES (NEW.account_id, day_of(NEW.timestamp), counter_slot(), 1)
                    ON CONFLICT (account_id, day, slot) DO UPDATE SET count = kept.count + 1;
            END IF;
            RETURN NULL;
        END $$
        """,
        "CREATE TRIGGER count_message AFTER INSERT OR UPDATE OR DELETE ON message FOR EACH ROW EXECUTE FUNCTION count_message()",
        """
        CREATE FUNCTION count_document() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' AND OLD.removed_at IS NULL THEN
                INSERT INTO document_tally AS kept (account_id, kind, has_lookup, slot, count, changes)
                    VALUES (OLD.account_id, OLD.kind, (OLD.lookup IS NOT NULL)::int, counter_slot(), -1, 1)
                    ON CONFLICT (account_id, kind, has_lookup, slot) DO UPDATE SET count = kept.count - 1, changes = kept.changes + 1;
            END IF;
            IF TG_OP <> 'DELETE' AND NEW.removed_at IS NULL THEN
                INSERT INTO document_tally AS kept (account_id, kind, has_lookup, slot, count, changes)
                    VALUES (NEW.account_id, NEW.kind, (NEW.lookup IS NOT NULL)::int, counter_slot(), 1, 1)
                    ON CONFLICT (account_id, kind, has_lookup, slot) DO UPDATE SET count = kept.count + 1, changes = kept.changes + 1;
            END IF;
            IF TG_OP = 'DELETE' THEN
                IF OLD.kind = 'account' THEN DELETE FROM account_tree WHERE descendant_id = OLD.id; END IF;
            ELSIF TG_OP = 'UPDATE' AND NEW.kind = 'account' THEN
                IF NEW.removed_at IS NOT NULL THEN
                    DELETE FROM account_tree WHERE descendant_id = NEW.id;
                ELSIF OLD.name <> NEW.name OR OLD.lookup IS DISTINCT FROM NEW.lookup THEN
                    UPDATE account_tree SET tree_name = NEW.name, tree_lookup = coalesce(NEW.lookup, '') WHERE descendant_id = NEW.id;
                END IF;
            END IF;
            RETURN NULL;
        END $$
        """,
        "CREATE TRIGGER count_document AFTER INSERT OR UPDATE OR DELETE ON document FOR EACH ROW EXECUTE FUNCTION count_document()",
        """
        CREATE FUNCTION count_recording() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            one recording;
            difference BIGINT := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
        BEGIN
            IF TG_OP = 'INSERT' THEN one := NEW; ELSE one := OLD; END IF;
            INSERT INTO recording_tally AS kept (account_id, axis, bucket, number, slot, count, bytes)
                SELECT one.account_id, axis, bucket, number, counter_slot(), difference, difference * one.audio_size
                FROM (VALUES (0, 0, ''), (1, day_of(one.started), ''), (2, one.serial / 4096, ''), (3, 0, one.caller_number), (4, 0, one.callee_number))
                    AS counted (axis, bucket, number)
                ON CONFLICT (account_id, axis, bucket, number, slot) DO UPDATE SET count = kept.count + excluded.count, bytes = kept.bytes + excluded.bytes;
            RETURN NULL;
        END $$
        """,
        "CREATE TRIGGER count_recording AFTER INSERT OR DELETE ON recording FOR EACH ROW EXECUTE FUNCTION count_recording()",
        """
        CREATE FUNCTION count_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                IF OLD.state = NEW.state THEN RETURN NULL; END IF;
            END IF;
            IF TG_OP <> 'INSERT' THEN
                INSERT INTO delivery_tally AS kept (state, slot, count) VALUES (OLD.state, counter_slot(), -1)
                    ON CONFLICT (state, slot) DO UPDATE SET count = kept.count - 1;
            END IF;
            IF TG_OP <> 'DELETE' THEN
                INSERT INTO delivery_tally AS kept (state, slot, count) VALUES (NEW.state, counter_slot(), 1)
                    ON CONFLICT (state, slot) DO UPDATE SET count = kept.count + 1;
            END IF;
            RETURN NULL;
        END $$
        """,
        "CREATE TRIGGER count_delivery AFTER INSERT OR UPDATE OR DELETE ON delivery FOR EACH ROW EXECUTE FUNCTION count_delivery()",
    ]
}
