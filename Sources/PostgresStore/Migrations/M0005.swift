/// The last commit of each session that inserted nothing it could be known by: what tells, after the connection was lost, whether it took place.
enum M0005: Migration {
    static let number = 5

    static let statements = [
        // The same few rows are changed again and again: their next versions find room beside them.
        """
        CREATE TABLE commit_mark (
            session TEXT COLLATE "C" PRIMARY KEY,
            number BIGINT NOT NULL,
            made TIMESTAMPTZ NOT NULL DEFAULT now()
        ) WITH (fillfactor = 20)
        """
    ]
}
