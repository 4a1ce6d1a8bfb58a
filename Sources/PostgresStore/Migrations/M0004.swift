/// The targets with deliveries in the outbox, and the time before which none of them is due. A claim walks these and not all deliveries.
enum M0004: Migration {
    static let number = 4

    static let statements = [
        """
        CREATE TABLE delivery_target (
            channel TEXT COLLATE "C" NOT NULL,
            target TEXT COLLATE "C" NOT NULL,
            due BIGINT NOT NULL,
            PRIMARY KEY (channel, target)
        )
        """,
        "CREATE INDEX delivery_target_due ON delivery_target (channel, due, target)",
        "INSERT INTO delivery_target (channel, target, due) SELECT channel, target, min(due) FROM delivery WHERE state = 'pending' GROUP BY channel, target",
        // The time only goes back here: who claims puts it forward.
        """
        CREATE FUNCTION note_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.state <> 'pending' THEN RETURN NULL; END IF;
            IF TG_OP = 'UPDATE' THEN
                IF OLD.state = 'pending' AND NEW.due >= OLD.due THEN RETURN NULL; END IF;
            END IF;
            INSERT INTO delivery_target AS kept (channel, target, due) VALUES (NEW.channel, NEW.target, NEW.due)
                ON CONFLICT (channel, target) DO UPDATE SET due = excluded.due WHERE excluded.due < kept.due;
            RETURN NULL;
        END $$
        """,
        "CREATE TRIGGER note_delivery AFTER INSERT OR UPDATE ON delivery FOR EACH ROW EXECUTE FUNCTION note_delivery()",
    ]
}
