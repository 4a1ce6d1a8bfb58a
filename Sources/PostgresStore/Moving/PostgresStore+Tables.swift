import StoredRows
import Synchronization
import Voicemail

extension PostgresStore: MovableStore {
    public func tables() async throws -> [StoredTable] {
        try await aside { session in
            try session.read {
                let rows = try session.run(
                    """
                    SELECT relation.relname::text, attname::text, atttypid::bigint,
                        coalesce(array_position((SELECT indkey::int2[] FROM pg_index WHERE indrelid = relation.oid AND indisprimary), attnum), -1)::bigint
                    FROM pg_class AS relation JOIN pg_attribute ON attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
                    WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' ORDER BY relname, attnum
                    """
                ).rows
                let names = Set(rows.map { $0.text(0) }).filter { !Self.own.contains($0) && StoredTable.isTaken($0) }
                return StoredTable.inOrder(try names.map { name in try Self.table(name, rows.filter { $0.text(0) == name }) })
            }
        }
    }

    /// What is this store's own business.
    private static let own: Set<String> = ["writer", closedWriter, "installation", "aftertone_migration", "commit_mark"]

    private static func table(_ name: String, _ rows: [Row]) throws -> StoredTable {
        let columns = try rows.map { row in
            switch Parameters.Kind(rawValue: UInt32(clamping: row.int(2))) {
            case .int: StoredTable.Column(row.text(1), .int)
            case .text: StoredTable.Column(row.text(1), .text)
            case .bytes: StoredTable.Column(row.text(1), .bytes)
            default: throw StoreError.failed("\(name) has a column of type \(row.int(2)), which no other store has")
            }
        }
        let key = rows.filter { $0.int(3) >= 0 }.sorted { $0.int(3) < $1.int(3) }.map { $0.text(1) }
        return StoredTable(name, columns: columns, key: key)
    }

    public func rows(of table: StoredTable, after start: StoredTable.Key?, through end: StoredTable.Key?, limit: Int) async throws -> [StoredTable.Row] {
        try await read { reader in
            guard let snapshot = reader as? Snapshot else { throw StoreError.failed("not a snapshot of this store") }
            let key = Self.list(table.key)
            var bounds: [SQL] = []
            if let start { bounds.append("(\(raw: key)) > (\(row: { for value in start { $0.bind(value) } }))") }
            if let end { bounds.append("(\(raw: key)) <= (\(row: { for value in end { $0.bind(value) } }))") }
            var conditions: SQL = "TRUE"
            for bound in bounds { conditions = "\(conditions) AND \(bound)" }
            let columns = table.columns.count
            return try snapshot.rows(
                """
                SELECT \(raw: Self.list(table.columns.map(\.name))) FROM \(raw: Self.quoted(table.name)) WHERE \(conditions)
                ORDER BY \(raw: key) LIMIT \(max(0, limit))
                """
            ).map { row in (0..<Int32(clamping: columns)).map { row.value($0) } }
        }
    }

    public func change(_ table: StoredTable, removing keys: [StoredTable.Key], putting rows: [StoredTable.Row]) async throws -> Int {
        let mark = filling.withLock { $0 }
        return try await tellingGone {
            try await transaction { transaction in
                try Self.checkFilling(transaction.session, mark)
                if !keys.isEmpty { try transaction.execute(Self.removal(of: keys, from: table)) }
                return rows.isEmpty ? 0 : try transaction.count(of: Self.insertion(of: rows, into: table))
            }
        }
    }

    private static func removal(of keys: [StoredTable.Key], from table: StoredTable) -> SQL {
        var lists: SQL = ""
        for (place, name) in table.key.enumerated() {
            guard let kind = table.columns.first(where: { $0.name == name })?.kind else { continue }
            lists = "\(lists)\(raw: place == 0 ? "" : ", ")\(keys.map { $0[place] }, kind)"
        }
        return "DELETE FROM \(raw: quoted(table.name)) WHERE (\(raw: list(table.key))) IN (SELECT * FROM unnest(\(lists)))"
    }

    /// A column at a time, so that one statement and one round trip take any number of rows.
    private static func insertion(of rows: [StoredTable.Row], into table: StoredTable) -> SQL {
        var lists: SQL = ""
        for (place, column) in table.columns.enumerated() {
            lists = "\(lists)\(raw: place == 0 ? "" : ", ")\(rows.map { $0[place] }, column.kind)"
        }
        let columns = list(table.columns.map(\.name))
        let known = table.audioColumn.map { "put.\(quoted($0)) IS NULL OR EXISTS (SELECT 1 FROM blob WHERE blob.id = put.\(quoted($0)))" } ?? "TRUE"
        let changed = table.columns.filter { !table.key.contains($0.name) }.map { "\(quoted($0.name)) = excluded.\(quoted($0.name))" }
        let conflict = table.isNamed ? "(\(list(table.key))) DO UPDATE SET \(changed.joined(separator: ", "))" : "DO NOTHING"
        return """
            INSERT INTO \(raw: quoted(table.name)) (\(raw: columns)) OVERRIDING SYSTEM VALUE
            SELECT \(raw: columns) FROM unnest(\(lists)) AS put (\(raw: columns)) WHERE \(raw: known) ON CONFLICT \(raw: conflict)
            """
    }

    /// Names come from the schema, which is ours; some are words of SQL.
    private static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

    private static func list(_ names: [String]) -> String { names.map(quoted).joined(separator: ", ") }

    public func serials() async throws -> [String: Int] {
        try await aside { session in
            try session.read {
                var serials: [String: Int] = [:]
                for (table, sequence) in try Self.sequences(session) {
                    let row = try session.run("SELECT last_value, is_called FROM \(raw: sequence)").first
                    if let row, row.int(1) != 0 { serials[table] = row.int(0) }
                }
                return serials
            }
        }
    }

    public func continueSerials(from serials: [String: Int]) async throws {
        let mark = filling.withLock { $0 }
        try await tellingGone {
            try await aside { session in
                try session.write {
                    try Self.checkFilling(session, mark)
                    for (table, sequence) in try Self.sequences(session) {
                        guard let serial = serials[table] else { continue }
                        let row = try session.run("SELECT last_value, is_called FROM \(raw: sequence)").first
                        if let row, row.int(1) != 0, row.int(0) >= serial { continue }
                        _ = try session.run("SELECT setval(\(sequence)::text::regclass, \(serial))")
                    }
                }
            }
        }
    }

    /// What draws the numbers of each table, as it is named in SQL.
    private static func sequences(_ session: Session) throws -> [(table: String, sequence: String)] {
        try session.run(
            """
            SELECT relation.relname::text, pg_get_serial_sequence(quote_ident(relation.relname), attname)::text
            FROM pg_class AS relation JOIN pg_attribute ON attrelid = relation.oid AND attidentity <> ''
            WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
            """
        ).rows.map { ($0.text(0), $0.text(1)) }
    }
}
