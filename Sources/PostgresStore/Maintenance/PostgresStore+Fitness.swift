/// Whether a server could work with a database, as far as can be seen without changing anything in it.
extension PostgresStore {
    /// - Throws: `PostgresOpenError.readOnly`, `Connection.Interruption`.
    static func checkWritable(_ connection: Connection, within seconds: Int) throws {
        try connection.refuseStandby(within: seconds)
        guard connection.setting("default_transaction_read_only") != "on" else { throw PostgresOpenError.readOnly }
    }

    /// - Throws: `PostgresOpenError.tooFewConnections`. A pooler shares those that it has.
    static func checkConnections(_ connection: Connection, _ options: PostgresOptions) throws {
        guard !options.sharesConnections else { return }
        let most = try ask("SELECT current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint", connection, options)
        guard let most, most.int(0) < options.pool else { return }
        throw PostgresOpenError.tooFewConnections(pool: options.pool, most: most.int(0))
    }

    /// Of a database that the next start makes tables in.
    /// - Throws: `PostgresOpenError.notAllowed`.
    static func checkMayMakeTables(_ connection: Connection, _ options: PostgresOptions) throws {
        let schema = try ask(
            "SELECT current_schema()::text, coalesce(has_schema_privilege(current_schema(), 'CREATE'), FALSE)::int::bigint", connection, options)
        guard let schema, schema.int(1) == 0 else { return }
        throw PostgresOpenError.notAllowed(schema.isNull(0) ? "see a schema, or there is none" : "make tables in the schema \(schema.text(0))")
    }

    /// Checks a database that has its tables: whether its user may read and change each of them.
    /// - Throws: `PostgresOpenError.notAllowed`.
    static func checkMayUseTables(_ connection: Connection, _ options: PostgresOptions) throws {
        let others = try ask(
            """
            SELECT string_agg(relname::text, ', ' ORDER BY relname) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND CASE relkind
            WHEN 'r' THEN NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT') AND has_table_privilege(oid, 'UPDATE')
                AND has_table_privilege(oid, 'DELETE'))
            WHEN 'S' THEN NOT has_sequence_privilege(oid, 'USAGE')
            ELSE FALSE END
            """, connection, options)
        guard let others, !others.isNull(0) else { return }
        throw PostgresOpenError.notAllowed("read and change all tables and sequences: \(others.text(0))")
    }

    /// - Throws: `PostgresOpenError.otherKey`; one that nobody has settled yet is nobody's.
    static func checkKey(_ key: String, as name: String, _ connection: Connection, _ options: PostgresOptions) throws {
        guard let kept = try ask("SELECT value FROM installation WHERE name = \(name)", connection, options), kept.text(0) != key else { return }
        throw PostgresOpenError.otherKey
    }

    private static func ask(_ statement: SQL, _ connection: Connection, _ options: PostgresOptions) throws -> Row? {
        let answer = try connection.runOnce(statement, within: options.statementSeconds)
        if answer.isFailure { throw Trouble(answer, isConnected: connection.isOpen).error }
        return answer.first
    }
}
