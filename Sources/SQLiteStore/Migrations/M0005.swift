/// A row for each receiver that something in the outbox waits for, with a time before which nothing of it is due. A claim walks these rows instead
/// of all deliveries that wait.
enum M0005: Migration {
    static let number = 5

    static let statements = [
        """
        CREATE TABLE delivery_target (
            channel TEXT NOT NULL,
            target TEXT NOT NULL,
            due INTEGER NOT NULL,
            PRIMARY KEY (channel, target)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX delivery_target_due ON delivery_target (channel, due, target)",
        "INSERT INTO delivery_target (channel, target, due) SELECT channel, target, min(due) FROM delivery WHERE state = 'pending' GROUP BY channel, target",
    ]
}
