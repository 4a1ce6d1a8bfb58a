import PostgresStore

extension PostgresOptions {
    /// - Returns: nil where the store is SQLite, and where what is said of PostgreSQL is wrong.
    static func read(_ reader: SettingsReader) -> PostgresOptions? {
        let kind = reader.word("store.kind", Configuration.StoreKind.sqlite)
        let url = reader.optionalText("store.url"), pool = reader.number("store.pool", PostgresOptions.standardPool, 2...1000)
        let connect = reader.number("store.connect_seconds", PostgresOptions.standardConnectSeconds, 1...60)
        let statement = reader.number("store.statement_seconds", PostgresOptions.standardStatementSeconds, 2...600)
        let lock = reader.number("store.lock_seconds", PostgresOptions.standardLockSeconds, 1...600)
        let sharesConnections = reader.flag("store.transaction_pooling", false)
        switch (kind, url) {
        case (.sqlite, nil): return nil
        case (.sqlite, _?):
            reader.refuse("store.url", because: "needs store.kind postgres", given: ["store.kind"])
            return nil
        case (.postgres, nil):
            reader.refuse("store.kind", because: "is postgres, which needs store.url")
            return nil
        case (.postgres, let url?):
            // Not quoted, as it may hold a password.
            if let trouble = PostgresOptions.trouble(with: url) {
                reader.refuse("store.url", because: trouble)
                return nil
            }
            if lock >= statement {
                reader.refuse("store.lock_seconds", because: "must be less than store.statement_seconds", given: ["store.statement_seconds"])
            }
            var options = PostgresOptions(url: url, pool: pool, connectSeconds: connect, statementSeconds: statement, lockSeconds: lock)
            options.sharesConnections = sharesConnections
            return options
        }
    }
}
