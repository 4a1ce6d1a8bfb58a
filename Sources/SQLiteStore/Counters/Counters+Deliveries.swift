/// How many deliveries there are in each state, so that metrics read none of them; and who has any waiting, so that a claim need not look.
extension Counters {
    static let deliveries = [
        """
        CREATE TRIGGER delivery_tally_insert AFTER INSERT ON delivery
        BEGIN
            \(countDelivery)
        END
        """,
        """
        CREATE TRIGGER delivery_tally_delete AFTER DELETE ON delivery
        BEGIN
            \(uncountDelivery)
        END
        """,
        """
        CREATE TRIGGER delivery_tally_update AFTER UPDATE OF state ON delivery WHEN OLD.state <> NEW.state
        BEGIN
            \(uncountDelivery)
            \(countDelivery)
        END
        """,
        """
        CREATE TRIGGER delivery_target_insert AFTER INSERT ON delivery WHEN NEW.state = 'pending'
        BEGIN
            \(noteTarget)
        END
        """,
        """
        CREATE TRIGGER delivery_target_update AFTER UPDATE OF state, due ON delivery
        WHEN NEW.state = 'pending' AND (OLD.state <> 'pending' OR NEW.due < OLD.due)
        BEGIN
            \(noteTarget)
        END
        """,
    ]

    /// The time only goes back here: who claims puts it forward.
    private static let noteTarget = """
        INSERT INTO delivery_target (channel, target, due) VALUES (NEW.channel, NEW.target, NEW.due)
            ON CONFLICT (channel, target) DO UPDATE SET due = excluded.due WHERE excluded.due < due;
        """

    private static let countDelivery = """
        INSERT INTO delivery_tally (state, count) VALUES (NEW.state, 1) ON CONFLICT (state) DO UPDATE SET count = count + 1;
        """
    private static let uncountDelivery = "UPDATE delivery_tally SET count = count - 1 WHERE state = OLD.state;"
}
