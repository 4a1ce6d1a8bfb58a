/// What is kept of attempts to tell a receiver, which every process lists.
enum M0006: Migration {
    static let number = 6

    static let statements = [
        """
        CREATE TABLE attempt (
            serial BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            receiver_id TEXT COLLATE "C" NOT NULL,
            account_id TEXT COLLATE "C" NOT NULL,
            made BIGINT NOT NULL,
            status BIGINT,
            is_success BIGINT NOT NULL,
            failure TEXT COLLATE "C",
            retries_left BIGINT NOT NULL
        )
        """,
        "CREATE INDEX attempt_by_receiver ON attempt (receiver_id, serial)",
        "CREATE INDEX attempt_by_account ON attempt (account_id, serial)",
        "CREATE INDEX attempt_by_time ON attempt (made)",
    ]
}
