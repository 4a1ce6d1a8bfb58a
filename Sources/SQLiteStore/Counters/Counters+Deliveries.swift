/// How many deliveries there are in each state, so that metrics read none of them.
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
    ]

    private static let countDelivery = """
        INSERT INTO delivery_tally (state, count) VALUES (NEW.state, 1) ON CONFLICT (state) DO UPDATE SET count = count + 1;
        """
    private static let uncountDelivery = "UPDATE delivery_tally SET count = count - 1 WHERE state = OLD.state;"
}
