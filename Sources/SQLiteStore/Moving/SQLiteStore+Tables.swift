import GRDB
import StoredRows
import Synchronization
import Voicemail

extension SQLiteStore: MovableStore {
    public func tables() async throws -> [StoredTable] {
        try await read { reader in
            guard let snapshot = reader as? Snapshot else { throw StoreError.failed("not a snapshot of this store") }
            var names: [String] = []
            var run = try snapshot.connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
            while try run.step() { names.append(run.text(0)) }
            let taken = names.filter { !$0.hasPrefix("sqlite_") && $0 != "grdb_migrations" && StoredTable.isTaken($0) }
            return StoredTable.inOrder(try taken.map { try Self.table($0, snapshot.connection) })
        }
    }

    private static func table(_ name: String, _ connection: Connection) throws -> StoredTable {
        var run = try connection.prepare("SELECT name, type, pk FROM pragma_table_info(?)")
        run.bind(name)
        var columns: [StoredTable.Column] = [], key: [(place: Int, name: String)] = []
        while try run.step() {
            let kind: StoredTable.Kind =
                switch run.text(1) {
                case "INTEGER": .int
                case "TEXT": .text
                case "BLOB": .bytes
                default: throw StoreError.failed("\(name) has a column of type \(run.text(1)), which no other store has")
                }
            columns.append(StoredTable.Column(run.text(0), kind))
            if run.int(2) > 0 { key.append((run.int(2), run.text(0))) }
        }
        return StoredTable(name, columns: columns, key: key.sorted { $0.place < $1.place }.map(\.name))
    }

    public func rows(of table: StoredTable, after start: StoredTable.Key?, through end: StoredTable.Key?, limit: Int) async throws -> [StoredTable.Row] {
        try await read { reader in
            guard let snapshot = reader as? Snapshot else { throw StoreError.failed("not a snapshot of this store") }
            let key = table.key.map(Self.quoted).joined(separator: ", ")
            let marks = table.key.map { _ in "?" }.joined(separator: ", ")
            var bounds: [String] = []
            if start != nil { bounds.append("(\(key)) > (\(marks))") }
            if end != nil { bounds.append("(\(key)) <= (\(marks))") }
            let columns = table.columns.map { Self.quoted($0.name) }.joined(separator: ", ")
            var run = try snapshot.connection.prepare(
                "SELECT \(columns) FROM \(Self.quoted(table.name))\(bounds.isEmpty ? "" : " WHERE ")\(bounds.joined(separator: " AND ")) ORDER BY \(key) LIMIT ?"
            )
            for value in start ?? [] { run.bind(value) }
            for value in end ?? [] { run.bind(value) }
            run.bind(max(0, limit))
            var rows: [StoredTable.Row] = []
            while try snapshot.goesOn(run.step()) {
                var row: StoredTable.Row = []
                row.reserveCapacity(table.columns.count)
                for column in 0..<Int32(clamping: table.columns.count) { row.append(run.value(column)) }
                rows.append(row)
            }
            return rows
        }
    }

    public func change(_ table: StoredTable, removing keys: [StoredTable.Key], putting rows: [StoredTable.Row]) async throws -> Int {
        let name = Self.quoted(table.name)
        let isKey = table.key.map { "\(Self.quoted($0)) = ?" }.joined(separator: " AND ")
        let mark = filling.withLock { $0 }
        return try await transaction { transaction in
            try Self.checkFilling(transaction, mark)
            for key in keys {
                try transaction.execute("DELETE FROM \(name) WHERE \(isKey)") { run in
                    for value in key { run.bind(value) }
                }
            }
            var count = 0
            for row in rows {
                count += try transaction.execute(Self.insertion(table)) { run in
                    for value in row { run.bind(value) }
                }
            }
            return count
        }
    }

    private static func insertion(_ table: StoredTable) -> String {
        let columns = table.columns.map { quoted($0.name) }.joined(separator: ", ")
        let marks = (1...table.columns.count).map { "?\($0)" }.joined(separator: ", ")
        let changed = table.columns.filter { !table.key.contains($0.name) }.map { "\(quoted($0.name)) = excluded.\(quoted($0.name))" }
        let known = table.audioColumn.flatMap { table.place(of: $0) }.map { "?\($0 + 1) IS NULL OR EXISTS (SELECT 1 FROM blob WHERE id = ?\($0 + 1))" }
        let conflict = table.isNamed ? "(\(table.key.map(quoted).joined(separator: ", "))) DO UPDATE SET \(changed.joined(separator: ", "))" : "DO NOTHING"
        return "INSERT INTO \(quoted(table.name)) (\(columns)) SELECT \(marks) WHERE \(known ?? "TRUE") ON CONFLICT \(conflict)"
    }

    /// Names come from the schema, which is ours; some are words of SQL.
    static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

    public func serials() async throws -> [String: Int] {
        try await read { reader in
            guard let snapshot = reader as? Snapshot else { throw StoreError.failed("not a snapshot of this store") }
            var serials: [String: Int] = [:]
            var run = try snapshot.connection.prepare("SELECT name, seq FROM sqlite_sequence")
            while try run.step() { serials[run.text(0)] = run.int(1) }
            return serials
        }
    }

    public func continueSerials(from serials: [String: Int]) async throws {
        let mark = filling.withLock { $0 }
        try await transaction { transaction in
            try Self.checkFilling(transaction, mark)
            for (table, serial) in serials {
                let isKnown = try transaction.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?") { run in
                    run.bind(serial)
                    run.bind(table)
                }
                guard isKnown == 0 else { continue }
                // Only tables that give no number twice have one here.
                try transaction.execute(
                    """
                    INSERT INTO sqlite_sequence (name, seq) SELECT name, ?1 FROM sqlite_schema WHERE type = 'table' AND name = ?2 AND sql LIKE '%AUTOINCREMENT%'
                    """
                ) { run in
                    run.bind(serial)
                    run.bind(table)
                }
            }
        }
    }
}
